//! `trailhook check`: the plan's diagnostics, without a plan.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use trailhook_engine::document::{Condition, Document, EventName, Finding, RuleDocument};
use trailhook_engine::event::Json;
use trailhook_engine::language::{Checked, Diagnostic, Expression, Severity, check};

use super::End;
use super::eval::{fault, with_id};
use super::output::{Output, answer_lines, count};
use super::rules::{self, Rules, Sources};

/// Checks rules.
pub(super) fn rules(sources: &Sources, as_json: bool) -> anyhow::Result<End> {
    let Rules { rules, unreadable } = rules::read(sources)?;
    let mut output = Output::new();
    let mut errors = unreadable.len();
    for reason in &unreadable {
        output.line(&if as_json { json!({"error": reason}).to_string() } else { format!("error: {reason}\n") })?;
    }
    for rule in &rules {
        for finding in findings_of_names(&rule.document) {
            let Finding { code, message, help } = finding;
            output.line(&if as_json {
                let found = json!([{"code": code.as_str(), "severity": "warning", "message": message, "help": help}]);
                json!({"rule": rule.document.name, "origin": rule.origin, "diagnostics": found}).to_string()
            } else {
                format!("{}\n\nwarning[{code}]: {message}\n{help}\n", rule.origin)
            })?;
        }
        for (part, source) in expressions(&rule.document) {
            let checked = check(&source);
            errors += checked.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
            if as_json {
                let mut members = findings(&source, &checked);
                members.insert("rule".to_owned(), rule.document.name.clone().into());
                members.insert("origin".to_owned(), rule.origin.clone().into());
                members.extend(part.map(|number| ("exception".to_owned(), number.into())));
                output.line(&Value::from(members).to_string())?;
                continue;
            }
            let part = part.map_or_else(String::new, |number| format!(", exception {number}"));
            for diagnostic in &checked.diagnostics {
                output.line(&format!("{}{part}\n\n{}\n", rule.origin, diagnostic.render(&source)))?;
            }
        }
        if let Err(error) = rule.document.encode() {
            errors += 1;
            output.line(&if as_json {
                json!({"rule": rule.document.name, "origin": rule.origin, "error": error.to_string()}).to_string()
            } else {
                format!("error: {}: {error}\n", rule.origin)
            })?;
        }
    }
    if !as_json {
        output.line(&format!("{} checked, {}", count(rules.len(), "rule"), count(errors, "error")))?;
    }
    output.flush()?;
    Ok(if errors == 0 { End::Well } else { End::Findings })
}

/// What is suspicious about the names of a rule that stand outside of expressions: those of events, and of fields.
fn findings_of_names(rule: &RuleDocument) -> Vec<Finding> {
    let names = match &rule.condition {
        Condition::EventNames(names) => names.iter().collect(),
        Condition::Expression(_) => Vec::new(),
    };
    let threshold = rule.threshold.iter().flat_map(|threshold| threshold.by.iter().chain(&threshold.distinct));
    let fields = rule.grouping.by.iter().flatten().chain(threshold);
    let fields = fields.filter_map(|field| Finding::of_field(field));
    names.into_iter().filter_map(EventName::finding).chain(fields).collect()
}

/// The expressions of a rule: its condition if that is one, and its exceptions with their numbers counted from 1.
fn expressions(rule: &RuleDocument) -> impl Iterator<Item = (Option<usize>, Cow<'_, str>)> {
    let exceptions = rule.exceptions.iter().zip(1..).map(|(source, number)| (Some(number), Cow::Borrowed(&**source)));
    // What stands for names of events is not what people wrote; their names were looked at.
    let condition = match &rule.condition {
        Condition::Expression(source) => Some((None, Cow::Borrowed(&**source))),
        Condition::EventNames(_) => None,
    };
    condition.into_iter().chain(exceptions)
}

/// Checks the expressions of lines, for machines.
pub(super) fn lines() -> anyhow::Result<End> {
    answer_lines(|line| {
        let case = match Json::parse(line) {
            Ok(case) => case,
            Err(error) => return fault(None, &error.to_string()),
        };
        match case.get("expression").and_then(Json::as_str) {
            Some(source) => with_id(case.get("id"), findings(&source, &check(&source))),
            None => fault(case.get("id"), "the string `expression` is missing"),
        }
    })?;
    Ok(End::Well)
}

/// The members `diagnostics` and `fields` of an answer.
pub(super) fn findings(source: &str, checked: &Checked) -> Map<String, Value> {
    let diagnostics: Vec<_> = checked.diagnostics.iter().map(|diagnostic| as_json(source, diagnostic)).collect();
    let fields: Vec<_> = checked.expression.iter().flat_map(Expression::fields).collect();
    Map::from_iter([("diagnostics".to_owned(), diagnostics.into()), ("fields".to_owned(), json!(fields))])
}

/// Offsets count characters of the text, from 0. `replaces` is the part in whose place the suggestion can be put as it is.
fn as_json(source: &str, diagnostic: &Diagnostic) -> Value {
    let (start, end) = diagnostic.span.in_characters(source);
    json!({
        "code": diagnostic.code.as_str(),
        "severity": diagnostic.severity.as_str(),
        "message": diagnostic.message,
        "start": start,
        "end": end,
        "suggestion": diagnostic.suggestion,
        "replaces": diagnostic.replaces.map(|place| place.in_characters(source)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_characters() {
        let source = "event['é'].startwith('Get')";
        let found = Value::from(findings(source, &check(source)));
        assert_eq!(
            found,
            json!({
                "diagnostics": [{
                    "code": "TH0107", "severity": "error", "message": "unknown method `startwith` of a string",
                    "start": 11, "end": 20, "suggestion": "startswith", "replaces": [11, 20]
                }],
                "fields": []
            })
        );
    }

    #[test]
    fn a_good_rule_tells_its_fields() {
        let source = "event['eventName'] == event.get('awsRegion')";
        let fields = json!(["awsRegion", "eventName"]);
        assert_eq!(Value::from(findings(source, &check(source))), json!({"diagnostics": [], "fields": fields}));
    }
}
