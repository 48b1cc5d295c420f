//! `trailhook_pack`: what a rule pack holds.

use std::collections::BTreeMap;

use tfplugin::schema::{self, Schema};
use tfplugin::{Attribute, Cx, DataSource, Diagnostics, Type, model};
use trailhook_engine::pack::{Pack, PackRule, PackVersion};

use crate::connection::Connection;
use crate::pack::find;

pub(crate) struct Packs;

#[derive(Debug, Clone)]
pub(crate) struct Model {
    name: Attribute<String>,
    version: Attribute<String>,
    resolved_version: Attribute<String>,
    versions: Attribute<Vec<String>>,
    title: Attribute<String>,
    description: Attribute<String>,
    digest: Attribute<String>,
    parameters: Attribute<Vec<Parameter>>,
    rules: Attribute<Vec<Rule>>,
}
model!(Model { name, version, resolved_version, versions, title, description, digest, parameters, rules });

#[derive(Debug, Clone)]
struct Parameter {
    name: Attribute<String>,
    kind: Attribute<String>,
    default: Attribute<String>,
    description: Attribute<String>,
}
model!(Parameter { name, kind = "type", default, description });

#[derive(Debug, Clone)]
struct Rule {
    name: Attribute<String>,
    description: Attribute<String>,
    severity: Attribute<String>,
    expression: Attribute<String>,
    exceptions: Attribute<Vec<String>>,
    labels: Attribute<BTreeMap<String, String>>,
    runbook: Attribute<String>,
}
model!(Rule { name, description, severity, expression, exceptions, labels, runbook });

impl DataSource for Packs {
    type Context = Connection;
    type Model = Model;

    fn type_name(&self) -> String {
        "trailhook_pack".to_owned()
    }

    fn schema(&self) -> Schema {
        let parameter =
            Type::object(["name", "type", "default", "description"].map(|attribute| (attribute, Type::String)));
        let rule = Type::object([
            ("name", Type::String),
            ("description", Type::String),
            ("severity", Type::String),
            ("expression", Type::String),
            ("exceptions", Type::list(Type::String)),
            ("labels", Type::map(Type::String)),
            ("runbook", Type::String),
        ]);
        Schema::new()
            .describe(
                "A rule pack with its rules, as it ships with the provider and the function. Nothing is read from AWS: a pack is \
                 switched on with `trailhook_rule_pack`.",
            )
            .attribute(schema::string("name").required().describe("The pack's name: `baseline`."))
            .attribute(
                schema::string("version").optional().describe("The version to look at, such as `1.0.0`; the newest if it is not given."),
            )
            .attribute(schema::string("resolved_version").computed().describe("The version that is shown."))
            .attribute(
                schema::list("versions", Type::String)
                    .computed()
                    .describe("All versions that this provider carries, the newest first."),
            )
            .attribute(schema::string("title").computed().describe("A few words for a heading."))
            .attribute(schema::string("description").computed().describe("What the pack is about."))
            .attribute(schema::string("digest").computed().describe("The SHA-256 of the version's rules and parameters."))
            .attribute(schema::list("parameters", parameter).computed().describe(
                "The values that `trailhook_rule_pack` takes as `parameters`, each with its `type` (`string` or `bool`), and `default` \
                 as text.",
            ))
            .attribute(schema::list("rules", rule).computed().describe(
                "The rules by name, with the defaults of all parameters: `name` as `disabled_rules` takes it, `description`, \
                 `severity`, `expression`, `exceptions`, `labels`, and `runbook`, which says what to do about a match.",
            ))
    }

    async fn validate(&self, cx: &Cx<()>, config: Model) -> Result<(), Diagnostics> {
        if let Err(fault) = find(&config.name, &config.version) {
            cx.report(fault);
        }
        Ok(())
    }

    async fn read(&self, _: &Cx<Connection>, config: Model) -> Result<Model, Diagnostics> {
        let Some((pack, version)) = find(&config.name, &config.version)? else { return Ok(config) };
        Ok(Model::of(config, pack, version))
    }
}

impl Model {
    fn of(config: Self, pack: &Pack, version: &PackVersion) -> Self {
        let parameters = version.parameters().iter().map(|parameter| Parameter {
            name: parameter.name.as_str().into(),
            kind: parameter.kind.as_str().into(),
            default: parameter.default.as_str().into(),
            description: parameter.description.as_str().into(),
        });
        let rules = version.select(&version.document()).rules.into_iter().map(|rule| {
            let name = rule.short_name().into();
            let PackRule { document, runbook } = rule;
            Rule {
                name,
                expression: document.condition.expression().into_owned().into(),
                description: document.description.into(),
                severity: document.severity.as_str().into(),
                exceptions: document.exceptions.into(),
                labels: document.labels.into(),
                runbook: runbook.into(),
            }
        });
        Self {
            resolved_version: version.version().to_string().into(),
            versions: pack.versions().map(|version| version.version().to_string()).collect::<Vec<_>>().into(),
            title: version.title().into(),
            description: version.description().into(),
            digest: version.digest().into(),
            parameters: parameters.collect::<Vec<_>>().into(),
            rules: rules.collect::<Vec<_>>().into(),
            ..config
        }
    }
}
