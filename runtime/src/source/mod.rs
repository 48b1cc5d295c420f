//! Source: what invoked the function becomes a list of objects to read, or something else to do.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// One object of a log bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogObject {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
    /// Whether people are told of what is in it; otherwise it is counted alone.
    pub is_told: bool,
}

/// The age of a notification from which on its events are counted and not told: who replays a dead-letter queue of last month
/// does not want its alerts.
const OLD: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Why an invocation is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The payload has no shape that the function knows.
    #[error(
        "this invocation is not understood: it holds {found}. The function takes S3 notifications of created objects, from S3 \
         or EventBridge, and {{\"trailhook\": \"flush\"}}; check what invokes it"
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
#[serde(rename_all = "camelCase")]
struct S3Record {
    event_name: String,
    #[serde(default)]
    event_time: Option<String>,
    s3: S3Entity,
}

/// An event of EventBridge about an object.
#[derive(Deserialize)]
struct BridgeEvent {
    #[serde(default)]
    time: Option<String>,
    detail: S3Entity,
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

/// Logs that are to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Work {
    /// The objects to read, in the order of the notification.
    pub objects: Vec<LogObject>,
    /// The parts of the notification that could not be read. They keep the others from nothing.
    pub broken: Vec<SourceError>,
}

/// What an invocation asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invocation {
    /// To read logs.
    Logs(Work),
    /// To send what is due.
    Flush,
}

impl Invocation {
    /// Recognises an invocation by its shape.
    ///
    /// | shape | |
    /// |---|---|
    /// | `{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:…", "s3": …}]}` | a notification of S3; its keys are form-encoded |
    /// | `{"source": "aws.s3", "detail-type": "Object Created", "detail": …}` | the same by EventBridge; its key stands as it is |
    /// | `{"Service": "Amazon S3", "Event": "s3:TestEvent"}` | what S3 sends when a notification is configured; asks for nothing |
    /// | `{"trailhook": "flush"}` | what the schedule of the function's module sends |
    ///
    /// Objects of a notification that is older than seven days are counted and not told, unless the payload says
    /// `"deliver": true`.
    ///
    /// # Errors
    ///
    /// [`SourceError`] that names what came. The invocation then fails, so that it is retried and kept, not swallowed.
    pub fn recognise(payload: &Value, now: Timestamp) -> Result<Self, SourceError> {
        let text = |key: &str| payload.get(key).and_then(Value::as_str);
        if text("trailhook") == Some("flush") {
            return Ok(Self::Flush);
        }
        if text("Event") == Some("s3:TestEvent") {
            return Ok(Self::Logs(Work::default()));
        }
        let delivers = payload.get("deliver").and_then(Value::as_bool) == Some(true);
        let is_told = |time: Option<&str>| {
            let age = time.and_then(|time| Some(now.duration_since(time.parse::<Timestamp>().ok()?)));
            delivers || age.is_none_or(|age| age.as_secs() <= OLD.as_secs().cast_signed())
        };
        let mut work = Work::default();
        if text("source") == Some("aws.s3") && text("detail-type") == Some("Object Created") {
            match BridgeEvent::deserialize(payload) {
                Ok(BridgeEvent { time, detail: S3Entity { bucket, object } }) => {
                    let is_told = is_told(time.as_deref());
                    work.objects.push(LogObject { bucket: bucket.name, key: object.key, is_told });
                }
                Err(error) => work.broken.push(SourceError::BrokenNotification(error.to_string())),
            }
            return Ok(Self::Logs(work));
        }
        let records = payload.get("Records").and_then(Value::as_array);
        let is_s3 = |record: &Value| record.get("eventSource").and_then(Value::as_str) == Some("aws:s3");
        match records {
            Some(records) if !records.is_empty() && records.iter().all(is_s3) => {
                for record in records {
                    match s3_record(record, is_told) {
                        Ok(object) => work.objects.extend(object),
                        Err(error) => work.broken.push(error),
                    }
                }
                Ok(Self::Logs(work))
            }
            _ => Err(SourceError::UnknownShape { found: describe(payload) }),
        }
    }
}

/// `None` for what happened to an object other than its creation.
fn s3_record(record: &Value, is_told: impl Fn(Option<&str>) -> bool) -> Result<Option<LogObject>, SourceError> {
    let record = S3Record::deserialize(record).map_err(|error| SourceError::BrokenNotification(error.to_string()))?;
    if !record.event_name.starts_with("ObjectCreated:") {
        return Ok(None);
    }
    let key = decode_form(&record.s3.object.key)?;
    Ok(Some(LogObject { bucket: record.s3.bucket.name, key, is_told: is_told(record.event_time.as_deref()) }))
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

    const NOW: &str = "2026-02-10T12:00:00Z";

    fn recognise(payload: &Value) -> Result<Invocation, SourceError> {
        Invocation::recognise(payload, NOW.parse().unwrap())
    }

    fn work(payload: &Value) -> Work {
        match recognise(payload).unwrap() {
            Invocation::Logs(work) => work,
            Invocation::Flush => panic!("a flush"),
        }
    }

    fn keys(payload: &Value) -> Vec<String> {
        work(payload).objects.into_iter().map(|object| object.key).collect()
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
    fn keys_of_eventbridge_stand_as_they_are() {
        let payload = json!({"version": "0", "id": "1", "source": "aws.s3", "detail-type": "Object Created",
            "time": "2026-02-10T11:59:00Z", "region": "eu-central-1", "account": "111122223333",
            "detail": {"version": "0", "bucket": {"name": "logs"}, "object": {"key": "a+b c%2B.json.gz", "size": 1},
                       "request-id": "r", "requester": "cloudtrail.amazonaws.com", "reason": "PutObject"}});
        assert_eq!(keys(&payload), ["a+b c%2B.json.gz"]);
        let broken = json!({"source": "aws.s3", "detail-type": "Object Created", "detail": {}});
        assert_eq!(work(&broken).broken.len(), 1);
    }

    #[test]
    fn a_flush_is_a_flush() {
        assert_eq!(recognise(&json!({"trailhook": "flush"})), Ok(Invocation::Flush));
        assert!(recognise(&json!({"trailhook": "flsh"})).is_err());
    }

    #[test]
    fn what_is_old_is_counted_and_not_told_unless_somebody_says_so() {
        let mut record = s3("ObjectCreated:Put", "x");
        for (time, delivers, expected) in [
            ("2026-02-10T11:00:00.000Z", false, true),
            ("2026-02-03T12:00:00.000Z", false, true),
            ("2026-02-03T11:59:58.000Z", false, false),
            ("2026-02-03T11:59:58.000Z", true, true),
            ("soon", false, true),
        ] {
            record["eventTime"] = time.into();
            let payload = json!({"Records": [record], "deliver": delivers});
            assert_eq!(work(&payload).objects[0].is_told, expected, "{time}");
        }
    }

    #[test]
    fn the_test_event_asks_for_nothing() {
        let payload = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "logs"});
        assert_eq!(work(&payload), Work::default());
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
            assert_eq!(recognise(&payload), Err(SourceError::UnknownShape { found: found.to_owned() }));
        }
    }

    #[test]
    fn a_broken_part_keeps_the_others_from_nothing() {
        let broken = json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"});
        let payload = json!({"Records": [broken, s3("ObjectCreated:Put", "%FF"), s3("ObjectCreated:Put", "a=b&c")]});
        let work = work(&payload);
        assert_eq!(work.objects.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["a=b&c"]);
        assert_eq!(work.broken.len(), 2);
    }
}
