//! Sending to a Slack incoming webhook.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use tokio::time::{Instant, sleep};
use url::Url;

use super::answer::{Answer, classify};
use super::url::{UrlError, check};
use crate::aws::chain;
use crate::config::{SecretError, SecretStore};
use crate::message::Message;

/// How long one post may take.
const POST_TIMEOUT: Duration = Duration::from_secs(10);
/// The wait before the second try where Slack names none; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Tries of one message within one invocation.
const MAX_TRIES: u32 = 4;
/// Bytes of an answer that are read. Slack's are a few words.
const MAX_ANSWER: usize = 4 * 1024;

/// Why a message was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The webhook's URL is not to be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The secret parameter holds something that is not used.
    #[error("the secret parameter {parameter} is not usable: {reason}")]
    Url {
        /// The parameter.
        parameter: String,
        /// Why.
        reason: UrlError,
    },
    /// Slack said no to this message; it may take the next.
    #[error("Slack refused the message ({0})")]
    Refused(String),
    /// Slack takes no message there.
    #[error("Slack takes no messages there ({0}); mend the channel, or store the URL of another webhook")]
    Closed(String),
    /// There was no time left to begin.
    #[error("the invocation's time is over")]
    OutOfTime,
    /// Slack said that the webhook does not exist or was revoked, also after the secret was read anew.
    #[error("Slack no longer accepts the webhook in {parameter} ({reason}); store a new URL there")]
    Credential {
        /// The parameter.
        parameter: String,
        /// What Slack said.
        reason: String,
    },
    /// Slack was busy or unreachable for as long as there was time.
    #[error("Slack could not be reached in the time that was left, after {tries} tries ({reason})")]
    TimedOut {
        /// How often it was tried.
        tries: u32,
        /// What the last try met.
        reason: String,
    },
    /// A newer version of the product published the route.
    #[error("this version of the function does not deliver to `{0}`; update it")]
    Unsupported(&'static str),
    /// The program cannot speak HTTP.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

impl SendError {
    /// Whether the route's next message may fare better.
    #[must_use]
    pub fn is_of_this_message(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// Sends messages to webhooks, over connections that stay open.
pub struct WebhookSender {
    http: reqwest::Client,
}

impl WebhookSender {
    /// A sender without connections yet.
    ///
    /// # Errors
    ///
    /// [`SendError::Client`] if TLS cannot be set up.
    pub fn new() -> Result<Self, SendError> {
        let http = reqwest::Client::builder()
            // An address is a secret: it is not handed on to wherever an answer points.
            .redirect(Policy::none())
            .build()
            .map_err(|error| SendError::Client(chain(&error)))?;
        Ok(Self { http })
    }

    /// Sends one message, trying again as long as Slack asks for it and the deadline allows.
    ///
    /// # Errors
    ///
    /// [`SendError`]; the webhook's URL is in none of them.
    pub async fn send(
        &self,
        secrets: &SecretStore,
        parameter: &str,
        allowed_host: Option<&str>,
        message: &Message,
        deadline: Instant,
    ) -> Result<(), SendError> {
        let unusable = |reason| SendError::Url { parameter: parameter.to_owned(), reason };
        let mut url = check(&secrets.get(parameter).await?, allowed_host).map_err(unusable)?;
        let mut read_anew = false;
        let mut wait = FIRST_WAIT;
        let mut tries = 0;
        loop {
            tries += 1;
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(SendError::OutOfTime);
            }
            let (reason, after) = match self.post(&url, message, left.min(POST_TIMEOUT)).await {
                Answer::Delivered => return Ok(()),
                Answer::Refused { reason } => return Err(SendError::Refused(reason)),
                Answer::Closed { reason } => return Err(SendError::Closed(reason)),
                Answer::Credential { reason } => {
                    // Forgotten in either case: the operator's new one is used by the next invocation.
                    secrets.forget(parameter).await;
                    if read_anew {
                        return Err(SendError::Credential { parameter: parameter.to_owned(), reason });
                    }
                    read_anew = true;
                    url = check(&secrets.get(parameter).await?, allowed_host).map_err(unusable)?;
                    continue;
                }
                Answer::Retry { reason, after } => (reason, after),
            };
            let pause = after.unwrap_or(wait);
            if tries >= MAX_TRIES || pause >= deadline.saturating_duration_since(Instant::now()) {
                return Err(SendError::TimedOut { tries, reason });
            }
            tracing::warn!(reason, pause_ms = pause.as_millis(), "Slack did not take the message yet");
            sleep(pause).await;
            wait *= 2;
        }
    }

    async fn post(&self, url: &Url, message: &Message, limit: Duration) -> Answer {
        let retry = |error: reqwest::Error| Answer::Retry { reason: chain(&error.without_url()), after: None };
        let body = match serde_json::to_vec(message) {
            Ok(body) => body,
            Err(error) => return Answer::Refused { reason: error.to_string() },
        };
        let request = self.http.post(url.clone()).timeout(limit);
        let request = request.header(CONTENT_TYPE, "application/json; charset=utf-8").body(body);
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return retry(error),
        };
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut text = Vec::new();
        while text.len() < MAX_ANSWER {
            match response.chunk().await {
                Ok(Some(chunk)) => text.extend_from_slice(&chunk),
                Ok(None) => break,
                // Whether the message is there is not known; sending it twice is better than not at all.
                Err(error) => return retry(error),
            }
        }
        classify(status, retry_after.as_deref(), &String::from_utf8_lossy(&text))
    }
}
