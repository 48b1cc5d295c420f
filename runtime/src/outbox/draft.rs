//! What goes into a group, and what is drafted of it.

use serde::{Deserialize, Serialize};

use super::tally::TopValues;
use crate::alert::{Head, Sample};
use crate::clock::Moment;

/// Where the repeats of an alert go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// Into the thread of the first, as soon as they come.
    Thread,
    /// Into one message at the end of the window.
    Summary,
    /// Into a message as soon as they come: for a process that may not see the end of the window.
    AtOnce,
}

/// An alert that is added to a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The event's identity.
    pub event_id: String,
    /// When it happened.
    pub time: Option<Moment>,
    /// What is shown of it.
    pub sample: Sample,
    /// Fields with their values, of which the most frequent are told.
    pub values: Vec<(&'static str, String)>,
}

/// What holds for the alerts that are added.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// What the group's messages are about.
    pub head: Head,
    /// The channel that they go to.
    pub channel: String,
    /// How long a conversation stays open.
    pub window: u32,
    /// Where repeats go.
    pub repeats: Repeats,
    /// The route that could not deliver the alerts.
    pub undeliverable: Option<Undeliverable>,
}

/// What is to be posted of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The group's recorded messages when this was drafted.
    pub(super) posts: u64,
    /// The alerts that the group ever had then.
    pub(super) added: u64,
    /// What kind of message it is.
    pub kind: DraftKind,
    /// How many alerts it tells.
    pub count: u64,
    /// What all the group's messages are about.
    pub head: Head,
    /// Some of the alerts.
    pub samples: Vec<Sample>,
    /// What they have most often.
    pub top: TopValues,
    /// The times of their first and last event.
    pub times: Option<(Moment, Moment)>,
    /// The route that could not deliver them.
    pub undeliverable: Option<Undeliverable>,
}

/// The kinds of messages of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftKind {
    /// The first of a conversation.
    Opening,
    /// Repeats, in the thread of the first.
    Reply {
        /// The thread.
        thread: Thread,
        /// Whether it is the thread's first.
        is_first: bool,
    },
    /// Repeats, in a message of their own.
    Summary {
        /// When the conversation began.
        opened: Moment,
    },
}

/// A thread of Slack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The channel in which it is.
    pub channel: String,
    /// The `ts` of its first message.
    pub ts: String,
}

/// Why alerts come by another route than their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undeliverable {
    /// Their own route.
    pub route: String,
    /// Why it did not deliver them.
    pub reason: String,
}

impl Draft {
    /// How many messages the group had before.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.posts
    }

    /// The same as the first message of a conversation, because the thread is gone.
    #[must_use]
    pub fn reopened(self) -> Self {
        Self { kind: DraftKind::Opening, ..self }
    }
}
