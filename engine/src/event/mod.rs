//! The CloudTrail event: how a record is read, and the flat view that rules see.

mod actor;
mod flatten;
mod json;
mod json_text;
mod text;

pub use flatten::{Flat, Leaf, flatten};
pub use json::{Json, JsonError, JsonErrorReason, MAX_DEPTH};
pub use text::TextBuf;
pub(crate) use text::{CodePoints, byte_offset, code_points, count_code_points, to_string_lossy};

use std::borrow::Cow;

use jiff::Timestamp;

/// One CloudTrail record, as a tree and flat.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    record: Json,
    flat: Flat,
}

/// Why a text is not an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The text is not JSON.
    #[error("the record is not JSON: {0}")]
    Json(#[from] JsonError),
    /// The text is JSON, but not an object.
    #[error("the record is not a JSON object")]
    NotAnObject,
}

impl Event {
    /// Reads one record from its JSON text.
    ///
    /// # Errors
    ///
    /// [`EventError`] if the text is not JSON as Python reads it, or is no object.
    pub fn parse(text: &[u8]) -> Result<Self, EventError> {
        Self::from_record(Json::parse(text)?)
    }

    /// Takes a record that was read already.
    ///
    /// # Errors
    ///
    /// [`EventError::NotAnObject`].
    pub fn from_record(record: Json) -> Result<Self, EventError> {
        if !matches!(record, Json::Object(_)) {
            return Err(EventError::NotAnObject);
        }
        let flat = flatten(&record);
        Ok(Self { record, flat })
    }

    /// The record as it was written.
    #[must_use]
    pub fn record(&self) -> &Json {
        &self.record
    }

    /// The flat view.
    #[must_use]
    pub fn flat(&self) -> &Flat {
        &self.flat
    }

    /// The string at a flat key; `None` where the key is absent or holds something else.
    #[must_use]
    pub fn str(&self, key: &str) -> Option<Cow<'_, str>> {
        match self.flat.get(key.as_bytes()) {
            Some(Leaf::Str(text)) => Some(text.to_string_lossy()),
            _ => None,
        }
    }

    /// `eventTime`; `None` where it is absent or no time.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.str("eventTime")?.parse().ok()
    }

    /// `eventID`: CloudTrail's own identity of the event, the same however often it is delivered. An empty one is none.
    #[must_use]
    pub fn id(&self) -> Option<Cow<'_, str>> {
        self.str("eventID").filter(|id| !id.is_empty())
    }
}
