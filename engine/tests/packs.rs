//! The rule packs: what their rules say of their test events, and that released versions stay as they are.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use trailhook_engine::event::Event;
use trailhook_engine::language::check;
use trailhook_engine::pack::{Pack, PackVersion};
use trailhook_engine::{Decision, Rule};

/// The part of a rule's file that stays behind.
#[derive(Deserialize)]
struct Tests {
    test: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    name: String,
    expect: String,
    event: String,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

fn versions() -> impl Iterator<Item = &'static PackVersion> {
    Pack::all().flat_map(Pack::versions)
}

fn tests(version: &PackVersion, rule: &str) -> Vec<Test> {
    let folder = PathBuf::from("packs").join(version.name()).join(version.version().to_string());
    let text = fs::read_to_string(folder.join(rule).with_extension("toml")).unwrap();
    toml::from_str::<Tests>(&text).unwrap_or_else(|error| panic!("{rule}: {error}")).test
}

/// A rule of a version with these parameters.
fn rule(version: &PackVersion, name: &str, parameters: &BTreeMap<String, String>) -> Rule {
    let mut document = version.document();
    document.parameters.clone_from(parameters);
    let selection = version.select(&document);
    assert_eq!(selection.faults, [], "{name}");
    let found = selection.rules.into_iter().find(|rule| rule.short_name() == name).unwrap();
    Rule::compile(found.document).unwrap_or_else(|broken| panic!("{name}: {broken}"))
}

#[test]
fn every_rule_says_what_its_tests_expect() {
    let mut wrong = String::new();
    for version in versions() {
        for found in version.select(&version.document()).rules {
            let name = found.short_name();
            let mut expectations = Vec::new();
            for test in tests(version, name) {
                let rule = rule(version, name, &test.parameters);
                let event =
                    Event::parse(test.event.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", test.name));
                let judgement = rule.judge(&event);
                let said = match judgement.decision {
                    Decision::Match => "match",
                    Decision::NoMatch | Decision::Excepted(_) => "no_match",
                    Decision::Error(_) => "error",
                };
                if said != test.expect || !judgement.failed_exceptions.is_empty() {
                    let explanation = rule.expression().explain(&event).to_string();
                    writeln!(wrong, "{name}: {}: {:?}\n{explanation}", test.name, rule.judge(&event)).unwrap();
                }
                expectations.push(test.expect);
            }
            for needed in ["match", "no_match"] {
                assert!(expectations.iter().any(|found| found == needed), "{name} needs a test that expects {needed}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn nothing_is_found_in_any_rule() {
    for version in versions() {
        let wide = ("data_events".to_owned(), "true".to_owned());
        for parameters in [BTreeMap::new(), BTreeMap::from([wide])] {
            let mut document = version.document();
            document.parameters = parameters;
            for rule in version.select(&document).rules {
                let expression = rule.document.condition.expression();
                for source in std::iter::once(expression.as_ref()).chain(rule.document.exceptions.iter().map(|e| &**e))
                {
                    let found = check(source).diagnostics;
                    let told: Vec<_> = found.iter().map(|finding| finding.render(source)).collect();
                    assert!(told.is_empty(), "{}\n{}", rule.document.name, told.join("\n"));
                }
                assert!(!rule.document.description.is_empty() && !rule.runbook.is_empty());
            }
        }
    }
}

/// An event that a trail writes for the access to an object: it is as good as one of the rule's own, but for its category.
#[test]
fn rules_for_any_event_leave_data_events_out_unless_they_are_asked_for() {
    for version in versions() {
        for found in version.select(&version.document()).rules {
            let name = found.short_name();
            let narrow = rule(version, name, &BTreeMap::new());
            // Whatever names its events or their source means events that are no data events.
            let equalities = narrow.expression().necessary_equalities();
            if equalities.contains_key("eventName") || equalities.contains_key("eventSource") {
                continue;
            }
            let wide = rule(version, name, &BTreeMap::from([("data_events".to_owned(), "true".to_owned())]));
            for test in tests(version, name).into_iter().filter(|test| test.expect == "match") {
                for category in ["Data", "NetworkActivity"] {
                    let mut event: serde_json::Value = serde_json::from_str(&test.event).unwrap();
                    event["eventCategory"] = category.into();
                    event["managementEvent"] = false.into();
                    let event = Event::parse(event.to_string().as_bytes()).unwrap();
                    assert!(matches!(narrow.judge(&event).decision, Decision::Excepted(_)), "{name}: {}", test.name);
                    assert_eq!(wide.judge(&event).decision, Decision::Match, "{name}: {}", test.name);
                }
            }
        }
    }
}

/// A namespace names a version, and must go on to mean the same by it. A mended rule is a new version.
#[test]
fn released_versions_stay_as_they_are() {
    let text = fs::read_to_string("packs/released.txt").unwrap();
    let released: Vec<_> = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let carried = versions().map(|version| format!("{} {} {}", version.name(), version.version(), version.digest()));
    let mut carried: Vec<_> = carried.collect();
    carried.sort();
    assert_eq!(
        released, carried,
        "a released version was changed, or a new one is not in packs/released.txt: put a change into a new version"
    );
}
