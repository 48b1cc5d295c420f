//! `trailhook_rule`: one condition over one CloudTrail event.
//!
//! | file | |
//! |---|---|
//! | `schema` | what a rule is written with |
//! | `model` | what Terraform holds of it |
//! | `document` | between that and the published document |
//! | `checks` | what is said about it before it is published |
//! | `tests_run` | its `test` blocks |

mod checks;
mod document;
mod model;
mod schema;
mod tests_run;

use tfplugin::schema::Schema;
use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Found, Import, List, ListResource, Plan, Read,
    Resource, Update,
};
use trailhook_engine::document::{DocumentKind, Namespace, RuleDocument};

use self::model::Rule;
use super::published::{self, Published, imported_name};
use super::{Placement, listing, named};
use crate::connection::Connection;
use crate::parameter::Object;

const KIND: DocumentKind = DocumentKind::Rule;

pub(crate) struct Rules;

impl Resource for Rules {
    type Context = Connection;
    type Model = Rule;

    fn type_name(&self) -> String {
        "trailhook_rule".to_owned()
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    // Terraform asks this again in each plan and before each apply, with what it knows by then.
    async fn validate(&self, cx: &Cx<()>, config: Rule) -> Result<(), Diagnostics> {
        let (text, found) = checks::check_rule(&config);
        cx.report(found);
        config.placement.validate(cx, text.as_deref());
        Ok(())
    }

    async fn plan(&self, cx: &Cx<Connection>, plan: &mut Plan<Rule>) -> Result<(), Diagnostics> {
        if let Some(fields) = plan.proposed.read_fields() {
            plan.set("fields", fields);
        }
        let text = checks::text(&plan.proposed);
        published::plan(cx, plan, text.as_deref()).await
    }

    async fn plan_delete(&self, cx: &Cx<Connection>, state: Rule) -> Result<(), Diagnostics> {
        published::plan_delete(cx, &state);
        Ok(())
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<Rule>) -> Result<Rule, Failed<Rule>> {
        published::create(cx, request).await
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<Rule>) -> Result<Option<Rule>, Diagnostics> {
        published::read(cx, request).await
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<Rule>) -> Result<Rule, Failed<Rule>> {
        published::update(cx, request).await
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<Rule>) -> Result<(), Diagnostics> {
        published::delete(cx, request).await
    }

    async fn import(&self, cx: &Cx<Connection>, request: Import) -> Result<Rule, Diagnostics> {
        Ok(Rule { name: imported_name(cx, &request, KIND)?, ..Rule::default() })
    }

    async fn import_by_identity(&self, cx: &Cx<Connection>, identity: Rule) -> Result<Rule, Diagnostics> {
        self.import(cx, Import::new(identity.placement.parameter_name.require("parameter_name")?)).await
    }
}

/// `terraform query`: the rules of the namespace.
pub(crate) struct RuleList;

impl ListResource for RuleList {
    type Context = Connection;
    type Config = ();
    type Model = Rule;

    fn type_name(&self) -> String {
        Rules.type_name()
    }

    async fn list(
        &self,
        cx: &Cx<Connection>,
        request: List<()>,
        found: &mut Found<'_, Rule>,
    ) -> Result<(), Diagnostics> {
        listing::list(cx, &request, found, KIND, |name| Rule { name, ..Rule::default() }).await
    }
}

impl Published for Rule {
    type Document = RuleDocument;

    const NOUN: &'static str = "rule";
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

    fn encode(self, _: &Namespace) -> Result<(Self, String), Diagnostics> {
        let text = checks::encode(&self)?;
        Ok((self, text))
    }

    fn is_own(&self, document: &RuleDocument) -> bool {
        self.name.as_str() == Some(&document.name)
    }

    fn from_document(document: RuleDocument, state: &Self) -> Self {
        Self::of(document, state)
    }

    fn garbled(self) -> Self {
        Self { expression: Attribute::Null, event_names: Attribute::Null, fields: Vec::new().into(), ..self }
    }
}
