//! `trailhook eval --jsonl`: verdicts for machines.

use serde_json::{Map, Value};
use trailhook_engine::event::{Event, Json};
use trailhook_engine::language::{Expression, Outcome};

use super::End;
use super::output::answer_lines;

pub(super) fn lines() -> anyhow::Result<End> {
    answer_lines(answer)?;
    Ok(End::Well)
}

fn answer(line: &[u8]) -> String {
    let case = match Json::parse(line) {
        Ok(case @ Json::Object(_)) => case,
        Ok(_) => return fault(None, "the line is not a JSON object"),
        Err(error) => return fault(None, &error.to_string()),
    };
    let id = case.get("id");
    let Some(source) = case.get("expression").and_then(Json::as_str) else {
        return fault(id, "the string `expression` is missing");
    };
    let Some(record) = case.get("event") else { return fault(id, "the object `event` is missing") };
    let event = match Event::from_record(record.clone()) {
        Ok(event) => event,
        Err(error) => return fault(id, &error.to_string()),
    };
    let mut members = vec![];
    match Expression::parse(&source) {
        Err(diagnostics) => {
            members.push(("outcome", "rejected"));
            members.extend(diagnostics.first().map(|first| ("code", first.code.as_str())));
        }
        Ok(expression) => match expression.evaluate(&event) {
            Outcome::Match => members.push(("outcome", "match")),
            Outcome::NoMatch => members.push(("outcome", "no_match")),
            Outcome::NonBool => members.push(("outcome", "non_bool")),
            Outcome::Error(error) => members.extend([("outcome", "error"), ("error", error.kind.class())]),
        },
    }
    with_id(id, members.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect())
}

/// An answer for a line that is no case.
pub(super) fn fault(id: Option<&Json>, text: &str) -> String {
    with_id(id, Map::from_iter([("error".to_owned(), Value::from(text))]))
}

/// The members with the case's `id` in front, as it was written: it may be anything.
pub(super) fn with_id(id: Option<&Json>, members: Map<String, Value>) -> String {
    let members = Value::from(members).to_string();
    match id {
        Some(id) => format!("{{\"id\":{id},{}", members.trim_start_matches('{')),
        None => members,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_answer(line: &str, expected: &str) {
        assert_eq!(answer(line.as_bytes()), expected, "{line}");
    }

    #[test]
    fn each_outcome_has_its_word() {
        let case =
            |expression: &str| format!(r#"{{"id":"a","expression":"{expression}","event":{{"x":{{"y":NaN}}}}}}"#);
        assert_answer(&case("'x.y' in event"), r#"{"id":"a","outcome":"match"}"#);
        assert_answer(&case("event['x.y'] == 1"), r#"{"id":"a","outcome":"no_match"}"#);
        assert_answer(&case("event['x.y']"), r#"{"id":"a","outcome":"non_bool"}"#);
        assert_answer(&case("event['z']"), r#"{"id":"a","error":"KeyError","outcome":"error"}"#);
        assert_answer(&case("event.z"), r#"{"id":"a","code":"TH0103","outcome":"rejected"}"#);
    }

    #[test]
    fn a_line_that_is_no_case_is_answered_too() {
        assert_answer("{", r#"{"error":"the text ends too early at byte 1"}"#);
        assert_answer("[]", r#"{"error":"the line is not a JSON object"}"#);
        assert_answer(r#"{"id":{"n":1}}"#, r#"{"id":{"n":1},"error":"the string `expression` is missing"}"#);
        assert_answer(r#"{"id":1,"expression":"True"}"#, r#"{"id":1,"error":"the object `event` is missing"}"#);
        assert_answer(
            r#"{"id":1,"expression":"True","event":[]}"#,
            r#"{"id":1,"error":"the record is not a JSON object"}"#,
        );
    }
}
