//! Texts of an event, with whether people may see them: what a text means is decided by the text, and what is shown by that.

use std::borrow::Cow;

use trailhook_engine::event::Event;

use super::display::{Display, HIDDEN};

/// A text of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Masked {
    /// As it is.
    pub(super) text: String,
    is_hidden: bool,
}

impl Masked {
    /// A text of our own.
    pub(super) fn open(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_hidden: false }
    }

    /// What is made of it is hidden if it is.
    pub(super) fn map(self, change: impl FnOnce(String) -> String) -> Self {
        Self { text: change(self.text), ..self }
    }

    /// A part of it, which is hidden if it is.
    pub(super) fn part(&self, part: impl FnOnce(&str) -> Option<String>) -> Option<Self> {
        Some(Self { text: part(&self.text)?, is_hidden: self.is_hidden })
    }

    /// What people see.
    pub(super) fn shown(self) -> String {
        if self.is_hidden { HIDDEN.to_owned() } else { self.text }
    }
}

/// The texts of an event by their flat keys.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    pub(super) event: &'a Event,
    pub(super) display: &'a Display,
}

impl Texts<'_> {
    /// The text at a key, if there is one that is not empty.
    pub(super) fn get(&self, key: &str) -> Option<Masked> {
        let text = self.event.str(key).map(Cow::into_owned).filter(|text| !text.is_empty())?;
        Some(Masked { text, is_hidden: self.hides(key) })
    }

    /// Whether the text at a key is this one.
    pub(super) fn is(&self, key: &str, text: &str) -> bool {
        self.event.str(key).is_some_and(|found| found == text)
    }

    /// Whether the value at a key is hidden.
    pub(super) fn hides(&self, key: &str) -> bool {
        self.display.redaction.hides(key)
    }
}
