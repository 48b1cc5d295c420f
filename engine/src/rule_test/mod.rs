//! Tests of a rule: an event, and what the rule should say of it.
//!
//! | file | |
//! |---|---|
//! | `event` | the text of a test -> its event, or what to write instead |
//! | `report` | why a rule said something else than it should |

mod event;
mod report;

pub use event::{TestEventError, read_test_event};

use crate::document::{UnknownWord, word};
use crate::event::Event;
use crate::rule::{Decision, Rule};

/// What a rule should say of an event, its exceptions included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expectation {
    /// The rule is true of the event, and no exception is.
    #[default]
    Match,
    /// The rule is not true of the event, or an exception is.
    NoMatch,
    /// The rule's condition raises.
    Error,
}

impl Expectation {
    const WORDS: [(Self, &'static str); 3] =
        [(Self::Match, "match"), (Self::NoMatch, "no_match"), (Self::Error, "error")];

    /// Takes a word of the configuration.
    ///
    /// # Errors
    ///
    /// [`UnknownWord`], which lists the words that there are.
    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        word(text, &Self::WORDS)
    }

    /// The word of the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::NoMatch => "no_match",
            Self::Error => "error",
        }
    }
}

/// A rule that said something else of an event than it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{summary}\n\n{explanation}")]
pub struct FailedTest {
    /// What it said.
    pub decision: Decision,
    /// What was wanted, what came instead and what decided: one line, which is a whole sentence.
    pub summary: String,
    /// The clauses of the expressions that decided, each line set in by two blanks and none ended by a line break.
    pub explanation: String,
}

impl Rule {
    /// Tests the expression and the exceptions with an event. Thresholds, expiry and whether the rule is enabled are not
    /// looked at.
    ///
    /// ```
    /// use trailhook_engine::document::RuleDocument;
    /// use trailhook_engine::{Expectation, Rule, read_test_event};
    ///
    /// let rule = Rule::compile(RuleDocument::new("stopped", "event['eventName'] == 'StopLogging'")).unwrap();
    /// let event = read_test_event(r#"{"eventName": "StartLogging"}"#).unwrap();
    /// assert!(rule.test(&event, Expectation::NoMatch).is_ok());
    /// assert_eq!(
    ///     rule.test(&event, Expectation::Match).unwrap_err().summary,
    ///     "The rule should match the event, and does not: eventName is StartLogging, not StopLogging."
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// [`FailedTest`] if the rule says something else.
    pub fn test(&self, event: &Event, expected: Expectation) -> Result<(), Box<FailedTest>> {
        let judgement = self.judge(event);
        let said = match judgement.decision {
            Decision::Match => Expectation::Match,
            Decision::Excepted(_) | Decision::NoMatch => Expectation::NoMatch,
            Decision::Error(_) => Expectation::Error,
        };
        if said == expected { Ok(()) } else { Err(Box::new(report::failed(self, event, expected, judgement))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::RuleDocument;

    fn tested(expression: &str, exceptions: &[&str], event: &str, expected: Expectation) -> Result<(), String> {
        let exceptions = exceptions.iter().map(|exception| (*exception).to_owned()).collect();
        let rule = Rule::compile(RuleDocument { exceptions, ..RuleDocument::new("a", expression) }).unwrap();
        rule.test(&read_test_event(event).unwrap(), expected).map_err(|failed| failed.to_string())
    }

    #[test]
    fn a_test_passes_if_the_rule_says_what_is_expected() {
        let event = r#"{"eventName":"StopLogging"}"#;
        let is_stop = "event['eventName'] == 'StopLogging'";
        assert_eq!(tested(is_stop, &[], event, Expectation::Match), Ok(()));
        assert_eq!(tested(is_stop, &["True"], event, Expectation::NoMatch), Ok(()));
        assert_eq!(tested("event['eventName']", &[], event, Expectation::NoMatch), Ok(()));
        assert_eq!(tested("event['absent'] == 'x'", &["True"], event, Expectation::Error), Ok(()));
        // An exception that raises counts as not true.
        assert_eq!(tested(is_stop, &["event['absent'] == 'x'"], event, Expectation::Match), Ok(()));
    }

    #[test]
    fn a_failed_test_holds_no_secret() {
        let event = r#"{"requestParameters":{"masterUserPassword":"HunterSECRET2"}}"#;
        let is_set = "event['requestParameters.masterUserPassword'] != 'x'";
        let told = [
            tested("event['requestParameters.masterUserPassword'] == 'x'", &[], event, Expectation::Match),
            tested(is_set, &[], event, Expectation::NoMatch),
            tested("True", &[is_set], event, Expectation::Match),
            tested("True", &["event['requestParameters.masterUserPassword'] == 'x'"], event, Expectation::NoMatch),
            tested("event['requestParameters.masterUserPassword']", &[], event, Expectation::Match),
        ];
        for told in told.map(Result::unwrap_err) {
            assert!(told.contains("hidden") && !told.contains("HunterSECRET2"), "{told}");
        }
    }

    #[test]
    fn a_failed_test_tells_what_decided() {
        let event = r#"{"eventName":"StopLogging","userIdentity":{"type":"Root"}}"#;
        let is_stop = "event['eventName'] == 'StopLogging' and event.get('errorCode') is None";
        let cases = [
            ("event['eventName'] == 'StopLogging' and event['x'] == 1", &[][..], Expectation::Match),
            (is_stop, &[], Expectation::NoMatch),
            (is_stop, &["event.get('userIdentity.type') == 'IAMUser'", "event['x'] == 1"], Expectation::NoMatch),
            (is_stop, &["event['x'] == 1", "event['userIdentity.type'] == 'Root'"], Expectation::Match),
            ("event.get('userIdentity.type') == 'IAMUser'", &["True"], Expectation::Match),
            ("event['eventName']", &[], Expectation::Match),
            (is_stop, &[], Expectation::Error),
            (is_stop, &["False"; 12], Expectation::Error),
        ];
        let told = cases.map(|(expression, exceptions, expected)| {
            let failed = tested(expression, exceptions, event, expected).unwrap_err();
            assert!(failed.lines().all(|line| line.trim_end() == line), "{failed}");
            failed
        });
        insta::assert_snapshot!(told.join("\n---\n"));
    }
}
