//! `trailhook_route`: where alerts go.
//!
//! | file | |
//! |---|---|
//! | `schema` | what a route is written with |
//! | `model` | what Terraform holds of it |
//! | `document` | between that and the published document |

mod document;
mod model;
mod schema;

use tfplugin::schema::Schema;
use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Found, Import, List, ListResource, Path, Plan,
    Read, Resource, Update,
};
use trailhook_engine::document::{Document, DocumentKind, Namespace, RouteDocument};

use self::model::Route;
use super::published::{self, Published, imported_name};
use super::reading::Reading;
use super::{Placement, listing, named, too_large_for_one};
use crate::connection::Connection;
use crate::language::check_narrowed;
use crate::parameter::Object;

const KIND: DocumentKind = DocumentKind::Route;

pub(crate) struct Routes;

impl Resource for Routes {
    type Context = Connection;
    type Model = Route;

    fn type_name(&self) -> String {
        "trailhook_route".to_owned()
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn validate(&self, cx: &Cx<()>, config: Route) -> Result<(), Diagnostics> {
        let (text, found) = check_route(&config, None);
        cx.report(found);
        config.placement.validate(cx, text.as_deref());
        Ok(())
    }

    async fn plan(&self, cx: &Cx<Connection>, plan: &mut Plan<Route>) -> Result<(), Diagnostics> {
        let (text, found) = check_route(&plan.proposed, cx.namespace());
        // What needs no namespace was told by `validate` already, and warnings are not told twice.
        if cx.namespace().is_some() && found.has_error() {
            return Err(found);
        }
        published::plan(cx, plan, text.as_deref()).await
    }

    async fn plan_delete(&self, cx: &Cx<Connection>, state: Route) -> Result<(), Diagnostics> {
        published::plan_delete(cx, &state);
        Ok(())
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<Route>) -> Result<Route, Failed<Route>> {
        published::create(cx, request).await
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<Route>) -> Result<Option<Route>, Diagnostics> {
        published::read(cx, request).await
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<Route>) -> Result<Route, Failed<Route>> {
        published::update(cx, request).await
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<Route>) -> Result<(), Diagnostics> {
        published::delete(cx, request).await
    }

    async fn import(&self, cx: &Cx<Connection>, request: Import) -> Result<Route, Diagnostics> {
        Ok(Route { name: imported_name(cx, &request, KIND)?, ..Route::default() })
    }

    async fn import_by_identity(&self, cx: &Cx<Connection>, identity: Route) -> Result<Route, Diagnostics> {
        self.import(cx, Import::new(identity.placement.parameter_name.require("parameter_name")?)).await
    }
}

/// `terraform query`: the routes of the namespace.
pub(crate) struct RouteList;

impl ListResource for RouteList {
    type Context = Connection;
    type Config = ();
    type Model = Route;

    fn type_name(&self) -> String {
        Routes.type_name()
    }

    async fn list(
        &self,
        cx: &Cx<Connection>,
        request: List<()>,
        found: &mut Found<'_, Route>,
    ) -> Result<(), Diagnostics> {
        listing::list(cx, &request, found, KIND, |name| Route { name, ..Route::default() }).await
    }
}

impl Published for Route {
    type Document = RouteDocument;

    const NOUN: &'static str = "route";
    const PUBLISHED: &'static [&'static str] = &schema::PUBLISHED;
    const VERSION: &'static str = "version";

    fn parts(&self) -> (&Placement, &Attribute<i64>) {
        (&self.placement, &self.version)
    }

    fn parts_mut(&mut self) -> (&mut Placement, &mut Attribute<i64>) {
        (&mut self.placement, &mut self.version)
    }

    fn object(&self, _: &Namespace) -> Result<Option<Object>, Diagnostic> {
        named(KIND, &self.name)
    }

    fn encode(self, namespace: &Namespace) -> Result<(Self, String), Diagnostics> {
        let text = encode(&self, namespace)?;
        Ok((self, text))
    }

    fn is_own(&self, document: &RouteDocument) -> bool {
        self.name.as_str() == Some(&document.name)
    }

    fn from_document(document: RouteDocument, state: &Self) -> Self {
        Self::of(document, state)
    }

    fn garbled(self) -> Self {
        Self { slack_webhook: Attribute::Null, slack_app: Attribute::Null, sns: Attribute::Null, ..self }
    }
}

/// Checks all that is known: each mistake at its attribute. The text of the parameter, if all is known and right.
fn check_route(route: &Route, namespace: Option<&Namespace>) -> (Option<String>, Diagnostics) {
    let mut reading = Reading::default();
    let document = route.document(namespace, &mut reading);
    let mut found = reading.into_faults();
    if let Some(source) = route.matches.known().and_then(|matches| matches.expression.as_str()) {
        found.append(check_narrowed(source, Path::from("match").attribute("expression")));
    }
    let text = document
        .filter(|_| !found.has_error())
        .and_then(|document| document.encode().map_err(|error| found.push(too_large_for_one(&error).at("name"))).ok());
    (text, found)
}

/// The text of the parameter: what was unknown at validate is checked here.
fn encode(route: &Route, namespace: &Namespace) -> Result<String, Diagnostics> {
    let (text, found) = check_route(route, Some(namespace));
    if found.has_error() {
        return Err(found);
    }
    text.ok_or_else(|| Diagnostic::error("The route is not wholly known at apply").into())
}
