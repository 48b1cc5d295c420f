//! Verdicts recorded from CPython, for rules that people run today.
//!
//! The cases stand in a folder beside the repository, and the tests are skipped aloud where it is missing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is a failed test"
)]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use trailhook_engine::event::{Event, Json, Leaf, flatten};
use trailhook_engine::language::{Code, Expression, Outcome, Severity, check};

fn cases(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/rules").join(file);
    if path.is_file() {
        return Some(path);
    }
    support::skipped(&format!("reference cases: {file} is not beside the repository"));
    None
}

/// The outcome in the words of the cases; `None` for a rule that the language refuses.
fn verdict(source: &str, event: &Event) -> Option<String> {
    let expression = Expression::parse(source).ok()?;
    Some(match expression.evaluate(event) {
        Outcome::Match => "true".to_owned(),
        Outcome::NoMatch => "false".to_owned(),
        Outcome::NonBool => "nonbool".to_owned(),
        Outcome::Error(error) => format!("error:{}", error.kind.class()),
    })
}

#[test]
fn incumbent_rules_have_cpythons_verdicts() {
    let Some(path) = cases("incumbent_cases.json") else { return };
    let cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let events: BTreeMap<_, _> = cases["events"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, event)| (name.as_str(), Event::parse(event.to_string().as_bytes()).unwrap()))
        .collect();
    let (mut accepted, mut wrong) = (Vec::new(), Vec::new());
    for (number, rule) in cases["rules"].as_array().unwrap().iter().enumerate() {
        let source = rule["expr"].as_str().unwrap();
        for (event, expected) in rule["outcome"].as_object().unwrap() {
            match verdict(source, &events[event.as_str()]) {
                Some(found) if found == expected.as_str().unwrap() => accepted.push(number),
                Some(found) => wrong.push(format!("{source}\n  over {event}: {found}, CPython: {expected}")),
                None => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    accepted.dedup();
    assert!((0..9).all(|default_rule| accepted.contains(&default_rule)), "accepted rules: {accepted:?}");
    // Refused: a bare name that is no field, for which CPython raises.
    let refused: Vec<_> = (0..32).filter(|number| !accepted.contains(number)).collect();
    assert_eq!(refused, [29]);
}

#[derive(serde::Deserialize)]
struct Case<'a> {
    id: String,
    expr: String,
    /// As it stands in the file: a parsed value has lost what Python's reader keeps, such as big integers.
    #[serde(borrow)]
    event: &'a serde_json::value::RawValue,
    outcome: String,
    tier: u8,
}

#[test]
fn generated_rules_have_no_wrong_verdict() {
    let Some(path) = cases("cpython_diff_sample.jsonl") else { return };
    let (mut accepted, mut wrong, mut refused) = (0, Vec::new(), Vec::new());
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let event = Event::parse(case.event.get().as_bytes()).unwrap();
        let Some(found) = verdict(&case.expr, &event) else {
            // What always raises may be refused, and so may the third tier.
            if case.tier < 3 && case.outcome != "error" {
                let fault = Expression::parse(&case.expr).unwrap_err().remove(0);
                // A name that does not exist always raises where it is reached, and is a mistake everywhere.
                if fault.code != Code::UnknownName {
                    refused.push(format!("{}: {}", case.id, fault.render(&case.expr)));
                }
            }
            continue;
        };
        accepted += 1;
        // The cases were recorded with `event` as a local variable, which comprehensions do not see there and do see here.
        let by_scope = case.outcome == "error" && case.expr.contains(" for ");
        if found.split(':').next() != Some(&case.outcome) && !by_scope {
            wrong.push(format!("{}: {} gives {found}, CPython {}", case.id, case.expr, case.outcome));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(accepted > 400, "only {accepted} of the cases were accepted");
}

/// What a plan says of a rule: its weight, the part of the rule that is meant, and what to write.
#[test]
fn findings_have_the_weight_the_place_and_the_replacement_that_are_listed() {
    let Some(path) = cases("static_checks.jsonl") else { return };
    let mut wrong = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let source = case["expr"].as_str().unwrap();
        let found = check(source).diagnostics;
        let level = match found.iter().map(|finding| finding.severity).min() {
            None => "ok",
            Some(Severity::Error) => "reject",
            Some(Severity::Warning) => "warn",
            Some(Severity::Info) => "info",
        };
        let points_at = case["points_at"].as_str();
        // `…` stands for what the rule says there.
        let suggests = case["suggests"].as_str().map(|text| text.split('…').next().unwrap().trim_end());
        let is_told = level == "ok"
            || found.iter().any(|finding| {
                points_at.is_none_or(|text| finding.span.of(source) == text)
                    && suggests.is_none_or(|text| finding.suggestion.as_deref().unwrap_or_default().contains(text))
            });
        if case["level"] != level || !is_told {
            wrong.push(format!("{line}\n  {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn events_are_flattened_as_python_does() {
    let Some(path) = cases("flatten_cases.json") else { return };
    let Json::Array(cases) = Json::parse(&std::fs::read(path).unwrap()).unwrap() else { panic!("a list of cases") };
    for case in &cases {
        let found: Vec<_> = flatten(case.get("event").unwrap())
            .unwrap()
            .into_iter()
            .map(|(key, leaf)| Json::Array(vec![Json::Str(key), as_json(leaf)]))
            .collect();
        assert_eq!(Some(&Json::Array(found)), case.get("flat"), "{case:?}");
    }
}

fn as_json(leaf: Leaf) -> Json {
    match leaf {
        Leaf::Null => Json::Null,
        Leaf::Bool(value) => Json::Bool(value),
        Leaf::Int(value) => Json::Int(value),
        Leaf::BigInt(value) => Json::BigInt(value),
        Leaf::Float(value) => Json::Float(value),
        Leaf::Str(value) => Json::Str(value),
    }
}

/// A helper's answer cannot be shown, but compared: with a literal of the same value.
#[test]
fn helpers_answer_as_described() {
    let Some(path) = cases("helper_cases.jsonl") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let Json::Object(first) = Json::parse(lines.next().unwrap().as_bytes()).unwrap() else { panic!("an event") };
    let event = Event::from_record(first.get("event".as_bytes()).unwrap().clone()).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in lines {
        let case: Value = serde_json::from_str(line).unwrap();
        let source = format!("({}) == ({})", case["expr"].as_str().unwrap(), literal(&case["value"]));
        count += 1;
        match verdict(&source, &event).as_deref() {
            Some("true") => {}
            other => wrong.push(format!("{source}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 40, "{count}");
}

/// A JSON value as a Python literal.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let pairs: Vec<_> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), literal(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}
