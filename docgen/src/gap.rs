//! What a documentation lacks.

use std::path::PathBuf;

/// The largest page, in bytes; the registry cuts longer ones.
pub(crate) const MAX_PAGE_BYTES: usize = 500_000;

/// Something that a user would miss, or be misled by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    /// A schema, a block, an attribute, a function or a parameter that says nothing of itself.
    #[error("{owner} has no description: add one with `.describe(…)`")]
    Description {
        /// Such as `trailhook_rule`, or `trailhook_rule: test.name`.
        owner: String,
    },
    /// A resource, a data source, a function or the provider without its example, or a resource without one of import.
    #[error("{owner} lacks its example: write {}", path.display())]
    Example {
        /// Whose example.
        owner: String,
        /// The file.
        path: PathBuf,
    },
    /// An example or a note of something that the provider does not have.
    #[error("{} belongs to nothing that the provider has: remove it, or correct its name", path.display())]
    Lost {
        /// The folder of the example, or the note.
        path: PathBuf,
    },
    /// A page that the registry would cut.
    #[error("{page} has {bytes} bytes; the registry shows {MAX_PAGE_BYTES}")]
    TooLong {
        /// The page.
        page: String,
        /// Its length.
        bytes: usize,
    },
}
