//! A group: alerts of one route that are one conversation. What is to be told of them, and what was.
//!
//! Nothing here reads a clock or a table. A group is read, changed by these functions, and written back if nobody else has
//! written it meanwhile; so whatever runs at the same time, the steps of a group come one after another.
//!
//! ```text
//!            add                draft -> post -> posted
//!  nothing ------> pending ------------------------------> open: the window runs, repeats are added
//!                     ^                                      |
//!                     +--------------- add ------------------+
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::draft::{Draft, DraftKind, Entry, Repeats, Terms, Thread, Undeliverable};
use super::tally::TopValues;
use crate::alert::{Head, Sample};
use crate::clock::Moment;

/// Alerts of a group that a message shows, beside their number.
pub const MAX_SAMPLES: usize = 5;

/// Bytes that the samples of a group take, of the 400 KB that DynamoDB gives an item.
const MAX_BYTES: usize = 232 * 1024;

/// How long a group of which something is still to be told is kept: as long as receipts are.
const KEPT_PENDING: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How long one is kept behind the end of its window.
const KEPT_TOLD: Duration = Duration::from_secs(24 * 60 * 60);
/// The first wait before a group that could not be posted is tried again; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The longest such wait.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// Alerts of one route that are one conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What all its messages are about.
    pub head: Head,
    /// The channel whose lease a sender must have; it changes hands with that lease alone.
    #[serde(default)]
    channel: Option<String>,
    /// How long a conversation stays open.
    window: u32,
    /// Alerts that were ever added.
    #[serde(default)]
    added: u64,
    /// Messages that were recorded. A sender that finds another number than it began with was overtaken.
    posts: u64,
    /// Alerts that are to be told.
    pending: u64,
    /// Since when they are due, and when they are to be tried: later, if that failed.
    owed: Moment,
    due: Moment,
    /// How often posting them failed.
    #[serde(default)]
    failures: u32,
    /// Some of them: the first ones, and the last one.
    #[serde(default)]
    samples: Vec<Kept>,
    /// What they have most often.
    #[serde(default)]
    top: TopValues,
    /// The times of their first and last event.
    #[serde(default)]
    times: Option<(Moment, Moment)>,
    /// The conversation, if one has begun.
    #[serde(default)]
    open: Option<Open>,
    /// The route that could not deliver them, if it is not this one.
    #[serde(default)]
    pub undeliverable: Option<Undeliverable>,
}

/// A sample, with the number of its alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    number: u64,
    sample: Sample,
}

/// A conversation that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    at: Moment,
    ends: Moment,
    #[serde(default)]
    thread: Option<Thread>,
    /// Repeats that were posted.
    replies: u32,
    /// Alerts that were told in it.
    told: u64,
}

impl Group {
    /// A group of which nothing is to be told yet.
    #[must_use]
    pub fn new(terms: &Terms) -> Self {
        let never = Moment::default();
        Self {
            head: terms.head.clone(),
            channel: None,
            window: terms.window,
            added: 0,
            posts: 0,
            pending: 0,
            owed: never,
            due: never,
            failures: 0,
            samples: Vec::new(),
            top: TopValues::default(),
            times: None,
            open: None,
            undeliverable: terms.undeliverable.clone(),
        }
    }

    /// Adds alerts that are to be told.
    pub fn add<'e>(&mut self, entries: impl IntoIterator<Item = &'e Entry>, terms: &Terms, now: Moment) {
        let before = self.pending;
        for entry in entries {
            self.pending += 1;
            self.keep(&entry.sample);
            for (field, value) in &entry.values {
                self.top.count(field, value);
            }
            if let Some(time) = entry.time {
                let (first, last) = self.times.unwrap_or((time, time));
                self.times = Some((first.min(time), last.max(time)));
            }
        }
        if self.pending > before {
            self.renew(before, terms, now);
        }
    }

    /// Adds what another group was to tell.
    pub fn take_over(&mut self, draft: &Draft, terms: &Terms, now: Moment) {
        let before = self.pending;
        self.pending += draft.count;
        // Those that are not kept count as the first ones.
        self.added += draft.count.saturating_sub(u64::try_from(draft.samples.len()).unwrap_or(u64::MAX));
        draft.samples.iter().for_each(|sample| self.keep(sample));
        self.top.add(&draft.top);
        if let Some((first, last)) = draft.times {
            let times = self.times.unwrap_or((first, last));
            self.times = Some((times.0.min(first), times.1.max(last)));
        }
        self.renew(before, terms, now);
    }

    /// Keeps the sample of an alert that is added, if there is room, and whole if there is room for that. The last place is for the
    /// last one: so also what comes while the first ones are on their way has one to show.
    fn keep(&mut self, sample: &Sample) {
        let number = self.added;
        self.added += 1;
        self.samples.truncate(MAX_SAMPLES);
        let taken: usize = self.samples.iter().map(|kept| kept.sample.size()).sum();
        let has_room = |sample: &Sample| taken + sample.size() <= MAX_BYTES;
        let sample = if has_room(sample) { sample.clone() } else { sample.clone().small() };
        if has_room(&sample) {
            self.samples.push(Kept { number, sample });
        }
    }

    /// Says when what was added is due, beside what was pending before.
    fn renew(&mut self, before: u64, terms: &Terms, now: Moment) {
        self.head = terms.head.clone();
        self.window = terms.window;
        self.undeliverable = terms.undeliverable.clone();
        if before == 0 {
            // A conversation whose time is over is not taken up again.
            self.open = self.open.take().filter(|open| open.ends > now);
            self.failures = 0;
            // Nobody is sending any of it.
            self.channel = Some(terms.channel.clone());
        }
        let due = match (&self.open, terms.repeats) {
            (Some(open), Repeats::Summary) => open.ends.max(now),
            _ => now,
        };
        self.due = match (before, self.failures) {
            (0, _) => due,
            (_, 0) => self.due.min(due),
            // What is added does not make a destination answer.
            _ => self.due,
        };
        self.owed = if before == 0 { due } else { self.owed.min(due) };
    }

    /// Whether it is a word about the function itself, and no alert.
    #[must_use]
    pub fn is_notice(&self) -> bool {
        matches!(self.samples.first(), Some(Kept { sample: Sample::Notice(_), .. }))
    }

    /// Alerts that are to be told.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.pending
    }

    /// Since when something is due, however often it was put off.
    #[must_use]
    pub fn owed_since(&self) -> Option<Moment> {
        (self.pending > 0).then_some(self.owed)
    }

    /// Whether who has the lease of a channel may send what is pending.
    #[must_use]
    pub fn is_in(&self, channel: &str) -> bool {
        self.channel.as_deref().is_none_or(|own| own == channel)
    }

    /// The channel whose lease a sender must have.
    #[must_use]
    pub fn channel(&self) -> Option<&str> {
        self.channel.as_deref()
    }

    /// Moves to another channel: for who has the leases of both.
    pub fn move_to(&mut self, channel: &str) {
        self.channel = Some(channel.to_owned());
    }

    /// From when on something is to be posted; `None` if nothing is.
    #[must_use]
    pub fn due(&self) -> Option<Moment> {
        (self.pending > 0).then_some(self.due)
    }

    /// When the group may be forgotten.
    #[must_use]
    pub fn expires(&self, now: Moment) -> Moment {
        let ends = self.open.as_ref().map_or(now, |open| open.ends.max(now));
        ends.plus(if self.pending > 0 { KEPT_PENDING } else { KEPT_TOLD })
    }

    /// What is to be posted now, if anything is.
    #[must_use]
    pub fn draft(&self, repeats: Repeats, now: Moment) -> Option<Draft> {
        self.due().filter(|due| *due <= now)?;
        let kind = match (&self.open, repeats) {
            (Some(Open { ends, thread: Some(thread), replies, .. }), Repeats::Thread) if *ends > now => {
                DraftKind::Reply { thread: thread.clone(), is_first: *replies == 0 }
            }
            (Some(open), Repeats::Summary | Repeats::AtOnce) => DraftKind::Summary { opened: open.at },
            _ => DraftKind::Opening,
        };
        Some(Draft {
            posts: self.posts,
            added: self.added,
            kind,
            count: self.pending,
            head: self.head.clone(),
            samples: self.samples.iter().take(MAX_SAMPLES).map(|kept| kept.sample.clone()).collect(),
            top: self.top.clone(),
            times: self.times,
            undeliverable: self.undeliverable.clone(),
        })
    }

    /// Whether nobody has recorded a message since this was drafted.
    #[must_use]
    pub fn is_current(&self, draft: &Draft) -> bool {
        self.posts == draft.posts
    }

    /// Records that a draft was posted at a moment, in or as the thread that is given. What was added meanwhile stays to be
    /// told. `false`, and nothing changes, if somebody else recorded a message since it was drafted.
    pub fn posted(&mut self, draft: &Draft, thread: Option<Thread>, repeats: Repeats, at: Moment) -> bool {
        if !self.is_current(draft) {
            return false;
        }
        match (&draft.kind, &mut self.open) {
            (DraftKind::Reply { .. }, Some(open)) => {
                open.replies += 1;
                open.told += draft.count;
            }
            (DraftKind::Summary { .. }, Some(open)) if repeats == Repeats::AtOnce && open.ends > at => {
                open.told += draft.count;
            }
            // The window is over, and the next alert is the first of another one.
            (DraftKind::Summary { .. }, _) => self.open = None,
            (DraftKind::Opening | DraftKind::Reply { .. }, _) => {
                let ends = at.plus(Duration::from_secs(self.window.into()));
                self.open = Some(Open { at, ends, thread, replies: 0, told: draft.count });
            }
        }
        self.take_away(draft, repeats, at);
        true
    }

    /// Records that somebody else takes care of a draft. `false`, and nothing changes, if a message was recorded since.
    pub fn handed_over(&mut self, draft: &Draft, repeats: Repeats, at: Moment) -> bool {
        let is_current = self.is_current(draft);
        if is_current {
            self.take_away(draft, repeats, at);
        }
        is_current
    }

    fn take_away(&mut self, draft: &Draft, repeats: Repeats, at: Moment) {
        self.posts += 1;
        self.pending = self.pending.saturating_sub(draft.count);
        self.samples.retain(|kept| kept.number >= draft.added);
        self.top.subtract(&draft.top);
        self.failures = 0;
        // What was added since the draft happened behind what it tells, as far as that is known.
        self.times = self.times.filter(|_| self.pending > 0).map(|(first, last)| {
            let told = draft.times.map_or(first, |(_, told)| told);
            (told.min(last), last)
        });
        self.due = match (&self.open, repeats) {
            (Some(open), Repeats::Summary) => open.ends.max(at),
            _ => at,
        };
        self.owed = self.due;
    }

    /// Puts off what is pending, because posting it failed; longer each time.
    pub fn put_off(&mut self, now: Moment) {
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST_WAIT);
        self.failures = self.failures.saturating_add(1);
        self.due = self.due.max(now.plus(wait));
    }

    /// Forgets what is to be told, as if it had never come.
    pub fn abandon_pending(&mut self) {
        self.pending = 0;
        self.samples.clear();
        self.top = TopValues::default();
        self.times = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Moment {
        Moment::from_millis(second * 1_000)
    }

    fn terms(repeats: Repeats) -> Terms {
        Terms { head: Head::default(), channel: "c".to_owned(), window: 900, repeats, undeliverable: None }
    }

    fn entries(count: usize) -> Vec<Entry> {
        let entry = |number: usize| Entry {
            event_id: number.to_string(),
            time: Some(at(i64::try_from(number).unwrap())),
            sample: Sample::of_text(&number.to_string()),
            values: vec![("from", "192.0.2.1".to_owned())],
        };
        (0..count).map(entry).collect()
    }

    fn add(group: &mut Group, count: usize, repeats: Repeats, now: i64) {
        group.add(&entries(count), &terms(repeats), at(now));
    }

    fn thread() -> Option<Thread> {
        Some(Thread { channel: "C1".to_owned(), ts: "1.2".to_owned() })
    }

    /// Posts what is due now, and gives the kind and the number of alerts.
    fn post(group: &mut Group, repeats: Repeats, now: i64) -> Option<(DraftKind, u64)> {
        let draft = group.draft(repeats, at(now))?;
        let thread = if repeats == Repeats::Thread { thread() } else { None };
        assert!(group.posted(&draft, thread, repeats, at(now)));
        Some((draft.kind, draft.count))
    }

    #[test]
    fn the_first_is_told_at_once_and_repeats_at_the_end_of_the_window() {
        let mut group = Group::new(&terms(Repeats::Summary));
        assert_eq!(group.draft(Repeats::Summary, at(0)), None);
        add(&mut group, 7, Repeats::Summary, 100);
        assert_eq!(post(&mut group, Repeats::Summary, 100), Some((DraftKind::Opening, 7)));
        assert_eq!(group.due(), None);
        add(&mut group, 3, Repeats::Summary, 200);
        add(&mut group, 4, Repeats::Summary, 300);
        assert_eq!((group.due(), group.owed_since()), (Some(at(1_000)), Some(at(1_000))));
        assert_eq!(post(&mut group, Repeats::Summary, 999), None);
        assert_eq!(post(&mut group, Repeats::Summary, 1_000), Some((DraftKind::Summary { opened: at(100) }, 7)));
        // The next one opens another conversation.
        add(&mut group, 1, Repeats::Summary, 1_001);
        assert_eq!(post(&mut group, Repeats::Summary, 1_001), Some((DraftKind::Opening, 1)));
    }

    #[test]
    fn repeats_join_the_thread_until_the_window_ends() {
        let mut group = Group::new(&terms(Repeats::Thread));
        add(&mut group, 1, Repeats::Thread, 100);
        assert_eq!(post(&mut group, Repeats::Thread, 100), Some((DraftKind::Opening, 1)));
        for (now, is_first) in [(200, true), (300, false)] {
            add(&mut group, 2, Repeats::Thread, now);
            let reply = DraftKind::Reply { thread: thread().unwrap(), is_first };
            assert_eq!(post(&mut group, Repeats::Thread, now), Some((reply, 2)));
        }
        add(&mut group, 1, Repeats::Thread, 1_000);
        assert_eq!(post(&mut group, Repeats::Thread, 1_000), Some((DraftKind::Opening, 1)), "another thread");
    }

    #[test]
    fn what_comes_while_a_message_is_posted_stays_to_be_told() {
        let mut group = Group::new(&terms(Repeats::Summary));
        add(&mut group, 2, Repeats::Summary, 100);
        let draft = group.draft(Repeats::Summary, at(100)).unwrap();
        add(&mut group, 2, Repeats::Summary, 101);
        assert!(group.posted(&draft, None, Repeats::Summary, at(102)));
        assert_eq!((group.pending(), group.due()), (2, Some(at(1_002))));
        let rest = group.draft(Repeats::Summary, at(1_002)).unwrap();
        assert_eq!((rest.samples.len(), rest.times), (2, Some((at(1), at(1)))));
        assert_eq!(rest.top.top(1)[0].values, [("192.0.2.1", 2)]);
    }

    #[test]
    fn a_message_is_recorded_once() {
        let mut group = Group::new(&terms(Repeats::Summary));
        add(&mut group, 2, Repeats::Summary, 100);
        let draft = group.draft(Repeats::Summary, at(100)).unwrap();
        assert!(group.posted(&draft, None, Repeats::Summary, at(101)));
        add(&mut group, 1, Repeats::Summary, 102);
        assert!(!group.posted(&draft, None, Repeats::Summary, at(103)), "a sender that was overtaken");
        assert!(!group.handed_over(&draft, Repeats::Summary, at(103)));
        assert_eq!(group.pending(), 1);
    }

    #[test]
    fn a_group_that_cannot_be_posted_makes_room_for_others() {
        let mut group = Group::new(&terms(Repeats::Summary));
        add(&mut group, 1, Repeats::Summary, 100);
        let waits: Vec<_> = (0..7)
            .map(|_| {
                let now = group.due().unwrap();
                group.put_off(now);
                group.due().unwrap().since(now).as_secs()
            })
            .collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900]);
        let due = group.due();
        add(&mut group, 1, Repeats::Summary, 200);
        assert_eq!(group.due(), due, "what is added makes nothing better");
        assert_eq!(group.owed_since(), Some(at(100)), "the alarm sees how long it waits");
    }

    #[test]
    fn a_flood_takes_bounded_room() {
        let mut group = Group::new(&terms(Repeats::Summary));
        for _ in 0..100 {
            add(&mut group, 99, Repeats::Summary, 100);
        }
        let draft = group.draft(Repeats::Summary, at(100)).unwrap();
        assert_eq!((draft.count, draft.samples.len()), (9_900, MAX_SAMPLES));
        // What comes while all samples are on their way has one of its own.
        add(&mut group, 3, Repeats::Summary, 100);
        group.posted(&draft, None, Repeats::Summary, at(100));
        assert_eq!(group.pending(), 3);
        let kept: Vec<_> = group.samples.iter().map(|kept| kept.sample.clone()).collect();
        assert_eq!(kept, [Sample::of_text("2")]);
    }

    #[test]
    fn whole_records_take_bounded_room_however_they_come() {
        let mut group = Group::new(&terms(Repeats::Summary));
        let large = Sample::of_text(&"x".repeat(180 * 1024));
        for number in 0..20 {
            let entry = Entry { event_id: number.to_string(), time: None, sample: large.clone(), values: vec![] };
            group.add([&entry], &terms(Repeats::Summary), at(100));
        }
        let draft = group.draft(Repeats::Summary, at(100)).unwrap();
        let mut heir = Group::new(&terms(Repeats::Summary));
        for _ in 0..3 {
            heir.take_over(&draft, &terms(Repeats::Summary), at(100));
        }
        for group in [&group, &heir] {
            let size = serde_json::to_string(group).unwrap().len();
            assert!(size < 350 * 1024, "{size}");
        }
        assert_eq!((group.pending(), heir.pending()), (20, 60));
    }

    #[test]
    fn a_group_changes_its_channel_only_while_nothing_is_to_be_sent() {
        let other = Terms { channel: "other".to_owned(), ..terms(Repeats::Summary) };
        let mut group = Group::new(&terms(Repeats::Summary));
        add(&mut group, 1, Repeats::Summary, 100);
        group.add(&entries(1), &other, at(101));
        assert!(group.is_in("c") && !group.is_in("other"), "somebody may be posting it there");
        assert_eq!(post(&mut group, Repeats::Summary, 101), Some((DraftKind::Opening, 2)));
        group.add(&entries(1), &other, at(102));
        assert!(group.is_in("other"));
    }
}
