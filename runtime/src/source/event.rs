//! CloudTrail's own words: events that EventBridge passes on, and notices of new logs.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::error::SourceError;
use super::work::{BareRecord, Item, LogObject, Part};
use super::{Reading, text_at};

/// How the kinds of EventBridge events end whose detail is a record
/// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-aws-service-specific-topics.html>).
const VIA_CLOUDTRAIL: &str = " via CloudTrail";

/// An event of EventBridge, with the record as it was written: numbers of any size are kept.
#[derive(Deserialize)]
struct Passed<'a> {
    #[serde(borrow)]
    detail: &'a RawValue,
}

/// CloudTrail's notice of new logs
/// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html>). Keys stand as they are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notice {
    s3_bucket: String,
    s3_object_key: Vec<String>,
}

/// Reads what CloudTrail says. `false` if it is not CloudTrail that speaks.
pub(super) fn read(text: &str, value: &Value, reading: Reading, part: &mut Part) -> Result<bool, SourceError> {
    let is_passed = text_at(value, "detail-type").is_some_and(|kind| kind.ends_with(VIA_CLOUDTRAIL));
    if let Some(id) = value.pointer("/detail/eventID").and_then(Value::as_str).filter(|_| is_passed) {
        let passed = serde_json::from_str::<Passed<'_>>(text);
        let passed = passed.map_err(|error| SourceError::broken("event of EventBridge", error))?;
        part.items.push(Item::Record(BareRecord {
            origin: format!("eventbridge:{id}"),
            text: passed.detail.get().to_owned(),
            is_told: reading.is_told(text_at(value, "time")),
        }));
        return Ok(true);
    }
    if value.get("s3Bucket").is_none() || value.get("s3ObjectKey").is_none() {
        return Ok(false);
    }
    let notice = Notice::deserialize(value).map_err(|error| SourceError::broken("notice of CloudTrail", error))?;
    let is_told = reading.is_told(None);
    let object = |key| Item::Object(LogObject { bucket: notice.s3_bucket.clone(), key, is_told });
    part.items.extend(notice.s3_object_key.into_iter().map(object));
    Ok(true)
}
