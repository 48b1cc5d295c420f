//! `trailhook test`: the rules' own tests, as the plan runs them.

use std::path::PathBuf;

use anyhow::bail;
use serde_json::{Value, json};
use trailhook_engine::{Decision, Expectation, FailedTest, Rule, read_test_event};

use super::End;
use super::output::{Output, count};
use super::rules::{self, FoundRule, FoundTest, Rules, Sources};

/// What became of a test.
enum Outcome {
    Passed,
    Failed(Box<FailedTest>),
    /// Why there is nothing to say.
    NotRun(String),
}

pub(super) fn run(paths: &[PathBuf], name: Option<&str>, as_json: bool) -> anyhow::Result<End> {
    let Rules { mut rules, unreadable } = rules::read(&Sources { paths: paths.to_vec(), packs: Vec::new() })?;
    if let Some(name) = name {
        let names: Vec<_> = rules.iter().map(|rule| rule.document.name.clone()).collect();
        rules.retain(|rule| rule.document.name == name);
        if rules.is_empty() {
            bail!("no rule that can be read is called \"{name}\"; these are there: {}", names.join(", "));
        }
    }
    // One that is asked for needs nothing of the others.
    let unreadable = if name.is_some() { Vec::new() } else { unreadable };
    if unreadable.is_empty() && rules.iter().all(|rule| rule.tests.is_empty()) {
        bail!("there is no test: give the rules `test` blocks with a `name`, an `event` and what to `expect`");
    }
    let mut output = Output::new();
    for reason in &unreadable {
        output.line(&if as_json { json!({"error": reason}).to_string() } else { format!("error: {reason}\n") })?;
    }
    let (mut passed, mut not_passed) = (0_usize, 0_usize);
    for rule in &rules {
        let compiled = Rule::compile(rule.document.clone()).ok();
        for test in &rule.tests {
            let outcome = outcome(compiled.as_ref(), test);
            match outcome {
                Outcome::Passed => passed += 1,
                _ => not_passed += 1,
            }
            if as_json {
                output.line(&line(rule, test, &outcome).to_string())?;
            } else if let Some(text) = told(rule, test, &outcome) {
                output.line(&text)?;
            }
        }
    }
    if !as_json {
        let untested = rules.iter().filter(|rule| rule.tests.is_empty()).count();
        let untested =
            if untested == 0 { String::new() } else { format!("; {} without a test", count(untested, "rule")) };
        let tests = count(passed + not_passed, "test");
        output.line(&format!(
            "{tests} of {}: {passed} passed, {not_passed} failed{untested}",
            count(rules.len(), "rule")
        ))?;
    }
    output.flush()?;
    Ok(if not_passed + unreadable.len() == 0 { End::Well } else { End::Findings })
}

/// `rule`: none if one of its expressions has an error.
fn outcome(rule: Option<&Rule>, test: &Result<FoundTest, String>) -> Outcome {
    let test = match test {
        Ok(test) => test,
        Err(reason) => return Outcome::NotRun(reason.clone()),
    };
    let Some(rule) = rule else {
        return Outcome::NotRun("the rule has an error, which `trailhook check` shows".to_owned());
    };
    match read_test_event(&test.event) {
        Err(error) => Outcome::NotRun(error.to_string()),
        Ok(event) => match rule.test(&event, test.expected) {
            Ok(()) => Outcome::Passed,
            Err(failed) => Outcome::Failed(failed),
        },
    }
}

/// What people are told of a test that did not pass.
fn told(rule: &FoundRule, test: &Result<FoundTest, String>, outcome: &Outcome) -> Option<String> {
    let called = test.as_ref().map_or_else(|_| String::new(), |test| format!(", test \"{}\"", test.name));
    match outcome {
        Outcome::Passed => None,
        Outcome::Failed(failed) => Some(format!("failed: {}{called}\n\n{failed}\n", rule.origin)),
        Outcome::NotRun(reason) => Some(format!("error: {}{called}: {reason}\n", rule.origin)),
    }
}

/// The same for programs, also of a test that passed.
fn line(rule: &FoundRule, test: &Result<FoundTest, String>, outcome: &Outcome) -> Value {
    let mut line =
        json!({"rule": rule.document.name, "origin": rule.origin, "passed": matches!(outcome, Outcome::Passed)});
    if let Ok(test) = test {
        line["test"] = test.name.clone().into();
        line["expect"] = test.expected.as_str().into();
    }
    match outcome {
        Outcome::Passed => {}
        Outcome::Failed(failed) => {
            let said = match failed.decision {
                Decision::Match => Expectation::Match,
                Decision::Excepted(_) | Decision::NoMatch => Expectation::NoMatch,
                Decision::Error(_) => Expectation::Error,
            };
            line["outcome"] = said.as_str().into();
            line["summary"] = failed.summary.clone().into();
            line["explanation"] = failed.explanation.clone().into();
        }
        Outcome::NotRun(reason) => line["error"] = reason.clone().into(),
    }
    line
}
