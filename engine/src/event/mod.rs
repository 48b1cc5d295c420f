//! The CloudTrail event: how a record is read, and the flat view that rules see.
//!
//! ```
//! use trailhook_engine::event::{Event, Leaf};
//!
//! let event = Event::parse(br#"{
//!     "eventName": "RunInstances",
//!     "requestParameters": {"instancesSet": {"items": [{"imageId": "ami-1"}, {"imageId": "ami-2"}]}, "filterSet": {}},
//!     "responseElements": null
//! }"#).unwrap();
//!
//! // Keys are paths. A list has indices, `null` stays, and what is empty is not there.
//! let paths: Vec<_> = event.flat().keys().map(|path| path.to_string_lossy()).collect();
//! assert_eq!(paths, [
//!     "eventName",
//!     "requestParameters.instancesSet.items.0.imageId",
//!     "requestParameters.instancesSet.items.1.imageId",
//!     "responseElements",
//! ]);
//! assert_eq!(event.flat().get(&b"responseElements"[..]), Some(&Leaf::Null));
//! assert_eq!(event.str("requestParameters.instancesSet.items.1.imageId").as_deref(), Some("ami-2"));
//!
//! // JSON is read as Python reads it, so that one odd record does not cost a whole file.
//! let odd = Event::parse(br#"{"userAgent": "half a pair: \ud83d", "n": 123456789012345678901234567890, "f": NaN}"#);
//! assert!(odd.is_ok());
//! assert!(Event::parse(b"[1, 2]").is_err(), "a record is an object");
//! ```

mod actor;
mod flatten;
mod grouping;
mod json;
mod json_text;
mod redaction;
mod secret;
mod text;

pub use flatten::{Flat, Leaf, MAX_KEY_BYTES, flatten};
pub use json::{Json, JsonError, JsonErrorReason, MAX_DEPTH};
pub use redaction::Redaction;
pub use secret::is_secret;
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
    /// Its flat keys take more than [`MAX_KEY_BYTES`].
    #[error("the record has long keys above many values: flat, its keys take more than {MAX_KEY_BYTES} bytes")]
    TooLarge,
}

impl Event {
    /// Reads one record from its JSON text.
    ///
    /// # Errors
    ///
    /// [`EventError`] if the text is not JSON as Python reads it, is no object, or is too large when flat.
    pub fn parse(text: &[u8]) -> Result<Self, EventError> {
        Self::from_record(Json::parse(text)?)
    }

    /// Takes a record that was read already.
    ///
    /// # Errors
    ///
    /// [`EventError::NotAnObject`] and [`EventError::TooLarge`].
    pub fn from_record(record: Json) -> Result<Self, EventError> {
        if !matches!(record, Json::Object(_)) {
            return Err(EventError::NotAnObject);
        }
        let flat = flatten(&record).ok_or(EventError::TooLarge)?;
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
