//! Thresholds: which rules of a match are told of, and which wait for more.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use trailhook_engine::primary_first;

use super::intake::{AT_ONCE, Intake};
use crate::clock::{Clock, Moment};
use crate::matcher::Match;
use crate::outbox::{CountedEvent, OutboxError, Table, Wanted};
use crate::sender::Post;

/// How far ahead of ours the clock of a service may be.
const SKEW: Duration = Duration::from_secs(5 * 60);

impl<T: Table, C: Clock, P: Post> Intake<'_, T, C, P> {
    /// Takes away the rules whose threshold is not reached.
    pub(super) async fn apply_thresholds(&self, matches: &mut [Match<'_>]) -> Result<(), OutboxError> {
        type Counts<'m> = HashMap<(&'m str, Vec<String>), (Wanted, Vec<(usize, CountedEvent)>)>;
        let now = self.deliverer.outbox.clock().now();
        let mut counts: Counts<'_> = HashMap::new();
        for (place, found) in matches.iter().enumerate() {
            for rule in &found.rules {
                let Some(threshold) = &rule.document().threshold else { continue };
                let value = |field: &str| found.event.grouping_value(field).into_owned();
                let values = threshold.by.iter().map(|field| value(field)).collect();
                let window = Duration::from_secs(threshold.window.seconds().into());
                let wanted = Wanted { count: threshold.count, window };
                let event = CountedEvent {
                    event_id: found.id.clone(),
                    // A window that begins in years would hide all that come until then.
                    time: found.event.time().map_or(now, Moment::from).min(now.plus(SKEW)),
                    distinct: threshold.distinct.as_deref().map(value),
                };
                let (_, events) = counts.entry((rule.name(), values)).or_insert_with(|| (wanted, Vec::new()));
                events.push((place, event));
            }
        }
        let outbox = &self.deliverer.outbox;
        let mut asked = stream::iter(counts)
            .map(async |((rule, values), (wanted, numbered))| {
                let values: Vec<_> = values.iter().map(String::as_str).collect();
                let (places, events): (Vec<_>, Vec<_>) = numbered.into_iter().unzip();
                let verdicts = match outbox.count(rule, &values, wanted, &events, self.deadline).await {
                    Ok(verdicts) => verdicts,
                    // Better an alert too many than one too few.
                    Err(error @ OutboxError::Unreadable { .. }) => {
                        tracing::error!(%error, rule, "the threshold is not applied");
                        vec![true; events.len()]
                    }
                    Err(error) => return Err(error),
                };
                let below = places.into_iter().zip(verdicts).filter(|(_, takes_part)| !takes_part);
                Ok::<_, OutboxError>(below.map(|(place, _)| (place, rule.to_owned())).collect::<Vec<_>>())
            })
            .buffer_unordered(AT_ONCE);
        let mut below: Vec<(usize, String)> = Vec::new();
        while let Some(answer) = asked.next().await {
            below.extend(answer?);
        }
        drop(asked);
        for (place, name) in below {
            if let Some(found) = matches.get_mut(place) {
                found.rules.retain(|rule| rule.name() != name);
                primary_first(&mut found.rules);
            }
        }
        Ok(())
    }
}
