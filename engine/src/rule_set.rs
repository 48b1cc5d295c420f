//! All rules of a namespace together: from an event to a verdict.

use jiff::Timestamp;

use crate::alert::primary_first;
use crate::document::Action;
use crate::event::Event;
use crate::language::RuleError;
use crate::rule::{Decision, Judgement, Part, Rule};

/// The rules that take part, in the order of their names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleSet {
    ignore: Vec<Rule>,
    others: Vec<Rule>,
}

/// What a rule set says of one event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict<'r> {
    /// The ignore rule that ended the event. Then no other rule was asked.
    pub ignored_by: Option<&'r Rule>,
    /// The alert rules that match: the primary one first (the gravest, then by name), the others by name.
    pub alerts: Vec<&'r Rule>,
    /// The dry-run rules that match, by name.
    pub recorded: Vec<&'r Rule>,
    /// The alert rules that would match but for an exception.
    pub excepted: Vec<&'r Rule>,
    /// The expressions that erred, which counts as not true.
    pub errors: Vec<Failure<'r>>,
}

/// An expression of a rule that erred.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Which of its expressions.
    pub part: Part,
    /// What happened.
    pub error: RuleError,
}

impl Failure<'_> {
    /// One line for a log.
    #[must_use]
    pub fn describe(&self) -> String {
        self.rule.describe(self.part, &self.error)
    }
}

impl RuleSet {
    /// Sorts rules for evaluation; disabled ones are left out.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut rules: Vec<_> = rules.into_iter().filter(|rule| rule.document().enabled).collect();
        rules.sort_by(|left, right| left.name().cmp(right.name()));
        let (ignore, others) = rules.into_iter().partition(|rule| rule.document().action == Action::Ignore);
        Self { ignore, others }
    }

    /// The number of rules that take part.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ignore.len() + self.others.len()
    }

    /// Whether no rule takes part.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of the rules that take part.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.ignore.iter().chain(&self.others).map(Rule::name)
    }

    /// Decides about an event.
    ///
    /// Ignore rules come first, and the first that is true ends it. An ignore rule or an exception that errs counts as not
    /// true: the alert goes out, and the error is told. Whether a rule has expired is asked at the time of the event, so that
    /// a replay gives the same answer; `arrival` stands in for an event without a time.
    #[must_use]
    pub fn decide(&self, event: &Event, arrival: Timestamp) -> Verdict<'_> {
        let time = event.time().unwrap_or(arrival);
        let mut verdict = Verdict::default();
        for rule in self.ignore.iter().filter(|rule| rule.is_live(time)) {
            if verdict.take(rule, event) == Decision::Match {
                verdict.ignored_by = Some(rule);
                return verdict;
            }
        }
        for rule in self.others.iter().filter(|rule| rule.is_live(time)) {
            match (verdict.take(rule, event), rule.document().action) {
                (Decision::Match, Action::Record) => verdict.recorded.push(rule),
                (Decision::Match, _) => verdict.alerts.push(rule),
                (Decision::Excepted(_), Action::Alert) => verdict.excepted.push(rule),
                _ => {}
            }
        }
        primary_first(&mut verdict.alerts);
        verdict
    }
}

impl<'r> Verdict<'r> {
    /// Asks a rule, and keeps what erred.
    fn take(&mut self, rule: &'r Rule, event: &Event) -> Decision {
        let Judgement { decision, failed_exceptions } = rule.judge(event);
        if let Decision::Error(error) = &decision {
            self.errors.push(Failure { rule, part: Part::Expression, error: error.clone() });
        }
        let failed = failed_exceptions.into_iter();
        self.errors.extend(failed.map(|(number, error)| Failure { rule, part: Part::Exception(number), error }));
        decision
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Instant, RuleDocument, Severity};

    fn rule(name: &str, action: Action, severity: Severity, expression: &str) -> Rule {
        Rule::compile(RuleDocument { action, severity, ..RuleDocument::new(name, expression) }).unwrap()
    }

    fn names<'r>(rules: &[&'r Rule]) -> Vec<&'r str> {
        rules.iter().map(|rule| rule.name()).collect()
    }

    fn event() -> Event {
        Event::parse(br#"{"eventName":"StopLogging"}"#).unwrap()
    }

    #[test]
    fn the_gravest_rule_leads_and_the_rest_follow_by_name() {
        let set = RuleSet::new([
            rule("d", Action::Alert, Severity::High, "True"),
            rule("b", Action::Alert, Severity::Low, "True"),
            rule("c", Action::Alert, Severity::High, "True"),
            rule("a", Action::Alert, Severity::Info, "True"),
            rule("e", Action::Record, Severity::Critical, "True"),
            rule("f", Action::Alert, Severity::Critical, "False"),
        ]);
        let event = event();
        let verdict = set.decide(&event, Timestamp::UNIX_EPOCH);
        assert_eq!(names(&verdict.alerts), ["c", "a", "b", "d"]);
        assert_eq!(names(&verdict.recorded), ["e"]);
    }

    #[test]
    fn an_ignore_rule_ends_the_event() {
        let set = RuleSet::new([
            rule("a", Action::Alert, Severity::High, "True"),
            rule("i", Action::Ignore, Severity::Medium, "event['eventName'] == 'StopLogging'"),
        ]);
        let event = event();
        let verdict = set.decide(&event, Timestamp::UNIX_EPOCH);
        assert_eq!(verdict.ignored_by.map(Rule::name), Some("i"));
        assert!(verdict.alerts.is_empty());
    }

    #[test]
    fn an_ignore_rule_that_errs_does_not_hide_the_alert() {
        let set = RuleSet::new([
            rule("a", Action::Alert, Severity::High, "True"),
            rule("i", Action::Ignore, Severity::Medium, "event['absent'] == 'x'"),
        ]);
        let event = event();
        let verdict = set.decide(&event, Timestamp::UNIX_EPOCH);
        assert_eq!(verdict.ignored_by, None);
        assert_eq!(names(&verdict.alerts), ["a"]);
        assert_eq!(verdict.errors.len(), 1);
    }

    #[test]
    fn a_disabled_rule_takes_no_part() {
        let document = RuleDocument { enabled: false, ..RuleDocument::new("a", "True") };
        assert!(RuleSet::new([Rule::compile(document).unwrap()]).is_empty());
    }

    #[test]
    fn a_rule_expires_at_the_time_of_the_event() {
        let expiry = Instant::parse("2026-01-01T00:00:00Z").unwrap();
        let document = RuleDocument { expires_at: Some(expiry), ..RuleDocument::new("a", "True") };
        let set = RuleSet::new([Rule::compile(document).unwrap()]);
        let alerts = |event: &str, arrival: &str| {
            let event = Event::parse(event.as_bytes()).unwrap();
            set.decide(&event, arrival.parse().unwrap()).alerts.len()
        };
        assert_eq!(alerts(r#"{"eventTime":"2025-12-31T23:59:59Z"}"#, "2026-07-01T00:00:00Z"), 1);
        assert_eq!(alerts(r#"{"eventTime":"2026-01-01T00:00:00Z"}"#, "2025-01-01T00:00:00Z"), 0);
        assert_eq!(alerts("{}", "2025-12-31T00:00:00Z"), 1);
        assert_eq!(alerts(r#"{"eventTime":"soon"}"#, "2026-07-01T00:00:00Z"), 0);
    }
}
