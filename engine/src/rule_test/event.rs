//! The event of a test. What people have at hand is often a whole log, or an event in the envelope of another service.

use crate::event::{Event, EventError, Json, JsonError};

/// A text that is not one CloudTrail record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TestEventError {
    /// No JSON.
    #[error("the event is not JSON: {0}")]
    Json(JsonError),
    /// JSON, but no object.
    #[error(
        "the event is not a JSON object; give one CloudTrail record, such as `jsonencode({{ eventName = \"StopLogging\" }})`"
    )]
    NotAnObject,
    /// The keys of the flat event would take more than any event's do.
    #[error("the event is larger than any that CloudTrail writes: its flat keys take too much room")]
    TooLarge,
    /// A list of records.
    #[error("the event is a list; a test has one record, such as `jsonencode(jsondecode(file(\"events.json\"))[0])`")]
    List,
    /// A log file of one record.
    #[error(
        "the event is a log with a list `Records`; a test has one record alone: write `jsonencode(jsondecode(…).Records[0])` around what is there"
    )]
    LogOfOne,
    /// A log file, or what S3 and SNS send, with as many records.
    #[error(
        "the event is a log with {0} entries in `Records`; a test has one record: choose one with `jsonencode(jsondecode(…).Records[0])`, or give each a test of its own"
    )]
    Log(usize),
    /// What EventBridge sends.
    #[error(
        "the event stands in the envelope of EventBridge; a test has the record alone, which is its `detail`: write `jsonencode(jsondecode(…).detail)` around what is there"
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

/// Reads the event of a test: the JSON text of one CloudTrail record, of which parts may be left out.
///
/// # Errors
///
/// [`TestEventError`], which says for the common forms that are no record how to get the record out of them.
pub fn read_test_event(text: &str) -> Result<Event, TestEventError> {
    let record = Json::parse(text.as_bytes()).map_err(TestEventError::Json)?;
    if matches!(record, Json::Array(_)) {
        return Err(TestEventError::List);
    }
    let list = |key| match record.get(key) {
        Some(Json::Array(items)) => Some(items.len()),
        _ => None,
    };
    // No record has these fields; they are told by their form all the same, because a test may hold anything.
    match (list("Records"), list("Events")) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_is_taken_and_what_holds_records_says_how_to_get_at_them() {
        assert!(read_test_event(r#"{"eventName":"StopLogging"}"#).is_ok());
        assert!(read_test_event("{}").is_ok());
        let error = |text: &str| read_test_event(text).unwrap_err();
        assert!(matches!(error("{"), TestEventError::Json(_)));
        assert!(matches!(error(""), TestEventError::Json(_)));
        assert_eq!(error("1"), TestEventError::NotAnObject);
        assert_eq!(error("[{}]"), TestEventError::List);
        assert_eq!(error(r#"{"Records":[{}]}"#), TestEventError::LogOfOne);
        assert_eq!(error(r#"{"Records":[]}"#), TestEventError::Log(0));
        assert_eq!(error(r#"{"Records":[{},{}]}"#), TestEventError::Log(2));
        assert_eq!(error(r#"{"detail-type":"AWS API Call via CloudTrail","detail":{}}"#), TestEventError::EventBridge);
        assert_eq!(error(r#"{"Events":[{"CloudTrailEvent":"{}"}]}"#), TestEventError::LookupAnswer);
        assert_eq!(error(r#"{"CloudTrailEvent":"{}"}"#), TestEventError::LookupEvent);
        assert!(error("1").to_string().contains("jsonencode({ eventName"), "{}", error("1"));
    }
}
