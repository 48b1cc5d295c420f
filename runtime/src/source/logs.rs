//! Subscriptions of CloudWatch Logs.

use std::io::{BufReader, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::Value;

use super::Reading;
use super::error::SourceError;
use super::work::{BareRecord, Item, Part};
use crate::clock::Moment;

/// Bytes of what a subscription sends, unpacked. CloudWatch Logs packs a megabyte or less into one.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

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
    // As it is unpacked, so that it is not in memory twice.
    let mut unpacked = BufReader::new(MultiGzDecoder::new(packed.as_slice()).take(MAX_BYTES));
    let batch: Result<Batch, _> = serde_json::from_reader(&mut unpacked);
    if unpacked.get_ref().limit() == 0 {
        return Err(SourceError::broken(WHAT, format!("it is longer than {MAX_BYTES} bytes")));
    }
    let batch = batch.map_err(|error| SourceError::broken(WHAT, error))?;
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
