//! Messages of SNS and SQS, and what is in them.

use serde_json::Value;

use super::error::SourceError;
use super::work::{Part, Reply, Work};
use super::{Reading, message, parse, records_of, text_at};

/// Messages around a message. EventBridge to SNS to SQS are two.
const MAX_DEPTH: usize = 4;

/// What CloudTrail publishes to a topic when it is configured, to see whether it may.
const VALIDATION: &str = "CloudTrail validation message.";

/// The messages of a queue.
pub(super) fn queue_messages(value: &Value) -> Option<&[Value]> {
    records_of(value, "eventSource", "aws:sqs")
}

/// Each message of a queue is a part of its own.
pub(super) fn of_queue(messages: &[Value], reading: Reading) -> Work {
    let part = |record: &Value| {
        let mut part = Part { id: text_at(record, "messageId").map(str::to_owned), ..Part::default() };
        let sent =
            record.pointer("/attributes/SentTimestamp").and_then(Value::as_str).and_then(|sent| sent.parse().ok());
        let reading = Reading { sent, ..reading };
        let body = text_at(record, "body");
        let read = body.ok_or_else(|| SourceError::broken("message of SQS", "it has no body"));
        if let Err(error) = read.and_then(|body| inner(body, reading, &mut part)) {
            part.broken.push(error);
        }
        part
    };
    Work { parts: messages.iter().map(part).collect(), reply: Reply::BatchItemFailures }
}

/// Reads messages of SNS: as Lambda gets them, and as a queue does. `false` if it is not SNS that speaks.
pub(super) fn read(value: &Value, reading: Reading, part: &mut Part) -> Result<bool, SourceError> {
    if text_at(value, "Type") == Some("Notification") && value.get("TopicArn").is_some() {
        topic_message(value, reading, part)?;
        return Ok(true);
    }
    let Some(records) = records_of(value, "EventSource", "aws:sns") else { return Ok(false) };
    for record in records {
        let read = record.get("Sns").ok_or_else(|| SourceError::broken("message of SNS", "it has no `Sns`"));
        if let Err(error) = read.and_then(|notification| topic_message(notification, reading, part)) {
            part.broken.push(error);
        }
    }
    Ok(true)
}

fn topic_message(notification: &Value, reading: Reading, part: &mut Part) -> Result<(), SourceError> {
    let body = text_at(notification, "Message");
    let body = body.ok_or_else(|| SourceError::broken("message of SNS", "it has no `Message`"))?;
    // What is in it may say no time, as CloudTrail's notices do.
    let is_old = !reading.is_told(text_at(notification, "Timestamp"));
    let before = part.items.len();
    inner(body, reading, part)?;
    if is_old {
        part.items.iter_mut().skip(before).for_each(super::work::Item::count_alone);
    }
    Ok(())
}

fn inner(body: &str, reading: Reading, part: &mut Part) -> Result<(), SourceError> {
    let depth = reading.depth + 1;
    if depth > MAX_DEPTH {
        return Err(SourceError::TooDeep(MAX_DEPTH));
    }
    if body.trim() == VALIDATION {
        return Ok(());
    }
    let value = parse("message", body)?;
    let delivers = reading.delivers || value.get("deliver").and_then(Value::as_bool) == Some(true);
    message(body, &value, Reading { depth, delivers, ..reading }, part)
}
