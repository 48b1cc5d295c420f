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
use tfplugin::{Attribute, Create, Cx, Delete, Diagnostics, Failed, Import, Plan, Read, Resource, Update};
use trailhook_engine::document::{DocumentKind, RuleDocument};

use self::model::Rule;
use super::{imported_name, parameter_of, parse_name, plan_place, readable};
use crate::connection::Connection;
use crate::parameter::{self, Object};

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
        let (text, placement) = (checks::text(&plan.proposed), plan.proposed.placement.clone());
        let prior = plan.prior.as_ref().map(|prior| (prior.placement.clone(), prior.parameter_name.clone()));
        let prior = prior.as_ref().map(|(placement, parameter)| (placement, parameter));
        placement.plan(cx, plan, prior, text.as_deref()).await?;
        let name = plan.proposed.name.clone();
        plan_place(cx, KIND, plan, &name, prior.map(|(_, parameter)| parameter)).await
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<Rule>) -> Result<Rule, Failed<Rule>> {
        let rule = request.planned;
        let name = parse_name(rule.name.require("name")?)?;
        let parameter = cx.require_namespace()?.parameter(KIND, &name);
        let (text, object) = (checks::encode(&rule)?, Object::Named(KIND, &name));
        let (stored, placement) = rule.placement.create(cx, &object, &parameter, &text).await?;
        Ok(rule.placed(name.as_str(), &parameter, stored, placement))
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<Rule>) -> Result<Option<Rule>, Diagnostics> {
        let state = request.state;
        let name = state.name.require("name")?.clone();
        let parameter = parameter_of(cx, KIND, &name, &state.parameter_name)?;
        let Some(stored) = parameter::read(cx, &parameter).await? else { return Ok(None) };
        let placement = state.placement.read(cx, &parameter).await?;
        let document = RuleDocument::decode(&stored.value);
        let rule = match readable(KIND, &parameter, document, |document| document.name == name)? {
            Some(document) => Rule::from_document(document, &state),
            // The plan shows the rule as lacking its condition, and mends it.
            None => {
                Rule { expression: Attribute::Null, event_names: Attribute::Null, fields: Vec::new().into(), ..state }
            }
        };
        Ok(Some(rule.placed(&name, &parameter, stored, placement)))
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<Rule>) -> Result<Rule, Failed<Rule>> {
        let rule = request.planned;
        let name = rule.name.require("name")?.clone();
        let parameter = rule.parameter_name.require("parameter_name")?.clone();
        // A plan that keeps the version changes what is not published: tests, or tags.
        let text = if rule.version.is_unknown() { Some(checks::encode(&rule)?) } else { None };
        let prior = &request.prior.placement;
        let (stored, placement) = rule.placement.update(cx, prior, &parameter, text.as_deref()).await?;
        Ok(match stored {
            Some(stored) => rule.placed(&name, &parameter, stored, placement),
            None => Rule { placement, ..rule },
        })
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<Rule>) -> Result<(), Diagnostics> {
        Ok(parameter::delete(cx, request.state.parameter_name.require("parameter_name")?).await?)
    }

    async fn import(&self, cx: &Cx<Connection>, request: Import) -> Result<Rule, Diagnostics> {
        let name = imported_name(&request.id, KIND, cx.require_namespace()?)?;
        Ok(Rule { name: name.to_string().into(), ..Rule::default() })
    }
}
