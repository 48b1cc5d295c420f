//! What is said of an invocation that is not understood.

use std::fmt;

use serde_json::Value;

/// Why an invocation, or a part of one, is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The payload has no shape that the function knows.
    #[error(
        "this invocation is not understood: it holds {found}. The function takes notifications of S3 (by itself, SNS, SQS or \
         EventBridge), CloudTrail events of EventBridge, subscriptions of CloudWatch Logs, CloudTrail's own notices, tasks of S3 \
         Batch Operations, and {{\"trailhook\": \"flush\"}} or {{\"trailhook\": \"self-test\"}}; check what invokes it"
    )]
    UnknownShape {
        /// The top-level fields, or the type, of what came.
        found: String,
    },
    /// A message that lacks what its form promises.
    #[error("the {what} is not readable: {reason}")]
    Broken {
        /// The form.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Messages that stand in each other more often than any service packs them.
    #[error("the message is packed into others more than {0} times; check the topics and queues on its way")]
    TooDeep(usize),
}

impl SourceError {
    pub(super) fn broken(what: &'static str, reason: impl fmt::Display) -> Self {
        Self::Broken { what, reason: format!("{reason}") }
    }

    pub(super) fn unknown(payload: &Value) -> Self {
        Self::UnknownShape { found: describe(payload) }
    }
}

/// What came, in a few words and without its values, which may be anything.
fn describe(payload: &Value) -> String {
    match payload {
        Value::Object(members) if members.is_empty() => "an empty object".to_owned(),
        Value::Object(members) => {
            let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str).map(short);
            let record = text("/Records/0/eventSource").or_else(|| text("/Records/0/EventSource"));
            match (record, text("/detail-type"), text("/source")) {
                (Some(source), _, _) => format!("records of `{source}`"),
                (None, Some(kind), Some(source)) => format!("an event \"{kind}\" of `{source}`"),
                _ => {
                    let fields: Vec<_> = members.keys().take(8).map(|key| format!("`{}`", short(key))).collect();
                    format!("the fields {}", fields.join(", "))
                }
            }
        }
        Value::Array(_) => "a list".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Null => "nothing".to_owned(),
    }
}

fn short(text: &str) -> String {
    crate::alert::truncate(&text.replace(char::is_control, " "), 80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_came_is_named() {
        for (payload, found) in [
            (json!({}), "an empty object"),
            (json!({"detail": {}, "source": "x"}), "the fields `detail`, `source`"),
            (
                json!({"detail": {}, "source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification"}),
                "an event \"EC2 Instance State-change Notification\" of `aws.ec2`",
            ),
            (json!({"Records": []}), "the fields `Records`"),
            (json!({"Records": [{"eventSource": "aws:dynamodb"}]}), "records of `aws:dynamodb`"),
            (json!([1]), "a list"),
            (Value::Null, "nothing"),
        ] {
            assert_eq!(describe(&payload), found);
        }
    }
}
