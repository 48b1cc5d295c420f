//! `trailhook_rule_pack`: rules that ship with the function, switched on.

use std::collections::BTreeMap;

use tfplugin::schema::{self, Schema};
use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Import, Path, Plan, Read, Resource, Type, Update,
    model,
};
use trailhook_engine::document::{DocumentKind, PackDocument, Severity};
use trailhook_engine::pack::{Pack, PackFault, PackVersion, Selection};

use super::reading::{Labels, Reading, Texts, labels, texts};
use super::{
    Placement, imported_name, keep_empty, parameter_of, parse_name, plan_place, readable, sentence, too_large,
};
use crate::connection::Connection;
use crate::pack::find;
use crate::parameter::{self, Object, Stored};

const KIND: DocumentKind = DocumentKind::Pack;

pub(crate) struct RulePacks;

#[derive(Debug, Clone, Default)]
pub(crate) struct RulePack {
    name: Attribute<String>,
    version: Attribute<String>,
    disabled_rules: Texts,
    severity_overrides: Labels,
    parameters: Labels,
    resolved_version: Attribute<String>,
    digest: Attribute<String>,
    rules: Attribute<BTreeMap<String, String>>,
    id: Attribute<String>,
    arn: Attribute<String>,
    parameter_name: Attribute<String>,
    parameter_version: Attribute<i64>,
    placement: Placement,
}
model!(RulePack {
    name,
    version,
    disabled_rules,
    severity_overrides,
    parameters,
    resolved_version,
    digest,
    rules,
    id,
    arn,
    parameter_name,
    parameter_version,
    ..placement
});

/// What the document is made of; a change of any of them writes a new version of the parameter.
const PUBLISHED: [&str; 6] =
    ["disabled_rules", "severity_overrides", "parameters", "resolved_version", "digest", "tier"];

impl Resource for RulePacks {
    type Context = Connection;
    type Model = RulePack;

    fn type_name(&self) -> String {
        "trailhook_rule_pack".to_owned()
    }

    fn schema(&self) -> Schema {
        let schema = Schema::new()
            .describe(
                "Switches on a rule pack. The rules ship with the function; the parameter `{namespace}/packs/{name}` holds the choice \
                 of them. In alerts and routes they are called `pack/rule`, such as `baseline/root-activity`. The data source \
                 `trailhook_pack` shows what they say.",
            )
            .attribute(schema::string("name").required().requires_replace().describe("The pack's name, such as `baseline`."))
            .attribute(schema::string("version").optional().describe(
                "The version of the pack. If it is left out, it is the newest that the provider carries: the plan after an update \
                 of the provider then shows which rules change.",
            ))
            .attribute(schema::set("disabled_rules", Type::String).optional().describe(
                "Rules of the pack that take no part, by their names without the pack's.",
            ))
            .attribute(schema::map("severity_overrides", Type::String).optional().describe(
                "Severities in place of the pack's own: `info`, `low`, `medium`, `high` or `critical` by the rule's name without the \
                 pack's.",
            ))
            .attribute(schema::map("parameters", Type::String).optional().describe(
                "Values that the pack's rules ask for, such as `function_name` and `data_events` of `baseline`. They are put into \
                 expressions as values, never as text.",
            ))
            .attribute(schema::string("resolved_version").computed().describe("The version whose rules take part."))
            .attribute(schema::string("digest").computed().describe(
                "The SHA-256 of the version's rules. The function compares it with its own.",
            ))
            .attribute(schema::map("rules", Type::String).computed().describe(
                "The severity of each rule that takes part, by its full name.",
            ))
            .attribute(schema::string("id").computed().describe("The pack's name."))
            .attribute(schema::string("arn").computed().describe("The ARN of the parameter."))
            .attribute(schema::string("parameter_name").computed().describe("The name of the parameter."))
            .attribute(
                schema::int64("parameter_version")
                    .computed()
                    .recomputed_when(PUBLISHED)
                    .describe("The version of the parameter, which counts what was written to it."),
            );
        Placement::add_to(schema)
    }

    async fn validate(&self, cx: &Cx<()>, config: RulePack) -> Result<(), Diagnostics> {
        let (text, faults) = config.text();
        cx.report(faults);
        config.placement.validate(cx, text.as_deref());
        Ok(())
    }

    async fn plan(&self, cx: &Cx<Connection>, plan: &mut Plan<RulePack>) -> Result<(), Diagnostics> {
        let pack = plan.proposed.clone();
        let (text, faults) = pack.text();
        cx.report(faults);
        if let Ok(Some((_, version))) = find(&pack.name, &pack.version) {
            plan.set("resolved_version", version.version().to_string());
            plan.set("digest", version.digest().to_owned());
            match pack.rules(version) {
                Some(rules) => plan.set("rules", rules),
                None => plan.set_unknown("rules"),
            }
            let published = plan.prior.as_ref().and_then(|prior| prior.resolved_version.as_str());
            if let Some(published) = published.filter(|published| version.is_older_than(published))
                && pack.version.is_null()
            {
                cx.report(goes_back(published, version));
            }
        } else {
            ["resolved_version", "digest", "rules"].into_iter().for_each(|name| plan.set_unknown(name));
        }
        let prior = plan.prior.as_ref().map(|prior| (prior.placement.clone(), prior.parameter_name.clone()));
        let prior = prior.as_ref().map(|(placement, parameter)| (placement, parameter));
        pack.placement.plan(cx, plan, prior, text.as_deref()).await?;
        plan_place(cx, KIND, plan, &pack.name, prior.map(|(_, parameter)| parameter)).await
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<RulePack>) -> Result<RulePack, Failed<RulePack>> {
        let (pack, text) = request.planned.encode()?;
        let name = parse_name(pack.name.require("name")?)?;
        let parameter = cx.require_namespace()?.parameter(KIND, &name);
        let (stored, placement) = pack.placement.create(cx, &Object::Named(KIND, &name), &parameter, &text).await?;
        Ok(RulePack { placement, ..pack }.placed(name.as_str(), &parameter, stored))
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<RulePack>) -> Result<Option<RulePack>, Diagnostics> {
        let state = request.state;
        let name = state.name.require("name")?.clone();
        let parameter = parameter_of(cx, KIND, &name, &state.parameter_name)?;
        let Some(stored) = parameter::read(cx, &parameter).await? else { return Ok(None) };
        let placement = state.placement.read(cx, &parameter).await?;
        let document = PackDocument::decode(&stored.value);
        let pack = match readable(KIND, &parameter, document, |document| document.name == name)? {
            Some(document) => RulePack::from_document(document, &state),
            // The plan shows the pack as lacking its rules, and mends it.
            None => {
                RulePack { resolved_version: Attribute::Null, digest: Attribute::Null, rules: Attribute::Null, ..state }
            }
        };
        Ok(Some(RulePack { placement, ..pack }.placed(&name, &parameter, stored)))
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<RulePack>) -> Result<RulePack, Failed<RulePack>> {
        let parameter = request.planned.parameter_name.require("parameter_name")?.clone();
        // A plan that keeps the version of the parameter changes nothing of the document: tags, or a pinned `version`.
        let (pack, text) = if request.planned.parameter_version.is_unknown() {
            request.planned.encode().map(|(pack, text)| (pack, Some(text)))?
        } else {
            (request.planned, None)
        };
        let prior = &request.prior.placement;
        let (stored, placement) = pack.placement.update(cx, prior, &parameter, text.as_deref()).await?;
        let pack = RulePack { placement, ..pack };
        let name = pack.name.require("name")?.clone();
        Ok(match stored {
            Some(stored) => pack.placed(&name, &parameter, stored),
            None => pack,
        })
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<RulePack>) -> Result<(), Diagnostics> {
        Ok(parameter::delete(cx, request.state.parameter_name.require("parameter_name")?).await?)
    }

    async fn import(&self, cx: &Cx<Connection>, request: Import) -> Result<RulePack, Diagnostics> {
        let name = imported_name(&request.id, KIND, cx.require_namespace()?)?;
        Ok(RulePack { name: name.to_string().into(), ..RulePack::default() })
    }
}

impl RulePack {
    /// The document as far as it is known.
    fn choice(&self, version: &PackVersion, reading: &mut Reading) -> PackDocument {
        let choice = PackDocument {
            parameters: reading.labels(&self.parameters, &Path::from("parameters")),
            ..self.rule_choice(version, reading)
        };
        version.select(&choice).faults.iter().for_each(|fault| reading.fault(told(fault)));
        choice
    }

    /// What the document says of the rules one by one.
    fn rule_choice(&self, version: &PackVersion, reading: &mut Reading) -> PackDocument {
        let disabled = reading.texts(&self.disabled_rules, &Path::from("disabled_rules"), true).unwrap_or_default();
        let at = Path::from("severity_overrides");
        let mut severities = BTreeMap::new();
        for (rule, word) in reading.labels(&self.severity_overrides, &at) {
            match Severity::parse(&word) {
                Ok(severity) => {
                    severities.insert(rule, severity);
                }
                Err(error) => {
                    let fault = Diagnostic::error("Unknown severity").detail(sentence(&error));
                    reading.fault(fault.at(at.key(&rule)));
                }
            }
        }
        PackDocument {
            disabled_rules: disabled.into_iter().map(|(_, rule)| rule).collect(),
            severity_overrides: severities,
            ..version.document()
        }
    }

    /// The severities of the rules that take part, if all that decides them is known and right.
    fn rules(&self, version: &PackVersion) -> Option<BTreeMap<String, String>> {
        let mut reading = Reading::default();
        let choice = self.rule_choice(version, &mut reading);
        reading.is_whole().then(|| rules(&version.select(&choice)))
    }

    /// The text of the parameter if it is wholly known, and what is wrong with what is known.
    fn text(&self) -> (Option<String>, Diagnostics) {
        let version = match find(&self.name, &self.version) {
            Ok(Some((_, version))) => version,
            Ok(None) => return (None, Diagnostics::new()),
            Err(fault) => return (None, fault.into()),
        };
        let mut reading = Reading::default();
        let choice = self.choice(version, &mut reading);
        let is_whole = reading.is_whole();
        let mut faults = reading.into_faults();
        match choice.encode() {
            Ok(text) => (Some(text).filter(|_| is_whole), faults),
            Err(error) => {
                faults.push(too_large(&error));
                (None, faults)
            }
        }
    }

    /// The text of the parameter, and the pack with what follows from it: what was unknown at plan is checked here.
    fn encode(self) -> Result<(Self, String), Diagnostics> {
        let unknown = || Diagnostic::error("The pack is not wholly known at apply").at("name");
        let wanted = if self.resolved_version.is_unknown() { &self.version } else { &self.resolved_version };
        let (_, version) = find(&self.name, wanted)?.ok_or_else(unknown)?;
        let mut reading = Reading::default();
        let choice = self.choice(version, &mut reading);
        let is_whole = reading.is_whole();
        reading.into_faults().or_ok(())?;
        if !is_whole {
            return Err(unknown().into());
        }
        let text = choice.encode().map_err(|error| too_large(&error))?;
        let pack = Self {
            resolved_version: choice.version.clone().into(),
            digest: choice.digest.clone().into(),
            rules: rules(&version.select(&choice)).into(),
            ..self
        };
        Ok((pack, text))
    }

    fn from_document(document: PackDocument, state: &Self) -> Self {
        // The provider may not have the version that somebody published with a newer one.
        let pack = Pack::find(&document.name).ok();
        let known = pack.and_then(|pack| pack.resolve(Some(&document.version)).ok());
        let severities = &document.severity_overrides;
        let severities = severities.iter().map(|(rule, severity)| (rule.clone(), severity.to_string())).collect();
        // Whether an imported pack was pinned stands nowhere: the newest version is as well not pinned, another one must be
        // to stay as it is.
        let is_import = state.parameter_name.is_null();
        let is_newest = pack.is_some_and(|pack| pack.newest().version().to_string() == document.version);
        let version = if is_import && !is_newest { document.version.clone().into() } else { state.version.clone() };
        Self {
            version,
            rules: known.map(|version| rules(&version.select(&document))).into(),
            resolved_version: document.version.into(),
            digest: document.digest.into(),
            disabled_rules: keep_empty(texts(document.disabled_rules), &state.disabled_rules),
            severity_overrides: keep_empty(labels(severities), &state.severity_overrides),
            parameters: keep_empty(labels(document.parameters), &state.parameters),
            ..Self::default()
        }
    }

    fn placed(self, name: &str, parameter: &str, stored: Stored) -> Self {
        Self {
            name: name.into(),
            id: name.into(),
            parameter_name: parameter.into(),
            arn: stored.arn.into(),
            parameter_version: stored.version.into(),
            ..self
        }
    }
}

/// The severities of the rules that take part.
fn rules(selection: &Selection) -> BTreeMap<String, String> {
    let enabled = selection.rules.iter().map(|rule| &rule.document).filter(|rule| rule.enabled);
    enabled.map(|rule| (rule.name.clone(), rule.severity.to_string())).collect()
}

fn told(fault: &PackFault) -> Diagnostic {
    let summary = match fault {
        PackFault::DisabledRule { .. } | PackFault::SeverityOverride { .. } => "Unknown rule of the pack",
        PackFault::Parameter { .. } => "Unknown parameter of the pack",
        PackFault::NotABool { .. } | PackFault::EmptyText { .. } => "The parameter of the pack cannot be used",
    };
    let (attribute, key) = fault.place();
    let at = match fault {
        // An element of a set has no place of its own.
        PackFault::DisabledRule { .. } => Path::from(attribute),
        _ => Path::from(attribute).key(key),
    };
    // A question ends by itself.
    Diagnostic::error(summary).detail(sentence(fault).replace("?.", "?")).at(at)
}

fn goes_back(published: &str, version: &PackVersion) -> Diagnostic {
    let used = version.version();
    Diagnostic::warning("The pack goes back to an older version")
        .detail(format!(
            "Version {published} is published, and this provider carries {used} at most. Update the provider to keep it, or set \
             `version` to \"{used}\" if that is what you want."
        ))
        .at("version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_element_hides_no_mistake_beside_it() {
        let word = |text: &str| Attribute::Known(text.to_owned());
        let pack = |disabled: Attribute<String>, severity: Attribute<String>, value: Attribute<String>| RulePack {
            name: "baseline".into(),
            disabled_rules: vec![disabled, Attribute::Unknown].into(),
            severity_overrides: BTreeMap::from([
                ("root-activity".to_owned(), severity),
                ("root-login".to_owned(), Attribute::Unknown),
            ])
            .into(),
            parameters: BTreeMap::from([
                ("data_events".to_owned(), value),
                ("function_name".to_owned(), Attribute::Unknown),
            ])
            .into(),
            ..RulePack::default()
        };
        let (text, faults) = pack(word("rot-activity"), word("hihg"), word("maybe")).text();
        let told: Vec<_> = faults.iter().map(|fault| (fault.summary().to_owned(), fault.path().to_string())).collect();
        let expected = [
            ("Unknown severity", "severity_overrides[\"root-activity\"]"),
            ("Unknown rule of the pack", "disabled_rules"),
            ("The parameter of the pack cannot be used", "parameters[\"data_events\"]"),
        ];
        assert_eq!(told, expected.map(|(summary, path)| (summary.to_owned(), path.to_owned())));
        assert_eq!(text, None);

        // Nothing wrong, and not known: neither text nor rules.
        let open = pack(word("root-activity"), word("high"), word("true"));
        assert_eq!(open.text(), (None, Diagnostics::new()));
        let version = Pack::find("baseline").unwrap().newest();
        assert_eq!(open.rules(version), None);
        let known = RulePack {
            disabled_rules: vec![word("root-activity")].into(),
            severity_overrides: Attribute::Null,
            ..open
        };
        assert!(!known.rules(version).unwrap().contains_key("baseline/root-activity"));
    }
}
