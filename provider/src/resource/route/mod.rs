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
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Import, Path, Plan, Read, Resource, Update,
};
use trailhook_engine::document::{DocumentKind, Namespace, RouteDocument};

use self::model::Route;
use super::reading::Reading;
use super::{imported_name, parameter_of, parse_name, plan_place, readable, too_large_for_one};
use crate::connection::Connection;
use crate::language::check;
use crate::parameter::{self, Object};

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
        let placement = plan.proposed.placement.clone();
        let prior = plan.prior.as_ref().map(|prior| (prior.placement.clone(), prior.parameter_name.clone()));
        let prior = prior.as_ref().map(|(placement, parameter)| (placement, parameter));
        placement.plan(cx, plan, prior, text.as_deref()).await?;
        let name = plan.proposed.name.clone();
        plan_place(cx, KIND, plan, &name, prior.map(|(_, parameter)| parameter)).await
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<Route>) -> Result<Route, Failed<Route>> {
        let route = request.planned;
        let name = parse_name(route.name.require("name")?)?;
        let namespace = cx.require_namespace()?;
        let parameter = namespace.parameter(KIND, &name);
        let (text, object) = (encode(&route, namespace)?, Object::Named(KIND, &name));
        let (stored, placement) = route.placement.create(cx, &object, &parameter, &text).await?;
        Ok(route.placed(name.as_str(), &parameter, stored, placement))
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<Route>) -> Result<Option<Route>, Diagnostics> {
        let state = request.state;
        let name = state.name.require("name")?.clone();
        let parameter = parameter_of(cx, KIND, &name, &state.parameter_name)?;
        let Some(stored) = parameter::read(cx, &parameter).await? else { return Ok(None) };
        let placement = state.placement.read(cx, &parameter).await?;
        let document = RouteDocument::decode(&stored.value);
        let route = match readable(KIND, &parameter, document, |document| document.name == name)? {
            Some(document) => Route::from_document(document, &state),
            // The plan shows the route as lacking its destination, and mends it.
            None => Route { slack_webhook: Attribute::Null, slack_app: Attribute::Null, sns: Attribute::Null, ..state },
        };
        Ok(Some(route.placed(&name, &parameter, stored, placement)))
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<Route>) -> Result<Route, Failed<Route>> {
        let route = request.planned;
        let name = route.name.require("name")?.clone();
        let parameter = route.parameter_name.require("parameter_name")?.clone();
        // A plan that keeps the version changes tags alone.
        let text = if route.version.is_unknown() { Some(encode(&route, cx.require_namespace()?)?) } else { None };
        let prior = &request.prior.placement;
        let (stored, placement) = route.placement.update(cx, prior, &parameter, text.as_deref()).await?;
        Ok(match stored {
            Some(stored) => route.placed(&name, &parameter, stored, placement),
            None => Route { placement, ..route },
        })
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<Route>) -> Result<(), Diagnostics> {
        Ok(parameter::delete(cx, request.state.parameter_name.require("parameter_name")?).await?)
    }

    async fn import(&self, cx: &Cx<Connection>, request: Import) -> Result<Route, Diagnostics> {
        let name = imported_name(&request.id, KIND, cx.require_namespace()?)?;
        Ok(Route { name: name.to_string().into(), ..Route::default() })
    }
}

/// Checks all that is known: each mistake at its attribute. The text of the parameter, if all is known and right.
fn check_route(route: &Route, namespace: Option<&Namespace>) -> (Option<String>, Diagnostics) {
    let mut reading = Reading::default();
    let document = route.document(namespace, &mut reading);
    let mut found = reading.into_faults();
    if let Some(source) = route.matches.known().and_then(|matches| matches.expression.as_str()) {
        found.append(check(source, Path::from("match").attribute("expression")));
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
