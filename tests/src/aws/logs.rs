//! CloudWatch Logs: what functions wrote.

use serde::Deserialize;
use serde_json::json;

use super::{Aws, expected};

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LogEvent {
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The line.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    events: Vec<LogEvent>,
    next_token: Option<String>,
}

impl Aws {
    /// All that a function has written, oldest first, with Lambda's own `START`, `END` and `REPORT` lines; nothing before
    /// its first invocation ended.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn function_log(&self, function: &str) -> anyhow::Result<Vec<LogEvent>> {
        let mut events = Vec::new();
        let mut request = json!({ "logGroupName": format!("/aws/lambda/{function}") });
        loop {
            let result: anyhow::Result<Page> = self.json("logs", "Logs_20140328.FilterLogEvents", &request).await;
            let Some(page) = expected(result, &["ResourceNotFoundException"])? else {
                return Ok(events);
            };
            events.extend(page.events);
            match page.next_token.filter(|token| !token.is_empty()) {
                Some(token) => request["nextToken"] = token.into(),
                None => return Ok(events),
            }
        }
    }
}
