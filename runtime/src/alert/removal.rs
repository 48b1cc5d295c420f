//! A log object that somebody removed, as it is kept until people were told.

use serde::{Deserialize, Serialize};

use super::cut::truncate;
use crate::clock::Moment;
use crate::source::Removal;

/// Characters of each text. A key of S3 has at most 1,024 bytes.
const TEXT: usize = 1_024;

/// A log object that somebody removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedLog {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// Who did it, as S3 names them.
    pub(crate) by: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) at: Option<Moment>,
    /// Whether the object is hidden by a delete marker, and its versions are still there.
    pub(crate) is_marker: bool,
}

impl RemovedLog {
    /// What is kept of a removal.
    #[must_use]
    pub fn of(removal: &Removal) -> Self {
        let cut = |text: &Option<String>| text.as_deref().map(|text| truncate(text, TEXT));
        Self {
            bucket: truncate(&removal.bucket, TEXT),
            key: truncate(&removal.key, TEXT),
            by: cut(&removal.by),
            from: cut(&removal.from),
            at: removal.at,
            is_marker: removal.is_marker,
        }
    }
}
