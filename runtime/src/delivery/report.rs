//! What delivery did.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::outbox::{GroupKey, Key, OutboxError};

/// What became of an invocation's matches until they were claimed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Alerts that were claimed, counted for each route.
    pub claimed: u64,
    /// Alerts that were claimed before.
    pub repeated: u64,
    /// Events of which only thresholds that are not reached say that they matter.
    pub below_threshold: u64,
    /// Alerts that no route takes.
    pub unrouted: u64,
    /// For each route whose expression erred, how often, and the first error.
    pub route_errors: BTreeMap<String, (u64, String)>,
    /// What kept some alerts from being claimed, of each group by itself.
    pub failures: Vec<OutboxError>,
    /// The groups with what was claimed in each.
    pub groups: BTreeMap<GroupKey, Vec<Key>>,
}

/// What was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Messages that are there.
    pub messages: u64,
    /// Alerts that they tell.
    pub alerts: u64,
    /// Alerts that are told later: at the end of their window, or by a flush.
    pub pending: u64,
    /// Alerts that went to another route, because their own did not take them.
    pub handed_over: u64,
    /// Messages that are in the dead-letter queue.
    pub dead_letters: u64,
    /// Alerts that they tell.
    pub dead_alerts: u64,
    /// Times that a destination did not take a message, for whatever reason.
    pub not_taken: u64,
    /// For each message, the time from its first event until it was there.
    pub lags: Vec<Duration>,
    /// How long the oldest of those has been due that were looked at.
    pub oldest_due: Duration,
    /// The routes on which a message is there.
    pub delivered: BTreeSet<String>,
    /// Why a route does not take what it was to tell, for each that refused something for good.
    pub refused: BTreeMap<String, String>,
    /// What could not be sent now, by route.
    pub failures: BTreeMap<String, RouteFailure>,
    /// The groups to which alerts were handed over, which are to be sent next.
    pub(super) heirs: Vec<GroupKey>,
}

/// What could not be sent on one route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteFailure {
    /// Alerts.
    pub alerts: u64,
    /// Why; of several reasons the first.
    pub reason: String,
}

impl Sent {
    /// Adds what was sent elsewhere.
    pub fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.alerts += other.alerts;
        self.pending += other.pending;
        self.handed_over += other.handed_over;
        self.dead_letters += other.dead_letters;
        self.dead_alerts += other.dead_alerts;
        self.not_taken += other.not_taken;
        self.lags.extend(other.lags);
        self.oldest_due = self.oldest_due.max(other.oldest_due);
        self.heirs.extend(other.heirs);
        self.delivered.extend(other.delivered);
        self.refused.extend(other.refused);
        for (route, RouteFailure { alerts, reason }) in other.failures {
            self.failed(&route, alerts, || reason);
        }
    }

    /// Notes alerts that stay to be told.
    pub(super) fn left(&mut self, route: &str, alerts: u64, reason: &str) {
        self.pending += alerts;
        self.failed(route, alerts, || reason.to_owned());
    }

    fn failed(&mut self, route: &str, alerts: u64, reason: impl FnOnce() -> String) {
        match self.failures.get_mut(route) {
            Some(failure) => failure.alerts += alerts,
            None => drop(self.failures.insert(route.to_owned(), RouteFailure { alerts, reason: reason() })),
        }
    }
}
