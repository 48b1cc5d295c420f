//! `trailhook_rule_pack`: rules that ship with the function, switched on.

use std::collections::BTreeMap;

use tfplugin::schema::{self, Schema};
use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Import, Path, Plan, Read, Resource, Type, Update,
    model,
};
use trailhook_engine::document::{Document, DocumentKind, Namespace, PackDocument, Severity};
use trailhook_engine::pack::{Pack, PackFault, PackVersion, Selection};

use super::published::{self, Published, imported_name};
use super::reading::{Labels, Reading, Texts, labels, texts};
use super::{Placement, keep_empty, named, sentence, too_large};
use crate::connection::Connection;
use crate::pack::find;
use crate::parameter::Object;

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
                "Switches on a rule pack: rules that ship with the function. `baseline` is about sign-ins without a second factor, the \
                 root user, refused calls, and what makes CloudTrail or these alerts fall silent. In alerts its rules are called by \
                 the pack and their own name, such as `baseline/root-activity`; the data source `trailhook_pack` shows what they \
                 say.\n\n\
                 The parameter `{namespace}/packs/{name}` holds the choice alone. A function that does not have the version \
                 goes on with the one that it has, and says so in its log.",
            )
            .attribute(schema::string("name").required().requires_replace().describe("The pack's name: `baseline`."))
            .attribute(schema::string("version").optional().describe(
                "The version of the pack, such as `1.0.0`, whose rules never change. If it is not given, it is the newest that the \
                 provider carries: the plan after an update of the provider then shows which rules change.",
            ))
            .attribute(schema::set("disabled_rules", Type::String).optional().describe(
                "Rules of the pack that take no part, by their names without the pack's, such as `unauthorized-operation`.",
            ))
            .attribute(schema::map("severity_overrides", Type::String).optional().describe(
                "Severities in place of the pack's own: `info`, `low`, `medium`, `high` or `critical` by the rule's name without the \
                 pack's.",
            ))
            .attribute(schema::map("parameters", Type::String).optional().describe(
                "Values that the pack's rules ask for, which are put into expressions as values, never as text. Of `baseline`: \
                 `function_name`, the name of the function that sends the alerts (`trailhook` if it is not given), and `data_events`, \
                 whether rules for any event look at the access to objects and items, too (`false`).",
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
            .attribute(schema::string("parameter_name").computed().describe("The name of the pack's parameter."))
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
        published::plan(cx, plan, text.as_deref()).await
    }

    async fn plan_delete(&self, cx: &Cx<Connection>, state: RulePack) -> Result<(), Diagnostics> {
        published::plan_delete(cx, &state);
        Ok(())
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<RulePack>) -> Result<RulePack, Failed<RulePack>> {
        published::create(cx, request).await
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<RulePack>) -> Result<Option<RulePack>, Diagnostics> {
        published::read(cx, request).await
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<RulePack>) -> Result<RulePack, Failed<RulePack>> {
        published::update(cx, request).await
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<RulePack>) -> Result<(), Diagnostics> {
        published::delete(cx, request).await
    }

    async fn import(&self, cx: &Cx<Connection>, request: Import) -> Result<RulePack, Diagnostics> {
        Ok(RulePack { name: imported_name(cx, &request, KIND)?, ..RulePack::default() })
    }
}

impl Published for RulePack {
    type Document = PackDocument;

    const NOUN: &'static str = "pack";
    const PUBLISHED: &'static [&'static str] = &PUBLISHED;
    const VERSION: &'static str = "parameter_version";

    fn parts(&self) -> (&Placement, &Attribute<i64>) {
        (&self.placement, &self.parameter_version)
    }

    fn parts_mut(&mut self) -> (&mut Placement, &mut Attribute<i64>) {
        (&mut self.placement, &mut self.parameter_version)
    }

    fn object(&self, _: &Namespace) -> Result<Option<Object>, Diagnostic> {
        named(KIND, &self.name)
    }

    fn encode(self, _: &Namespace) -> Result<(Self, String), Diagnostics> {
        self.resolved()
    }

    fn is_own(&self, document: &PackDocument) -> bool {
        self.name.as_str() == Some(&document.name)
    }

    fn from_document(document: PackDocument, state: &Self) -> Self {
        Self::of(document, state)
    }

    fn garbled(self) -> Self {
        Self { resolved_version: Attribute::Null, digest: Attribute::Null, rules: Attribute::Null, ..self }
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
    fn resolved(self) -> Result<(Self, String), Diagnostics> {
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

    fn of(document: PackDocument, state: &Self) -> Self {
        // The provider may not have the version that somebody published with a newer one.
        let pack = Pack::find(&document.name).ok();
        let known = pack.and_then(|pack| pack.resolve(Some(&document.version)).ok());
        let severities = &document.severity_overrides;
        let severities = severities.iter().map(|(rule, severity)| (rule.clone(), severity.to_string())).collect();
        // Whether an imported pack was pinned stands nowhere: the newest version is as well not pinned, another one must be
        // to stay as it is.
        let is_import = state.placement.parameter_name.is_null();
        let is_newest = pack.is_some_and(|pack| pack.newest().version().to_string() == document.version);
        let version = if is_import && !is_newest { document.version.clone().into() } else { state.version.clone() };
        Self {
            version,
            rules: known.map(|version| rules(&version.select(&document))).into(),
            name: document.name.into(),
            resolved_version: document.version.into(),
            digest: document.digest.into(),
            disabled_rules: keep_empty(texts(document.disabled_rules), &state.disabled_rules),
            severity_overrides: keep_empty(labels(severities), &state.severity_overrides),
            parameters: keep_empty(labels(document.parameters), &state.parameters),
            ..Self::default()
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
    Diagnostic::error(summary).detail(sentence(fault)).at(at)
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
