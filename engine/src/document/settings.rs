//! The published form of a namespace's settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codec::Document;

/// What holds for all rules and routes, as it stands in `{namespace}/settings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsDocument {
    /// Names of accounts, shown beside their 12 digits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub account_aliases: BTreeMap<String, String>,
    /// Whether people are told of rules that err.
    #[serde(default = "yes")]
    pub notify_rule_errors: bool,
    /// Whether people are told of log objects that are removed.
    #[serde(default = "yes")]
    pub notify_log_removal: bool,
    /// The age in seconds at which the rules are read anew.
    #[serde(default = "refresh_seconds")]
    pub refresh_seconds: u32,
    /// Path patterns of fields whose values no message shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redact: Vec<String>,
    /// The namespace of the metrics.
    #[serde(default = "metrics_namespace")]
    pub metrics_namespace: String,
}

fn yes() -> bool {
    true
}

fn refresh_seconds() -> u32 {
    SettingsDocument::DEFAULT_REFRESH_SECONDS
}

fn metrics_namespace() -> String {
    SettingsDocument::DEFAULT_METRICS_NAMESPACE.to_owned()
}

/// Something about settings that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// No account.
    #[error(
        "\"{0}\" is not the number of an account; write its 12 digits, in quotes, as the key, and its name as the value: \"111122223333\" = \"production\""
    )]
    Account(String),
    /// No name.
    #[error("the name of the account {0} has to have 1 to 60 characters, and not blanks alone")]
    Alias(String),
    /// An age that would read too often, or show a change too late.
    #[error("{0} is out of range: give seconds from 30 to 3600, or leave it out for {default}", default = SettingsDocument::DEFAULT_REFRESH_SECONDS)]
    Refresh(i64),
    /// A pattern that fits no path.
    #[error(
        "\"{0}\" fits no field; write its path without brackets and blanks, as requestParameters.items.0.name, in which `*` stands for \
         one segment or a part of it, and `**` for any number of segments"
    )]
    Redact(String),
    /// A namespace that CloudWatch does not admit.
    #[error(
        "\"{0}\" is no namespace of metrics: 1 to 255 characters out of letters, digits and `.-_/#:`, not beginning with \"AWS/\" or `:`"
    )]
    Metrics(String),
}

impl SettingsFault {
    /// The attribute of the configuration in which the fault is.
    #[must_use]
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::Account(_) | Self::Alias(_) => "account_aliases",
            Self::Refresh(_) => "refresh_seconds",
            Self::Redact(_) => "redact",
            Self::Metrics(_) => "metrics_namespace",
        }
    }
}

impl Default for SettingsDocument {
    fn default() -> Self {
        Self {
            account_aliases: BTreeMap::new(),
            notify_rule_errors: true,
            notify_log_removal: true,
            refresh_seconds: Self::DEFAULT_REFRESH_SECONDS,
            redact: Vec::new(),
            metrics_namespace: Self::DEFAULT_METRICS_NAMESPACE.to_owned(),
        }
    }
}

impl SettingsDocument {
    /// The age at which the rules are read anew where nothing is said.
    pub const DEFAULT_REFRESH_SECONDS: u32 = 60;
    /// The namespace of the metrics where nothing is said.
    pub const DEFAULT_METRICS_NAMESPACE: &'static str = "Trailhook";

    /// What cannot be.
    #[must_use]
    pub fn faults(&self) -> Vec<SettingsFault> {
        let is_account = |account: &&String| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let accounts = self.account_aliases.keys().filter(|account| !is_account(account));
        let mut faults: Vec<_> = accounts.map(|account| SettingsFault::Account(account.clone())).collect();
        let is_name = |name: &String| !name.trim().is_empty() && name.chars().count() <= 60;
        let nameless = self.account_aliases.iter().filter(|(_, name)| !is_name(name));
        faults.extend(nameless.map(|(account, _)| SettingsFault::Alias(account.clone())));
        if !(30..=3600).contains(&self.refresh_seconds) {
            faults.push(SettingsFault::Refresh(self.refresh_seconds.into()));
        }
        // What other languages write for a path would hide nothing, and nobody would know.
        let is_foreign = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '$' | '"' | '\'');
        let fits_nothing = |pattern: &&String| {
            pattern.split('.').any(|segment| segment.is_empty() || segment.contains("***"))
                || pattern.contains(is_foreign)
        };
        faults.extend(self.redact.iter().filter(fits_nothing).map(|pattern| SettingsFault::Redact(pattern.clone())));
        let metrics = &self.metrics_namespace;
        let is_namespace = (1..=255).contains(&metrics.len())
            && metrics.chars().all(|c| c.is_ascii_alphanumeric() || ".-_/#:".contains(c))
            && !metrics.starts_with("AWS/")
            && !metrics.starts_with(':');
        if !is_namespace {
            faults.push(SettingsFault::Metrics(metrics.clone()));
        }
        faults
    }
}

impl Document for SettingsDocument {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_as_they_were() {
        let settings = SettingsDocument {
            account_aliases: BTreeMap::from([("111122223333".to_owned(), "prod {{x}}".to_owned())]),
            notify_rule_errors: false,
            notify_log_removal: false,
            refresh_seconds: 300,
            redact: vec!["requestParameters.**.password".to_owned()],
            metrics_namespace: "Security/Trailhook".to_owned(),
        };
        assert_eq!(settings.faults(), []);
        assert_eq!(SettingsDocument::decode(&settings.encode().unwrap()).unwrap(), settings);
        assert_eq!(SettingsDocument::decode(r#"{"schema":1}"#).unwrap(), SettingsDocument::default());
        assert_eq!(SettingsDocument::default().faults(), []);
    }

    #[test]
    fn what_cannot_be_is_told_by_attribute() {
        let settings = SettingsDocument {
            account_aliases: BTreeMap::from([
                ("prod".to_owned(), "111122223333".to_owned()),
                ("111122223333".to_owned(), " ".to_owned()),
            ]),
            refresh_seconds: 5,
            redact: ["a..b", "a.*", "", "a[0].b", "$.a", "a b"].map(str::to_owned).into(),
            metrics_namespace: "AWS/Lambda".to_owned(),
            ..SettingsDocument::default()
        };
        let attributes: Vec<_> = settings.faults().iter().map(SettingsFault::attribute).collect();
        assert_eq!(
            attributes,
            [
                "account_aliases",
                "account_aliases",
                "refresh_seconds",
                "redact",
                "redact",
                "redact",
                "redact",
                "redact",
                "metrics_namespace"
            ]
        );
    }
}
