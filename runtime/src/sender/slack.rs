//! Slack: incoming webhooks, and apps by `chat.postMessage`.

use std::time::Duration;

use reqwest::header::HeaderValue;
use serde::Serialize;
use trailhook_engine::document::{SlackApp, SlackWebhook};

use super::answer::Answer;
use super::http::Http;
use super::url::{check, check_interface};
use crate::config::{Secret, SecretError, SecretStore};
use crate::message::Message;

/// Sends to Slack.
pub(super) struct Slack {
    pub(super) http: Http,
    pub(super) secrets: SecretStore,
}

/// The body of `chat.postMessage`.
#[derive(Serialize)]
struct PostMessage<'a> {
    channel: &'a str,
    #[serde(flatten)]
    message: &'a Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_ts: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reply_broadcast: bool,
    /// No pictures of what a link leads to.
    unfurl_links: bool,
    unfurl_media: bool,
}

impl Slack {
    /// Posts a message to a webhook.
    pub(super) async fn to_webhook(&self, to: &SlackWebhook, message: &Message, limit: Duration) -> Answer {
        let body = match serde_json::to_vec(message) {
            Ok(body) => body,
            Err(error) => return unwritable(&error),
        };
        let post = async |secret: &Secret| match check(secret, to.allowed_host.as_deref()) {
            Ok(url) => match self.http.post(&url, None, body.clone(), limit).await {
                Ok(raw) => raw.of_webhook(),
                Err(retry) => retry,
            },
            Err(error) => unusable(&to.url_parameter, &error),
        };
        self.with_secret(&to.url_parameter, post).await
    }

    /// Posts a message to a channel, in a thread if one is named.
    pub(super) async fn to_app(
        &self,
        to: &SlackApp,
        message: &Message,
        thread: Option<(&str, bool)>,
        limit: Duration,
    ) -> Answer {
        let url = match check_interface(to.api_url.as_deref()) {
            Ok(url) => url,
            Err(error) => return Answer::Refused { reason: format!("api_url: {error}"), is_closed: true },
        };
        let (thread_ts, reply_broadcast) = thread.map_or((None, false), |(ts, broadcast)| (Some(ts), broadcast));
        let call = PostMessage {
            channel: &to.channel,
            message,
            thread_ts,
            reply_broadcast,
            unfurl_links: false,
            unfurl_media: false,
        };
        let body = match serde_json::to_vec(&call) {
            Ok(body) => body,
            Err(error) => return unwritable(&error),
        };
        let post = async |secret: &Secret| match bearer(secret) {
            Some(token) => match self.http.post(&url, Some(token), body.clone(), limit).await {
                Ok(raw) => raw.of_api(),
                Err(retry) => retry,
            },
            None => unusable(
                &to.token_parameter,
                &"it does not hold a token; store the bot's token, which begins with xoxb-",
            ),
        };
        self.with_secret(&to.token_parameter, post).await
    }

    /// Posts with a secret; once more with the secret read anew if it is no longer valid.
    async fn with_secret(&self, parameter: &str, post: impl AsyncFn(&Secret) -> Answer) -> Answer {
        let mut read_anew = false;
        loop {
            let secret = match self.secrets.get(parameter).await {
                Ok(secret) => secret,
                Err(error) => return unreadable(&error),
            };
            let answer = post(&secret).await;
            // Forgotten in any case: what the operator stores next is used by the next message.
            if matches!(answer, Answer::Credential { .. } | Answer::Refused { is_closed: true, .. }) {
                self.secrets.forget(parameter).await;
            }
            match answer {
                Answer::Credential { .. } if !read_anew => read_anew = true,
                Answer::Credential { reason } => {
                    let reason = format!(
                        "Slack no longer accepts what is in the secret parameter {parameter} ({reason}); store a new one there"
                    );
                    return Answer::Refused { reason, is_closed: true };
                }
                other => return other,
            }
        }
    }
}

fn bearer(secret: &Secret) -> Option<HeaderValue> {
    let token = secret.reveal();
    let is_token = token.bytes().all(|byte| byte.is_ascii_graphic());
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok().filter(|_| is_token)?;
    value.set_sensitive(true);
    Some(value)
}

fn unwritable(error: &serde_json::Error) -> Answer {
    Answer::Refused { reason: error.to_string(), is_closed: false }
}

fn unusable(parameter: &str, reason: &dyn std::fmt::Display) -> Answer {
    Answer::Refused { reason: format!("the secret parameter {parameter} is not usable: {reason}"), is_closed: true }
}

/// What is not there, or not for this function, is not there for the next message either.
fn unreadable(error: &SecretError) -> Answer {
    let is_closed = match error {
        SecretError::Missing { .. } | SecretError::Empty { .. } => true,
        SecretError::Call(call) => {
            // What somebody has to change: the role, the key, or the name.
            const FOR_GOOD: [&str; 4] =
                ["AccessDeniedException", "InvalidKeyId", "ParameterVersionNotFound", "ValidationException"];
            call.code.as_deref().is_some_and(|code| FOR_GOOD.contains(&code) || code.starts_with("KMS"))
        }
    };
    let reason = error.to_string();
    if is_closed { Answer::Refused { reason, is_closed } } else { Answer::Retry { reason, after: None } }
}
