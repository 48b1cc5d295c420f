//! The function as it is run: its metrics, its self-test, what it says when it is broken itself, and how it takes up changes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a panic is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod metrics;
mod notices;
mod redaction;
mod refresh;
mod self_test;

use serde_json::Value;
use support::{Deployment, FUNCTION, NAMESPACE};
use trailhook_tests::{Invocation, ParameterKind};

pub(crate) const STOPPED: &str = "event.get('eventName') == 'StopLogging'";

/// What the function answered, which must be well.
pub(crate) fn answer(invocation: &Invocation) -> Value {
    assert_eq!(invocation.function_error, None, "{invocation:?}");
    invocation.json().unwrap()
}

/// What the function said of an invocation that failed.
pub(crate) fn failure(invocation: &Invocation) -> (String, String) {
    assert!(invocation.function_error.is_some(), "it should fail: {invocation:?}");
    let payload = invocation.json().unwrap();
    let text = |key: &str| payload[key].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned();
    (text("errorType"), text("errorMessage"))
}

impl Deployment {
    pub(crate) async fn settings(&self, settings: &Value) {
        let parameter = format!("{NAMESPACE}/settings");
        self.aws.put_parameter(&parameter, ParameterKind::String, &settings.to_string(), true).await.unwrap();
    }

    pub(crate) fn shown(&self) -> Vec<String> {
        self.slack.messages().iter().map(|message| message.body.to_string()).collect()
    }

    /// The lines of the function's log.
    pub(crate) async fn log_lines(&self) -> Vec<String> {
        let log = self.aws.function_log(FUNCTION).await.unwrap();
        log.iter().flat_map(|event| event.message.lines()).map(str::to_owned).collect()
    }
}
