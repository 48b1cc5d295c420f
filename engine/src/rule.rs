//! One rule, compiled: its expression, its exceptions and the time until which it holds.

use std::fmt;

use jiff::Timestamp;

use crate::document::RuleDocument;
use crate::event::Event;
use crate::language::{Diagnostic, Expression, Outcome, RuleError};

/// A rule that can be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    document: RuleDocument,
    expression: Expression,
    exceptions: Vec<Expression>,
}

/// A part of a rule that is an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The condition.
    Expression,
    /// The exception of this number, counted from 0.
    Exception(usize),
}

/// What a rule says of an event, its exceptions included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The rule is true of the event, and no exception is.
    Match,
    /// The rule is true, and so is the exception of this number, counted from 0.
    Excepted(usize),
    /// The rule is not true: its value is `False` or no bool.
    NoMatch,
    /// The condition raised, which is no match.
    Error(RuleError),
}

/// What an event got from a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether the rule is true of the event.
    pub decision: Decision,
    /// The exceptions that raised, each of which counts as not true: the alert goes out.
    pub failed_exceptions: Vec<(usize, RuleError)>,
}

impl Rule {
    /// Compiles the expressions of a document.
    ///
    /// # Errors
    ///
    /// [`BrokenRule`] with every error of each expression.
    pub fn compile(document: RuleDocument) -> Result<Self, Box<BrokenRule>> {
        let mut faults = Vec::new();
        let mut compile = |part, source: &str| match Expression::parse(source) {
            Ok(expression) => Some(expression),
            Err(diagnostics) => {
                faults.push(BrokenPart { part, source: source.to_owned(), diagnostics });
                None
            }
        };
        let expression = compile(Part::Expression, &document.condition.expression());
        let numbered = document.exceptions.iter().enumerate();
        let exceptions: Vec<_> = numbered.map(|(number, source)| compile(Part::Exception(number), source)).collect();
        match (expression, exceptions.into_iter().collect()) {
            (Some(expression), Some(exceptions)) => Ok(Self { document, expression, exceptions }),
            _ => Err(Box::new(BrokenRule { document, faults })),
        }
    }

    /// The rule as it was published.
    #[must_use]
    pub fn document(&self) -> &RuleDocument {
        &self.document
    }

    /// The compiled condition.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The compiled exceptions.
    #[must_use]
    pub fn exceptions(&self) -> &[Expression] {
        &self.exceptions
    }

    /// The rule's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.document.name
    }

    /// Whether the rule takes part at this time.
    #[must_use]
    pub fn is_live(&self, time: Timestamp) -> bool {
        self.document.enabled && self.document.expires_at.as_ref().is_none_or(|expiry| time < expiry.timestamp())
    }

    /// Decides about an event. Whether the rule takes part is not asked.
    #[must_use]
    pub fn judge(&self, event: &Event) -> Judgement {
        let mut failed_exceptions = Vec::new();
        let decision = match self.expression.evaluate(event) {
            Outcome::NoMatch | Outcome::NonBool => Decision::NoMatch,
            Outcome::Error(error) => Decision::Error(error),
            Outcome::Match => {
                let excepted = self.exceptions.iter().enumerate().find_map(|(number, exception)| {
                    match exception.evaluate(event) {
                        Outcome::Match => Some(number),
                        Outcome::NoMatch | Outcome::NonBool => None,
                        Outcome::Error(error) => {
                            failed_exceptions.push((number, error));
                            None
                        }
                    }
                });
                excepted.map_or(Decision::Match, Decision::Excepted)
            }
        };
        Judgement { decision, failed_exceptions }
    }

    /// One line about an error of one of the rule's expressions, for a log.
    #[must_use]
    pub fn describe(&self, part: Part, error: &RuleError) -> String {
        match part {
            Part::Expression => error.describe(self.expression.source()),
            Part::Exception(number) => {
                let source = self.exceptions.get(number).map_or("", Expression::source);
                format!("exception {}: {}", number + 1, error.describe(source))
            }
        }
    }
}

/// A rule of which an expression does not parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRule {
    /// The rule as it was published.
    pub document: RuleDocument,
    /// The expressions that do not parse; at least one.
    pub faults: Vec<BrokenPart>,
}

/// An expression of a rule that does not parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenPart {
    /// Which.
    pub part: Part,
    /// Its text.
    pub source: String,
    /// Why it does not parse; at least one error.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for BrokenRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.faults.iter().flat_map(|fault| {
            fault.diagnostics.iter().map(|diagnostic| match fault.part {
                Part::Expression => diagnostic.render(&fault.source),
                Part::Exception(number) => format!("exception {}: {}", number + 1, diagnostic.render(&fault.source)),
            })
        });
        for (position, text) in texts.enumerate() {
            if position > 0 {
                f.write_str("\n\n")?;
            }
            f.write_str(&text)?;
        }
        Ok(())
    }
}

impl std::error::Error for BrokenRule {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Instant;

    fn rule(expression: &str, exceptions: &[&str]) -> Result<Rule, Box<BrokenRule>> {
        let exceptions = exceptions.iter().map(|exception| (*exception).to_owned()).collect();
        Rule::compile(RuleDocument { exceptions, ..RuleDocument::new("a", expression) })
    }

    #[test]
    fn an_exception_that_is_true_takes_the_match_away_and_one_that_raises_does_not() {
        let event = Event::parse(br#"{"eventName":"StopLogging","userIdentity":{"type":"AssumedRole"}}"#).unwrap();
        let rule = rule(
            "event['eventName'] == 'StopLogging'",
            &["event['absent'] == 'x'", "event['userIdentity.type'] == 'AssumedRole'", "True"],
        )
        .unwrap();
        let judgement = rule.judge(&event);
        assert_eq!(judgement.decision, Decision::Excepted(1));
        let told: Vec<_> = judgement
            .failed_exceptions
            .iter()
            .map(|(number, error)| rule.describe(Part::Exception(*number), error))
            .collect();
        assert_eq!(
            told,
            ["exception 1: KeyError: the event has no such field in `event['absent']` (line 1, column 1)"]
        );
        let other = Event::parse(br#"{"eventName":"Other"}"#).unwrap();
        assert_eq!(rule.judge(&other), Judgement { decision: Decision::NoMatch, failed_exceptions: vec![] });
    }

    #[test]
    fn every_expression_that_does_not_parse_is_told() {
        let broken = rule("event.x", &["True", "event['a'"]).unwrap_err();
        assert_eq!(
            broken.faults.iter().map(|fault| fault.part).collect::<Vec<_>>(),
            [Part::Expression, Part::Exception(1)]
        );
        let text = broken.to_string();
        assert!(text.starts_with("error[TH0103]") && text.contains("\n\nexception 2: error[TH0005]"), "{text}");
    }

    #[test]
    fn a_rule_takes_part_until_it_expires() {
        let mut document = RuleDocument::new("a", "True");
        document.expires_at = Some(Instant::parse("2026-01-01T00:00:00Z").unwrap());
        let rule = Rule::compile(document).unwrap();
        assert!(rule.is_live("2025-12-31T23:59:59Z".parse().unwrap()));
        assert!(!rule.is_live("2026-01-01T00:00:00Z".parse().unwrap()));
    }
}
