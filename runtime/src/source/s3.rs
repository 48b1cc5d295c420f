//! What S3 says of objects, by itself and by EventBridge.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::error::SourceError;
use super::work::{Item, LogObject, Part, Removal};
use super::{Reading, records_of, text_at};
use crate::clock::Moment;

/// A record of a notification
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    #[serde(default)]
    event_time: Option<String>,
    #[serde(default)]
    user_identity: Option<Principal>,
    #[serde(default)]
    request_parameters: Option<Request>,
    s3: Entity,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Principal {
    #[serde(default)]
    principal_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(default, rename = "sourceIPAddress")]
    source_ip_address: Option<String>,
}

/// An event of EventBridge (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>).
#[derive(Deserialize)]
struct BridgeEvent {
    #[serde(default)]
    time: Option<String>,
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Detail {
    #[serde(flatten)]
    entity: Entity,
    #[serde(default)]
    requester: Option<String>,
    #[serde(default)]
    source_ip_address: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    deletion_type: Option<String>,
}

#[derive(Deserialize)]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    #[serde(default)]
    sequencer: Option<String>,
}

const NOTIFICATION: &str = "notification of S3";

/// Reads what S3 says. `false` if it is not S3 that speaks.
pub(super) fn read(value: &Value, reading: Reading, part: &mut Part) -> Result<bool, SourceError> {
    if text_at(value, "Event") == Some("s3:TestEvent") {
        return Ok(true);
    }
    if text_at(value, "source") == Some("aws.s3") && text_at(value, "detail-type").is_some_and(is_of_object) {
        let event = BridgeEvent::deserialize(value).map_err(|error| SourceError::broken(NOTIFICATION, error))?;
        let is_created = text_at(value, "detail-type") == Some("Object Created");
        part.items.extend(bridged(event, is_created, reading));
        return Ok(true);
    }
    let Some(records) = records_of(value, "eventSource", "aws:s3") else { return Ok(false) };
    for record in records {
        let read = Record::deserialize(record).map_err(|error| SourceError::broken(NOTIFICATION, error));
        match read.and_then(|record| notified(record, reading)) {
            Ok(item) => part.items.extend(item),
            Err(error) => part.broken.push(error),
        }
    }
    Ok(true)
}

/// Other events about objects, such as changed tags, ask for nothing.
fn is_of_object(kind: &str) -> bool {
    kind.starts_with("Object ")
}

/// `None` for what happened to an object other than its creation or removal. What a lifecycle rule removes is removed as its
/// owner wants it.
fn notified(record: Record, reading: Reading) -> Result<Option<Item>, SourceError> {
    let is_told = reading.is_told(record.event_time.as_deref());
    let Entity { bucket, object } = record.s3;
    let key = decode_form(&object.key)?;
    if record.event_name.starts_with("ObjectCreated:") {
        return Ok(Some(Item::Object(LogObject { bucket: bucket.name, key, is_told })));
    }
    let Some(how) = record.event_name.strip_prefix("ObjectRemoved:") else { return Ok(None) };
    Ok(Some(Item::Removal(Removal {
        bucket: bucket.name,
        key,
        sequencer: object.sequencer.unwrap_or_default(),
        by: record.user_identity.and_then(|principal| principal.principal_id),
        from: record.request_parameters.and_then(|request| request.source_ip_address),
        at: moment(record.event_time.as_deref()),
        is_marker: how == "DeleteMarkerCreated",
        is_told,
    })))
}

fn bridged(event: BridgeEvent, is_created: bool, reading: Reading) -> Option<Item> {
    let is_told = reading.is_told(event.time.as_deref());
    let Detail { entity: Entity { bucket, object }, requester, source_ip_address, reason, deletion_type } =
        event.detail;
    if is_created {
        return Some(Item::Object(LogObject { bucket: bucket.name, key: object.key, is_told }));
    }
    let (deletion_type, reason) = (deletion_type?, reason.unwrap_or_default());
    (!reason.starts_with("Lifecycle")).then(|| {
        Item::Removal(Removal {
            bucket: bucket.name,
            key: object.key,
            sequencer: object.sequencer.unwrap_or_default(),
            by: requester,
            from: source_ip_address,
            at: moment(event.time.as_deref()),
            is_marker: deletion_type.starts_with("Delete Marker"),
            is_told,
        })
    })
}

fn moment(time: Option<&str>) -> Option<Moment> {
    Some(time?.parse::<Timestamp>().ok()?.into())
}

/// Keys of S3 notifications and of tasks of S3 Batch Operations are form-encoded: `+` is a space, `%2B` a plus.
pub(super) fn decode_form(key: &str) -> Result<String, SourceError> {
    let spaced = key.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8().map(Cow::into_owned);
    decoded.map_err(|_| SourceError::broken("object's name", format!("the key {key} is not UTF-8")))
}
