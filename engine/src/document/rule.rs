//! The published form of a rule.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::codec::Document;
use super::event_name::EventName;
use super::time::{Instant, Window};
use super::word::{Action, Severity};

/// One rule as it stands in `{namespace}/rules/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDocument {
    /// The rule's name, which is also the last segment of the parameter.
    pub name: String,
    /// What the match means, for the people who read the alert.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// When the rule is true.
    #[serde(flatten)]
    pub condition: Condition,
    /// Expressions of which none may be true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
    /// What happens with an event for which the rule is true.
    #[serde(default)]
    pub action: Action,
    /// How grave a match is.
    #[serde(default)]
    pub severity: Severity,
    /// Words of the users' own, by which routes can choose.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// An `https` page that says what to do, behind a button of the alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook_url: Option<String>,
    /// Which alerts are one conversation, and for how long.
    #[serde(default, skip_serializing_if = "Grouping::is_default")]
    pub grouping: Grouping,
    /// How many events it takes; one where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// The point of time from which the rule takes no part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// Whether the rule takes part at all.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// When a rule is true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// A text of the rule language.
    Expression(String),
    /// One of these names.
    EventNames(BTreeSet<EventName>),
}

impl Condition {
    /// The condition in the rule language.
    #[must_use]
    pub fn expression(&self) -> Cow<'_, str> {
        match self {
            Self::Expression(source) => Cow::Borrowed(source),
            Self::EventNames(names) => Cow::Owned(EventName::expression(names)),
        }
    }
}

/// Which alerts of a rule are one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Grouping {
    /// Fields of equal values, of which `actor` is one; the actor and the event's name where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Vec<String>>,
    /// How long the conversation stays open; 15 minutes where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

impl Grouping {
    /// The fields of a rule that names none.
    pub const DEFAULT_BY: [&'static str; 2] = ["actor", "eventName"];
    /// The window of a rule that names none, in seconds.
    pub const DEFAULT_WINDOW_SECONDS: u32 = 15 * 60;

    /// The fields whose values make the conversation.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let named = self.by.iter().flatten().map(String::as_str);
        let default = if self.by.is_some() { &[][..] } else { &Self::DEFAULT_BY };
        named.chain(default.iter().copied())
    }

    /// How long the conversation stays open, in seconds.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        self.window.as_ref().map_or(Self::DEFAULT_WINDOW_SECONDS, Window::seconds)
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A number of events within a time, below which nobody is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// The event of this number is the first that is told; at least 2.
    pub count: u32,
    /// The time from the first counted event within which the others must happen.
    pub window: Window,
    /// Fields whose values are counted each by themselves, of which `actor` is one; all events together where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// The field whose different values are counted in place of events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<String>,
}

/// Something about a rule that cannot be, beside what its expressions say themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// An attribute that has no meaning for a rule of which nobody is told.
    #[error("`{attribute}` has no meaning with the action \"ignore\", of which nobody is told; remove it")]
    NotForIgnore {
        /// The attribute.
        attribute: &'static str,
    },
    /// A page that the alert cannot link to.
    #[error("the runbook's address must be a page that begins with \"https://\" and has at most 3000 characters")]
    RunbookUrl,
    /// A number of events that is none.
    #[error(
        "a threshold counts a whole number of events, at least 2 and at most 1000000; without the block one event is enough"
    )]
    ThresholdCount,
    /// More different values than are kept.
    #[error("a threshold of different values counts at most 1000 of them")]
    DistinctCount,
    /// No event name, or no field to group by.
    #[error("`{attribute}` is empty; leave it out, or name something")]
    Empty {
        /// The attribute.
        attribute: &'static str,
    },
    /// A field that no event can have.
    #[error("`{attribute}` names the field \"{field}\"; a field is a path such as \"userIdentity.arn\"")]
    Field {
        /// The attribute.
        attribute: &'static str,
        /// The field.
        field: String,
    },
}

impl RuleFault {
    /// The attribute of the configuration in which the fault is; behind a dot, of a block.
    #[must_use]
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::NotForIgnore { attribute } | Self::Empty { attribute } | Self::Field { attribute, .. } => attribute,
            Self::RunbookUrl => "runbook_url",
            Self::ThresholdCount | Self::DistinctCount => "threshold.count",
        }
    }
}

/// Keys of an event hold no blanks; segments may be empty, because keys of a request may be.
fn is_path(field: &str) -> bool {
    !field.is_empty() && !field.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// A button of Slack links to an address of at most this many characters.
const MAX_URL: usize = 3000;
/// Different values that a threshold keeps.
const MAX_DISTINCT: u32 = 1000;
const MAX_COUNT: u32 = 1_000_000;

impl RuleDocument {
    /// A rule of an expression with everything else as it is where nothing is said.
    #[must_use]
    pub fn new(name: impl Into<String>, expression: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            condition: Condition::Expression(expression.into()),
            exceptions: Vec::new(),
            action: Action::default(),
            severity: Severity::default(),
            labels: BTreeMap::new(),
            runbook_url: None,
            grouping: Grouping::default(),
            threshold: None,
            expires_at: None,
            enabled: true,
        }
    }

    /// What cannot be about the rule, beside its expressions.
    #[must_use]
    pub fn faults(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        if self.action == Action::Ignore {
            let given = [
                ("runbook_url", self.runbook_url.is_some()),
                ("group_by", self.grouping.by.is_some()),
                ("group_window", self.grouping.window.is_some()),
                ("threshold", self.threshold.is_some()),
            ];
            let given = given.into_iter().filter(|(_, is_given)| *is_given);
            faults.extend(given.map(|(attribute, _)| RuleFault::NotForIgnore { attribute }));
        }
        let is_page = |url: &String| {
            let rest = url.strip_prefix("https://").unwrap_or_default();
            let is_text = !url.contains(|c: char| c.is_control() || c.is_whitespace() || "<>|\"".contains(c));
            is_text && !rest.is_empty() && !rest.starts_with('/') && url.chars().count() <= MAX_URL
        };
        if !self.runbook_url.as_ref().is_none_or(is_page) {
            faults.push(RuleFault::RunbookUrl);
        }
        if let Some(threshold) = &self.threshold {
            if !(2..=MAX_COUNT).contains(&threshold.count) {
                faults.push(RuleFault::ThresholdCount);
            } else if threshold.distinct.is_some() && threshold.count > MAX_DISTINCT {
                faults.push(RuleFault::DistinctCount);
            }
        }
        if matches!(&self.condition, Condition::EventNames(names) if names.is_empty()) {
            faults.push(RuleFault::Empty { attribute: "event_names" });
        }
        if self.grouping.by.as_ref().is_some_and(Vec::is_empty) {
            faults.push(RuleFault::Empty { attribute: "group_by" });
        }
        let threshold = self.threshold.iter();
        let fields = [
            ("group_by", self.grouping.by.iter().flatten().collect::<Vec<_>>()),
            ("threshold.by", threshold.clone().flat_map(|threshold| &threshold.by).collect()),
            ("threshold.distinct", threshold.filter_map(|threshold| threshold.distinct.as_ref()).collect()),
        ];
        for (attribute, fields) in fields {
            let wrong = fields.into_iter().filter(|field| !is_path(field));
            faults.extend(wrong.map(|field| RuleFault::Field { attribute, field: field.clone() }));
        }
        faults
    }
}

impl Document for RuleDocument {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocumentError;
    use proptest::option;
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

    fn window() -> impl Strategy<Value = Window> {
        (60_u32..86_400).prop_map(|seconds| Window::parse(&format!("{seconds}s")).unwrap())
    }

    fn condition() -> impl Strategy<Value = Condition> {
        let names = prop::collection::btree_set("([a-z0-9]{1,5}:)?[A-Z][a-z]{1,8}", 1..4)
            .prop_map(|names| names.iter().map(|name| EventName::parse(name).unwrap()).collect());
        prop_oneof!["[{}a]{0,40}".prop_map(Condition::Expression), names.prop_map(Condition::EventNames)]
    }

    fn document() -> impl Strategy<Value = RuleDocument> {
        let action = prop_oneof![Just(Action::Alert), Just(Action::Ignore), Just(Action::Record)];
        let severity = (0..5_usize).prop_map(|index| Severity::WORDS[index].0);
        let labels = prop::collection::btree_map(".{0,8}", ".{0,8}", 0..4);
        let texts = (".{0,20}", ".{0,200}", prop::collection::vec("[{}a]{0,40}", 0..3), option::of(".{0,20}"));
        let fields = || prop::collection::vec("[a-zA-Z.]{1,9}", 0..3);
        let grouping = (option::of(fields()), option::of(window())).prop_map(|(by, window)| Grouping { by, window });
        let threshold = (any::<u32>(), window(), fields(), option::of("[a-z]{1,5}"))
            .prop_map(|(count, window, by, distinct)| Threshold { count, window, by, distinct });
        let expiry =
            option::of((0..4_000_000_000_i64).prop_map(|second| {
                Instant::parse(&jiff::Timestamp::from_second(second).unwrap().to_string()).unwrap()
            }));
        let settings = (action, severity, labels, any::<bool>());
        (texts, condition(), settings, grouping, option::of(threshold), expiry).prop_map(
            |(
                (name, description, exceptions, runbook_url),
                condition,
                (action, severity, labels, enabled),
                grouping,
                threshold,
                expires_at,
            )| {
                RuleDocument {
                    name,
                    description,
                    condition,
                    exceptions,
                    action,
                    severity,
                    labels,
                    runbook_url,
                    grouping,
                    threshold,
                    expires_at,
                    enabled,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn a_document_comes_back_as_it_was(document in document()) {
            let text = document.encode().unwrap();
            assert_eq!(RuleDocument::decode(&text).unwrap(), document);
            assert!(!text.contains("{{"));
        }
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let read = RuleDocument::decode(r#"{"schema":1,"name":"a","expression":"True","later":[1]}"#).unwrap();
        assert_eq!(read, RuleDocument::new("a", "True"));
        assert_eq!(
            read.encode().unwrap(),
            r#"{"action":"alert","enabled":true,"expression":"True","name":"a","schema":1,"severity":"medium"}"#
        );
    }

    #[test]
    fn a_rule_without_a_condition_is_none() {
        let read = RuleDocument::decode(r#"{"schema":1,"name":"a"}"#);
        assert!(matches!(&read, Err(DocumentError::Invalid(_))), "{read:?}");
        let read = RuleDocument::decode(r#"{"schema":1,"name":"a","event_names":["a*"]}"#).unwrap_err();
        assert!(read.to_string().contains("event names are compared whole"), "{read}");
    }

    #[test]
    fn what_cannot_be_is_told_by_attribute() {
        let mut rule = RuleDocument::new("a", "True");
        assert_eq!(rule.faults(), []);
        rule.action = Action::Ignore;
        rule.runbook_url = Some("http://example.com".to_owned());
        rule.grouping = Grouping { by: Some(vec![]), window: Window::parse("5m").ok() };
        rule.threshold = Some(Threshold { count: 1, window: Window::parse("5m").unwrap(), by: vec![], distinct: None });
        let attributes: Vec<_> = rule.faults().iter().map(RuleFault::attribute).collect();
        assert_eq!(
            attributes,
            ["runbook_url", "group_by", "group_window", "threshold", "runbook_url", "threshold.count", "group_by"]
        );
        let mut rule = RuleDocument::new("a", "True");
        rule.grouping.by = Some(vec!["actor".to_owned(), "event name".to_owned()]);
        rule.threshold = Some(Threshold {
            count: 2,
            window: Window::parse("5m").unwrap(),
            by: vec![String::new()],
            distinct: Some("a\n".to_owned()),
        });
        let attributes: Vec<_> = rule.faults().iter().map(RuleFault::attribute).collect();
        assert_eq!(attributes, ["group_by", "threshold.by", "threshold.distinct"]);
        for (url, is_good) in [
            ("https://example.com/runbook?a=b#c", true),
            ("https://", false),
            ("https:///x", false),
            ("https://a b", false),
            ("https://a|b", false),
            ("javascript:alert(1)", false),
        ] {
            let rule = RuleDocument { runbook_url: Some(url.to_owned()), ..RuleDocument::new("a", "True") };
            assert_eq!(rule.faults().is_empty(), is_good, "{url}");
        }
    }
}
