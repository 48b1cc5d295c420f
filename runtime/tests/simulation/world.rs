//! AWS and Slack as a seed has them: slow, busy, and silent at the wrong moment; and a notebook of what really happened.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use trailhook_engine::document::Destination;
use trailhook_runtime::aws::CallError;
use trailhook_runtime::clock::{Clock, Moment};
use trailhook_runtime::delivery::channel_of;
use trailhook_runtime::outbox::{Commit, Expect, GroupKey, Key, MemoryTable, Stored, Table, TableError, Write};
use trailhook_runtime::sender::{Answer, Outgoing, Post};

use crate::executor::Time;

/// A condition that the table does not hold to, to see whether that is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// A receipt of a claim is written though it is there.
    ClaimReceipt,
    /// A receipt of a count is written though it is there.
    CountReceipt,
    /// A group is written though somebody else wrote it meanwhile.
    GroupVersion,
    /// A lease is written though somebody else wrote it meanwhile.
    LeaseVersion,
    /// The counts of a threshold are written though somebody else wrote them meanwhile.
    CounterVersion,
    /// Receipts are written without what they stand for.
    Atomicity,
}

/// The bytes of an item of DynamoDB.
const MAX_ITEM: usize = 400_000;

/// One post that Slack took.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) group: GroupKey,
    pub(crate) number: u64,
    pub(crate) count: u64,
    pub(crate) task: usize,
    /// When its sender had Slack's answer.
    pub(crate) answered: Moment,
    /// Whether the promise admits that it comes twice: its answer was lost or a 5xx, or its sender died before it was recorded.
    pub(crate) is_excused: bool,
}

/// How far a clock may be from the true time.
const SKEW: Duration = Duration::from_millis(200);

/// One step of a group as the table has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) number: u64,
    pub(crate) count: u64,
    pub(crate) at: Moment,
    /// Whether another group has it from then on.
    pub(crate) is_handed_over: bool,
}

/// The last post to a channel.
struct LastPost {
    began: Moment,
    ended: Option<Moment>,
    task: usize,
    /// Until when the channel wants to be left alone.
    busy_until: Option<Moment>,
}

pub(crate) struct World {
    pub(crate) time: Time,
    pub(crate) current: Cell<usize>,
    rng: RefCell<fastrand::Rng>,
    table: MemoryTable,
    broken: Option<Broken>,
    /// Whether there is a dead-letter queue.
    has_queue: bool,
    /// How many calls in a thousand may take so long that others think the caller dead.
    stalls: u64,
    /// Until when things go wrong.
    pub(crate) trouble_until: Moment,
    pub(crate) posted: RefCell<Vec<Posted>>,
    pub(crate) recorded: RefCell<BTreeMap<GroupKey, Vec<Recorded>>>,
    pub(crate) receipts: RefCell<BTreeSet<Key>>,
    /// For each route, the alerts that it has from others.
    pub(crate) inherited: RefCell<BTreeMap<String, u64>>,
    pub(crate) letters: RefCell<Vec<Value>>,
    pub(crate) groups: RefCell<BTreeSet<GroupKey>>,
    /// The last post to each channel.
    posts: RefCell<BTreeMap<String, LastPost>>,
    /// When each task came to its end, and when it had to.
    pub(crate) ended: RefCell<BTreeMap<usize, (Moment, Moment)>>,
    pub(crate) violations: RefCell<Vec<String>>,
    pub(crate) steps: Cell<u64>,
}

impl World {
    /// When everything begins.
    pub(crate) const START: Moment = Moment::from_millis(1_770_113_100_000);

    pub(crate) fn new(seed: u64, broken: Option<Broken>) -> Self {
        let start = Self::START;
        Self {
            time: Time::new(start),
            current: Cell::new(0),
            rng: RefCell::new(fastrand::Rng::with_seed(seed)),
            table: MemoryTable::default(),
            broken,
            has_queue: !seed.is_multiple_of(3),
            stalls: if seed % 8 >= 4 { 60 } else { 5 },
            trouble_until: start.plus(Duration::from_secs(600)),
            posted: RefCell::default(),
            recorded: RefCell::default(),
            receipts: RefCell::default(),
            inherited: RefCell::default(),
            letters: RefCell::default(),
            groups: RefCell::default(),
            posts: RefCell::default(),
            ended: RefCell::default(),
            violations: RefCell::default(),
            steps: Cell::new(0),
        }
    }

    /// Whether something happens that has this chance in a thousand; nothing does when the trouble is over.
    pub(crate) fn happens(&self, per_mille: u64) -> bool {
        self.time.now() < self.trouble_until && self.rng.borrow_mut().u64(0..1_000) < per_mille
    }

    pub(crate) fn pick(&self, below: u64) -> u64 {
        self.rng.borrow_mut().u64(0..below)
    }

    /// A step of a call, of one of very different lengths, so that steps of others come between in every order.
    async fn hop(&self) {
        self.steps.set(self.steps.get() + 1);
        // And now and then one that others think dead.
        let lengths = [1, 3, 10, 40, 150, 400, 5_000, 50_000];
        let kinds = if self.happens(self.stalls) { 8 } else { 6 };
        let longest = lengths[usize::try_from(self.pick(kinds)).unwrap()];
        self.time.pause(Duration::from_millis(self.pick(longest) + 1)).await;
    }

    fn fault() -> TableError {
        let call = CallError {
            operation: "Simulated",
            subject: "table".to_owned(),
            code: None,
            message: "trouble".to_owned(),
            request_id: None,
        };
        TableError { call, is_passing: true }
    }

    /// Excuses what a task posted and did not record.
    pub(crate) fn excuse(&self, task: usize) {
        let recorded = self.recorded.borrow();
        for posted in self.posted.borrow_mut().iter_mut().filter(|posted| posted.task == task) {
            let steps = recorded.get(&posted.group);
            if !steps.is_some_and(|steps| steps.iter().any(|step| step.number == posted.number)) {
                posted.is_excused = true;
            }
        }
    }

    pub(crate) fn state(&self, group: &GroupKey) -> Value {
        let stored = self.table.read(&group.key(), self.time.now());
        stored.map_or(Value::Null, |stored| serde_json::from_str(&stored.body).unwrap())
    }

    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.table.next_due()
    }

    fn commit(&self, writes: &[Write]) -> Commit {
        let now = self.time.now();
        let is_unguarded = |key: &Key| {
            let kind = key.as_str().split('#').next().unwrap_or_default();
            matches!(
                (self.broken, kind),
                (Some(Broken::ClaimReceipt), "E")
                    | (Some(Broken::CountReceipt), "N")
                    | (Some(Broken::GroupVersion), "G")
                    | (Some(Broken::LeaseVersion), "C")
                    | (Some(Broken::CounterVersion), "T")
            )
        };
        let mut writes = writes.to_vec();
        for write in writes.iter_mut().filter(|write| is_unguarded(&write.key)) {
            let version = self.table.read(&write.key, now).map(|stored| stored.version);
            write.expect = version.map_or(Expect::Absent, Expect::Version);
        }
        let before: Vec<_> = writes.iter().map(|write| self.table.read(&write.key, now)).collect();
        if self.broken == Some(Broken::Atomicity) && writes.len() > 1 && self.pick(20) == 0 {
            writes.pop();
        }
        let commit = self.table.commit(&writes, now);
        if let Some(large) = writes.iter().find(|write| write.body.len() > MAX_ITEM) {
            self.violations.borrow_mut().push(format!("{}: {} bytes", large.key, large.body.len()));
        }
        if commit == Commit::Done {
            let groups = writes.iter().filter(|write| GroupKey::parse(write.key.as_str()).is_some()).count();
            for (write, before) in writes.iter().zip(before) {
                self.note(write, before.as_ref(), groups > 1);
            }
        }
        commit
    }

    fn note(&self, write: &Write, before: Option<&Stored>, is_handed_over: bool) {
        if write.key.as_str().starts_with("E#") {
            self.receipts.borrow_mut().insert(write.key.clone());
        }
        let Some(group) = GroupKey::parse(write.key.as_str()) else { return };
        self.groups.borrow_mut().insert(group.clone());
        let read = |body: &str, field: &str| serde_json::from_str::<Value>(body).unwrap()[field].as_u64().unwrap();
        let (old_posts, old_pending) =
            before.map_or((0, 0), |stored| (read(&stored.body, "posts"), read(&stored.body, "pending")));
        let (posts, pending) = (read(&write.body, "posts"), read(&write.body, "pending"));
        if posts > old_posts {
            let (count, at) = (old_pending.saturating_sub(pending), self.time.now());
            let step = Recorded { number: old_posts, count, at, is_handed_over };
            self.recorded.borrow_mut().entry(group).or_default().push(step);
        } else if is_handed_over {
            *self.inherited.borrow_mut().entry(group.route).or_default() += pending - old_pending;
        }
    }

    /// Notes that a post to a channel begins: it may not be near another one.
    fn begin_post(&self, channel: &str, has_pace: bool) {
        let (now, task) = (self.time.now(), self.current.get());
        let mut posts = self.posts.borrow_mut();
        if let Some(last) = posts.get(channel) {
            let apart = now.since(last.began);
            let violated =
                |text: &str| self.violations.borrow_mut().push(format!("{channel}: {text}, {apart:?} apart"));
            if has_pace && apart + 2 * SKEW < Duration::from_secs(1) {
                violated("two posts too near");
            }
            if last.ended.is_none() && last.task != task && apart < Duration::from_secs(10) {
                violated("two posts at a time");
            }
            if last.busy_until.is_some_and(|until| now.plus(2 * SKEW) < until) {
                violated("a post while the channel asked to wait");
            }
        }
        posts.insert(channel.to_owned(), LastPost { began: now, ended: None, task, busy_until: None });
    }

    fn end_post(&self, channel: &str, answer: &Answer) {
        if let Some(last) = self.posts.borrow_mut().get_mut(channel) {
            let now = self.time.now();
            last.ended = Some(now);
            last.busy_until = match answer {
                Answer::Retry { after: Some(after), .. } => Some(now.plus(*after)),
                _ => None,
            };
        }
    }

    /// Forgets what only a task knew that died: how long a channel asked to wait.
    pub(crate) fn forget(&self, task: usize) {
        for last in self.posts.borrow_mut().values_mut().filter(|last| last.task == task) {
            last.busy_until = None;
        }
    }
}

/// An instance, whose clock is a little ahead of or behind the others'.
#[derive(Clone, Copy)]
pub(crate) struct Instance<'w> {
    world: &'w World,
    ahead: Duration,
}

impl<'w> Instance<'w> {
    pub(crate) fn of(world: &'w World) -> Self {
        Self { world, ahead: Duration::from_millis(world.pick(2 * u64::try_from(SKEW.as_millis()).unwrap())) }
    }
}

impl Clock for Instance<'_> {
    fn now(&self) -> Moment {
        self.world.time.now().plus(self.ahead).minus(SKEW)
    }

    async fn sleep(&self, time: Duration) {
        self.world.time.pause(time).await;
    }

    fn random(&self) -> u64 {
        self.world.rng.borrow_mut().u64(..)
    }
}

impl Table for &'_ World {
    async fn get(&self, key: &Key, now: Moment) -> Result<Option<Stored>, TableError> {
        self.hop().await;
        if self.happens(10) {
            return Err(World::fault());
        }
        let read = self.table.read(key, now);
        self.hop().await;
        Ok(read)
    }

    async fn write(&self, writes: &[Write], _now: Moment) -> Result<Commit, TableError> {
        self.hop().await;
        if self.happens(10) {
            return Err(World::fault());
        }
        if writes.len() > 1 && self.happens(20) {
            return Ok(Commit::Busy);
        }
        let commit = self.commit(writes);
        self.hop().await;
        if self.happens(10) {
            return Err(World::fault());
        }
        Ok(commit)
    }

    async fn due(&self, until: Moment, most: usize) -> Result<Vec<GroupKey>, TableError> {
        self.hop().await;
        if self.happens(10) {
            return Err(World::fault());
        }
        let mut due = self.table.due_until(until, most);
        // The index is behind the table: some are not in it yet, and some still are.
        if self.happens(200) && !due.is_empty() {
            due.remove(usize::try_from(self.pick(due.len().try_into().unwrap())).unwrap());
        }
        if self.happens(200) {
            due.extend(self.groups.borrow().iter().next().cloned().filter(|group| !due.contains(group)));
        }
        self.hop().await;
        Ok(due)
    }
}

impl Post for &World {
    async fn post(&self, to: &Destination, outgoing: &Outgoing, limit: Duration) -> Answer {
        let channel = channel_of(to);
        let began = self.time.now();
        self.begin_post(&channel, !matches!(to, Destination::Sns(_)));
        self.time.pause(Duration::from_millis(self.pick(900))).await;
        let (mut is_there, mut is_lost) = (true, false);
        let reason = || "trouble".to_owned();
        let mut answer = Answer::Delivered { thread: Some(format!("{}", self.steps.get())) };
        if self.happens(220) {
            let (there, lost, scripted) = match self.pick(11) {
                0 | 1 => {
                    (false, false, Answer::Retry { reason: reason(), after: Some(Duration::from_secs(self.pick(100))) })
                }
                2 | 3 => (self.pick(2) == 0, true, Answer::Retry { reason: reason(), after: None }),
                4 | 5 => {
                    // It hangs; the message may be there.
                    self.time.pause(limit).await;
                    (self.pick(2) == 0, true, Answer::Retry { reason: reason(), after: None })
                }
                6 => (false, false, Answer::TooMuch { reason: reason() }),
                7 if outgoing.thread.is_some() => (false, false, Answer::ThreadLost { reason: reason() }),
                8 => (false, false, Answer::Refused { reason: reason(), is_closed: true }),
                9 => (false, false, Answer::Refused { reason: reason(), is_closed: false }),
                _ => (false, false, Answer::Retry { reason: reason(), after: None }),
            };
            (is_there, is_lost, answer) = (there, lost, scripted);
        }
        let place = self.posted.borrow().len();
        if is_there {
            self.posted.borrow_mut().push(Posted {
                group: outgoing.group.clone(),
                number: outgoing.number,
                count: outgoing.count,
                task: self.current.get(),
                answered: self.time.now(),
                is_excused: is_lost,
            });
        }
        // No post takes longer than it may: then its answer is as good as lost.
        let left = limit.saturating_sub(self.time.now().since(began));
        if left < Duration::from_secs(1) {
            self.time.pause(left).await;
            answer = Answer::Retry { reason: reason(), after: None };
            is_lost = true;
        } else {
            self.time.pause(Duration::from_millis(self.pick(900))).await;
        }
        if let Some(posted) = self.posted.borrow_mut().get_mut(place).filter(|_| is_there) {
            posted.answered = self.time.now();
            posted.is_excused |= is_lost;
        }
        self.end_post(&channel, &answer);
        answer
    }

    async fn lay_down(&self, body: &str, _limit: Duration) -> Option<Result<(), String>> {
        if !self.has_queue {
            return None;
        }
        self.hop().await;
        if self.happens(100) {
            return Some(Err("trouble".to_owned()));
        }
        self.letters.borrow_mut().push(serde_json::from_str(body).unwrap());
        self.hop().await;
        Some(Ok(()))
    }
}
