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

/// What an invocation asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Work {
    /// The objects to read, in the order of the notification.
    pub objects: Vec<LogObject>,
    /// The parts of the notification that could not be read. They keep the others from nothing.
    pub broken: Vec<SourceError>,
}

/// What an invocation asks for.
///
/// An S3 notification is `{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:…", "s3": …}]}` with
/// form-encoded keys; the test event that S3 sends when a notification is configured asks for nothing.
///
/// # Errors
///
/// [`SourceError`] that names what came. The invocation then fails, so that it is retried and kept, not swallowed.
pub fn work(payload: &Value) -> Result<Work, SourceError> {
    if payload.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Ok(Work::default());
    }
    let records = payload.get("Records").and_then(Value::as_array);
    let is_s3 = |record: &Value| record.get("eventSource").and_then(Value::as_str) == Some("aws:s3");
    match records {
        Some(records) if !records.is_empty() && records.iter().all(is_s3) => {
            let mut work = Work::default();
            for record in records {
                match s3_record(record) {
                    Ok(object) => work.objects.extend(object),
                    Err(error) => work.broken.push(error),
                }
            }
            Ok(work)
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
    let key = decode_form(&record.s3.object.key)?;
    Ok(Some(LogObject { bucket: record.s3.bucket.name, key }))
}

/// Keys of S3 notifications are form-encoded: `+` is a space, `%2B` a plus.
fn decode_form(key: &str) -> Result<String, SourceError> {
    let spaced = key.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| SourceError::BrokenNotification(format!("the key {key} is not UTF-8")))
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
        work(payload).unwrap().objects.into_iter().map(|object| object.key).collect()
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
        assert_eq!(work(&payload), Ok(Work::default()));
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
            assert_eq!(work(&payload), Err(SourceError::UnknownShape { found: found.to_owned() }));
        }
    }

    #[test]
    fn a_broken_part_keeps_the_others_from_nothing() {
        let broken = json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"});
        let payload = json!({"Records": [broken, s3("ObjectCreated:Put", "%FF"), s3("ObjectCreated:Put", "a=b&c")]});
        let work = work(&payload).unwrap();
        assert_eq!(work.objects.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["a=b&c"]);
        assert_eq!(work.broken.len(), 2);
    }
}
