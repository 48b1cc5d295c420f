//! What is handed to a sender, and what a sender is.

use std::future::Future;
use std::time::Duration;

use trailhook_engine::document::Destination;

use super::answer::Answer;
use crate::message::{Letter, Message};
use crate::outbox::GroupKey;

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The message, in the form of its destination.
    pub content: Content,
    /// The message below which it stands, and whether it is shown in the channel all the same.
    pub thread: Option<(String, bool)>,
    /// The group of whose alerts it tells.
    pub group: GroupKey,
    /// How many messages the group had before.
    pub number: u64,
    /// How many alerts it tells.
    pub count: u64,
}

/// A message in the form of its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// For Slack, by webhook or app.
    Slack(Message),
    /// For SNS.
    Sns(Letter),
}

/// What delivers messages.
pub trait Post {
    /// Posts a message once, within a time, and says what came of it. [`Answer::Credential`] is dealt with within.
    fn post(&self, to: &Destination, outgoing: &Outgoing, limit: Duration) -> impl Future<Output = Answer>;

    /// Lays a message that nobody takes into the dead-letter queue; `None` if there is none.
    fn lay_down(&self, body: &str, limit: Duration) -> impl Future<Output = Option<Result<(), String>>>;
}
