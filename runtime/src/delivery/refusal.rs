//! What a destination refuses for good: it goes to the default routes, and then to the dead-letter queue.

use serde_json::json;
use trailhook_engine::Route;

use super::lane;
use super::report::Sent;
use super::send::Round;
use crate::clock::Clock;
use crate::message::body;
use crate::outbox::{Draft, GroupKey, OutboxError, POST_LIMIT, Repeats, Table, Terms, Undeliverable};
use crate::sender::Post;

/// How long a conversation of alerts that another route could not deliver is open, in seconds.
const WINDOW: u32 = 15 * 60;

impl<T: Table, C: Clock, P: Post> Round<'_, T, C, P> {
    /// Where the repeats of a route go.
    pub(super) fn repeats_of(&self, route: Option<&Route>) -> Repeats {
        route.map_or(Repeats::AtOnce, |route| lane::repeats(&route.document().destination, self.deliverer.windows))
    }

    /// Takes care of a draft that its route will not take: the other default routes have it from then on, marked; if there is
    /// none, or they had it already, it is laid into the dead-letter queue; if there is none either, it waits.
    pub(super) async fn refuse(
        &self,
        route: Option<&Route>,
        group: &GroupKey,
        draft: &Draft,
        reason: &str,
        sent: &mut Sent,
    ) -> Result<(), OutboxError> {
        let (outbox, post) = (&self.deliverer.outbox, &self.deliverer.post);
        sent.refused.insert(group.route.clone(), reason.to_owned());
        let late = self.late();
        let repeats = self.repeats_of(route);
        let heirs = if draft.undeliverable.is_some() { Vec::new() } else { self.heirs(group, draft, reason) };
        if !heirs.is_empty() {
            if outbox.hand_over(group, draft, repeats, &heirs, late).await? {
                let names: Vec<_> = heirs.iter().map(|(heir, _)| heir.route.as_str()).collect();
                let names = names.join(", ");
                tracing::error!(
                    route = group.route,
                    reason,
                    alerts = draft.count,
                    "undeliverable; handed over to {names}"
                );
                sent.handed_over += draft.count;
                sent.heirs.extend(heirs.into_iter().map(|(heir, _)| heir));
            }
            return Ok(());
        }
        let lost = draft.undeliverable.as_ref().map(|lost| json!({"route": lost.route, "reason": lost.reason}));
        let dead = json!({"dead_letter": {"route": group.route, "reason": reason, "before": lost}});
        match post.lay_down(&body(draft, &dead), self.time_left(POST_LIMIT)).await {
            Some(Ok(())) => {
                tracing::error!(
                    route = group.route,
                    reason,
                    alerts = draft.count,
                    "undeliverable; in the dead-letter queue"
                );
                outbox.laid_down(group, draft, repeats, late).await?;
                sent.dead_letters += 1;
                sent.dead_alerts += draft.count;
            }
            failed => {
                let why_not = match failed {
                    Some(Err(error)) => format!("the dead-letter queue does not take it: {error}"),
                    _ => "there is no dead-letter queue".to_owned(),
                };
                tracing::error!(
                    route = group.route,
                    reason,
                    why_not,
                    alerts = draft.count,
                    "undeliverable; tried again later"
                );
                outbox.put_off(group, draft, late).await?;
                sent.left(&group.route, draft.count, reason);
            }
        }
        Ok(())
    }

    /// The default routes that take what another could not deliver, each with the group in which it stands there.
    fn heirs(&self, group: &GroupKey, draft: &Draft, reason: &str) -> Vec<(GroupKey, Terms)> {
        let own = self.routes.find(&group.route);
        let own_channel = own.map(|route| lane::channel_of(&route.document().destination));
        let heirs = self.routes.live.iter().filter(|heir| {
            let channel = lane::channel_of(&heir.document().destination);
            heir.document().default && heir.name() != group.route && own_channel.as_ref() != Some(&channel)
        });
        heirs
            .map(|heir| {
                let key = heir_of(group, heir);
                let undeliverable = Undeliverable { route: group.route.clone(), reason: reason.to_owned() };
                let terms = Terms {
                    head: draft.head.clone(),
                    channel: lane::channel_of(&heir.document().destination),
                    window: WINDOW,
                    repeats: self.repeats_of(Some(heir)),
                    undeliverable: Some(undeliverable),
                };
                (key, terms)
            })
            .collect()
    }
}

/// The group of a default route in which the alerts stand that their own route could not deliver.
pub(super) fn heir_of(group: &GroupKey, heir: &Route) -> GroupKey {
    GroupKey::of(heir.name(), &["undeliverable", &group.route, &group.id])
}
