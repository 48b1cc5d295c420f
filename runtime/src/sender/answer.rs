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
    /// Slack will take no message here until somebody changes something.
    Closed {
        /// What Slack said.
        reason: String,
    },
    /// Slack will not take this message, however often it is sent.
    Refused {
        /// What Slack said.
        reason: String,
    },
}

/// Characters of the longest word that is repeated in an error.
const MAX_WORD: usize = 60;

/// The longest wait that an answer can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Classifies an answer of a webhook: its status, `Retry-After` in seconds, and its body, which is a word in plain text.
#[must_use]
pub fn classify(status: u16, retry_after: Option<&str>, body: &str) -> Answer {
    let word = word(body);
    let reason = if word.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {word}") };
    match (status, word) {
        (200..=299, _) => Answer::Delivered,
        (_, "no_service" | "invalid_token" | "token_expired" | "token_revoked" | "account_inactive" | "not_authed") => {
            Answer::Credential { reason }
        }
        (429, _) | (_, "ratelimited" | "rate_limited") => {
            let after = retry_after.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
            Answer::Retry { reason, after: after.map(|after| after.min(MAX_RETRY_AFTER)) }
        }
        (408 | 500..=599, _) => Answer::Retry { reason, after: None },
        // What is wrong with the channel or the webhook is wrong for every message.
        (
            _,
            "channel_not_found"
            | "channel_is_archived"
            | "is_archived"
            | "no_team"
            | "team_disabled"
            | "action_prohibited",
        )
        | (301..=399 | 404 | 410, _) => Answer::Closed { reason },
        _ => Answer::Refused { reason },
    }
}

/// The word that Slack answered; nothing if the body is anything else. Another server's page may hold the address it was
/// asked for, which is a secret.
fn word(body: &str) -> &str {
    let word = body.trim();
    let is_word = word.len() <= MAX_WORD && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_word { word } else { "" }
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
            Answer::Closed { reason: "HTTP 410: channel_is_archived".to_owned() }
        );
        assert!(matches!(classify(400, None, "invalid_payload"), Answer::Refused { .. }));
        assert_eq!(classify(404, None, "<html>"), Answer::Closed { reason: "HTTP 404".to_owned() });
    }

    #[test]
    fn a_wait_of_any_length_is_a_wait() {
        let Answer::Retry { after: Some(after), .. } = classify(429, Some("18446744073709551615"), "") else {
            panic!("a wait")
        };
        assert_eq!(after, MAX_RETRY_AFTER);
    }

    #[test]
    fn only_a_word_of_an_answer_is_repeated() {
        for body in ["Found. Redirecting to https://chat.example.com/services/T0/B0/hidden", "HIDDEN", &"x".repeat(61)]
        {
            assert_eq!(classify(302, None, body), Answer::Closed { reason: "HTTP 302".to_owned() });
        }
    }
}
