//! All rules of a namespace together: from an event to a verdict.

use std::fmt;

use crate::document::{Action, RuleDocument};
use crate::event::Event;
use crate::language::{Diagnostic, Expression, Outcome, RuleError};

/// A rule that can be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    document: RuleDocument,
    expression: Expression,
}

impl Rule {
    /// Compiles the expression of a document.
    ///
    /// # Errors
    ///
    /// [`BrokenRule`] with every error of the expression.
    pub fn compile(document: RuleDocument) -> Result<Self, Box<BrokenRule>> {
        match Expression::parse(&document.expression) {
            Ok(expression) => Ok(Self { document, expression }),
            Err(diagnostics) => Err(Box::new(BrokenRule { document, diagnostics })),
        }
    }

    /// The rule as it was published.
    #[must_use]
    pub fn document(&self) -> &RuleDocument {
        &self.document
    }

    /// The compiled expression.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The rule's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.document.name
    }
}

/// A rule whose expression does not parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRule {
    /// The rule as it was published.
    pub document: RuleDocument,
    /// Why it does not parse; at least one error.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for BrokenRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, diagnostic) in self.diagnostics.iter().enumerate() {
            if position > 0 {
                f.write_str("\n\n")?;
            }
            f.write_str(&diagnostic.render(&self.document.expression))?;
        }
        Ok(())
    }
}

impl std::error::Error for BrokenRule {}

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
    /// The rules that erred, which counts as no match.
    pub errors: Vec<(&'r Rule, RuleError)>,
}

impl RuleSet {
    /// Sorts rules for evaluation; disabled ones are left out.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut rules: Vec<_> = rules.into_iter().filter(|rule| rule.document.enabled).collect();
        rules.sort_by(|left, right| left.name().cmp(right.name()));
        let (ignore, others) = rules.into_iter().partition(|rule| rule.document.action == Action::Ignore);
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
    /// Ignore rules come first, and the first that is true ends it. An ignore rule that errs counts as not true: the
    /// alert goes out, and the error is told.
    #[must_use]
    pub fn decide(&self, event: &Event) -> Verdict<'_> {
        let mut verdict = Verdict::default();
        for rule in &self.ignore {
            match rule.expression.evaluate(event) {
                Outcome::Match => {
                    verdict.ignored_by = Some(rule);
                    return verdict;
                }
                Outcome::Error(error) => verdict.errors.push((rule, error)),
                Outcome::NoMatch | Outcome::NonBool => {}
            }
        }
        for rule in &self.others {
            match rule.expression.evaluate(event) {
                Outcome::Match if rule.document.action == Action::Record => verdict.recorded.push(rule),
                Outcome::Match => verdict.alerts.push(rule),
                Outcome::Error(error) => verdict.errors.push((rule, error)),
                Outcome::NoMatch | Outcome::NonBool => {}
            }
        }
        let gravest = verdict.alerts.iter().map(|rule| rule.document.severity).max();
        if let Some(primary) = verdict.alerts.iter().position(|rule| Some(rule.document.severity) == gravest) {
            verdict.alerts[..=primary].rotate_right(1);
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Severity;

    fn rule(name: &str, action: Action, severity: Severity, expression: &str) -> Rule {
        Rule::compile(RuleDocument {
            name: name.to_owned(),
            description: String::new(),
            expression: expression.to_owned(),
            action,
            severity,
            labels: Default::default(),
            enabled: true,
        })
        .unwrap()
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
        let verdict = set.decide(&event);
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
        let verdict = set.decide(&event);
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
        let verdict = set.decide(&event);
        assert_eq!(verdict.ignored_by, None);
        assert_eq!(names(&verdict.alerts), ["a"]);
        assert_eq!(verdict.errors.len(), 1);
    }

    #[test]
    fn a_disabled_rule_takes_no_part() {
        let mut off = rule("a", Action::Alert, Severity::High, "True");
        off.document.enabled = false;
        assert!(RuleSet::new([off]).is_empty());
    }
}
