//! The event of a test, or of a function of the provider. What people have at hand is often a whole log, or an event in the
//! envelope of another service.

use crate::event::{Event, EventError, Json, JsonError};

/// A text that is not one CloudTrail record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TestEventError {
    /// No JSON.
    #[error("the event is not JSON: {0}; give one CloudTrail record as JSON text")]
    Json(JsonError),
    /// The path of a file instead of what stands in it.
    #[error("\"{0}\" is the path of a file, not its text; write `file({quoted})`", quoted = quoted(.0))]
    Path(String),
    /// JSON, but no object.
    #[error(
        "the event is not a JSON object; give one CloudTrail record, such as `jsonencode({{ eventName = \"StopLogging\" }})`"
    )]
    NotAnObject,
    /// The keys of the flat event would take more than any event's do.
    #[error("the event is larger than any that CloudTrail writes: its flat keys take too much room")]
    TooLarge,
    /// A list of records.
    #[error("the event is a list; give one record of it, such as `jsonencode(jsondecode(file(\"events.json\"))[0])`")]
    List,
    /// A log file of one record.
    #[error(
        "the event is a log with a list `Records`; give the record alone: write `jsonencode(jsondecode(…).Records[0])` around what is there"
    )]
    LogOfOne,
    /// A log file of no record.
    #[error("the event is a log without entries in `Records`; give one record")]
    LogOfNone,
    /// A log file, or what S3 and SNS send, with as many records.
    #[error(
        "the event is a log with {0} entries in `Records`; give one record: choose it with `jsonencode(jsondecode(…).Records[0])`"
    )]
    Log(usize),
    /// What EventBridge sends.
    #[error(
        "the event stands in the envelope of EventBridge; give the record alone, which is its `detail`: write `jsonencode(jsondecode(…).detail)` around what is there"
    )]
    EventBridge,
    /// What `aws cloudtrail lookup-events` answers.
    #[error(
        "the event is an answer of `aws cloudtrail lookup-events`, which holds the record as a text: write `jsondecode(…).Events[0].CloudTrailEvent`"
    )]
    LookupAnswer,
    /// One event of that answer.
    #[error(
        "the event is one of `aws cloudtrail lookup-events`, which holds the record as a text: write `jsondecode(…).CloudTrailEvent`"
    )]
    LookupEvent,
}

/// Reads the event of a test, or the argument of a function: the JSON text of one CloudTrail record, of which parts may be left
/// out.
///
/// # Errors
///
/// [`TestEventError`], which says for the common forms that are no record how to get the record out of them.
pub fn read_test_event(text: &str) -> Result<Event, TestEventError> {
    let record = Json::parse(text.as_bytes()).map_err(|error| match text.trim() {
        path if is_path(path) => TestEventError::Path(path.to_owned()),
        _ => TestEventError::Json(error),
    })?;
    if matches!(record, Json::Array(_)) {
        return Err(TestEventError::List);
    }
    let list = |key| match record.get(key) {
        Some(Json::Array(items)) => Some(items.len()),
        _ => None,
    };
    // No record has these fields; they are told by their form all the same, because a text may hold anything.
    match (list("Records"), list("Events")) {
        (Some(0), _) => return Err(TestEventError::LogOfNone),
        (Some(1), _) => return Err(TestEventError::LogOfOne),
        (Some(records), _) => return Err(TestEventError::Log(records)),
        (None, Some(_)) => return Err(TestEventError::LookupAnswer),
        (None, None) => {}
    }
    if record.get("detail-type").is_some() && matches!(record.get("detail"), Some(Json::Object(_))) {
        return Err(TestEventError::EventBridge);
    }
    if record.get("CloudTrailEvent").and_then(Json::as_str).is_some() {
        return Err(TestEventError::LookupEvent);
    }
    Event::from_record(record).map_err(|error| match error {
        EventError::Json(error) => TestEventError::Json(error),
        EventError::NotAnObject => TestEventError::NotAnObject,
        EventError::TooLarge => TestEventError::TooLarge,
    })
}

/// Whether a text that is no JSON is meant as the path of a file of JSON.
fn is_path(text: &str) -> bool {
    /// The longest path that Linux opens.
    const LONGEST: usize = 4096;
    let is_json = text.len() > ".json".len() && text.to_ascii_lowercase().ends_with(".json");
    is_json && text.len() <= LONGEST && !text.contains(|c: char| c.is_control() || "{}[]\"\\".contains(c))
}

/// A path as it is written in Terraform: below the module, wherever Terraform runs.
fn quoted(path: &str) -> String {
    if path.starts_with(['/', '~']) {
        return format!("\"{path}\"");
    }
    let path = path.trim_start_matches("./");
    format!("\"${{path.module}}/{path}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_is_taken_and_what_holds_records_says_how_to_get_at_them() {
        assert!(read_test_event(r#"{"eventName":"StopLogging"}"#).is_ok());
        assert!(read_test_event("{}").is_ok());
        let error = |text: &str| read_test_event(text).unwrap_err();
        for (text, told) in [
            ("{", "the event is not JSON: the text ends too early at byte 1; give one CloudTrail record as JSON text"),
            ("", "the event is not JSON: the text ends too early at byte 0; give one CloudTrail record as JSON text"),
            (
                "1",
                "the event is not a JSON object; give one CloudTrail record, such as `jsonencode({ eventName = \"StopLogging\" })`",
            ),
            (
                "[{}]",
                "the event is a list; give one record of it, such as `jsonencode(jsondecode(file(\"events.json\"))[0])`",
            ),
            (
                r#"{"Records":[{}]}"#,
                "the event is a log with a list `Records`; give the record alone: write \
                 `jsonencode(jsondecode(…).Records[0])` around what is there",
            ),
            (
                r#"{"Records":[{},{}]}"#,
                "the event is a log with 2 entries in `Records`; give one record: choose it with \
                 `jsonencode(jsondecode(…).Records[0])`",
            ),
            (r#"{"Records":[]}"#, "the event is a log without entries in `Records`; give one record"),
            (
                r#"{"detail-type":"AWS API Call via CloudTrail","detail":{}}"#,
                "the event stands in the envelope of EventBridge; give the record alone, which is its `detail`: write \
                 `jsonencode(jsondecode(…).detail)` around what is there",
            ),
            (
                r#"{"Events":[{"CloudTrailEvent":"{}"}]}"#,
                "the event is an answer of `aws cloudtrail lookup-events`, which holds the record as a text: write \
                 `jsondecode(…).Events[0].CloudTrailEvent`",
            ),
            (
                r#"{"CloudTrailEvent":"{}"}"#,
                "the event is one of `aws cloudtrail lookup-events`, which holds the record as a text: write \
                 `jsondecode(…).CloudTrailEvent`",
            ),
        ] {
            assert_eq!(error(text).to_string(), told);
        }
        for (path, file) in [
            ("events/stop.json", "${path.module}/events/stop.json"),
            ("./my events/Stop.JSON\n", "${path.module}/my events/Stop.JSON"),
            ("../stop.json", "${path.module}/../stop.json"),
            ("/srv/stop.json", "/srv/stop.json"),
        ] {
            let told = format!("\"{}\" is the path of a file, not its text; write `file(\"{file}\")`", path.trim());
            assert_eq!(error(path).to_string(), told);
        }
        for no_path in
            [".json", "{\"a\": events/stop.json", "stop\n.json", "\"stop.json", "stop", "arn:aws:s3:::logs/a"]
        {
            assert!(error(no_path).to_string().starts_with("the event is not JSON: "), "{no_path}");
        }
        // 5,000 values, each below a key of 5,000 bytes.
        let large = format!("{{\"{}\":[{}0]}}", "k".repeat(5_000), "0,".repeat(5_000));
        assert_eq!(
            error(&large).to_string(),
            "the event is larger than any that CloudTrail writes: its flat keys take too much room"
        );
    }
}
