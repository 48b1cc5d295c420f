//! What Slack's answers mean. The words are those of <https://docs.slack.dev/reference/methods/chat.postMessage> and of
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>.

use std::time::Duration;

use serde::Deserialize;

/// What to do after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The message is there.
    Delivered {
        /// What a repeat names to stand below it: the `ts` of a Slack app's message.
        thread: Option<String>,
    },
    /// The other side is busy, broken or silent: try again. Whether the message is there may not be known.
    Retry {
        /// What it said.
        reason: String,
        /// The time that it asked for. Then it is the channel that takes nothing, whatever is sent.
        after: Option<Duration>,
    },
    /// It is too much, or in a form that is not understood: send less.
    TooMuch {
        /// What it said.
        reason: String,
    },
    /// The thread takes no reply: begin another one.
    ThreadLost {
        /// What it said.
        reason: String,
    },
    /// The credential is not valid: read the secret anew. No sender hands this on.
    Credential {
        /// What it said.
        reason: String,
    },
    /// The message will not be taken, however often it is sent, until somebody changes something.
    Refused {
        /// What it said, and what to change.
        reason: String,
        /// Whether the same holds for every other message to this destination.
        is_closed: bool,
    },
}

/// Characters of the longest word that is repeated in an error.
const MAX_WORD: usize = 60;

/// The longest wait that an answer can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The wait where an answer asks for one without saying how long.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<String>,
    /// The body.
    pub body: String,
}

/// What the Web API answers.
#[derive(Deserialize)]
struct ApiBody {
    ok: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    ts: Option<String>,
}

impl Raw {
    /// What a webhook means, whose body is a word in plain text.
    #[must_use]
    pub fn of_webhook(&self) -> Answer {
        match self.status {
            // The page of a gateway, a login or the like, and no webhook's.
            200..=299 if self.body.trim_start().starts_with('<') => {
                Answer::Retry { reason: FOREIGN.to_owned(), after: None }
            }
            200..=299 => Answer::Delivered { thread: None },
            _ => self.failed(word(&self.body)),
        }
    }

    /// What `chat.postMessage` means, which answers 200 and says in its body whether that is well.
    #[must_use]
    pub fn of_api(&self) -> Answer {
        let body = serde_json::from_str::<ApiBody>(&self.body);
        match (self.status, body) {
            (200..=299, Ok(ApiBody { ok: true, ts, .. })) => Answer::Delivered { thread: ts },
            (_, Ok(ApiBody { ok: false, error, .. })) => self.failed(word(&error)),
            (200..=299, _) => Answer::Retry { reason: FOREIGN.to_owned(), after: None },
            _ => self.failed(""),
        }
    }

    /// The table of answers, specific words before the patterns that fit them too.
    fn failed(&self, word: &str) -> Answer {
        let status = self.status;
        let reason = match (status, word) {
            (status, "") => format!("HTTP {status}"),
            (200..=299, word) => word.to_owned(),
            (status, word) => format!("HTTP {status}: {word}"),
        };
        match (status, word) {
            (429, _) | (_, "ratelimited" | "rate_limited") => {
                let asked = self.retry_after.as_deref().and_then(|seconds| seconds.trim().parse().ok());
                let after = asked.map_or(DEFAULT_RETRY_AFTER, Duration::from_secs).min(MAX_RETRY_AFTER);
                Answer::Retry { reason, after: Some(after) }
            }
            (408 | 500..=599, _)
            | (_, "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout") => {
                Answer::Retry { reason, after: None }
            }
            (
                _,
                "msg_blocks_too_long" | "invalid_blocks" | "invalid_payload" | "msg_too_long" | "too_many_attachments",
            ) => Answer::TooMuch { reason },
            (
                _,
                "cannot_reply_to_message"
                | "restricted_action_thread_locked"
                | "thread_not_found"
                | "message_not_found",
            ) => Answer::ThreadLost { reason },
            (
                _,
                "invalid_auth" | "token_expired" | "token_revoked" | "account_inactive" | "not_authed" | "no_service"
                | "invalid_token",
            ) => Answer::Credential { reason },
            _ => {
                let advice = advice(word);
                let is_closed = advice.is_some() || matches!(status, 301..=399 | 404 | 410);
                let advice = advice.or(is_closed.then_some(CLOSED)).map(|advice| format!("; {advice}"));
                let reason = format!("messages are not taken there ({reason}){}", advice.unwrap_or_default());
                Answer::Refused { reason, is_closed }
            }
        }
    }
}

const FOREIGN: &str = "a page came instead of Slack's answer";
const CLOSED: &str = "mend the channel, or send to another one";

/// What to do about a channel that takes no message; `None` for a word that is not about the channel.
fn advice(word: &str) -> Option<&'static str> {
    match word {
        "not_in_channel" => Some("invite the app to the channel, or give it the scope chat:write.public"),
        "missing_scope" => Some("give the app the scope chat:write, and install it anew"),
        "channel_not_found"
        | "channel_is_archived"
        | "is_archived"
        | "no_team"
        | "team_disabled"
        | "action_prohibited"
        | "posting_to_general_channel_denied" => Some(CLOSED),
        word if word.starts_with("restricted_action") => Some("let the app post there, or send to another channel"),
        _ => None,
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

    fn raw(status: u16, retry_after: Option<&str>, body: &str) -> Raw {
        Raw { status, retry_after: retry_after.map(str::to_owned), body: body.to_owned() }
    }

    fn webhook(status: u16, body: &str) -> Answer {
        raw(status, None, body).of_webhook()
    }

    fn api(body: &str) -> Answer {
        raw(200, None, body).of_api()
    }

    fn class(answer: &Answer) -> &'static str {
        match answer {
            Answer::Delivered { .. } => "delivered",
            Answer::Retry { after: None, .. } => "retry",
            Answer::Retry { after: Some(_), .. } => "retry after",
            Answer::TooMuch { .. } => "too much",
            Answer::ThreadLost { .. } => "thread lost",
            Answer::Credential { .. } => "credential",
            Answer::Refused { is_closed: true, .. } => "closed",
            Answer::Refused { is_closed: false, .. } => "refused",
        }
    }

    #[test]
    fn webhooks_answer_by_status_and_word() {
        for (status, body, expected) in [
            (200, "ok", "delivered"),
            (204, "", "delivered"),
            (200, "<!doctype html>", "retry"),
            (429, "", "retry after"),
            (500, "rollup_error", "retry"),
            (503, "<html>", "retry"),
            (408, "", "retry"),
            (400, "invalid_payload", "too much"),
            (400, "too_many_attachments", "too much"),
            (404, "no_service", "credential"),
            (403, "invalid_token\n", "credential"),
            (403, "action_prohibited", "closed"),
            (404, "channel_not_found", "closed"),
            (410, "channel_is_archived", "closed"),
            (404, "<html>", "closed"),
            (302, "", "closed"),
            (400, "user_not_found", "refused"),
            (400, "missing_text_or_fallback_or_attachments", "refused"),
            (403, "", "refused"),
        ] {
            assert_eq!(class(&webhook(status, body)), expected, "{status} {body}");
        }
        assert_eq!(
            webhook(410, "channel_is_archived"),
            Answer::Refused {
                reason: format!("messages are not taken there (HTTP 410: channel_is_archived); {CLOSED}"),
                is_closed: true
            }
        );
    }

    #[test]
    fn the_interface_answers_in_its_body() {
        let delivered = api(r#"{"ok":true,"ts":"1770100001.000100","channel":"C1"}"#);
        assert_eq!(delivered, Answer::Delivered { thread: Some("1770100001.000100".to_owned()) });
        for (word, expected) in [
            ("ratelimited", "retry after"),
            ("internal_error", "retry"),
            ("fatal_error", "retry"),
            ("service_unavailable", "retry"),
            ("request_timeout", "retry"),
            ("msg_blocks_too_long", "too much"),
            ("invalid_blocks", "too much"),
            ("msg_too_long", "too much"),
            ("cannot_reply_to_message", "thread lost"),
            ("restricted_action_thread_locked", "thread lost"),
            ("thread_not_found", "thread lost"),
            ("message_not_found", "thread lost"),
            ("invalid_auth", "credential"),
            ("token_expired", "credential"),
            ("token_revoked", "credential"),
            ("account_inactive", "credential"),
            ("not_authed", "credential"),
            ("channel_not_found", "closed"),
            ("not_in_channel", "closed"),
            ("is_archived", "closed"),
            ("restricted_action_read_only_channel", "closed"),
            ("restricted_action", "closed"),
            ("missing_scope", "closed"),
            ("no_text", "refused"),
        ] {
            assert_eq!(class(&api(&format!(r#"{{"ok":false,"error":"{word}"}}"#))), expected, "{word}");
        }
        assert_eq!(class(&api("<html>")), "retry", "a gateway's page says nothing about the message");
        assert_eq!(class(&raw(502, None, "<html>").of_api()), "retry");
    }

    #[test]
    fn a_wait_of_any_length_is_a_wait() {
        let after = |retry_after| match raw(429, retry_after, "").of_webhook() {
            Answer::Retry { after: Some(after), .. } => after.as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!([after(Some("7")), after(Some("soon")), after(None)], [7, 5, 5]);
        assert_eq!(after(Some("18446744073709551615")), 24 * 60 * 60);
    }

    #[test]
    fn only_a_word_of_an_answer_is_repeated() {
        for body in ["Found. Redirecting to https://chat.example.com/services/T0/B0/hidden", "HIDDEN", &"x".repeat(61)]
        {
            let Answer::Refused { reason, .. } = webhook(302, body) else { panic!("refused") };
            assert_eq!(reason, format!("messages are not taken there (HTTP 302); {CLOSED}"));
        }
    }
}
