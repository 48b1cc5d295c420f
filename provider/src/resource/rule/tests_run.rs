//! The `test` blocks of a rule.

use std::collections::BTreeMap;

use tfplugin::{Attribute, Diagnostic, Diagnostics, Path};
use trailhook_engine::{self as engine, Expectation, read_test_event};

use super::model::Test;
use crate::resource::sentence;

/// Runs the tests of which all is known. Without a rule, because it is unknown or wrong, the blocks alone are looked at.
pub(super) fn run(tests: &Attribute<Vec<Test>>, rule: Option<&engine::Rule>) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut seen = BTreeMap::new();
    for (index, test) in tests.elements().iter().enumerate() {
        let at = Path::from("test").index(index);
        if let Some(name) = test.name.as_str() {
            found.extend(name_fault(name, seen.insert(name, index)).map(|fault| fault.at(at.attribute("name"))));
        }
        let called =
            test.name.as_str().map_or_else(|| format!("Test {}", index + 1), |name| format!("Test \"{name}\""));
        let event = test.event.as_str().map(read_test_event).transpose().map_err(|error| {
            let fault = Diagnostic::error(format!("{called} has no event"));
            found.push(fault.detail(sentence(&error)).at(at.attribute("event")));
        });
        let expected = match &test.expect {
            Attribute::Null => Some(Expectation::default()),
            Attribute::Unknown => None,
            Attribute::Known(word) => Expectation::parse(word)
                .map_err(|error| {
                    let fault = Diagnostic::error("Unknown expectation");
                    found.push(fault.detail(sentence(&error)).at(at.attribute("expect")));
                })
                .ok(),
        };
        if let (Some(rule), Ok(Some(event)), Some(expected)) = (rule, event, expected)
            && let Err(failed) = rule.test(&event, expected)
        {
            let decided = if test.expect.is_null() { "event" } else { "expect" };
            found.push(
                Diagnostic::error(format!("{called} failed")).detail(failed.to_string()).at(at.attribute(decided)),
            );
        }
    }
    found
}

/// `before`: the number of an earlier test of this name, counted from 0.
fn name_fault(name: &str, before: Option<usize>) -> Option<Diagnostic> {
    if name.trim().is_empty() {
        return Some(Diagnostic::error("A test has no name").detail("Say in a few words what it tests."));
    }
    let before = before?;
    Some(
        Diagnostic::error(format!("Two tests are called \"{name}\""))
            .detail(format!("Test {} has the name already. Give each test its own.", before + 1)),
    )
}
