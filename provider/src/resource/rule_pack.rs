//! `trailhook_rule_pack`: rules that ship with the function, switched on.

use std::collections::{BTreeMap, BTreeSet};

use tfplugin::schema::{self, Schema};
use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Import, Path, Plan, Read, Resource, Type, Update,
    model,
};
use trailhook_engine::document::{DocumentError, DocumentKind, EncodeError, Namespace, PackDocument, Severity};
use trailhook_engine::pack::{Pack, PackFault, PackVersion, Selection};

use super::published::{self, Published, imported_name};
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
    disabled_rules: Attribute<BTreeSet<String>>,
    severity_overrides: Attribute<BTreeMap<String, String>>,
    parameters: Attribute<BTreeMap<String, String>>,
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
            if pack.disabled_rules.is_unknown() || pack.severity_overrides.is_unknown() {
                plan.set_unknown("rules");
            } else {
                plan.set("rules", rules(&version.select(&pack.choice(version).0)));
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

    fn placement(&self) -> &Placement {
        &self.placement
    }

    fn placement_mut(&mut self) -> &mut Placement {
        &mut self.placement
    }

    fn version(&self) -> &Attribute<i64> {
        &self.parameter_version
    }

    fn version_mut(&mut self) -> &mut Attribute<i64> {
        &mut self.parameter_version
    }

    fn object(&self, _: &Namespace) -> Result<Option<Object>, Diagnostic> {
        named(KIND, &self.name)
    }

    fn encode(self, _: &Namespace) -> Result<(Self, String), Diagnostics> {
        self.resolved()
    }

    fn read_document(text: &str) -> Result<PackDocument, DocumentError> {
        PackDocument::decode(text)
    }

    fn write_document(document: &PackDocument) -> Result<String, EncodeError> {
        document.encode()
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
    /// The document as far as it is known, and what is wrong with it.
    fn choice(&self, version: &PackVersion) -> (PackDocument, Diagnostics) {
        let mut faults = Diagnostics::new();
        let mut severities = BTreeMap::new();
        for (rule, word) in self.severity_overrides.known().into_iter().flatten() {
            match Severity::parse(word) {
                Ok(severity) => {
                    severities.insert(rule.clone(), severity);
                }
                Err(error) => {
                    let fault = Diagnostic::error("Unknown severity").detail(sentence(&error));
                    faults.push(fault.at(Path::from("severity_overrides").key(rule)));
                }
            }
        }
        let choice = PackDocument {
            disabled_rules: self.disabled_rules.known().cloned().unwrap_or_default(),
            severity_overrides: severities,
            parameters: self.parameters.known().cloned().unwrap_or_default(),
            ..version.document()
        };
        faults.extend(version.select(&choice).faults.iter().map(told));
        (choice, faults)
    }

    /// The text of the parameter if it is wholly known, and what is wrong with what is known.
    fn text(&self) -> (Option<String>, Diagnostics) {
        let version = match find(&self.name, &self.version) {
            Ok(Some((_, version))) => version,
            Ok(None) => return (None, Diagnostics::new()),
            Err(fault) => return (None, fault.into()),
        };
        let is_open =
            self.disabled_rules.is_unknown() || self.severity_overrides.is_unknown() || self.parameters.is_unknown();
        let (choice, mut faults) = self.choice(version);
        match choice.encode() {
            Ok(text) => (Some(text).filter(|_| !is_open), faults),
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
        let (choice, faults) = self.choice(version);
        let text = faults.or_ok(choice.encode().map_err(|error| too_large(&error))?)?;
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
            disabled_rules: keep_empty(document.disabled_rules, &state.disabled_rules),
            severity_overrides: keep_empty(severities, &state.severity_overrides),
            parameters: keep_empty(document.parameters, &state.parameters),
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
