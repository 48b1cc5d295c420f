//! The state table that a function works with: the one of its deployment, or its own memory.

use super::dynamo::DynamoTable;
use super::key::{GroupKey, Key};
use super::memory::MemoryTable;
use super::table::{Commit, Stored, Table, TableError, Write};
use crate::clock::Moment;

/// Either table.
#[derive(Debug)]
pub enum StateTable {
    /// In DynamoDB, shared by all instances.
    Dynamo(DynamoTable),
    /// In this instance.
    Memory(MemoryTable),
}

impl Table for StateTable {
    async fn get(&self, key: &Key, now: Moment) -> Result<Option<Stored>, TableError> {
        match self {
            Self::Dynamo(table) => table.get(key, now).await,
            Self::Memory(table) => table.get(key, now).await,
        }
    }

    async fn write(&self, writes: &[Write], now: Moment) -> Result<Commit, TableError> {
        match self {
            Self::Dynamo(table) => table.write(writes, now).await,
            Self::Memory(table) => table.write(writes, now).await,
        }
    }

    async fn due(&self, until: Moment, most: usize) -> Result<Vec<GroupKey>, TableError> {
        match self {
            Self::Dynamo(table) => table.due(until, most).await,
            Self::Memory(table) => table.due(until, most).await,
        }
    }

    fn own_memory(&self) -> Option<&MemoryTable> {
        match self {
            Self::Dynamo(_) => None,
            Self::Memory(table) => Some(table),
        }
    }
}
