//! Outbox: what is to be told, kept until it was, so that nothing is lost and an alert goes out once however often its event
//! comes.
//!
//! Each alert is delivered **at least once**, and once in all ordinary cases. A second copy is possible only if (a) the process
//! dies between Slack's answer and our record of it, or (b) Slack's answer is lost or is a 5xx. In a table that is not shared,
//! the promise holds within one instance and one invocation. A process that cannot reach the table for the ten seconds that its
//! lease outlasts a post is as good as dead.
//!
//! | step | | what the table then holds |
//! |---|---|---|
//! | count | [`Outbox::count`] | a threshold's counts, and a receipt for each event that was counted |
//! | claim | [`Outbox::claim`] | the group with the alert pending, and a receipt for each event and route |
//! | send | [`Outbox::take_channel`], [`Outbox::await_turn`] | the lease of the channel |
//! | record | [`Outbox::record`], [`Outbox::hand_over`] | the group without what was told |
//!
//! Two devices carry all of it. A *receipt* is written only if it is not there, in one transaction with what it stands for, so a
//! second delivery of an event changes nothing. Everything else is an item with a *version*: it is read, changed by a function
//! that knows nothing of tables ([`Group`], [`Counter`], [`Lease`]), and written back only if its version is still the one that
//! was read. What a sender records is bound to the number of messages that it found, so a sender that slept through the end of
//! its lease changes nothing.

mod channel;
mod claim;
mod draft;
mod dynamo;
mod error;
mod group;
mod key;
mod lease;
mod memory;
mod record;
mod state;
mod table;
mod tally;
mod threshold;

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use channel::{Channel, Turn};
pub use claim::{Claimed, CountedEvent};
pub use draft::{Draft, DraftKind, Entry, Repeats, Terms, Thread, Undeliverable};
pub use dynamo::{DUE_INDEX, DynamoTable};
pub use error::OutboxError;
pub use group::{Group, MAX_SAMPLES};
pub(crate) use key::digest;
pub use key::{GroupKey, Key};
pub use lease::{LEASE, Lease, POST_LIMIT};
pub use memory::MemoryTable;
pub use state::StateTable;
pub use table::{Commit, Expect, MAX_WRITES, Stored, Table, TableError, Write};
pub use tally::{Top, TopValues};
pub use threshold::{Counter, Wanted};

use crate::clock::{Clock, Moment};

/// What is to be told, in a table.
#[derive(Debug)]
pub struct Outbox<T, C> {
    table: T,
    clock: C,
}

/// Whether a step is done, or is to be begun again from what the table then holds.
enum Step<R> {
    Done(R),
    Again,
}

impl<T: Table, C: Clock> Outbox<T, C> {
    /// An outbox in a table.
    pub fn new(table: T, clock: C) -> Self {
        Self { table, clock }
    }

    /// The table.
    pub fn table(&self) -> &T {
        &self.table
    }

    /// The clock.
    pub fn clock(&self) -> &C {
        &self.clock
    }

    /// A group as it stands now.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if the table does not say by the deadline.
    pub async fn group(&self, key: &GroupKey, deadline: Moment) -> Result<Option<Group>, OutboxError> {
        let key = key.key();
        let read = self.patiently(deadline, async || self.load(&key).await.map(Step::Done)).await?;
        Ok(read.map(|(_, group)| group))
    }

    /// The groups that are due now, those that are due longest first, at most so many.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if the table does not say by the deadline.
    pub async fn due(&self, most: usize, deadline: Moment) -> Result<Vec<GroupKey>, OutboxError> {
        let now = self.clock.now();
        self.patiently(deadline, async || Ok(Step::Done(self.table.due(now, most).await?))).await
    }

    /// Reads an item of a known form, with its version.
    async fn load<B: DeserializeOwned>(&self, key: &Key) -> Result<Option<(u64, B)>, OutboxError> {
        let Some(Stored { version, body }) = self.table.get(key, self.clock.now()).await? else { return Ok(None) };
        match serde_json::from_str(&body) {
            Ok(read) => Ok(Some((version, read))),
            Err(error) => Err(OutboxError::Unreadable { key: key.clone(), reason: error.to_string() }),
        }
    }

    /// Takes steps until one is done, with pauses behind those that are to be begun again or met a passing fault.
    async fn patiently<R>(
        &self,
        deadline: Moment,
        mut step: impl AsyncFnMut() -> Result<Step<R>, OutboxError>,
    ) -> Result<R, OutboxError> {
        /// The first pause; it doubles up to the longest. Each is shortened by chance, so that those who met part.
        const FIRST_PAUSE: u64 = 20;
        const LONGEST_PAUSE: u64 = 1_000;
        /// The time of a step that begins at the deadline or behind it: what was posted is to be recorded all the same.
        const LEAST_TIME: Duration = Duration::from_millis(300);
        let mut pause = FIRST_PAUSE;
        loop {
            let limit = deadline.since(self.clock.now()).max(LEAST_TIME);
            let taken = match select(pin!(step()), pin!(self.clock.sleep(limit))).await {
                Either::Left((taken, _)) => taken,
                Either::Right(_) => return Err(OutboxError::OutOfTime),
            };
            let fault = match taken {
                Ok(Step::Done(result)) => return Ok(result),
                Ok(Step::Again) => None,
                Err(OutboxError::Table(fault)) if fault.is_passing => Some(fault),
                Err(error) => return Err(error),
            };
            let jittered = Duration::from_millis(pause / 2 + self.clock.random() % (pause / 2 + 1));
            if self.clock.now().plus(jittered) >= deadline {
                return Err(fault.map_or(OutboxError::OutOfTime, OutboxError::Table));
            }
            if let Some(fault) = fault {
                tracing::warn!(%fault, "the state table is asked again");
            }
            self.clock.sleep(jittered).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// What an item holds. The forms of this crate have string keys alone, so that nothing can fail.
fn body(item: &impl Serialize) -> String {
    serde_json::to_string(item).unwrap_or_default()
}

/// What a write expects of an item as it was read.
fn expect<B>(read: Option<(u64, B)>) -> (Expect, Option<B>) {
    match read {
        Some((version, item)) => (Expect::Version(version), Some(item)),
        None => (Expect::Absent, None),
    }
}
