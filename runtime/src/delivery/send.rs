//! Sending: groups that are due become messages, one sender for each channel.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use trailhook_engine::Route;
use trailhook_engine::document::Severity;

use super::report::Sent;
use super::{Deliverer, lane};
use crate::clock::{Clock, Moment};
use crate::outbox::{Channel, GroupKey, OutboxError, Table};
use crate::router::Routes;
use crate::sender::Post;

/// How long a channel is waited for to which somebody else sends. What stays is sent by the next flush.
const PATIENCE: Duration = Duration::from_secs(5);
/// Groups that one flush asks for, of all channels. Their keys take some megabytes; a channel with more than these, which is a day
/// of messages, would hide others.
const MAX_FLUSHED: usize = 100_000;
/// Groups of one channel that one flush tells. One message a second leaves the rest to the next ones.
const MAX_OF_CHANNEL: usize = 500;
/// Groups that are read at once.
const AT_ONCE: usize = 8;
/// What may still be recorded behind the deadline: a message that is there and not recorded goes out twice.
const GRACE: Duration = Duration::from_secs(1);
/// How long a group waits for a route that is not known: another instance may have read newer routes.
const UNKNOWN_ROUTE: Duration = Duration::from_secs(10 * 60);

/// Sending by one invocation.
pub(super) struct Round<'a, T, C, P> {
    pub(super) deliverer: &'a Deliverer<T, C, P>,
    pub(super) routes: &'a Routes,
    pub(super) deadline: Moment,
}

/// A group of which something is due.
struct Due<'r> {
    route: Option<&'r Route>,
    key: GroupKey,
    pending: u64,
    severity: Severity,
    is_notice: bool,
}

/// What to do with the channel's next groups.
pub(super) enum Next {
    /// They have their turn.
    GoOn,
    /// Those of the same route would meet the same refusal.
    Closed(String),
    /// They wait, as this one does.
    Stop(String),
}

impl<T: Table, C: Clock, P: Post> Deliverer<T, C, P> {
    /// Sends what is due of these groups, and stops before the deadline. What stays is sent by a flush.
    pub async fn send(&self, routes: &Routes, groups: impl IntoIterator<Item = GroupKey>, deadline: Moment) -> Sent {
        let round = Round { deliverer: self, routes, deadline };
        let mut sent = round.send(groups, usize::MAX).await;
        // What was handed over on the way is not handed over again.
        let heirs = std::mem::take(&mut sent.heirs);
        sent.add(round.send(heirs, usize::MAX).await);
        sent
    }

    /// Sends what is due of all groups.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if the table does not say what is due.
    pub async fn flush(&self, routes: &Routes, deadline: Moment) -> Result<Sent, OutboxError> {
        let due = self.outbox.due(MAX_FLUSHED, deadline).await?;
        let round = Round { deliverer: self, routes, deadline };
        let mut sent = round.send(due, MAX_OF_CHANNEL).await;
        let heirs = std::mem::take(&mut sent.heirs);
        sent.add(round.send(heirs, MAX_OF_CHANNEL).await);
        Ok(sent)
    }
}

impl<T: Table, C: Clock, P: Post> Round<'_, T, C, P> {
    /// The end of what is recorded: a little behind the deadline.
    pub(super) fn late(&self) -> Moment {
        self.deadline.plus(GRACE)
    }

    /// The time that is left for something that may take so long; a little, if there is none.
    pub(super) fn time_left(&self, most: Duration) -> Duration {
        self.deadline.since(self.deliverer.outbox.clock().now()).clamp(GRACE, most)
    }

    async fn send(&self, groups: impl IntoIterator<Item = GroupKey>, most_of_channel: usize) -> Sent {
        let mut channels: BTreeMap<String, Vec<(Option<&Route>, GroupKey)>> = BTreeMap::new();
        for group in groups {
            let route = self.routes.find(&group.route);
            let channel =
                route.map_or_else(|| lane::NOWHERE.to_owned(), |route| lane::channel_of(&route.document().destination));
            channels.entry(channel).or_default().push((route, group));
        }
        let channels = channels.into_iter().map(|(channel, groups)| self.drain(channel, groups, most_of_channel));
        let mut sent = Sent::default();
        for part in join_all(channels).await {
            sent.add(part);
        }
        sent
    }

    /// Sends the groups of one channel.
    async fn drain(&self, name: String, groups: Vec<(Option<&Route>, GroupKey)>, most: usize) -> Sent {
        let outbox = &self.deliverer.outbox;
        let mut sent = Sent::default();
        let due = match self.due_of(&groups, most, &mut sent).await {
            Ok(due) if due.is_empty() => return sent,
            Ok(due) => due,
            Err(error) => return all_failed(&groups, &error, sent),
        };
        let mut channel = match self.take(&name).await {
            Ok(Some(channel)) => channel,
            Ok(None) => {
                tracing::info!(channel = name, "somebody else sends there; the next flush sends what is left");
                for Due { key, pending, .. } in due {
                    sent.left(&key.route, pending, "somebody else sends there at the moment");
                }
                return sent;
            }
            Err(error) => return all_failed(&groups, &error, sent),
        };
        let mut stopped: Option<String> = None;
        let mut closed: BTreeMap<String, String> = BTreeMap::new();
        for Due { route, key, pending, .. } in due {
            if outbox.clock().now() >= self.deadline {
                stopped.get_or_insert_with(|| "there was no time left to send it".to_owned());
            }
            if let Some(reason) = &stopped {
                sent.left(&key.route, pending, reason);
                continue;
            }
            let outcome = match (route, closed.get(&key.route)) {
                (Some(route), None) => self.tell(route, &key, &name, &mut channel, &mut sent).await,
                (Some(_), Some(reason)) => self.refuse_untried(route, &key, &name, reason, &mut sent).await,
                (None, _) => self.of_no_route(&key, &name, &mut sent).await,
            };
            match outcome {
                Ok(Next::GoOn) => {}
                Ok(Next::Closed(reason)) => drop(closed.insert(key.route, reason)),
                Ok(Next::Stop(reason)) => stopped = Some(reason),
                Err(error) => {
                    tracing::error!(%error, group = %key, "the group stays to be told");
                    sent.left(&key.route, pending, &error.to_string());
                    // What is wrong with one item is not wrong with the table.
                    if matches!(error, OutboxError::Unreadable { .. }) {
                        self.put_aside(&key).await;
                    } else {
                        stopped = Some(error.to_string());
                    }
                }
            }
        }
        outbox.give_back(channel, self.late()).await;
        sent
    }

    /// The groups of which something is due now, at most so many.
    async fn due_of<'r>(
        &self,
        groups: &[(Option<&'r Route>, GroupKey)],
        most: usize,
        sent: &mut Sent,
    ) -> Result<Vec<Due<'r>>, OutboxError> {
        let (outbox, deadline) = (&self.deliverer.outbox, self.deadline);
        let read = stream::iter(groups).map(async |(route, key)| (route, key, outbox.group(key, deadline).await));
        let mut read = read.buffered(AT_ONCE);
        let mut due = Vec::new();
        while let Some((route, key, group)) = read.next().await {
            if due.len() >= most || outbox.clock().now() >= deadline {
                sent.left(&key.route, 0, "there was no time left to send it");
                break;
            }
            let group = match group {
                Ok(Some(group)) => group,
                Ok(None) => continue,
                // It keeps no other group from being told.
                Err(error @ OutboxError::Unreadable { .. }) => {
                    tracing::error!(%error, "a group cannot be told");
                    sent.left(&key.route, 0, &error.to_string());
                    continue;
                }
                Err(error) => return Err(error),
            };
            let now = outbox.clock().now();
            match group.due() {
                Some(moment) if moment <= now => {
                    let owed = group.owed_since().map_or(Duration::ZERO, |owed| now.since(owed));
                    sent.oldest_due = sent.oldest_due.max(owed);
                    let (key, pending, severity) = (key.clone(), group.pending(), group.head.severity);
                    due.push(Due { route: *route, key, pending, severity, is_notice: group.is_notice() });
                }
                Some(_) => sent.pending += group.pending(),
                None => {}
            }
        }
        // Words about the function itself behind all alerts; the gravest first, and of those that have been due longest.
        due.sort_by_key(|due| (due.is_notice, Reverse(due.severity)));
        Ok(due)
    }

    /// Takes a channel, with some patience for somebody who sends there.
    async fn take(&self, name: &str) -> Result<Option<Channel>, OutboxError> {
        let (outbox, deadline) = (&self.deliverer.outbox, self.deadline);
        let clock = outbox.clock();
        let give_up = deadline.min(clock.now().plus(PATIENCE));
        loop {
            match outbox.take_channel(name, deadline).await? {
                Ok(channel) => return Ok(Some(channel)),
                Err(until) if clock.now() < give_up => {
                    let nap = Duration::from_millis(500 + clock.random() % 500);
                    clock.sleep(nap.min(until.since(clock.now()).max(Duration::from_millis(10)))).await;
                }
                Err(_) => return Ok(None),
            }
        }
    }

    /// Brings a group into the channel that this sender has. It may have been claimed for another one, to which an instance that
    /// does not know the new route yet may be sending: then its lease is needed, too. `false` if somebody has that.
    pub(super) async fn bring_into(
        &self,
        group: &GroupKey,
        from: &str,
        to: &str,
        sent: &mut Sent,
    ) -> Result<bool, OutboxError> {
        let outbox = &self.deliverer.outbox;
        let Ok(other) = outbox.take_channel(from, self.deadline).await? else {
            let pending = self.put_aside(group).await;
            sent.left(&group.route, pending, "somebody sends to the channel that its route had before");
            return Ok(false);
        };
        let moved = outbox.move_group(group, from, to, self.deadline).await;
        outbox.give_back(other, self.late()).await;
        moved.map(|_| true)
    }

    /// Puts off a group that cannot be sent now, so that others have its place. Says what is pending in it.
    async fn put_aside(&self, group: &GroupKey) -> u64 {
        let outbox = &self.deliverer.outbox;
        let Ok(Some(read)) = outbox.group(group, self.late()).await else { return 0 };
        if let Some(draft) = read.draft(self.repeats_of(None), outbox.clock().now())
            && let Err(error) = outbox.put_off(group, &draft, self.late()).await
        {
            tracing::warn!(%error, %group, "it could not be put off");
        }
        read.pending()
    }

    /// What becomes of a group whose route does not work.
    async fn of_no_route(&self, group: &GroupKey, channel: &str, sent: &mut Sent) -> Result<Next, OutboxError> {
        let outbox = &self.deliverer.outbox;
        let Some(read) = outbox.group(group, self.deadline).await? else { return Ok(Next::GoOn) };
        let owed = read.owed_since().map_or(Duration::ZERO, |owed| outbox.clock().now().since(owed));
        let reason = if self.routes.broken.contains(&group.route) {
            "the route's document cannot be read; mend or apply the route"
        } else if owed < UNKNOWN_ROUTE {
            "the route is not known; it may have been applied a moment ago"
        } else {
            return self.refuse_untried(None, group, channel, "the route no longer exists", sent).await;
        };
        let pending = self.put_aside(group).await;
        sent.left(&group.route, pending, reason);
        tracing::error!(%group, reason, "the group stays to be told");
        Ok(Next::GoOn)
    }

    /// Refuses what is due of a group without trying.
    async fn refuse_untried(
        &self,
        route: Option<&Route>,
        group: &GroupKey,
        channel: &str,
        reason: &str,
        sent: &mut Sent,
    ) -> Result<Next, OutboxError> {
        let outbox = &self.deliverer.outbox;
        loop {
            let Some(read) = outbox.group(group, self.deadline).await? else { return Ok(Next::GoOn) };
            match read.channel() {
                Some(other) if other != channel => {
                    if !self.bring_into(group, other, channel, sent).await? {
                        return Ok(Next::GoOn);
                    }
                }
                _ => {
                    if let Some(draft) = read.draft(self.repeats_of(route), outbox.clock().now()) {
                        self.refuse(route, group, &draft, reason, sent).await?;
                    }
                    return Ok(Next::GoOn);
                }
            }
        }
    }
}

fn all_failed(groups: &[(Option<&Route>, GroupKey)], error: &OutboxError, mut sent: Sent) -> Sent {
    tracing::error!(%error, groups = groups.len(), "groups stay to be told");
    for (_, group) in groups {
        sent.left(&group.route, 0, &error.to_string());
    }
    sent
}
