//! Channels: one sender at a time, and its pace.

use std::time::Duration;

use super::key::Key;
use super::lease::{LEASE, Lease};
use super::table::{Commit, Expect, Stored, Table, Write};
use super::{Outbox, OutboxError, Step, body, expect};
use crate::clock::{Clock, Moment};

/// How long the item of a channel is kept behind its last use.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The time that a post has at the least: Slack answers in less. One that is cut short may be there all the same.
const LEAST_TIME: Duration = Duration::from_secs(4);

/// A channel to which nobody else sends.
#[derive(Debug)]
pub struct Channel {
    key: Key,
    version: u64,
    lease: Lease,
}

/// Whether a sender may post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Now, and the post has to be over within [`POST_LIMIT`](super::POST_LIMIT).
    Now,
    /// Not before the deadline.
    TooLate,
    /// Somebody else has taken the channel.
    Lost,
}

impl Channel {
    /// Says that the channel takes no message before a moment, for as long as this sender has it.
    pub fn pace_until(&mut self, moment: Moment) {
        self.lease.next_at = self.lease.next_at.max(moment);
    }

    /// Whether a post that begins now is allowed, ends within the lease, and is not cut short by the deadline.
    #[must_use]
    pub fn takes_a_post(&self, now: Moment, deadline: Moment) -> bool {
        self.lease.next_at <= now && self.lease.covers_a_post(now) && now.plus(LEAST_TIME) < deadline
    }

    fn write(&self, expect: Expect) -> Write {
        let expires = self.lease.until.max(self.lease.next_at).plus(KEPT);
        Write { key: self.key.clone(), expect, body: body(&self.lease), due: None, expires }
    }
}

impl<T: Table, C: Clock> Outbox<T, C> {
    /// Takes a channel for sending.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if the table does not say by the deadline whether the channel is free; within the result, the moment until
    /// which somebody else has it.
    pub async fn take_channel(&self, name: &str, deadline: Moment) -> Result<Result<Channel, Moment>, OutboxError> {
        let key = Key::channel(name);
        let owner = format!("{:016x}", self.clock.random());
        self.patiently(deadline, async || {
            let now = self.clock.now();
            let (expected, last) = expect(self.load_lease(&key, now).await?);
            let lease = match Lease::take(last.as_ref(), &owner, now) {
                Ok(lease) => lease,
                Err(until) => return Ok(Step::Done(Err(until))),
            };
            let version = match expected {
                Expect::Absent => 1,
                Expect::Version(version) => version + 1,
            };
            let channel = Channel { key: key.clone(), version, lease };
            Ok(match self.table.write(&[channel.write(expected)], now).await? {
                Commit::Done => Step::Done(Ok(channel)),
                // Somebody else was faster, or the answer to our own write was lost: what the table holds tells.
                Commit::Busy | Commit::Unexpected(_) => Step::Again,
            })
        })
        .await
    }

    /// A lease that cannot be read holds nothing that a wait does not make up for: nobody uses one longer than it holds.
    async fn load_lease(&self, key: &Key, now: Moment) -> Result<Option<(u64, Lease)>, OutboxError> {
        let Some(Stored { version, body }) = self.table.get(key, now).await? else { return Ok(None) };
        let lease = serde_json::from_str(&body).unwrap_or_else(|error| {
            tracing::error!(%key, %error, "the channel's lease is not readable, and made anew");
            Lease { owner: String::new(), until: now, next_at: now.plus(LEASE) }
        });
        Ok(Some((version, lease)))
    }

    /// Waits until the channel takes a message, with a lease that outlasts the post.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if the table does not answer by the deadline.
    pub async fn await_turn(&self, channel: &mut Channel, deadline: Moment) -> Result<Turn, OutboxError> {
        loop {
            let now = self.clock.now();
            if now.max(channel.lease.next_at).plus(LEAST_TIME) >= deadline {
                return Ok(Turn::TooLate);
            }
            if channel.lease.next_at > now {
                let wait = channel.lease.next_at.since(now);
                // In short naps, so that the lease is renewed on the way.
                self.clock.sleep(wait.min(Duration::from_secs(5))).await;
                if !channel.lease.covers_a_post(self.clock.now()) && !self.renew(channel, deadline).await? {
                    return Ok(Turn::Lost);
                }
            } else if channel.lease.covers_a_post(now) {
                return Ok(Turn::Now);
            } else if !self.renew(channel, deadline).await? {
                return Ok(Turn::Lost);
            }
        }
    }

    /// Says to everybody that the channel takes no message before a moment; `false` if somebody else has it.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if the table does not answer by the deadline.
    pub async fn hold_until(
        &self,
        channel: &mut Channel,
        moment: Moment,
        deadline: Moment,
    ) -> Result<bool, OutboxError> {
        channel.pace_until(moment);
        self.renew(channel, deadline).await
    }

    /// Renews the lease of a channel; `false` if somebody else has it.
    async fn renew(&self, channel: &mut Channel, deadline: Moment) -> Result<bool, OutboxError> {
        self.patiently(deadline, async || {
            let now = self.clock.now();
            let renewed = match Lease::take(Some(&channel.lease), &channel.lease.owner, now) {
                Ok(lease) => lease,
                Err(_) => return Ok(Step::Done(false)),
            };
            let next = Channel { key: channel.key.clone(), version: channel.version + 1, lease: renewed };
            match self.table.write(&[next.write(Expect::Version(channel.version))], now).await? {
                Commit::Done => {
                    *channel = next;
                    Ok(Step::Done(true))
                }
                Commit::Busy => Ok(Step::Again),
                Commit::Unexpected(_) => match self.load_lease(&channel.key, now).await? {
                    // It is our own write whose answer was lost.
                    Some((version, lease)) if lease.owner == channel.lease.owner => {
                        channel.version = version;
                        Ok(Step::Again)
                    }
                    _ => Ok(Step::Done(false)),
                },
            }
        })
        .await
    }

    /// Gives a channel back, so that others need not wait for the end of the lease. If that fails, they wait.
    pub async fn give_back(&self, channel: Channel, deadline: Moment) {
        let now = self.clock.now();
        let given_back = Channel { lease: channel.lease.given_back(now), ..channel };
        let write = given_back.write(Expect::Version(given_back.version));
        let outcome = self
            .patiently(deadline, async || {
                Ok(match self.table.write(std::slice::from_ref(&write), now).await? {
                    Commit::Busy => Step::Again,
                    Commit::Done | Commit::Unexpected(_) => Step::Done(()),
                })
            })
            .await;
        if let Err(error) = outcome {
            tracing::warn!(%error, channel = %given_back.key, "the channel is free only when its lease ends");
        }
    }
}
