//! Claiming alerts to be told, and counting events up to a threshold: each event once, however often it comes.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::draft::{Entry, Terms};
use super::group::Group;
use super::key::{GroupKey, Key};
use super::table::{Commit, Expect, MAX_WRITES, Table, Write};
use super::threshold::{Counter, Wanted};
use super::{Outbox, OutboxError, Step, body, expect};
use crate::clock::{Clock, Moment};

/// How long a receipt is kept: as long as SQS keeps a message at the most, so that no redelivery comes behind its end.
const RECEIPT_KEPT: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Events of one transaction, beside the item for which they are receipts.
const MAX_EVENTS: usize = MAX_WRITES - 1;

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claimed {
    /// The receipts that were written, one for each alert that was not claimed before.
    pub receipts: Vec<Key>,
    /// Alerts that were claimed before.
    pub repeated: u64,
    /// Why not all could be claimed. Those of the receipts are, all the same.
    pub failure: Option<OutboxError>,
}

/// An event that is counted by a threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedEvent {
    /// Its identity.
    pub event_id: String,
    /// When it happened.
    pub time: Moment,
    /// The value whose differences are counted, if it is those.
    pub distinct: Option<String>,
}

/// The receipt of an event that was counted.
#[derive(Debug, Serialize, Deserialize)]
struct CountReceipt {
    /// Whether it takes part.
    fired: bool,
}

fn receipt(key: Key, body: String, now: Moment) -> Write {
    Write { key, expect: Expect::Absent, body, due: None, expires: now.plus(RECEIPT_KEPT) }
}

impl Group {
    /// The write of a group.
    pub(super) fn write(&self, key: &GroupKey, expect: Expect, now: Moment) -> Write {
        Write { key: key.key(), expect, body: body(self), due: self.due(), expires: self.expires(now) }
    }
}

impl<T: Table, C: Clock> Outbox<T, C> {
    /// Claims alerts of one group by the deadline: those that were not claimed for the route before are pending in it from then on.
    pub async fn claim(&self, key: &GroupKey, entries: Vec<Entry>, terms: &Terms, deadline: Moment) -> Claimed {
        let mut claimed = Claimed::default();
        // A transaction takes each item once.
        let mut seen = HashSet::new();
        let all = entries.len();
        let entries: Vec<_> = entries.into_iter().filter(|entry| seen.insert(entry.event_id.clone())).collect();
        claimed.repeated += u64::try_from(all - entries.len()).unwrap_or(u64::MAX);
        for chunk in entries.chunks(MAX_EVENTS) {
            let mut left: Vec<&Entry> = chunk.iter().collect();
            let receipts = self
                .patiently(deadline, async || {
                    if left.is_empty() {
                        return Ok(Step::Done(Vec::new()));
                    }
                    let (expected, group) = expect(self.load::<Group>(&key.key()).await?);
                    let now = self.clock.now();
                    let mut group = group.unwrap_or_else(|| Group::new(terms));
                    group.add(left.iter().copied(), terms, now);
                    let receipts: Vec<_> = left.iter().map(|entry| Key::claimed(&key.route, &entry.event_id)).collect();
                    let mut writes: Vec<_> =
                        receipts.iter().map(|key| receipt(key.clone(), "{}".to_owned(), now)).collect();
                    writes.push(group.write(key, expected, now));
                    match self.table.write(&writes, now).await? {
                        Commit::Done => Ok(Step::Done(receipts)),
                        Commit::Busy => Ok(Step::Again),
                        Commit::Unexpected(places) => {
                            let mut place = 0..;
                            left.retain(|_| !place.next().is_some_and(|place| places.contains(&place)));
                            Ok(Step::Again)
                        }
                    }
                })
                .await;
            match receipts {
                Ok(receipts) => {
                    claimed.repeated += u64::try_from(chunk.len() - receipts.len()).unwrap_or(u64::MAX);
                    claimed.receipts.extend(receipts);
                }
                Err(error) => {
                    claimed.failure = Some(error);
                    break;
                }
            }
        }
        claimed
    }

    /// Counts events by a rule's threshold, each once, and says of each in its order whether it takes part. An event that was
    /// counted before takes part, or not, as it did then.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if not all could be counted by the deadline; those that were are not counted again.
    pub async fn count(
        &self,
        rule: &str,
        values: &[&str],
        wanted: Wanted,
        events: &[CountedEvent],
        deadline: Moment,
    ) -> Result<Vec<bool>, OutboxError> {
        let key = Key::threshold(rule, values);
        let mut in_order: Vec<_> = events.iter().collect();
        in_order.sort_by_key(|event| event.time);
        let mut verdicts: HashMap<&str, bool> = HashMap::new();
        let mut seen = HashSet::new();
        in_order.retain(|event| seen.insert(event.event_id.as_str()));
        for chunk in in_order.chunks(MAX_EVENTS) {
            let mut left = chunk.to_vec();
            self.patiently(deadline, async || {
                if left.is_empty() {
                    return Ok(Step::Done(()));
                }
                let (expected, counter) = expect(self.load::<Counter>(&key).await?);
                let now = self.clock.now();
                let mut counter = counter.unwrap_or_default();
                let mut writes = Vec::new();
                let mut fired = Vec::new();
                for event in &left {
                    let takes_part = counter.count(wanted, event.time, event.distinct.as_deref());
                    fired.push((event.event_id.as_str(), takes_part));
                    let counted = Key::counted(rule, &event.event_id);
                    writes.push(receipt(counted, body(&CountReceipt { fired: takes_part }), now));
                }
                let expires = counter.expires(wanted, now);
                writes.push(Write { key: key.clone(), expect: expected, body: body(&counter), due: None, expires });
                match self.table.write(&writes, now).await? {
                    Commit::Done => {
                        verdicts.extend(fired);
                        Ok(Step::Done(()))
                    }
                    Commit::Busy => Ok(Step::Again),
                    Commit::Unexpected(places) => {
                        for place in places {
                            let Some(event) = left.get(place).filter(|_| place + 1 < writes.len()) else { continue };
                            let receipt = self.load::<CountReceipt>(&Key::counted(rule, &event.event_id)).await?;
                            // One that has expired meanwhile is counted anew.
                            if let Some((_, CountReceipt { fired })) = receipt {
                                verdicts.insert(&event.event_id, fired);
                            }
                        }
                        left.retain(|event| !verdicts.contains_key(event.event_id.as_str()));
                        Ok(Step::Again)
                    }
                }
            })
            .await?;
        }
        Ok(events.iter().map(|event| verdicts.get(event.event_id.as_str()).copied().unwrap_or(false)).collect())
    }
}
