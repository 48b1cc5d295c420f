//! `trailhook_rule`: one condition over one CloudTrail event.

use std::collections::BTreeMap;

use tfplugin::schema::{self, Schema};
use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Import, Plan, Read, Resource, Type, Update, model,
};
use trailhook_engine::document::{Action, DocumentKind, RuleDocument, Severity};
use trailhook_engine::language::Expression;

use super::{imported_name, keep_empty, parameter_of, parse_name, plan_place, readable, sentence, too_large};
use crate::connection::Connection;
use crate::language::check;
use crate::parameter::{self, Object, Placed, Stored, Tier};

const KIND: DocumentKind = DocumentKind::Rule;

pub(crate) struct Rules;

#[derive(Debug, Clone, Default)]
pub(crate) struct Rule {
    name: Attribute<String>,
    description: Attribute<String>,
    expression: Attribute<String>,
    action: Attribute<String>,
    severity: Attribute<String>,
    labels: Attribute<BTreeMap<String, String>>,
    enabled: Attribute<bool>,
    id: Attribute<String>,
    arn: Attribute<String>,
    parameter_name: Attribute<String>,
    version: Attribute<i64>,
    fields: Attribute<Vec<String>>,
}
model!(Rule {
    name,
    description,
    expression,
    action,
    severity,
    labels,
    enabled,
    id,
    arn,
    parameter_name,
    version,
    fields
});

/// What the document is made of; a change of any of them writes a new version.
const PUBLISHED: [&str; 6] = ["description", "expression", "action", "severity", "labels", "enabled"];

impl Resource for Rules {
    type Context = Connection;
    type Model = Rule;

    fn type_name(&self) -> String {
        "trailhook_rule".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .describe(
                "A rule: a Python expression over one flattened CloudTrail event. It is parsed and checked by `terraform validate`, \
                 and published as the parameter `{namespace}/rules/{name}`.",
            )
            .attribute(schema::string("name").required().requires_replace().describe(
                "The rule's name: 1 to 64 characters out of `a-z`, `0-9`, `_` and `-`. Alerts name it.",
            ))
            .attribute(schema::string("description").optional().describe("What a match means, for those who read the alert."))
            .attribute(schema::string("expression").required().describe(
                "The condition. The rule matches an event if the value is `True`. Nested fields have one key: \
                 `event[\"userIdentity.arn\"]`.",
            ))
            .attribute(schema::string("action").optional().default(Action::Alert.as_str()).describe(
                "What happens with an event for which the rule is true: `alert` tells people, `ignore` keeps every rule from \
                 telling, `record` is a dry run that counts and tells nobody.",
            ))
            .attribute(
                schema::string("severity")
                    .optional()
                    .default(Severity::default().as_str())
                    .describe("How grave a match is: `info`, `low`, `medium`, `high` or `critical`."),
            )
            .attribute(
                schema::map("labels", Type::String).optional().describe("Words of your own that belong to the rule."),
            )
            .attribute(schema::bool("enabled").optional().default(true).describe("Whether the rule takes part at all."))
            .attribute(schema::string("id").computed().describe("The rule's name."))
            .attribute(schema::string("arn").computed().describe("The ARN of the parameter."))
            .attribute(schema::string("parameter_name").computed().describe("The name of the parameter."))
            .attribute(
                schema::int64("version").computed().recomputed_when(PUBLISHED).describe("The version of the parameter."),
            )
            .attribute(schema::list("fields", Type::String).computed().recomputed_when(["expression"]).describe(
                "The fields of the event that the expression reads, sorted; `*` if it works a key out.",
            ))
    }

    async fn validate(&self, cx: &Cx<()>, config: Rule) -> Result<(), Diagnostics> {
        let mut sound = true;
        let mut fault = |diagnostic: Diagnostic| {
            sound = false;
            cx.report(diagnostic);
        };
        if let Some(name) = config.name.as_str() {
            let _name = parse_name(name).map_err(&mut fault);
        }
        if let Some(word) = config.action.as_str() {
            let _action = Action::parse(word).map_err(|error| {
                fault(Diagnostic::error("Unknown action").detail(sentence(&error)).at("action"));
            });
        }
        if let Some(word) = config.severity.as_str() {
            let _severity = Severity::parse(word).map_err(|error| {
                fault(Diagnostic::error("Unknown severity").detail(sentence(&error)).at("severity"));
            });
        }
        if let Some(source) = config.expression.as_str() {
            let (expression, found) = check(source, "expression");
            sound &= expression.is_some();
            cx.report(found);
        }
        if sound && let Ok(Some(document)) = config.document() {
            document.encode().map_err(|error| too_large(&error).at("expression"))?;
        }
        Ok(())
    }

    async fn plan(&self, cx: &Cx<Connection>, plan: &mut Plan<Rule>) -> Result<(), Diagnostics> {
        if let Some(fields) = plan.proposed.expression.as_str().and_then(fields) {
            plan.set("fields", fields);
        }
        let name = plan.proposed.name.clone();
        let prior = plan.prior.as_ref().map(|prior| prior.parameter_name.clone());
        plan_place(cx, KIND, plan, &name, prior.as_ref()).await
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<Rule>) -> Result<Rule, Failed<Rule>> {
        let rule = request.planned;
        let name = parse_name(rule.name.require("name")?)?;
        let parameter = cx.require_namespace()?.parameter(KIND, &name);
        let stored =
            parameter::create(cx, &Object::Named(KIND, &name), &parameter, &rule.encode()?, &Placed::default()).await?;
        Ok(rule.placed(&name.to_string(), &parameter, stored))
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<Rule>) -> Result<Option<Rule>, Diagnostics> {
        let state = request.state;
        let name = state.name.require("name")?.clone();
        let parameter = parameter_of(cx, KIND, &name, &state.parameter_name)?;
        let Some(stored) = parameter::read(cx, &parameter).await? else { return Ok(None) };
        let document = RuleDocument::decode(&stored.value);
        let rule = match readable(KIND, &parameter, document, |document| document.name == name)? {
            Some(document) => Rule::from_document(document, &state),
            // The plan shows the rule as lacking its expression, and mends it.
            None => Rule { expression: Attribute::Null, fields: Vec::new().into(), ..state },
        };
        Ok(Some(rule.placed(&name, &parameter, stored)))
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<Rule>) -> Result<Rule, Failed<Rule>> {
        let rule = request.planned;
        let name = rule.name.require("name")?.clone();
        let parameter = rule.parameter_name.require("parameter_name")?.clone();
        let stored = parameter::update(cx, &parameter, &rule.encode()?, Tier::default()).await?;
        Ok(rule.placed(&name, &parameter, stored))
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<Rule>) -> Result<(), Diagnostics> {
        Ok(parameter::delete(cx, request.state.parameter_name.require("parameter_name")?).await?)
    }

    async fn import(&self, cx: &Cx<Connection>, request: Import) -> Result<Rule, Diagnostics> {
        let name = imported_name(&request.id, KIND, cx.require_namespace()?)?;
        Ok(Rule { name: name.to_string().into(), ..Rule::default() })
    }
}

/// The fields that an expression reads; `None` if it does not parse.
fn fields(source: &str) -> Option<Vec<String>> {
    Expression::parse(source).ok().map(|expression| expression.fields().map(str::to_owned).collect())
}

impl Rule {
    /// The document; `None` while something of it is unknown.
    fn document(&self) -> Result<Option<RuleDocument>, Diagnostic> {
        let unknown = self.name.is_unknown()
            || self.description.is_unknown()
            || self.expression.is_unknown()
            || self.action.is_unknown()
            || self.severity.is_unknown()
            || self.labels.is_unknown()
            || self.enabled.is_unknown();
        if unknown {
            return Ok(None);
        }
        let word = |error: &dyn std::fmt::Display, at: &str| Diagnostic::error(error.to_string()).at(at);
        let action = self.action.as_str().map(Action::parse).transpose().map_err(|error| word(&error, "action"))?;
        let severity =
            self.severity.as_str().map(Severity::parse).transpose().map_err(|error| word(&error, "severity"))?;
        Ok(Some(RuleDocument {
            description: self.description.clone().unwrap_or_default(),
            action: action.unwrap_or_default(),
            severity: severity.unwrap_or_default(),
            labels: self.labels.clone().unwrap_or_default(),
            enabled: self.enabled.unwrap_or(true),
            ..RuleDocument::new(self.name.require("name")?, self.expression.require("expression")?)
        }))
    }

    /// The text of the parameter, for an expression that parses: what was unknown at validate is checked here.
    fn encode(&self) -> Result<String, Diagnostics> {
        let document = self
            .document()?
            .ok_or_else(|| Diagnostic::error("The rule is not wholly known at apply").at("expression"))?;
        let (expression, found) = check(&document.condition.expression(), "expression");
        if expression.is_none() {
            return Err(found);
        }
        Ok(document.encode().map_err(|error| too_large(&error).at("expression"))?)
    }

    fn from_document(document: RuleDocument, state: &Self) -> Self {
        Self {
            name: document.name.into(),
            description: keep_empty(document.description, &state.description),
            fields: fields(&document.condition.expression()).unwrap_or_default().into(),
            expression: document.condition.expression().into_owned().into(),
            action: document.action.as_str().into(),
            severity: document.severity.as_str().into(),
            labels: keep_empty(document.labels, &state.labels),
            enabled: document.enabled.into(),
            ..Self::default()
        }
    }

    fn placed(self, name: &str, parameter: &str, stored: Stored) -> Self {
        Self {
            id: name.into(),
            parameter_name: parameter.into(),
            arn: stored.arn.into(),
            version: stored.version.into(),
            ..self
        }
    }
}
