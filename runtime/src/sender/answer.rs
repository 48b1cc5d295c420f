//! What Slack's answer to a webhook means.

use std::time::Duration;

/// What to do after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The message is there.
    Delivered,
    /// Slack is busy or broken: try again, after the time it gave if it gave one.
    Retry {
        /// What Slack said.
        reason: String,
        /// `Retry-After`.
        after: Option<Duration>,
    },
    /// The credential is no longer valid: read the secret anew.
    Credential {
        /// What Slack said.
        reason: String,
    },
    /// Slack will not take this message, however often it is sent.
    Refused {
        /// What Slack said.
        reason: String,
    },
}

/// Characters of Slack's own words that are repeated in an error.
const REASON: usize = 100;

/// Classifies an answer of a webhook: its status, `Retry-After` in seconds, and its body, which is a word in plain text.
#[must_use]
pub fn classify(status: u16, retry_after: Option<&str>, body: &str) -> Answer {
    let word: String = body.trim().chars().take(REASON).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let reason = if word.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {word}") };
    match (status, word.as_str()) {
        (200..=299, _) => Answer::Delivered,
        (_, "no_service" | "invalid_token" | "token_expired" | "token_revoked" | "account_inactive" | "not_authed") => {
            Answer::Credential { reason }
        }
        (429, _) | (_, "ratelimited" | "rate_limited") => {
            let after = retry_after.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
            Answer::Retry { reason, after }
        }
        (408 | 500..=599, _) => Answer::Retry { reason, after: None },
        _ => Answer::Refused { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_fall_into_their_classes() {
        assert_eq!(classify(200, None, "ok"), Answer::Delivered);
        assert_eq!(
            classify(429, Some("7"), ""),
            Answer::Retry { reason: "HTTP 429".to_owned(), after: Some(Duration::from_secs(7)) }
        );
        assert!(matches!(classify(429, Some("soon"), "rate_limited"), Answer::Retry { after: None, .. }));
        assert!(matches!(classify(500, None, "rollup_error"), Answer::Retry { after: None, .. }));
        assert!(matches!(classify(404, None, "no_service"), Answer::Credential { .. }));
        assert!(matches!(classify(403, None, "invalid_token\n"), Answer::Credential { .. }));
        assert_eq!(
            classify(410, None, "channel_is_archived"),
            Answer::Refused { reason: "HTTP 410: channel_is_archived".to_owned() }
        );
        assert!(matches!(classify(400, None, "invalid_payload"), Answer::Refused { .. }));
        assert!(matches!(classify(302, None, "<html>"), Answer::Refused { .. }));
    }
}
