//! The documentation of a Terraform provider in the form of the Terraform Registry: out of the provider's schemas, which hold
//! the descriptions, the examples, which are files, and notes, for what belongs to no attribute.
//!
//! - [`document`] makes the pages, and tells what they lack: a description, an example, a way to import.
//! - [`stale`] compares them with a folder, and [`write()`] makes the folder what it should be.
//!
//! | page | out of |
//! |---|---|
//! | `index.md` | the `provider` block, `provider/provider.tf` |
//! | `resources/NAME.md` | a resource, `resources/FULL_NAME/` with `resource.tf`, `import.sh` and `import-by-string-id.tf` |
//! | `data-sources/NAME.md` | a data source, `data-sources/FULL_NAME/data-source.tf` |
//! | `functions/NAME.md` | a function, `functions/NAME/function.tf` |
//!
//! NAME is the name without the provider's. A note has the path of its page. Guides, and whatever else is in the folder, are
//! left alone.

mod document;
mod folder;
mod function;
mod gap;
mod markdown;
mod nested;
mod page;
mod schema;
mod sources;

pub use document::{Documentation, Pages, document};
pub use folder::{FolderError, Stale, stale, write};
pub use gap::Gap;
pub use sources::{Sources, SourcesError};
