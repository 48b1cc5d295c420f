//! Intake: matches become alerts of routes, and those are claimed.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt as _};
use trailhook_engine::document::Severity;
use trailhook_engine::{Alert, Route};

use super::report::Taken;
use super::{Deliverer, lane};
use crate::alert::{Head, Notice, RemovedLog, Sample};
use crate::clock::{Clock, Moment};
use crate::matcher::Match;
use crate::outbox::{Claimed, Entry, GroupKey, OutboxError, Table, Terms, digest};
use crate::router::{Routes, notice_routes, routes_for};
use crate::sender::Post;
use crate::source::Removal;

/// Alerts that wait to be claimed together. More go into one transaction, and no more than this are in memory.
const MAX_WAITING: usize = 512;
/// Bytes that their samples take.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Claims, or counts of thresholds, that are on their way at once.
pub(super) const AT_ONCE: usize = 8;
/// How long the conversation of a notice is open. There is but one of each.
const NOTICE_WINDOW: u32 = 60;
/// How long the conversation about the objects of one bucket is open that somebody removes.
const REMOVAL_WINDOW: u32 = 15 * 60;

/// Fields whose most frequent values are told, with the names by which people know them.
const TOLD: [(&str, &str); 6] = [
    ("Actors", "actor"),
    ("Events", "eventName"),
    ("From", "sourceIPAddress"),
    ("Accounts", "recipientAccountId"),
    ("Regions", "awsRegion"),
    ("Failed with", "errorCode"),
];

/// The matches of one invocation, on their way into the outbox.
pub struct Intake<'a, T, C, P> {
    pub(super) deliverer: &'a Deliverer<T, C, P>,
    routes: &'a Routes,
    pub(super) deadline: Moment,
    waiting: BTreeMap<GroupKey, Waiting>,
    entries: usize,
    bytes: usize,
    taken: Taken,
}

/// Alerts of one group that wait to be claimed.
struct Waiting {
    terms: Terms,
    entries: Vec<Entry>,
}

impl<T: Table, C: Clock, P: Post> Deliverer<T, C, P> {
    /// The intake of one invocation, which has to be claimed by the deadline.
    pub fn intake<'a>(&'a self, routes: &'a Routes, deadline: Moment) -> Intake<'a, T, C, P> {
        Intake {
            deliverer: self,
            routes,
            deadline,
            waiting: BTreeMap::new(),
            entries: 0,
            bytes: 0,
            taken: Taken::default(),
        }
    }
}

impl<T: Table, C: Clock, P: Post> Intake<'_, T, C, P> {
    /// Takes matches. They are claimed together with others, at the latest by [`Intake::finish`].
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if the table does not do its part: then it is of no use to go on.
    pub async fn take(&mut self, mut matches: Vec<Match<'_>>) -> Result<(), OutboxError> {
        self.apply_thresholds(&mut matches).await?;
        for found in &matches {
            if found.rules.is_empty() {
                self.taken.below_threshold += 1;
            } else {
                self.route(found);
            }
            if self.entries >= MAX_WAITING || self.bytes >= MAX_BYTES {
                self.claim().await?;
            }
        }
        Ok(())
    }

    /// Takes a notice, which goes out once for each identity.
    pub fn notice(&mut self, identity: &[&str], severity: Severity, notice: &Notice) {
        for route in notice_routes(&self.routes.live) {
            self.notice_on(route, identity, severity, notice);
        }
    }

    /// Takes a notice for one route.
    pub fn notice_on(&mut self, route: &Route, identity: &[&str], severity: Severity, notice: &Notice) {
        let common: Vec<_> = std::iter::once("notice").chain(identity.iter().copied()).collect();
        let entry = Entry {
            event_id: common.join(":"),
            time: None,
            sample: Sample::Notice(notice.clone()),
            values: Vec::new(),
        };
        let head = Head { title: notice.title.clone(), severity, place: None };
        let terms = self.terms(route, head, NOTICE_WINDOW);
        self.put(GroupKey::of(route.name(), &common), terms, entry);
    }

    /// Takes the removal of a log object. Those of one bucket are one conversation.
    pub fn removal(&mut self, removal: &Removal) {
        let Removal { bucket, key, sequencer, .. } = removal;
        let removed = RemovedLog::of(removal);
        // Without it, the time tells one removal of a key from the next.
        let time = removal.at.map(|at| at.to_string()).unwrap_or_default();
        let order = if sequencer.is_empty() { time.as_str() } else { sequencer };
        let value = |text: &Option<String>| text.clone().unwrap_or_default();
        for route in notice_routes(&self.routes.live) {
            let head = Head { title: "log object removed".to_owned(), severity: Severity::High, place: None };
            let entry = Entry {
                event_id: digest(&["removed", bucket, key, order]),
                time: removal.at,
                sample: Sample::Removal(removed.clone()),
                values: vec![("Who", value(&removed.by)), ("From", value(&removed.from))],
            };
            let terms = self.terms(route, head, REMOVAL_WINDOW);
            self.put(GroupKey::of(route.name(), &["removed", bucket]), terms, entry);
        }
    }

    /// Claims what waits.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if something could not be claimed. What was is in the [`Intake::into_taken`].
    pub async fn finish(&mut self) -> Result<(), OutboxError> {
        self.claim().await
    }

    /// What kept single groups from being claimed since the last time.
    pub fn take_failures(&mut self) -> Vec<OutboxError> {
        std::mem::take(&mut self.taken.failures)
    }

    /// What was taken.
    #[must_use]
    pub fn into_taken(self) -> Taken {
        self.taken
    }

    fn route(&mut self, found: &Match<'_>) {
        let alert = Alert { event: &found.event, rules: &found.rules };
        let Some(primary) = alert.primary() else { return };
        let routed = routes_for(&self.routes.live, &alert);
        for (route, error) in routed.errors {
            let told = self.taken.route_errors.entry(route.name().to_owned());
            told.or_insert_with(|| (0, route.describe(&error))).0 += 1;
        }
        if routed.routes.is_empty() {
            self.unrouted(&alert);
            return;
        }
        let grouping = &primary.document().grouping;
        let display = &self.routes.display;
        let values: Vec<_> = grouping.fields().map(|field| found.event.grouping_value(field)).collect();
        let common: Vec<_> = std::iter::once(primary.name()).chain(values.iter().map(AsRef::as_ref)).collect();
        let told = TOLD.iter().filter(|(_, field)| !grouping.fields().any(|by| by == *field));
        let told: Vec<_> =
            told.map(|(name, field)| (*name, display.grouping_value(&found.event, field).into_owned())).collect();
        for route in routed.routes {
            let key = GroupKey::of(route.name(), &common);
            let is_first = !self.waiting.contains_key(&key);
            let sample = Sample::of(&alert, lane::keep(route.document()), display);
            // One whole record of a group is enough at a time.
            let sample = if is_first { sample } else { sample.small() };
            let entry = Entry {
                event_id: found.id.clone(),
                time: found.event.time().map(Moment::from),
                sample,
                values: told.clone(),
            };
            let terms = self.terms(route, Head::of(&alert, display), grouping.seconds());
            self.put(key, terms, entry);
        }
    }

    /// Nobody is told of the alert itself, so somebody is told that this happens, once a day.
    fn unrouted(&mut self, alert: &Alert<'_>) {
        self.taken.unrouted += 1;
        // Once in an invocation is enough to know it.
        if self.taken.unrouted > 1 {
            return;
        }
        let rule = alert.primary().map_or("", |rule| rule.name());
        let account = self.routes.display.account(alert).unwrap_or_else(|| "unknown".to_owned());
        tracing::error!(rule, account, "no route takes an alert, and there is no default route for it");
        let day = self.deliverer.outbox.clock().now().day();
        let text = format!(
            "No route takes some alerts, and no default route does: the first today is of the rule {rule} in the account {account}. \
             They are counted, as `unrouted` in the function's log, and told to nobody. Apply a trailhook_route with `default = true`, or widen the \
             `match` of one."
        );
        self.notice(
            &["unrouted", &day],
            Severity::High,
            &Notice { title: "alerts without a route".to_owned(), text, detail: String::new() },
        );
    }

    fn terms(&self, route: &Route, head: Head, window: u32) -> Terms {
        let repeats = lane::repeats(&route.document().destination, self.deliverer.windows);
        let channel = lane::channel_of(&route.document().destination);
        Terms { head, channel, window, repeats, undeliverable: None }
    }

    fn put(&mut self, key: GroupKey, terms: Terms, entry: Entry) {
        self.entries += 1;
        self.bytes += entry.sample.size();
        let waiting = self.waiting.entry(key).or_insert_with(|| Waiting { terms: terms.clone(), entries: Vec::new() });
        waiting.terms = terms;
        waiting.entries.push(entry);
    }

    async fn claim(&mut self) -> Result<(), OutboxError> {
        let waiting = std::mem::take(&mut self.waiting);
        (self.entries, self.bytes) = (0, 0);
        let (outbox, deadline) = (&self.deliverer.outbox, self.deadline);
        let keeps_receipts = outbox.table().own_memory().is_some();
        let mut claims = stream::iter(waiting)
            .map(async |(key, Waiting { terms, entries })| {
                let claimed = outbox.claim(&key, entries, &terms, deadline).await;
                (key, claimed)
            })
            .buffer_unordered(AT_ONCE);
        let mut failure = None;
        while let Some((key, claimed)) = claims.next().await {
            let Claimed { receipts: new, repeated, failure: why_not } = claimed;
            self.taken.claimed += u64::try_from(new.len()).unwrap_or(u64::MAX);
            self.taken.repeated += repeated;
            // Sent later in any case: an answer that was lost may have been a yes.
            let receipts = self.taken.groups.entry(key).or_default();
            if keeps_receipts {
                receipts.extend(new);
            }
            match why_not {
                // The alerts of other groups are claimed all the same, and so is what comes.
                Some(error @ OutboxError::Unreadable { .. }) => self.taken.failures.push(error),
                Some(error) => drop(failure.get_or_insert(error)),
                None => {}
            }
        }
        failure.map_or(Ok(()), Err)
    }
}
