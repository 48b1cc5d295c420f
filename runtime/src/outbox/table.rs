//! The state table: what the outbox needs of one.

use std::future::Future;

use super::key::{GroupKey, Key};
use super::memory::MemoryTable;
use crate::aws::CallError;
use crate::clock::Moment;

/// The most writes of one transaction (DynamoDB: `TransactWriteItems` takes 100 items).
pub const MAX_WRITES: usize = 100;

/// An item as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Rises with each write.
    pub version: u64,
    /// What the item holds, as JSON.
    pub body: String,
}

/// What must hold for a write to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The item is not there, or has expired.
    Absent,
    /// The item has this version: nobody has written it since it was read.
    Version(u64),
}

/// One item that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The item.
    pub key: Key,
    /// What must hold.
    pub expect: Expect,
    /// What it is to hold.
    pub body: String,
    /// From when on [`Table::due`] finds it; never without.
    pub due: Option<Moment>,
    /// When it may be forgotten.
    pub expires: Moment,
}

/// What became of writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commit {
    /// All of them are done.
    Done,
    /// None is done: of these, by their places, what they expect does not hold.
    Unexpected(Vec<usize>),
    /// None is done, because somebody else was writing the same items: the same may well succeed now.
    Busy,
}

/// Why the table did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the state table cannot be used: {call}")]
pub struct TableError {
    /// The call that failed.
    pub call: CallError,
    /// Whether the same call may fare better later.
    pub is_passing: bool,
}

/// Items that are read and written as if there were one reader and writer.
///
/// What has expired is not there, whether or not it was cleaned up.
pub trait Table {
    /// Reads an item as the last write has left it.
    fn get(&self, key: &Key, now: Moment) -> impl Future<Output = Result<Option<Stored>, TableError>>;

    /// Writes items, all of them or none; at most [`MAX_WRITES`], each of another item.
    fn write(&self, writes: &[Write], now: Moment) -> impl Future<Output = Result<Commit, TableError>>;

    /// The groups that are due at a moment, those that are due longest first, at most so many. What was written just before may
    /// be missing, or still be there.
    fn due(&self, until: Moment, most: usize) -> impl Future<Output = Result<Vec<GroupKey>, TableError>>;

    /// The table if it is this process's own memory: then nobody else sees what was written, and it does not outlive the process.
    fn own_memory(&self) -> Option<&MemoryTable> {
        None
    }
}
