//! What the kind of a destination means for delivery.

use std::time::Duration;

use trailhook_engine::document::{Destination, Detail, RouteDocument};

use crate::alert::{Display, Keep};
use crate::message::{Shape, View, compose, letter};
use crate::outbox::{Draft, Repeats, Thread};
use crate::sender::Content;

/// Whether somebody is there when the window of a conversation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Windows {
    /// Flushes come, or time is played.
    AreSeen,
    /// Nobody may be: repeats are told by the invocation that finds them.
    AreNotSeen,
}

/// The time between two messages to one channel of Slack (<https://docs.slack.dev/apis/web-api/rate-limits>). Faster, and messages
/// can vanish without an error.
const SLACK_PACE: Duration = Duration::from_secs(1);

/// The channel of groups whose route is not known.
pub(super) const NOWHERE: &str = "nowhere";

/// The name of the channel to which a destination's messages go, one sender at a time. Two routes may have one.
#[must_use]
pub fn channel_of(destination: &Destination) -> String {
    match destination {
        Destination::SlackWebhook(to) => format!("slack_webhook:{}", to.url_parameter),
        Destination::SlackApp(to) => format!("slack_app:{}:{}", to.token_parameter, to.channel),
        Destination::Sns(to) => format!("sns:{}", to.topic_arn),
    }
}

/// The time between two messages.
pub(super) fn pace(destination: &Destination) -> Duration {
    match destination {
        Destination::SlackWebhook(_) | Destination::SlackApp(_) => SLACK_PACE,
        Destination::Sns(_) => Duration::ZERO,
    }
}

/// Where repeats go. A webhook and SNS know no threads.
pub(super) fn repeats(destination: &Destination, windows: Windows) -> Repeats {
    match (destination, windows) {
        (Destination::SlackApp(_), _) => Repeats::Thread,
        (Destination::SlackWebhook(_) | Destination::Sns(_), Windows::AreSeen) => Repeats::Summary,
        (Destination::SlackWebhook(_) | Destination::Sns(_), Windows::AreNotSeen) => Repeats::AtOnce,
    }
}

/// How much of an event is kept.
pub(super) fn keep(route: &RouteDocument) -> Keep {
    match (&route.destination, route.detail) {
        (Destination::SlackWebhook(_) | Destination::SlackApp(_), Detail::Compact) => Keep::Shown,
        (Destination::SlackWebhook(_) | Destination::SlackApp(_), Detail::Full) => Keep::Parameters,
        (Destination::Sns(_), _) => Keep::Event,
    }
}

/// A draft in the form of its destination.
pub(super) fn content(route: &RouteDocument, display: &Display, draft: &Draft, shape: Shape) -> Content {
    match route.destination {
        Destination::SlackWebhook(_) | Destination::SlackApp(_) => {
            let view = View {
                account_aliases: &display.account_aliases,
                mention: route.mention.as_ref(),
                console_link: route.console_link,
            };
            Content::Slack(compose(draft, shape, &view))
        }
        Destination::Sns(_) => Content::Sns(letter(draft)),
    }
}

/// The thread that a message of this identity began, where the destination has threads.
pub(super) fn thread(destination: &Destination, ts: Option<String>) -> Option<Thread> {
    match destination {
        Destination::SlackApp(to) => Some(Thread { channel: to.channel.clone(), ts: ts? }),
        Destination::SlackWebhook(_) | Destination::Sns(_) => None,
    }
}

/// Whether a thread is one of this destination. A route may have been pointed to another channel since.
pub(super) fn is_own_thread(destination: &Destination, thread: &Thread) -> bool {
    matches!(destination, Destination::SlackApp(to) if to.channel == thread.channel)
}

/// Whether the first repeat is shown in the channel, too.
pub(super) fn broadcasts(destination: &Destination) -> bool {
    matches!(destination, Destination::SlackApp(to) if to.broadcast_first_reply)
}
