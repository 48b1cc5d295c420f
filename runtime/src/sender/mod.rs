//! Sender: a message goes out, and every answer is understood.

mod answer;
mod http;
mod outgoing;
mod slack;
mod sns;
mod url;

use std::time::Duration;

use aws_config::SdkConfig;
use tokio::time::timeout;
use trailhook_engine::document::Destination;

use crate::config::SecretStore;
use http::Http;
use slack::Slack;
use sns::{DeadLetters, Topics};

pub use answer::{Answer, Raw};
pub use outgoing::{Content, Outgoing, Post};
pub use url::UrlError;

/// What delivers to Slack, SNS and the dead-letter queue.
pub struct Senders {
    slack: Slack,
    topics: Topics,
    dead_letters: Option<DeadLetters>,
}

/// The program cannot speak HTTP.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {0}")]
pub struct ClientError(String);

impl Senders {
    /// Senders without connections yet. The dead-letter queue is named by its URL.
    ///
    /// # Errors
    ///
    /// [`ClientError`] if TLS cannot be set up.
    pub fn new(
        config: &SdkConfig,
        secrets: SecretStore,
        dead_letter_queue: Option<String>,
    ) -> Result<Self, ClientError> {
        let http = Http::new().map_err(ClientError)?;
        Ok(Self {
            slack: Slack { http, secrets },
            topics: Topics::new(config.clone()),
            dead_letters: dead_letter_queue.map(|url| DeadLetters::new(config, url)),
        })
    }
}

impl Post for Senders {
    async fn post(&self, to: &Destination, outgoing: &Outgoing, limit: Duration) -> Answer {
        let thread = outgoing.thread.as_ref().map(|(ts, broadcast)| (ts.as_str(), *broadcast));
        let post = async {
            match (to, &outgoing.content) {
                (Destination::SlackWebhook(to), Content::Slack(message)) => {
                    self.slack.to_webhook(to, message, limit).await
                }
                (Destination::SlackApp(to), Content::Slack(message)) => {
                    self.slack.to_app(to, message, thread, limit).await
                }
                (Destination::Sns(to), Content::Sns(letter)) => {
                    self.topics.publish(&to.topic_arn, letter, outgoing).await
                }
                (to, Content::Slack(_) | Content::Sns(_)) => {
                    let reason = format!("the message has not the form of `{}`", to.kind());
                    Answer::Refused { reason, is_closed: false }
                }
            }
        };
        // Reading the secret takes from the same time.
        timeout(limit, post).await.unwrap_or_else(|_| Answer::Retry {
            reason: format!("no answer within {} s", limit.as_secs()),
            after: None,
        })
    }

    async fn lay_down(&self, body: &str, limit: Duration) -> Option<Result<(), String>> {
        let laid_down = timeout(limit, self.dead_letters.as_ref()?.lay_down(body)).await;
        Some(laid_down.unwrap_or_else(|_| Err(format!("no answer within {} s", limit.as_secs()))))
    }
}
