//! What keeps the outbox from its work.

use super::key::Key;
use super::table::TableError;

/// Why the outbox could not do what it was asked. Nothing is lost: what was not claimed comes again with its invocation, and what
/// was claimed stays to be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboxError {
    /// The table refused, or could not be reached.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The invocation's time was over before it was done.
    #[error("the state table had not done its part when the invocation's time was over; it is tried again")]
    OutOfTime,
    /// An item is not in a form that this version knows.
    #[error(
        "the item {key} of the state table is not readable ({reason}); if a newer version of the function wrote it, go back to that \
         one, else remove the item, and with it what it was to tell"
    )]
    Unreadable {
        /// The item.
        key: Key,
        /// Why.
        reason: String,
    },
}
