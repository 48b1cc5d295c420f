//! How fast an operation is called, so that a large apply goes on at the pace that AWS admits instead of failing.
//!
//! Parameter Store counts calls by operation, for the whole account and region: by default 3 PutParameter a second (10 if
//! the account pays for more), and 40 reads. Refused calls cost nothing but their time, and other programs use up the same
//! quota, so the pace cannot be worked out beforehand; it is found.
//!
//! * Nothing is held back until AWS refuses a call. Terraform itself has at most ten operations under way, most applies are
//!   small, and AWS admits short bursts above its quota.
//! * The first refusal sets a pace (see [`Operation::first_pace`]). After each [`EPOCH`] in which calls were refused the pace
//!   is halved, but stays [`HEADROOM`] above the pace at which calls were accepted, because slower than that gains nothing,
//!   and refusals that have another reason cannot stop everything. After an epoch without a refusal it rises by a quarter.
//! * Turns are given in the order in which they are asked for, and a pause saves up none: AWS would refuse a burst after it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long calls are counted at least before the pace is set anew.
const EPOCH: Duration = Duration::from_secs(2);

/// How many calls are counted at least before the pace is set anew: fewer tell nothing of the pace that AWS admits.
const EPOCH_CALLS: u32 = 6;

/// What a pace rises by at least after an epoch without a refusal, in calls a second.
const LEAST_RISE: f64 = 1.0;

/// How much of what was accepted is tried at least: a third of the calls may be refused.
const HEADROOM: f64 = 1.5;

/// The slowest pace, in calls a second, so that it is noticed when AWS admits calls again.
const SLOWEST: f64 = 0.5;

/// The calls to Parameter Store that are made. AWS has a quota for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    PutParameter,
    DeleteParameter,
    AddTags,
    RemoveTags,
    GetParameter,
    ListTags,
    DescribeParameters,
    GetParametersByPath,
}

impl Operation {
    pub(crate) const ALL: [Self; 8] = [
        Self::PutParameter,
        Self::DeleteParameter,
        Self::AddTags,
        Self::RemoveTags,
        Self::GetParameter,
        Self::ListTags,
        Self::DescribeParameters,
        Self::GetParametersByPath,
    ];

    /// The name that AWS and its policies know it by.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PutParameter => "PutParameter",
            Self::DeleteParameter => "DeleteParameter",
            Self::AddTags => "AddTagsToResource",
            Self::RemoveTags => "RemoveTagsFromResource",
            Self::GetParameter => "GetParameter",
            Self::ListTags => "ListTagsForResource",
            Self::DescribeParameters => "DescribeParameters",
            Self::GetParametersByPath => "GetParametersByPath",
        }
    }

    /// Whether it changes something, so that it must not be given up half-way.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::PutParameter | Self::DeleteParameter | Self::AddTags | Self::RemoveTags)
    }

    /// The pace after the first refusal, in calls a second. For reads that is their quota; for writes twice the highest one,
    /// because a single refusal may as well come from another program's burst, and a pace that is too fast is halved soon.
    fn first_pace(self) -> f64 {
        if self.writes() { 20.0 } else { 40.0 }
    }
}

/// The paces of all operations, shared by everything that the process does.
#[derive(Debug)]
pub(crate) struct Pacers([Mutex<Pace>; Operation::ALL.len()]);

impl Default for Pacers {
    fn default() -> Self {
        Self(Operation::ALL.map(|operation| Mutex::new(Pace::new(operation.first_pace()))))
    }
}

impl Pacers {
    /// Waits for the turn of one call. Dropping the future gives the turn up.
    pub(crate) async fn turn(&self, operation: Operation) {
        let wait = self.with(operation, |pace| pace.reserve(Instant::now()));
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// AWS did what was asked, or refused it for another reason than its pace.
    pub(crate) fn accepted(&self, operation: Operation) {
        self.with(operation, |pace| pace.accepted(Instant::now()));
    }

    /// AWS said that it is asked too often.
    pub(crate) fn refused(&self, operation: Operation) {
        self.with(operation, |pace| pace.refused(Instant::now()));
    }

    fn with<T>(&self, operation: Operation, work: impl FnOnce(&mut Pace) -> T) -> T {
        let [put, delete, add, remove, get, list, describe, by_path] = &self.0;
        let pace = match operation {
            Operation::PutParameter => put,
            Operation::DeleteParameter => delete,
            Operation::AddTags => add,
            Operation::RemoveTags => remove,
            Operation::GetParameter => get,
            Operation::ListTags => list,
            Operation::DescribeParameters => describe,
            Operation::GetParametersByPath => by_path,
        };
        work(&mut pace.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The pace of one operation. It knows no clock: whoever asks says what time it is.
#[derive(Debug)]
struct Pace {
    first: f64,
    /// `None` until a call is refused.
    limit: Option<Limit>,
}

#[derive(Debug)]
struct Limit {
    /// In calls a second.
    rate: f64,
    /// When the next call may go.
    next: Instant,
    epoch: Epoch,
}

/// What happened since a point of time.
#[derive(Debug)]
struct Epoch {
    since: Instant,
    accepted: u32,
    refused: u32,
}

impl Pace {
    fn new(first: f64) -> Self {
        Self { first, limit: None }
    }

    /// Takes the next turn; how long it is until then.
    fn reserve(&mut self, now: Instant) -> Duration {
        let Some(limit) = &mut self.limit else { return Duration::ZERO };
        let turn = limit.next.max(now);
        limit.next = turn + Duration::from_secs_f64(1.0 / limit.rate);
        turn - now
    }

    fn accepted(&mut self, now: Instant) {
        if let Some(limit) = &mut self.limit {
            limit.epoch.accepted += 1;
            limit.adapt(now);
        }
    }

    fn refused(&mut self, now: Instant) {
        match &mut self.limit {
            Some(limit) => {
                limit.epoch.refused += 1;
                limit.adapt(now);
            }
            None => self.limit = Some(Limit { rate: self.first, next: now, epoch: Epoch::new(now) }),
        }
    }
}

impl Limit {
    fn adapt(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.epoch.since);
        if elapsed < EPOCH || self.epoch.accepted + self.epoch.refused < EPOCH_CALLS {
            return;
        }
        self.rate = if self.epoch.refused == 0 {
            self.rate + LEAST_RISE.max(self.rate / 4.0)
        } else {
            let accepted = f64::from(self.epoch.accepted) / elapsed.as_secs_f64();
            (self.rate / 2.0).max(accepted * HEADROOM).max(SLOWEST)
        };
        self.epoch = Epoch::new(now);
    }
}

impl Epoch {
    fn new(since: Instant) -> Self {
        Self { since, accepted: 0, refused: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What 500 writes by ten workers at once come to.
    #[derive(Debug)]
    struct Run {
        seconds: f64,
        refused: usize,
        /// The most refusals that one write met.
        worst: usize,
    }

    /// Runs without a clock: always the worker whose next step comes first goes on.
    fn run(mut admits: impl FnMut(f64) -> bool) -> Run {
        const WRITES: usize = 500;
        const ANSWER: Duration = Duration::from_millis(50);
        let start = Instant::now();
        let mut pace = Pace::new(Operation::PutParameter.first_pace());
        // When each worker's call goes out, and how often it was refused so far.
        let mut calls = vec![(start, 0); 10];
        let mut begun = calls.len();
        let (mut refused, mut worst, mut end) = (0, 0, start);
        while let Some(at) = (0..calls.len()).min_by_key(|&at| calls[at].0) {
            let (sent, tries) = calls[at];
            let answered = sent + ANSWER;
            end = end.max(answered);
            let seconds = (sent - start).as_secs_f64();
            if admits(seconds) {
                pace.accepted(answered);
                if begun == WRITES {
                    calls.swap_remove(at);
                    continue;
                }
                begun += 1;
                calls[at] = (answered + pace.reserve(answered), 0);
            } else {
                pace.refused(answered);
                refused += 1;
                worst = worst.max(tries + 1);
                calls[at] = (answered + pace.reserve(answered), tries + 1);
            }
        }
        Run { seconds: (end - start).as_secs_f64(), refused, worst }
    }

    /// An account that admits so many writes a second, and bursts of so many.
    fn quota(rate: f64, burst: f64) -> impl FnMut(f64) -> bool {
        let (mut tokens, mut at) = (burst, 0.0);
        move |now: f64| {
            tokens = f64::min(burst, tokens + (now - at).max(0.0) * rate);
            at = now.max(at);
            let admitted = tokens >= 1.0;
            tokens -= if admitted { 1.0 } else { 0.0 };
            admitted
        }
    }

    #[test]
    fn nothing_is_held_back_before_a_refusal() {
        let run = run(|_| true);
        assert!(run.seconds < 2.6, "{run:?}");
        assert_eq!(run.refused, 0);
    }

    #[test]
    fn the_whole_quota_is_used_and_no_write_starves() {
        for rate in [1.0, 3.0, 10.0] {
            // Where no bursts are admitted at all, a call that comes a little late loses a place for good.
            for (burst, share) in [(1.0, 0.66), (5.0, 0.98), (40.0, 0.98)] {
                let run = run(quota(rate, burst));
                let least = (500.0 - burst) / rate;
                assert!(run.seconds < least / share, "{rate}/{burst}: {run:?}, at least {least}");
                assert!(run.refused < 400, "{rate}/{burst}: {run:?}");
                assert!(run.worst < 20, "{rate}/{burst}: {run:?}");
            }
        }
    }

    #[test]
    fn refusals_that_have_nothing_to_do_with_the_pace_do_not_stop_it() {
        let mut calls = 0;
        let run = run(|_| {
            calls += 1;
            calls % 3 != 1
        });
        assert!(run.seconds < 45.0, "{run:?}");
    }

    #[test]
    fn a_pace_recovers_when_the_quota_is_free_again() {
        let mut scarce = quota(0.2, 1.0);
        let run = run(|now| if now < 30.0 { scarce(now) } else { true });
        assert!(run.seconds < 100.0, "{run:?}");
    }

    #[test]
    fn a_pause_saves_up_no_turns() {
        let mut pace = Pace::new(10.0);
        let start = Instant::now();
        pace.refused(start);
        let later = start + Duration::from_secs(60);
        let waits: Vec<_> = (0..3).map(|_| pace.reserve(later).as_millis()).collect();
        assert_eq!(waits, [0, 100, 200]);
    }
}
