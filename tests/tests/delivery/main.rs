//! What the promise of delivery means where it is kept: the real `bootstrap` with a state table in the emulator, and a Slack that
//! answers by script.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a panic is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod death;
mod flood;
mod once;
mod table;
mod verdict;

use serde_json::{Value, json};
use support::{Deployment, SECRET};
use trailhook_tests::{Invocation, ParameterKind, SlackRequest};

pub(crate) const STOPPED: &str = "event.get('eventName') == 'StopLogging'";
pub(crate) const TOKEN: &str = "/trailhook/secrets/token";
pub(crate) const CHANNEL: &str = "C0123456789";

/// What the function answered, which must be well.
pub(crate) fn summary(invocation: &Invocation) -> Value {
    assert_eq!(invocation.function_error, None, "{invocation:?}");
    invocation.json().unwrap()
}

/// What a message shows, in one text.
pub(crate) fn shown(message: &SlackRequest) -> String {
    message.body.to_string()
}

impl Deployment {
    /// A route with a match, to the webhook or wherever the destination says.
    pub(crate) async fn route(&self, name: &str, default: bool, destination: &Value, matches: &Value) {
        let mut document = json!({"schema": 1, "name": name, "default": default, "destination": destination});
        if !matches.is_null() {
            document["match"] = matches.clone();
        }
        self.put_document("routes", name, &document.to_string()).await.unwrap();
    }

    /// A webhook of Slack, beside the usual one.
    pub(crate) async fn webhook(&self, name: &str) -> Value {
        let parameter = format!("{SECRET}-{name}");
        let url = format!("{}/services/T000/B000/{name}", self.slack.url());
        self.aws.put_parameter(&parameter, ParameterKind::SecureString, &url, true).await.unwrap();
        json!({"type": "slack_webhook", "url_parameter": parameter, "allowed_host": "127.0.0.1"})
    }

    /// A Slack app.
    pub(crate) async fn app(&self) -> Value {
        self.aws.put_parameter(TOKEN, ParameterKind::SecureString, "xoxb-1-2-token", true).await.unwrap();
        json!({
            "type": "slack_app", "channel": CHANNEL, "token_parameter": TOKEN, "broadcast_first_reply": true,
            "api_url": self.slack.api_url(),
        })
    }

    pub(crate) async fn rule(&self, name: &str, more: &Value) {
        let mut document = json!({"schema": 1, "name": name, "severity": "high"});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.put_document("rules", name, &document.to_string()).await.unwrap();
    }
}
