//! What people are to be told: an event with the rules that are true of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::document::Severity;
use crate::event::Event;
use crate::rule::Rule;

/// An event and the alert rules that are true of it, the primary one first.
///
/// ```
/// use trailhook_engine::document::{RuleDocument, Severity};
/// use trailhook_engine::event::Event;
/// use trailhook_engine::{Alert, Rule, primary_first};
///
/// let rule = |name, severity| Rule::compile(RuleDocument { severity, ..RuleDocument::new(name, "True") }).unwrap();
/// let (low, high) = (rule("a", Severity::Low), rule("b", Severity::High));
/// let event = Event::parse(br#"{"eventName": "StopLogging", "recipientAccountId": "111122223333"}"#).unwrap();
///
/// let mut rules = vec![&low, &high];
/// primary_first(&mut rules);
/// let alert = Alert { event: &event, rules: &rules };
/// assert_eq!((alert.primary().map(Rule::name), alert.severity()), (Some("b"), Severity::High));
/// assert_eq!(alert.account().as_deref(), Some("111122223333"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Alert<'a> {
    /// The event.
    pub event: &'a Event,
    /// The rules; without one there is nothing to tell.
    pub rules: &'a [&'a Rule],
}

impl<'a> Alert<'a> {
    /// The rule whose grouping holds for the alert.
    #[must_use]
    pub fn primary(&self) -> Option<&'a Rule> {
        self.rules.first().copied()
    }

    /// The highest severity of the rules.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rules.iter().map(|rule| rule.document().severity).max().unwrap_or_default()
    }

    /// The labels of all rules. Where two have one key, the rule that is named first gives the value.
    #[must_use]
    pub fn labels(&self) -> BTreeMap<&'a str, &'a str> {
        let mut labels = BTreeMap::new();
        for (key, value) in self.rules.iter().flat_map(|rule| &rule.document().labels) {
            labels.entry(key.as_str()).or_insert(value.as_str());
        }
        labels
    }

    /// The account that received the event, else that of the identity.
    #[must_use]
    pub fn account(&self) -> Option<Cow<'a, str>> {
        let given = |key| self.event.str(key).filter(|account| !account.is_empty());
        given("recipientAccountId").or_else(|| given("userIdentity.accountId"))
    }

    /// The region of the call.
    #[must_use]
    pub fn region(&self) -> Option<Cow<'a, str>> {
        self.event.str("awsRegion")
    }
}

/// Puts the primary rule first, which is the gravest and of several the first by name, and the others behind it by name.
pub fn primary_first(rules: &mut [&Rule]) {
    rules.sort_by_key(|rule| rule.name());
    let gravest = rules.iter().map(|rule| rule.document().severity).max();
    if let Some(primary) = rules.iter().position(|rule| Some(rule.document().severity) == gravest)
        && let Some(front) = rules.get_mut(..=primary)
    {
        front.rotate_right(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::RuleDocument;

    fn rule(name: &str, severity: Severity, labels: &[(&str, &str)]) -> Rule {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Rule::compile(RuleDocument { severity, labels, ..RuleDocument::new(name, "True") }).unwrap()
    }

    #[test]
    fn labels_are_united_and_the_primary_rule_has_the_first_word() {
        let rules = [
            rule("a", Severity::Low, &[("team", "core"), ("kind", "trail")]),
            rule("b", Severity::High, &[("team", "security")]),
        ];
        let mut rules: Vec<_> = rules.iter().collect();
        primary_first(&mut rules);
        let event = Event::parse(b"{}").unwrap();
        let alert = Alert { event: &event, rules: &rules };
        assert_eq!(alert.labels(), BTreeMap::from([("kind", "trail"), ("team", "security")]));
    }

    #[test]
    fn the_account_that_received_the_event_goes_before_that_of_the_caller() {
        let account = |record: &str| {
            let event = Event::parse(record.as_bytes()).unwrap();
            Alert { event: &event, rules: &[] }.account().map(Cow::into_owned)
        };
        assert_eq!(account(r#"{"recipientAccountId":"1","userIdentity":{"accountId":"2"}}"#).as_deref(), Some("1"));
        assert_eq!(account(r#"{"recipientAccountId":"","userIdentity":{"accountId":"2"}}"#).as_deref(), Some("2"));
        assert_eq!(account("{}"), None);
    }
}
