//! The parts of a Slack message that we use, in the form of its interface.
//!
//! <https://docs.slack.dev/reference/block-kit/blocks> gives the forms.

use serde::Serialize;

/// A message: what notifications and screen readers use, and what is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Markup for places that cannot show blocks.
    pub text: String,
    /// At most 50.
    pub blocks: Vec<Block>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A title: plain text of at most 150 characters.
    Header {
        /// The title.
        text: Text,
    },
    /// A paragraph of at most 3,000 characters, up to ten short fields in two columns of at most 2,000 each, or both.
    Section {
        /// The paragraph.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<Text>,
        /// The fields.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Text>,
    },
    /// Buttons: at most 25.
    Actions {
        /// The buttons.
        elements: Vec<Button>,
    },
    /// Small print: at most ten elements.
    Context {
        /// The elements.
        elements: Vec<Text>,
    },
}

/// A button that opens an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "button")]
pub struct Button {
    /// What is written on it: plain text of at most 75 characters.
    pub text: Text,
    /// The address, of at most 3,000 characters.
    pub url: String,
    /// What Slack calls the button by, unlike any other of the message.
    pub action_id: &'static str,
}

/// A text of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Text {
    /// Shown as it is.
    PlainText {
        /// The text.
        text: String,
    },
    /// Slack's markup.
    Mrkdwn {
        /// The markup.
        text: String,
        /// Whether Slack leaves alone what only looks like an address, a channel or a name.
        verbatim: bool,
    },
}

impl Block {
    /// A paragraph of mark-up.
    pub(super) fn paragraph(markup: impl Into<String>) -> Self {
        Self::Section { text: Some(Text::markup(markup)), fields: Vec::new() }
    }
}

impl Button {
    pub(super) fn new(text: &str, action_id: &'static str, url: String) -> Self {
        Self { text: Text::plain(text), url, action_id }
    }
}

impl Block {
    /// The characters of all its texts and addresses.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Header { text } => text.length(),
            Self::Section { text, fields } => text.iter().chain(fields).map(Text::length).sum(),
            Self::Actions { elements } => {
                elements.iter().map(|button| button.text.length() + button.url.chars().count()).sum()
            }
            Self::Context { elements } => elements.iter().map(Text::length).sum(),
        }
    }
}

impl Text {
    fn length(&self) -> usize {
        match self {
            Self::PlainText { text } | Self::Mrkdwn { text, .. } => text.chars().count(),
        }
    }

    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::PlainText { text: text.into() }
    }

    pub(super) fn markup(text: impl Into<String>) -> Self {
        Self::Mrkdwn { text: text.into(), verbatim: true }
    }
}
