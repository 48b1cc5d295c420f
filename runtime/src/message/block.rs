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
    /// Small print: at most ten elements.
    Context {
        /// The elements.
        elements: Vec<Text>,
    },
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
    },
}

impl Block {
    /// A paragraph of mark-up.
    pub(super) fn paragraph(markup: impl Into<String>) -> Self {
        Self::Section { text: Some(Text::markup(markup)), fields: Vec::new() }
    }
}

impl Text {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::PlainText { text: text.into() }
    }

    pub(super) fn markup(text: impl Into<String>) -> Self {
        Self::Mrkdwn { text: text.into() }
    }
}
