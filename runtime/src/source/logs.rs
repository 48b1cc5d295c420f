//! Subscriptions of CloudWatch Logs.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::Value;

use super::Reading;
use super::error::SourceError;
use super::work::{BareRecord, Item, Part};
use crate::clock::Moment;

/// Bytes of what a subscription sends, unpacked. Lambda takes 6 MB of a payload; text packs ten to one.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

const WHAT: &str = "message of CloudWatch Logs";

/// What is packed in `awslogs.data` (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    message_type: String,
    #[serde(default)]
    log_group: String,
    #[serde(default)]
    log_events: Vec<LogEvent>,
}

#[derive(Deserialize)]
struct LogEvent {
    #[serde(default)]
    id: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    timestamp: Option<i64>,
    message: String,
}

/// Reads what a subscription sends. `false` if it is none.
pub(super) fn read(value: &Value, reading: Reading, part: &mut Part) -> Result<bool, SourceError> {
    let Some(data) = value.pointer("/awslogs/data") else { return Ok(false) };
    let data = data.as_str().ok_or_else(|| SourceError::broken(WHAT, "`awslogs.data` is no text"))?;
    let packed = STANDARD.decode(data).map_err(|error| SourceError::broken(WHAT, error))?;
    let mut unpacked = Vec::new();
    let mut decoder = MultiGzDecoder::new(packed.as_slice()).take(MAX_BYTES + 1);
    decoder.read_to_end(&mut unpacked).map_err(|error| SourceError::broken(WHAT, error))?;
    if u64::try_from(unpacked.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(SourceError::broken(WHAT, format!("it is longer than {MAX_BYTES} bytes")));
    }
    let batch: Batch = serde_json::from_slice(&unpacked).map_err(|error| SourceError::broken(WHAT, error))?;
    // `CONTROL_MESSAGE` asks whether somebody is there.
    if batch.message_type != "DATA_MESSAGE" {
        return Ok(true);
    }
    // Records are objects. A group of which nothing is one is the wrong group, and nobody would ever be told.
    if !batch.log_events.iter().any(|event| event.message.trim_start().starts_with('{')) {
        let reason =
            format!("the log group {} holds no events of CloudTrail; subscribe the trail's own", batch.log_group);
        return Err(SourceError::broken(WHAT, reason));
    }
    for event in batch.log_events {
        let time = event.timestamp.map(|time| Moment::from_millis(time).to_string());
        part.items.push(Item::Record(BareRecord {
            origin: format!("logs:{}:{}", batch.log_group, event.id),
            text: event.message,
            is_told: reading.is_told(time.as_deref()),
        }));
    }
    Ok(true)
}
