//! Telling one group: its turn, its message, and what the answer means for it.

use std::time::Duration;

use trailhook_engine::Route;

use super::lane;
use super::report::Sent;
use super::send::{Next, Round};
use crate::clock::Clock;
use crate::message::Shape;
use crate::outbox::{Channel, Draft, DraftKind, GroupKey, OutboxError, POST_LIMIT, Repeats, Table, Turn};
use crate::sender::{Answer, Outgoing, Post};

/// Tries of one message within one invocation.
const MAX_TRIES: u32 = 4;
/// The wait before the second try where nobody says how long; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// How far the telling of a group has come.
struct Progress {
    /// How much of the message is sent.
    shape: Shape,
    /// Whether the thread is gone.
    reopens: bool,
    tries: u32,
    wait: Duration,
    /// Why it was not taken until now.
    said: String,
}

impl<T: Table, C: Clock, P: Post> Round<'_, T, C, P> {
    /// Tells what is due of one group.
    pub(super) async fn tell(
        &self,
        route: &Route,
        group: &GroupKey,
        name: &str,
        channel: &mut Channel,
        sent: &mut Sent,
    ) -> Result<Next, OutboxError> {
        let (outbox, deadline) = (&self.deliverer.outbox, self.deadline);
        let clock = outbox.clock();
        let destination = &route.document().destination;
        let repeats = self.repeats_of(Some(route));
        let said = "one message a second is sent there".to_owned();
        let mut progress = Progress { shape: Shape::Whole, reopens: false, tries: 0, wait: FIRST_WAIT, said };
        loop {
            match outbox.await_turn(channel, deadline).await? {
                Turn::Now => {}
                Turn::TooLate => {
                    let reason = format!("there was no time left to send it ({})", progress.said);
                    return self.stay(group, sent, &reason).await;
                }
                Turn::Lost => return self.stay(group, sent, "somebody else sends there").await,
            }
            // Read with the turn at hand: what was added meanwhile is told, and what somebody else told is not.
            let Some(read) = outbox.group(group, deadline).await? else { return Ok(Next::GoOn) };
            if let Some(other) = read.channel().filter(|other| *other != name) {
                if !self.bring_into(group, other, name, sent).await? {
                    return Ok(Next::GoOn);
                }
                continue;
            }
            let Some(mut draft) = read.draft(repeats, clock.now()) else { return Ok(Next::GoOn) };
            let is_foreign =
                matches!(&draft.kind, DraftKind::Reply { thread, .. } if !lane::is_own_thread(destination, thread));
            if progress.reopens || is_foreign {
                draft = draft.reopened();
            }
            // Reading may have taken so long that the turn is over.
            if !channel.takes_a_post(clock.now(), deadline) {
                continue;
            }
            let limit = deadline.since(clock.now()).min(POST_LIMIT);
            let outgoing = self.outgoing(route, group, &draft, progress.shape);
            let answer = self.deliverer.post.post(destination, &outgoing, limit).await;
            channel.pace_until(clock.now().plus(lane::pace(destination)));
            sent.not_taken += u64::from(!matches!(answer, Answer::Delivered { .. }));
            if let Some(next) = self.after(answer, route, group, &draft, repeats, channel, &mut progress, sent).await? {
                return Ok(next);
            }
        }
    }

    /// What an answer leads to; `None` if the message is to be posted again.
    #[allow(clippy::too_many_arguments, reason = "one step of `tell`, with all that it works on")]
    async fn after(
        &self,
        answer: Answer,
        route: &Route,
        group: &GroupKey,
        draft: &Draft,
        repeats: Repeats,
        channel: &mut Channel,
        progress: &mut Progress,
        sent: &mut Sent,
    ) -> Result<Option<Next>, OutboxError> {
        let (outbox, deadline) = (&self.deliverer.outbox, self.deadline);
        let clock = outbox.clock();
        match answer {
            Answer::Delivered { thread } => {
                // A summary waits for the end of its window, as it is meant to.
                if let (Some((first, _)), false) = (draft.times, matches!(draft.kind, DraftKind::Summary { .. })) {
                    sent.lags.push(clock.now().since(first));
                }
                sent.delivered.insert(group.route.clone());
                let thread = lane::thread(&route.document().destination, thread);
                outbox.record(group, draft, thread, repeats, self.late()).await?;
                sent.messages += 1;
                sent.alerts += draft.count;
                return Ok(Some(Next::GoOn));
            }
            Answer::TooMuch { reason } if progress.shape == Shape::Whole => {
                progress.shape = Shape::Small;
                progress.said = reason;
            }
            Answer::ThreadLost { reason } if !progress.reopens => {
                progress.reopens = true;
                progress.said = reason;
            }
            Answer::Refused { reason, is_closed } => {
                self.refuse(Some(route), group, draft, &reason, sent).await?;
                return Ok(Some(if is_closed { Next::Closed(reason) } else { Next::GoOn }));
            }
            Answer::TooMuch { reason } | Answer::ThreadLost { reason } | Answer::Credential { reason } => {
                let reason = format!("Slack does not take this message, also in its shortest form ({reason})");
                self.refuse(Some(route), group, draft, &reason, sent).await?;
                return Ok(Some(Next::GoOn));
            }
            Answer::Retry { reason, after: Some(after) } => {
                progress.tries += 1;
                progress.said = reason;
                // Everybody is to know it, should this sender die meanwhile.
                if !outbox.hold_until(channel, clock.now().plus(after), self.late()).await? {
                    return self.stay(group, sent, "somebody else sends there").await.map(Some);
                }
                if progress.tries >= MAX_TRIES {
                    return self.stay(group, sent, &progress.said).await.map(Some);
                }
            }
            Answer::Retry { reason, after: None } => {
                progress.tries += 1;
                if progress.tries >= MAX_TRIES || clock.now().plus(progress.wait) >= deadline {
                    outbox.put_off(group, draft, self.late()).await?;
                    let reason = format!("it could not be delivered in {} tries ({reason})", progress.tries);
                    return self.stay(group, sent, &reason).await.map(Some);
                }
                clock.sleep(progress.wait).await;
                progress.wait *= 2;
                progress.said = reason;
            }
        }
        tracing::warn!(route = route.name(), reason = progress.said, "the message was not taken yet");
        Ok(None)
    }

    /// Leaves a group to a flush, and those behind it too.
    async fn stay(&self, group: &GroupKey, sent: &mut Sent, reason: &str) -> Result<Next, OutboxError> {
        let pending = self.deliverer.outbox.group(group, self.late()).await?.map_or(0, |group| group.pending());
        sent.left(&group.route, pending, reason);
        tracing::warn!(%group, reason, "it stays to be told");
        Ok(Next::Stop(reason.to_owned()))
    }

    fn outgoing(&self, route: &Route, group: &GroupKey, draft: &Draft, shape: Shape) -> Outgoing {
        let document = route.document();
        let thread = match &draft.kind {
            DraftKind::Reply { thread, is_first } => {
                Some((thread.ts.clone(), *is_first && lane::broadcasts(&document.destination)))
            }
            DraftKind::Opening | DraftKind::Summary { .. } => None,
        };
        Outgoing {
            content: lane::content(document, &self.routes.display, draft, shape),
            thread,
            group: group.clone(),
            number: draft.number(),
            count: draft.count,
        }
    }
}
