//! `trailhook_settings`: what holds for all rules and routes of a namespace.

use tfplugin::schema::{self, Schema};
use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Import, Path, Plan, Read, Resource, Type, Update,
    model,
};
use trailhook_engine::document::{Document, Namespace, SettingsDocument, SettingsFault};

use super::published::{self, Published};
use super::reading::{Labels, Reading, Texts, labels, texts};
use super::{Placement, keep_empty, sentence, too_large};
use crate::connection::Connection;
use crate::number::clamped;
use crate::parameter::Object;

pub(crate) struct SettingsOfNamespace;

#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    account_aliases: Labels,
    notify_rule_errors: Attribute<bool>,
    notify_log_removal: Attribute<bool>,
    refresh_seconds: Attribute<i64>,
    redact: Texts,
    metrics_namespace: Attribute<String>,
    version: Attribute<i64>,
    placement: Placement,
}
model!(Settings {
    account_aliases,
    notify_rule_errors,
    notify_log_removal,
    refresh_seconds,
    redact,
    metrics_namespace,
    version,
    ..placement
});

/// A change of any of them writes a new version of the parameter.
const PUBLISHED: [&str; 7] = [
    "account_aliases",
    "notify_rule_errors",
    "notify_log_removal",
    "refresh_seconds",
    "redact",
    "metrics_namespace",
    "tier",
];

impl Resource for SettingsOfNamespace {
    type Context = Connection;
    type Model = Settings;

    fn type_name(&self) -> String {
        "trailhook_settings".to_owned()
    }

    fn schema(&self) -> Schema {
        let schema = Schema::new()
            .describe(
                "What holds for all rules and routes of a namespace. There is one in each; without it, the defaults hold. It is \
                 published as the parameter `{namespace}/settings`.",
            )
            .attribute(schema::map("account_aliases", Type::String).optional().describe(
                "Names of accounts by their 12 digits, such as `{ \"111122223333\" = \"production\" }`, for alerts to show beside the digits.",
            ))
            .attribute(schema::bool("notify_rule_errors").optional().default(true).describe(
                "Whether the default routes are told of rules that raise errors, of each rule once a day.",
            ))
            .attribute(schema::bool("notify_log_removal").optional().default(true).describe(
                "Whether the default routes are told of logs that somebody removes from the bucket. What a lifecycle rule removes is not \
                 told.",
            ))
            .attribute(
                schema::int64("refresh_seconds")
                    .optional()
                    .default(i64::from(SettingsDocument::DEFAULT_REFRESH_SECONDS))
                    .describe(
                        "The age, in seconds, at which the function reads rules and routes anew, from 30 to 3600: how long a change may \
                         take to hold, give or take a fifth. Many documents are read no more often than a page of ten in two seconds.",
                    ),
            )
            .attribute(schema::list("redact", Type::String).optional().describe(
                "Fields whose values no message shows, such as `requestParameters.**.password`: in a path, `*` stands for one segment \
                 or a part of one, and `**` for any number of them. What is below such a field is not shown either. Passwords, tokens \
                 and the like are hidden by their names in any case.",
            ))
            .attribute(
                schema::string("metrics_namespace")
                    .optional()
                    .default(SettingsDocument::DEFAULT_METRICS_NAMESPACE)
                    .describe(
                        "The CloudWatch namespace of the function's metrics: 1 to 255 letters, digits and `.-_/#:`, not beginning with \
                         `AWS/` or `:`.",
                    ),
            )
            .attribute(schema::string("id").computed().describe("The provider's namespace."))
            .attribute(schema::string("arn").computed().describe("The ARN of the parameter."))
            .attribute(schema::string("parameter_name").computed().describe("The name of the parameter."))
            .attribute(
                schema::int64("version").computed().recomputed_when(PUBLISHED).describe("The version of the parameter, which rises with each change."),
            );
        Placement::add_to(schema)
    }

    async fn validate(&self, cx: &Cx<()>, config: Settings) -> Result<(), Diagnostics> {
        let (text, faults) = config.text();
        cx.report(faults);
        config.placement.validate(cx, text.as_deref());
        Ok(())
    }

    async fn plan(&self, cx: &Cx<Connection>, plan: &mut Plan<Settings>) -> Result<(), Diagnostics> {
        let (text, faults) = plan.proposed.text();
        cx.report(faults);
        published::plan(cx, plan, text.as_deref()).await
    }

    async fn plan_delete(&self, cx: &Cx<Connection>, state: Settings) -> Result<(), Diagnostics> {
        published::plan_delete(cx, &state);
        Ok(())
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<Settings>) -> Result<Settings, Failed<Settings>> {
        published::create(cx, request).await
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<Settings>) -> Result<Option<Settings>, Diagnostics> {
        published::read(cx, request).await
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<Settings>) -> Result<Settings, Failed<Settings>> {
        published::update(cx, request).await
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<Settings>) -> Result<(), Diagnostics> {
        published::delete(cx, request).await
    }

    async fn import(&self, cx: &Cx<Connection>, request: Import) -> Result<Settings, Diagnostics> {
        check_imported(&request.id, cx.require_namespace()?)?;
        Ok(Settings::default())
    }
}

impl Published for Settings {
    type Document = SettingsDocument;

    const NOUN: &'static str = "settings";
    const PUBLISHED: &'static [&'static str] = &PUBLISHED;
    const VERSION: &'static str = "version";
    const OF_NAMESPACE: &'static [&'static str] = &["id", "parameter_name", "arn"];

    fn parts(&self) -> (&Placement, &Attribute<i64>) {
        (&self.placement, &self.version)
    }

    fn parts_mut(&mut self) -> (&mut Placement, &mut Attribute<i64>) {
        (&mut self.placement, &mut self.version)
    }

    fn object(&self, namespace: &Namespace) -> Result<Option<Object>, Diagnostic> {
        Ok(Some(Object::Settings(namespace.clone())))
    }

    fn encode(self, _: &Namespace) -> Result<(Self, String), Diagnostics> {
        let text = self.whole_text()?;
        Ok((self, text))
    }

    fn from_document(document: SettingsDocument, state: &Self) -> Self {
        Self {
            account_aliases: keep_empty(labels(document.account_aliases), &state.account_aliases),
            notify_rule_errors: document.notify_rule_errors.into(),
            notify_log_removal: document.notify_log_removal.into(),
            refresh_seconds: i64::from(document.refresh_seconds).into(),
            redact: keep_empty(texts(document.redact), &state.redact),
            metrics_namespace: document.metrics_namespace.into(),
            ..Self::default()
        }
    }

    fn garbled(self) -> Self {
        Self::default()
    }
}

/// A namespace has one object, so the id tells nothing; one that means something else is a mistake.
fn check_imported(id: &str, namespace: &Namespace) -> Result<(), Diagnostic> {
    if [namespace.as_str(), "settings", &namespace.settings()].contains(&id) {
        return Ok(());
    }
    Err(Diagnostic::error(format!("\"{id}\" is not the id of the settings")).detail(format!(
        "Import by the provider's namespace, {namespace}. To import those of another namespace, configure a provider for it."
    )))
}

impl Settings {
    /// The document as far as it is known. What the configuration leaves out has its default.
    fn document(&self, reading: &mut Reading) -> SettingsDocument {
        let default = SettingsDocument::default();
        let redact = reading.texts(&self.redact, &Path::from("redact"), false).unwrap_or_default();
        let document = SettingsDocument {
            account_aliases: reading.labels(&self.account_aliases, &Path::from("account_aliases")),
            notify_rule_errors: *reading.value(&self.notify_rule_errors).unwrap_or(&default.notify_rule_errors),
            notify_log_removal: *reading.value(&self.notify_log_removal).unwrap_or(&default.notify_log_removal),
            // What was out of range stays so, and is told as a fault.
            refresh_seconds: reading.value(&self.refresh_seconds).map_or(default.refresh_seconds, |&age| clamped(age)),
            redact: redact.into_iter().map(|(_, pattern)| pattern).collect(),
            metrics_namespace: reading.text(&self.metrics_namespace).unwrap_or(default.metrics_namespace),
        };
        document.faults().iter().for_each(|fault| reading.fault(self.told(fault)));
        document
    }

    fn told(&self, fault: &SettingsFault) -> Diagnostic {
        let attribute = Path::from(fault.attribute());
        let (summary, path) = match fault {
            SettingsFault::Account(account) => ("The key is not an account", attribute.key(account)),
            SettingsFault::Alias(account) => ("The account has no name", attribute.key(account)),
            SettingsFault::Refresh(seconds) => {
                let seconds = self.refresh_seconds.known().copied().unwrap_or(*seconds);
                return Diagnostic::error("The age of the rules is out of range")
                    .detail(sentence(&SettingsFault::Refresh(seconds)))
                    .at(attribute);
            }
            SettingsFault::Redact(pattern) => {
                let index = self.redact.elements().iter().position(|one| one.as_str() == Some(pattern));
                ("The pattern fits no field", index.map_or(attribute.clone(), |index| attribute.index(index)))
            }
            SettingsFault::Metrics(_) => ("The namespace of the metrics cannot be used", attribute),
        };
        Diagnostic::error(summary).detail(sentence(fault)).at(path)
    }

    /// The text of the parameter if it is wholly known, and what is wrong with what is known.
    fn text(&self) -> (Option<String>, Diagnostics) {
        let mut reading = Reading::default();
        let document = self.document(&mut reading);
        let is_whole = reading.is_whole();
        let mut faults = reading.into_faults();
        match document.encode() {
            Ok(text) => (Some(text).filter(|_| is_whole), faults),
            Err(error) => {
                faults.push(too_large(&error));
                (None, faults)
            }
        }
    }

    /// The text of the parameter, at a time when it must be known: what was unknown at plan is checked here.
    fn whole_text(&self) -> Result<String, Diagnostics> {
        let (text, faults) = self.text();
        faults.or_ok(())?;
        text.ok_or_else(|| Diagnostic::error("The settings are not wholly known at apply").into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn settings_are_imported_by_their_namespace() {
        let namespace = Namespace::parse("/trailhook/prod").unwrap();
        for id in ["/trailhook/prod", "settings", "/trailhook/prod/settings"] {
            assert_eq!(check_imported(id, &namespace), Ok(()));
        }
        let error = check_imported("/trailhook/test", &namespace).unwrap_err();
        assert_eq!(error.summary(), "\"/trailhook/test\" is not the id of the settings");
    }

    #[test]
    fn what_is_unknown_is_put_off() {
        let settings = Settings { redact: Attribute::Unknown, refresh_seconds: 5_i64.into(), ..Settings::default() };
        let (text, faults) = settings.text();
        assert_eq!(text, None);
        let paths: Vec<_> = faults.iter().map(|fault| fault.path().to_string()).collect();
        assert_eq!(paths, ["refresh_seconds"]);
    }

    #[test]
    fn an_element_that_is_null_or_unknown_hides_no_mistake_beside_it() {
        let aliases = [("111122223333", Attribute::Null), ("444455556666", Attribute::Unknown), ("prod", "x".into())];
        let aliases = aliases.map(|(account, name)| (account.to_owned(), name)).into_iter().collect::<BTreeMap<_, _>>();
        let settings = Settings {
            account_aliases: aliases.into(),
            redact: vec![Attribute::Null, Attribute::Unknown, "a..b".into()].into(),
            ..Settings::default()
        };
        let (text, faults) = settings.text();
        assert_eq!(text, None);
        let mut told: Vec<_> = faults.iter().map(|fault| format!("{}: {}", fault.path(), fault.summary())).collect();
        told.sort();
        assert_eq!(
            told,
            [
                "account_aliases[\"111122223333\"]: A value is null",
                "account_aliases[\"prod\"]: The key is not an account",
                "redact[0]: A value is null",
                "redact[2]: The pattern fits no field",
            ]
        );
    }
}
