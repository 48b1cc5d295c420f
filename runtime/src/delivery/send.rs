//! Sending: groups that are due become messages, one sender for each channel.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use trailhook_engine::Route;

use super::report::Sent;
use super::{Deliverer, lane};
use crate::clock::{Clock, Moment};
use crate::message::Shape;
use crate::outbox::{Channel, Draft, DraftKind, GroupKey, OutboxError, POST_LIMIT, Table, Turn};
use crate::sender::{Answer, Outgoing, Post};

/// Tries of one message within one invocation.
const MAX_TRIES: u32 = 4;
/// The wait before the second try where nobody says how long; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// How long a channel is waited for to which somebody else sends. What stays is sent by the next flush.
const PATIENCE: Duration = Duration::from_secs(5);
/// Groups that one flush looks at. One message a second leaves the rest to the next ones.
const MAX_FLUSHED: usize = 1_000;
/// Groups that are read at once.
const AT_ONCE: usize = 8;
/// What may still be recorded behind the deadline: a message that is there and not recorded goes out twice.
pub(super) const GRACE: Duration = Duration::from_millis(1_500);

/// What to do with the channel's next groups.
enum Next {
    /// They have their turn.
    GoOn,
    /// They would meet the same refusal.
    Closed(String),
    /// They wait, as this one does.
    Stop(String),
}

/// Sending by one invocation.
pub(super) struct Round<'a, T, C, P> {
    pub(super) deliverer: &'a Deliverer<T, C, P>,
    pub(super) routes: &'a [Route],
    pub(super) deadline: Moment,
}

impl<T: Table, C: Clock, P: Post> Deliverer<T, C, P> {
    /// Sends what is due of these groups, and stops before the deadline. What stays is sent by a flush.
    pub async fn send(&self, routes: &[Route], groups: impl IntoIterator<Item = GroupKey>, deadline: Moment) -> Sent {
        let round = Round { deliverer: self, routes, deadline };
        let mut sent = round.send(groups).await;
        // What was handed over on the way is not handed over again.
        let heirs = std::mem::take(&mut sent.heirs);
        sent.add(round.send(heirs).await);
        sent
    }

    /// Sends what is due of all groups.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if the table does not say what is due.
    pub async fn flush(&self, routes: &[Route], deadline: Moment) -> Result<Sent, OutboxError> {
        let due = self.outbox.due(MAX_FLUSHED, deadline).await?;
        Ok(self.send(routes, due, deadline).await)
    }
}

impl<T: Table, C: Clock, P: Post> Round<'_, T, C, P> {
    async fn send(&self, groups: impl IntoIterator<Item = GroupKey>) -> Sent {
        let mut channels: BTreeMap<String, Vec<(Option<&Route>, GroupKey)>> = BTreeMap::new();
        for group in groups {
            let route = self.routes.iter().find(|route| route.name() == group.route);
            // What a route that is gone has left is refused where it would have gone.
            let channel = route.map_or_else(String::new, |route| lane::channel_of(&route.document().destination));
            channels.entry(channel).or_default().push((route, group));
        }
        let channels = channels.into_iter().map(|(channel, groups)| self.drain(channel, groups));
        let mut sent = Sent::default();
        for part in join_all(channels).await {
            sent.add(part);
        }
        sent
    }

    /// Sends the groups of one channel, in their order.
    async fn drain(&self, name: String, groups: Vec<(Option<&Route>, GroupKey)>) -> Sent {
        let (outbox, deadline) = (&self.deliverer.outbox, self.deadline);
        let mut sent = Sent::default();
        let due = match self.due_of(&groups, &mut sent).await {
            Ok(due) => due,
            Err(error) => return self.all_failed(&groups, &error, sent),
        };
        if due.is_empty() {
            return sent;
        }
        let mut channel = match self.take(&name).await {
            Ok(Some(channel)) => channel,
            Ok(None) => {
                tracing::info!(channel = name, "somebody else sends there; the next flush sends what is left");
                for (_, group, pending) in due {
                    sent.pending += pending;
                    sent.failed(&group.route, pending, || "somebody else sends there at the moment".to_owned());
                }
                return sent;
            }
            Err(error) => return self.all_failed(&groups, &error, sent),
        };
        let mut next = Next::GoOn;
        for (route, group, pending) in due {
            let outcome = match &next {
                Next::Stop(reason) => {
                    sent.pending += pending;
                    sent.failed(&group.route, pending, || reason.clone());
                    continue;
                }
                Next::Closed(reason) => self.refuse_undrafted(route, &group, reason, &mut sent).await,
                Next::GoOn => match route {
                    Some(route) => self.tell(route, &group, &mut channel, &mut sent).await,
                    None => {
                        let reason = "the route no longer exists";
                        self.refuse_undrafted(None, &group, reason, &mut sent).await
                    }
                },
            };
            match outcome {
                Ok(Next::GoOn) => {}
                Ok(closed_or_stop) => next = closed_or_stop,
                Err(error) => {
                    tracing::error!(%error, %group, "the group stays to be told");
                    sent.pending += pending;
                    sent.failed(&group.route, pending, || error.to_string());
                    next = Next::Stop(error.to_string());
                }
            }
        }
        outbox.give_back(channel, deadline.plus(GRACE)).await;
        sent
    }

    /// The groups of which something is due now, and what is pending in each.
    async fn due_of<'r>(
        &self,
        groups: &[(Option<&'r Route>, GroupKey)],
        sent: &mut Sent,
    ) -> Result<Vec<(Option<&'r Route>, GroupKey, u64)>, OutboxError> {
        let (outbox, deadline) = (&self.deliverer.outbox, self.deadline);
        let read = stream::iter(groups).map(async |(route, key)| (route, key, outbox.group(key, deadline).await));
        let mut read = read.buffered(AT_ONCE);
        let mut due = Vec::new();
        while let Some((route, key, group)) = read.next().await {
            let group = match group {
                Ok(Some(group)) => group,
                Ok(None) => continue,
                // It keeps no other group from being told.
                Err(error @ OutboxError::Unreadable { .. }) => {
                    tracing::error!(%error, "a group cannot be told");
                    sent.failed(&key.route, 0, || error.to_string());
                    continue;
                }
                Err(error) => return Err(error),
            };
            match group.due() {
                Some(moment) if moment <= outbox.clock().now() => due.push((*route, key.clone(), group.pending())),
                Some(_) => sent.pending += group.pending(),
                None => {}
            }
        }
        Ok(due)
    }

    fn all_failed(&self, groups: &[(Option<&Route>, GroupKey)], error: &OutboxError, mut sent: Sent) -> Sent {
        for (_, group) in groups {
            tracing::error!(%error, %group, "the group stays to be told");
            sent.failed(&group.route, 0, || error.to_string());
        }
        sent
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

    /// Tells what is due of one group.
    async fn tell(
        &self,
        route: &Route,
        group: &GroupKey,
        channel: &mut Channel,
        sent: &mut Sent,
    ) -> Result<Next, OutboxError> {
        let (outbox, deadline) = (&self.deliverer.outbox, self.deadline);
        let clock = outbox.clock();
        let destination = &route.document().destination;
        let repeats = lane::repeats(destination, self.deliverer.windows);
        let late = deadline.plus(GRACE);
        let (mut shape, mut reopen, mut tries, mut wait) = (Shape::Whole, false, 0_u32, FIRST_WAIT);
        let mut said = "one message a second is sent there".to_owned();
        loop {
            match outbox.await_turn(channel, deadline).await? {
                Turn::Now => {}
                Turn::TooLate => {
                    let reason = format!("there was no time left to send it ({said})");
                    return self.stay(group, sent, &reason).await;
                }
                Turn::Lost => return self.stay(group, sent, "somebody else sends there").await,
            }
            // Read with the turn at hand: what was added meanwhile is told, and what somebody else told is not.
            let Some(read) = outbox.group(group, deadline).await? else { return Ok(Next::GoOn) };
            let Some(mut draft) = read.draft(repeats, clock.now()) else { return Ok(Next::GoOn) };
            let is_foreign =
                matches!(&draft.kind, DraftKind::Reply { thread, .. } if !lane::is_own_thread(destination, thread));
            if reopen || is_foreign {
                draft = draft.reopened();
            }
            let left = deadline.since(clock.now());
            let answer = self
                .deliverer
                .post
                .post(destination, &outgoing(route, group, &draft, shape), left.min(POST_LIMIT))
                .await;
            let now = clock.now();
            channel.hold_until(now.plus(lane::pace(destination)));
            said = match answer {
                Answer::Delivered { thread } => {
                    let thread = lane::thread(destination, thread);
                    outbox.record(group, &draft, thread, repeats, late).await?;
                    sent.messages += 1;
                    sent.alerts += draft.count;
                    return Ok(Next::GoOn);
                }
                Answer::TooMuch { .. } if shape == Shape::Whole => {
                    shape = Shape::Small;
                    continue;
                }
                Answer::ThreadLost { .. } if !reopen => {
                    reopen = true;
                    continue;
                }
                Answer::Refused { reason, is_closed } => {
                    self.refuse(Some(route), group, &draft, &reason, sent).await?;
                    return Ok(if is_closed { Next::Closed(reason) } else { Next::GoOn });
                }
                Answer::TooMuch { reason } | Answer::ThreadLost { reason } | Answer::Credential { reason } => {
                    self.refuse(Some(route), group, &draft, &reason, sent).await?;
                    return Ok(Next::GoOn);
                }
                Answer::Retry { reason, after: Some(after) } => {
                    channel.hold_until(now.plus(after));
                    tries += 1;
                    if tries >= MAX_TRIES {
                        return self.stay(group, sent, &reason).await;
                    }
                    reason
                }
                Answer::Retry { reason, after: None } => {
                    tries += 1;
                    if tries >= MAX_TRIES || now.plus(wait) >= deadline {
                        outbox.put_off(group, &draft, late).await?;
                        let reason = format!("it could not be delivered in {tries} tries ({reason})");
                        return self.stay(group, sent, &reason).await;
                    }
                    clock.sleep(wait).await;
                    wait *= 2;
                    reason
                }
            };
            tracing::warn!(route = route.name(), reason = said, "the message was not taken yet");
        }
    }

    /// Leaves a group to a flush, and those behind it too.
    async fn stay(&self, group: &GroupKey, sent: &mut Sent, reason: &str) -> Result<Next, OutboxError> {
        let pending = self.deliverer.outbox.group(group, self.deadline).await?.map_or(0, |group| group.pending());
        sent.pending += pending;
        sent.failed(&group.route, pending, || reason.to_owned());
        tracing::warn!(%group, reason, "it stays to be told");
        Ok(Next::Stop(reason.to_owned()))
    }

    /// Refuses what is due of a group without trying.
    async fn refuse_undrafted(
        &self,
        route: Option<&Route>,
        group: &GroupKey,
        reason: &str,
        sent: &mut Sent,
    ) -> Result<Next, OutboxError> {
        let (outbox, repeats) = (&self.deliverer.outbox, self.repeats_of(route));
        let read = outbox.group(group, self.deadline).await?;
        if let Some(draft) = read.and_then(|read| read.draft(repeats, outbox.clock().now())) {
            self.refuse(route, group, &draft, reason, sent).await?;
        }
        Ok(match route {
            Some(_) => Next::Closed(reason.to_owned()),
            None => Next::GoOn,
        })
    }
}

fn outgoing(route: &Route, group: &GroupKey, draft: &Draft, shape: Shape) -> Outgoing {
    let destination = &route.document().destination;
    let thread = match &draft.kind {
        DraftKind::Reply { thread, is_first } => Some((thread.ts.clone(), *is_first && lane::broadcasts(destination))),
        DraftKind::Opening | DraftKind::Summary { .. } => None,
    };
    Outgoing {
        content: lane::content(destination, draft, shape),
        thread,
        group: group.clone(),
        number: draft.number(),
        count: draft.count,
    }
}
