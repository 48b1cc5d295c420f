//! Source: what invoked the function becomes parts, each with the objects to read and the records that came by themselves.
//!
//! | shape | read in |
//! |---|---|
//! | notifications of S3, by itself or EventBridge; removed objects among them | `s3` |
//! | CloudTrail events of EventBridge, CloudTrail's own notices | `event` |
//! | subscriptions of CloudWatch Logs | `logs` |
//! | any of those in messages of SNS and SQS | `envelope` |
//! | tasks of S3 Batch Operations | `batch` |

mod batch;
mod envelope;
mod error;
mod event;
mod logs;
mod s3;
mod work;

pub use error::SourceError;
pub use work::{BareRecord, Invocation, Item, LogObject, Part, Removal, Reply, Work};

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use trailhook_engine::event::Json;

/// The age of a message from which on its events are counted and not told: who replays a dead-letter queue of last month does
/// not want its alerts.
const OLD: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What a payload is read with.
#[derive(Debug, Clone, Copy)]
struct Reading {
    now: Timestamp,
    /// Whether the payload asks that people are told of old events, too.
    delivers: bool,
    /// Messages around it.
    depth: usize,
    /// When the queue got it, in milliseconds since 1970, for what says no time itself.
    sent: Option<i64>,
}

impl Reading {
    /// Whether people are told of what happened at a time. An unreadable time is none.
    fn is_told(&self, time: Option<&str>) -> bool {
        let sent = self.sent.and_then(|sent| Timestamp::from_millisecond(sent).ok());
        let time = time.and_then(|time| time.parse::<Timestamp>().ok()).or(sent);
        let age = time.map(|time| self.now.duration_since(time));
        self.delivers || age.is_none_or(|age| age.as_secs() <= OLD.as_secs().cast_signed())
    }
}

impl Invocation {
    /// Recognises an invocation by its shape.
    ///
    /// | shape | |
    /// |---|---|
    /// | `{"Records": [{"eventSource": "aws:s3", …}]}` | a notification of S3: created objects are read, removed ones told; its keys are form-encoded |
    /// | `{"source": "aws.s3", "detail-type": "Object Created" or "Object Deleted", …}` | the same by EventBridge; its keys stand as they are |
    /// | `{"detail-type": "… via CloudTrail", "detail": {"eventID": …}}` | one event, by EventBridge |
    /// | `{"awslogs": {"data": …}}` | events by a subscription of CloudWatch Logs |
    /// | `{"Records": [{"EventSource": "aws:sns", …}]}` | any of these in messages of SNS, or CloudTrail's own notice of new logs |
    /// | `{"Records": [{"eventSource": "aws:sqs", …}]}` | any of these in messages of SQS, with or without SNS around it |
    /// | `{"invocationSchemaVersion": …, "tasks": […]}` | tasks of S3 Batch Operations; counted, and told only if asked to |
    /// | `{"Event": "s3:TestEvent"}`, `CONTROL_MESSAGE` and the like | what services send to see whether they may; asks for nothing |
    /// | `{"trailhook": "flush"}`, `{"trailhook": "self-test"}` | what the schedule, and who wants to be sure, sends |
    ///
    /// Events of a message that is older than seven days are counted and not told, unless the payload says `"deliver": true`.
    ///
    /// # Errors
    ///
    /// [`SourceError`] that names what came. The invocation then fails, so that it is retried and kept, not swallowed.
    pub fn recognise(payload: &str, now: Timestamp) -> Result<Self, SourceError> {
        let value = parse("payload", payload)?;
        match value.get("trailhook").and_then(Value::as_str) {
            Some("flush") => return Ok(Self::Flush),
            Some("self-test") => return Ok(Self::SelfTest),
            _ => {}
        }
        let delivers = value.get("deliver").and_then(Value::as_bool) == Some(true);
        let reading = Reading { now, delivers, depth: 0, sent: None };
        let work = match (envelope::queue_messages(&value), batch::tasks(&value)) {
            (Some(messages), _) => envelope::of_queue(messages, reading),
            (None, Some(job)) => batch::work(job)?,
            (None, None) => {
                let mut part = Part::default();
                message(payload, &value, reading, &mut part)?;
                Work { parts: vec![part], reply: Reply::Whole }
            }
        };
        Ok(Self::Work(work))
    }
}

/// Takes one message of any service apart. The text is that of the value: records are cut out of it as they were written.
fn message(text: &str, value: &Value, reading: Reading, part: &mut Part) -> Result<(), SourceError> {
    let is_known = s3::read(value, reading, part)?
        || event::read(text, value, reading, part)?
        || logs::read(value, reading, part)?
        || envelope::read(value, reading, part)?;
    if is_known { Ok(()) } else { Err(SourceError::unknown(value)) }
}

/// A text as JSON for looking at its shape: what strict readers refuse, such as half a pair of surrogates in a request parameter, is no
/// reason not to read the record around it.
fn parse(what: &'static str, text: &str) -> Result<Value, SourceError> {
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    Json::parse(text.as_bytes()).map(|json| lenient(&json)).map_err(|error| SourceError::broken(what, error))
}

/// Recursion is bounded by the depth that the engine's reader admits.
fn lenient(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => (*value).into(),
        Json::Int(value) => (*value).into(),
        Json::BigInt(_) | Json::Float(_) => json.to_string().into(),
        Json::Str(text) => text.to_string_lossy().into(),
        Json::Array(items) => items.iter().map(lenient).collect(),
        Json::Object(members) => Value::Object(
            members.iter().map(|(key, value)| (key.to_string_lossy().into_owned(), lenient(value))).collect(),
        ),
    }
}

/// The text at a key.
fn text_at<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// The records of a payload, if all of them are of one service.
fn records_of<'v>(value: &'v Value, key: &str, service: &str) -> Option<&'v [Value]> {
    let records = value.get("Records")?.as_array()?;
    let is_of_service = |record: &Value| text_at(record, key) == Some(service);
    (!records.is_empty() && records.iter().all(is_of_service)).then_some(records)
}

#[cfg(test)]
mod tests;
