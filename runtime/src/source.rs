//! Source: what invoked the function becomes a list of objects to read.

use serde::Deserialize;
use serde_json::Value;

/// One object of a log bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogObject {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
}

/// Why an invocation is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The payload has no shape that the function knows.
    #[error(
        "this invocation is not understood: it holds {found}. The function takes S3 notifications of created objects; \
         check what invokes it"
    )]
    UnknownShape {
        /// The top-level fields, or the type, of what came.
        found: String,
    },
    /// A notification of S3 that lacks what its form promises.
    #[error("the S3 notification is not readable: {0}")]
    BrokenNotification(String),
}

#[derive(Deserialize)]
struct S3Record {
    #[serde(rename = "eventName")]
    event_name: String,
    s3: S3Entity,
}

#[derive(Deserialize)]
struct S3Entity {
    bucket: S3Bucket,
    object: S3Object,
}

#[derive(Deserialize)]
struct S3Bucket {
    name: String,
}

#[derive(Deserialize)]
struct S3Object {
    key: String,
}

/// The objects that an invocation asks to read, in its order.
///
/// An S3 notification is `{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:…", "s3": …}]}` with
/// form-encoded keys; the test event that S3 sends when a notification is configured asks for nothing.
///
/// # Errors
///
/// [`SourceError`] that names what came. The invocation then fails, so that it is retried and kept, not swallowed.
pub fn log_objects(payload: &Value) -> Result<Vec<LogObject>, SourceError> {
    if payload.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Ok(Vec::new());
    }
    let records = payload.get("Records").and_then(Value::as_array);
    let is_s3 = |record: &Value| record.get("eventSource").and_then(Value::as_str) == Some("aws:s3");
    match records {
        Some(records) if !records.is_empty() && records.iter().all(is_s3) => {
            records.iter().filter_map(|record| s3_record(record).transpose()).collect()
        }
        _ => Err(SourceError::UnknownShape { found: describe(payload) }),
    }
}

/// `None` for what happened to an object other than its creation.
fn s3_record(record: &Value) -> Result<Option<LogObject>, SourceError> {
    let record = S3Record::deserialize(record).map_err(|error| SourceError::BrokenNotification(error.to_string()))?;
    if !record.event_name.starts_with("ObjectCreated:") {
        return Ok(None);
    }
    let key = decode_form(&record.s3.object.key);
    Ok(Some(LogObject { bucket: record.s3.bucket.name, key }))
}

/// Keys of S3 notifications are form-encoded: `+` is a space.
fn decode_form(key: &str) -> String {
    // A key has neither `&` nor `=` left in it, so the whole of it is one name without a value.
    url::form_urlencoded::parse(key.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

fn describe(payload: &Value) -> String {
    match payload {
        Value::Object(members) if members.is_empty() => "an empty object".to_owned(),
        Value::Object(members) => {
            let source =
                payload.pointer("/Records/0/eventSource").or_else(|| payload.pointer("/Records/0/EventSource"));
            let fields: Vec<_> = members.keys().take(8).map(|key| format!("`{key}`")).collect();
            match source.and_then(Value::as_str) {
                Some(source) => format!("records of `{source}`"),
                None => format!("the fields {}", fields.join(", ")),
            }
        }
        Value::Array(_) => "a list".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Null => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn s3(event_name: &str, key: &str) -> Value {
        json!({"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": event_name,
               "s3": {"bucket": {"name": "logs"}, "object": {"key": key, "size": 1}}})
    }

    fn keys(payload: &Value) -> Vec<String> {
        log_objects(payload).unwrap().into_iter().map(|object| object.key).collect()
    }

    #[test]
    fn keys_are_form_decoded() {
        let payload = json!({"Records": [s3("ObjectCreated:Put", "a+b/c%2Bd%3D%26/%C3%A9%25.json.gz")]});
        assert_eq!(keys(&payload), ["a b/c+d=&/é%.json.gz"]);
    }

    #[test]
    fn only_created_objects_are_read() {
        let payload = json!({"Records": [s3("ObjectRemoved:Delete", "x"), s3("ObjectCreated:Copy", "y")]});
        assert_eq!(keys(&payload), ["y"]);
    }

    #[test]
    fn the_test_event_asks_for_nothing() {
        let payload = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "logs"});
        assert_eq!(log_objects(&payload), Ok(Vec::new()));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (payload, found) in [
            (json!({}), "an empty object"),
            (json!({"detail": {}, "source": "x"}), "the fields `detail`, `source`"),
            (json!({"Records": []}), "the fields `Records`"),
            (json!({"Records": [{"eventSource": "aws:sqs", "body": "{}"}]}), "records of `aws:sqs`"),
            (json!([1]), "a list"),
            (Value::Null, "nothing"),
        ] {
            assert_eq!(log_objects(&payload), Err(SourceError::UnknownShape { found: found.to_owned() }));
        }
        let broken = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}]});
        assert!(matches!(log_objects(&broken), Err(SourceError::BrokenNotification(_))));
    }
}
