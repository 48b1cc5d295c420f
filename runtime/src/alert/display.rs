//! What the settings of a namespace say about showing events.

use std::borrow::Cow;
use std::collections::BTreeMap;

use trailhook_engine::Alert;
use trailhook_engine::document::SettingsDocument;
use trailhook_engine::event::{Event, Redaction};

/// What stands for a value that nobody is shown.
pub(crate) const HIDDEN: &str = "hidden";

/// How events are shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Display {
    /// Names of accounts, by their 12 digits.
    pub account_aliases: BTreeMap<String, String>,
    /// The fields whose values nobody is shown.
    pub redaction: Redaction,
}

impl Display {
    /// What the settings say.
    #[must_use]
    pub fn of(settings: &SettingsDocument) -> Self {
        Self {
            account_aliases: settings.account_aliases.clone(),
            redaction: Redaction::new(settings.redact.iter().map(String::as_str)),
        }
    }

    /// The account of an alert, as it is shown.
    #[must_use]
    pub fn account(&self, alert: &Alert<'_>) -> Option<String> {
        self.place("recipientAccountId", "userIdentity.accountId", alert.account(), alert)
    }

    /// The region of an alert, as it is shown.
    #[must_use]
    pub fn region(&self, alert: &Alert<'_>) -> Option<String> {
        self.place("awsRegion", "awsRegion", alert.region(), alert)
    }

    /// A value that stands at one of two keys.
    fn place(&self, first: &str, second: &str, value: Option<Cow<'_, str>>, alert: &Alert<'_>) -> Option<String> {
        let is_first = alert.event.str(first).is_some_and(|text| !text.is_empty());
        let key = if is_first { first } else { second };
        let value = value?.into_owned();
        Some(if self.redaction.hides(key) { HIDDEN.to_owned() } else { value })
    }

    /// The value by which alerts are grouped, as it is shown.
    #[must_use]
    pub fn grouping_value<'e>(&self, event: &'e Event, field: &str) -> Cow<'e, str> {
        let path = if field == "actor" { event.actor_field().unwrap_or(field) } else { field };
        let value = event.grouping_value(field);
        // What is not there is not hidden either.
        if !value.is_empty() && self.redaction.hides_text(path) { HIDDEN.into() } else { value }
    }
}
