//! Every way in which an event reaches the function: the real `bootstrap`, what AWS sends in its recorded form, and the emulator's
//! own services where it has them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a panic is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod batch;
mod once;
mod queue;
mod removal;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::{BUCKET, Deployment, FUNCTION, event, gzip, log_key, repository};
use trailhook_tests::Invocation;

/// What AWS sends, with the bucket of the tests and this key in it.
pub(crate) fn recorded(name: &str, key: &str) -> Value {
    const RECORDED_KEY: &str = "AWSLogs/111122223333/CloudTrail/eu-central-1/2026/02/03/111122223333_CloudTrail_eu-central-1_20260203T0405Z_Abcdefghij012345.json.gz";
    let path = repository(&format!("tests/tests/fixtures/invocations/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = text.replace("trailhook-logs", BUCKET).replace(RECORDED_KEY, key);
    recent(&serde_json::from_str(&text).unwrap())
}

/// Times of a few minutes ago, in place of those of a recording: what is older than a week is told to nobody.
fn recent(payload: &Value) -> Value {
    let text = payload.to_string();
    let minutes_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(5);
    let hour = minutes_ago.strftime("%Y-%m-%dT%H").to_string();
    // The hours of the recordings; their minutes and seconds stay.
    let recorded = (0..24).map(|hour| format!("2026-02-03T{hour:02}"));
    serde_json::from_str(&recorded.fold(text, |text, recorded| text.replace(&recorded, &hour))).unwrap()
}

/// The payload of a subscription of CloudWatch Logs with these records.
pub(crate) fn subscription(records: &[Value]) -> Value {
    let path = repository("tests/tests/fixtures/invocations/cloudwatch-logs.decoded.json");
    let mut batch: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut entry = batch["logEvents"][0].clone();
    entry["timestamp"] = jiff::Timestamp::now().as_millisecond().into();
    let entries = records.iter().enumerate().map(|(place, record)| {
        let mut entry = entry.clone();
        entry["id"] = format!("{}{place}", entry["id"].as_str().unwrap()).into();
        entry["message"] = record.to_string().into();
        entry
    });
    batch["logEvents"] = entries.collect();
    json!({"awslogs": {"data": STANDARD.encode(gzip(batch.to_string().as_bytes()).unwrap())}})
}

/// What the function answered, which must be well.
pub(crate) fn answer(invocation: &Invocation) -> Value {
    assert_eq!(invocation.function_error, None, "{invocation:?}");
    invocation.json().unwrap()
}

impl Deployment {
    /// A deployment with a state table and a rule that every event matches, each in a conversation of its own.
    pub(crate) async fn for_every_event() -> anyhow::Result<Self> {
        let deployment = Self::with_table().await?;
        let grouping = json!({"by": ["eventID"], "window": "15m"});
        let document =
            json!({"schema": 1, "name": "any", "expression": "True", "severity": "high", "grouping": grouping});
        deployment.put_document("rules", "any", &document.to_string()).await?;
        Ok(deployment)
    }

    /// Puts a log with one event, and gives its key.
    pub(crate) async fn put_log(&self, id: &str) -> String {
        let key = log_key(id);
        let log = json!({"Records": [event("StopLogging", id)]}).to_string();
        self.aws.put_object(BUCKET, &key, gzip(log.as_bytes()).unwrap()).await.unwrap();
        key
    }

    pub(crate) async fn invoke(&self, payload: &Value) -> Invocation {
        self.aws.invoke(FUNCTION, payload).await.unwrap()
    }

    /// What each message shows, in one text.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.slack.messages().iter().map(|message| message.body.to_string()).collect()
    }
}
