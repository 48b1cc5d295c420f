//! What is said of a failed test.

use super::{Expectation, FailedTest};
use crate::event::Event;
use crate::language::{Expression, RuleError};
use crate::rule::{Decision, Judgement, Part, Rule};

/// Exceptions that did not decide, of which each is told in a line.
const EXCEPTIONS: usize = 8;

pub(super) fn failed(rule: &Rule, event: &Event, expected: Expectation, judgement: Judgement) -> FailedTest {
    let Judgement { decision, failed_exceptions } = judgement;
    let should = match expected {
        Expectation::Match => "match the event",
        Expectation::NoMatch => "not match the event",
        Expectation::Error => "raise an error",
    };
    let does_not = if expected == Expectation::Match { "does not" } else { "does not match the event" };
    let line = |expression: &Expression| expression.explain(event).line().to_string();
    let does = match &decision {
        Decision::Match if expected == Expectation::NoMatch => format!("does: {}", line(rule.expression())),
        Decision::Match => format!("matches the event: {}", line(rule.expression())),
        Decision::NoMatch => format!("{does_not}: {}", line(rule.expression())),
        Decision::Excepted(number) => {
            let exception = rule.exceptions().get(*number).map(line).unwrap_or_default();
            format!("{does_not}, because exception {} is true: {exception}", number + 1)
        }
        Decision::Error(error) => format!("raises {}", rule.describe(Part::Expression, error)),
    };
    let mut explanation = Vec::new();
    match &decision {
        Decision::Excepted(number) => {
            if let Some(exception) = rule.exceptions().get(*number) {
                explanation.push(format!("Exception {}:\n\n{}", number + 1, tree(exception, event)));
            }
        }
        _ => explanation.push(tree(rule.expression(), event)),
    }
    explanation.extend(exceptions(rule, event, &decision, &failed_exceptions));
    FailedTest {
        decision,
        summary: format!("The rule should {should}, and {does}."),
        explanation: explanation.join("\n\n"),
    }
}

/// The tree, set in, because Terraform wraps lines that begin without a blank.
fn tree(expression: &Expression, event: &Event) -> String {
    let tree = expression.explain(event).to_string();
    tree.lines().map(|line| format!("  {}", line.trim_end())).collect::<Vec<_>>().join("\n")
}

/// The exceptions that were asked and did not decide, one a line.
fn exceptions(rule: &Rule, event: &Event, decision: &Decision, failed: &[(usize, RuleError)]) -> Option<String> {
    let asked = match decision {
        Decision::Match => rule.exceptions().len(),
        Decision::Excepted(number) => *number,
        Decision::NoMatch | Decision::Error(_) => 0,
    };
    let mut lines: Vec<_> = rule
        .exceptions()
        .iter()
        .take(asked)
        .enumerate()
        .map(|(number, exception)| match failed.iter().find(|(failed, _)| *failed == number) {
            Some((_, error)) => {
                let told = rule.describe(Part::Exception(number), error);
                let told = told.split_once(": ").map_or(told.as_str(), |(_, told)| told);
                format!("  Exception {} raises, which counts as not true: {told}", number + 1)
            }
            None => format!("  Exception {} is not true: {}", number + 1, exception.explain(event).line()),
        })
        .collect();
    if lines.len() > EXCEPTIONS {
        let more = lines.len() - EXCEPTIONS;
        lines.truncate(EXCEPTIONS);
        lines.push(format!("  and {more} more, none of them true"));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
