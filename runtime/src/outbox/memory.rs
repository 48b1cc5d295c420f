//! A state table in the memory of one process: for the local tool, and for a function that has no other.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::group::Group;
use super::key::{GroupKey, Key};
use super::table::{Commit, Expect, Stored, Table, TableError, Write};
use crate::clock::Moment;

/// How many items are kept. The oldest that nobody waits for are forgotten first.
const CAPACITY: usize = 50_000;

/// Items in memory.
#[derive(Debug)]
pub struct MemoryTable {
    state: Mutex<State>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    items: BTreeMap<Key, Item>,
    /// The keys in the order in which they were last written.
    order: BTreeMap<u64, Key>,
    writes: u64,
}

#[derive(Debug, Clone)]
struct Item {
    stored: Stored,
    due: Option<Moment>,
    expires: Moment,
    /// Its place in the order.
    place: u64,
}

impl Default for MemoryTable {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl MemoryTable {
    /// An empty table that keeps so many items.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { state: Mutex::default(), capacity }
    }

    // The state is whole between any two statements, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes items.
    pub fn forget<'k>(&self, keys: impl IntoIterator<Item = &'k Key>) {
        let mut state = self.lock();
        for key in keys {
            state.remove(key);
        }
    }

    /// Forgets what is pending in a group. Says how much that was.
    pub(crate) fn abandon(&self, key: &GroupKey, now: Moment) -> u64 {
        let Some(Stored { version, body }) = self.read(&key.key(), now) else { return 0 };
        let Ok(mut group) = serde_json::from_str::<Group>(&body) else { return 0 };
        let pending = group.pending();
        if pending > 0 {
            group.abandon_pending();
            self.commit(&[group.write(key, Expect::Version(version), now)], now);
        }
        pending
    }

    /// [`Table::get`], at once.
    #[must_use]
    pub fn read(&self, key: &Key, now: Moment) -> Option<Stored> {
        self.lock().items.get(key).filter(|item| item.expires > now).map(|item| item.stored.clone())
    }

    /// [`Table::write`], at once.
    pub fn commit(&self, writes: &[Write], now: Moment) -> Commit {
        let mut state = self.lock();
        let holds = |write: &Write| {
            let version = state.items.get(&write.key).filter(|item| item.expires > now).map(|item| item.stored.version);
            match write.expect {
                Expect::Absent => version.is_none(),
                Expect::Version(expected) => version == Some(expected),
            }
        };
        let numbered = writes.iter().enumerate();
        let unexpected: Vec<_> = numbered.filter(|(_, write)| !holds(write)).map(|(number, _)| number).collect();
        if !unexpected.is_empty() {
            return Commit::Unexpected(unexpected);
        }
        for write in writes {
            let version = match write.expect {
                Expect::Absent => 1,
                Expect::Version(version) => version + 1,
            };
            let stored = Stored { version, body: write.body.clone() };
            state.remove(&write.key);
            state.writes += 1;
            let place = state.writes;
            state.order.insert(place, write.key.clone());
            state.items.insert(write.key.clone(), Item { stored, due: write.due, expires: write.expires, place });
        }
        state.shrink(self.capacity, now);
        Commit::Done
    }

    /// [`Table::due`], at once.
    #[must_use]
    pub fn due_until(&self, until: Moment, most: usize) -> Vec<GroupKey> {
        let state = self.lock();
        let mut due: Vec<_> = state
            .items
            .iter()
            .filter_map(|(key, item)| Some((item.due.filter(|due| *due <= until)?, GroupKey::parse(key.as_str())?)))
            .collect();
        due.sort();
        due.into_iter().take(most).map(|(_, key)| key).collect()
    }

    /// The earliest moment at which a group is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Moment> {
        self.lock().items.values().filter_map(|item| item.due).min()
    }
}

impl State {
    fn remove(&mut self, key: &Key) {
        if let Some(item) = self.items.remove(key) {
            self.order.remove(&item.place);
        }
    }

    /// Forgets what was not written for longest, except what is still to be told.
    fn shrink(&mut self, capacity: usize, now: Moment) {
        let mut looked_at = 0;
        while self.items.len() > capacity {
            let Some((place, key)) = self.order.range(looked_at..).next() else { return };
            let (place, key) = (*place, key.clone());
            match self.items.get(&key) {
                Some(item) if item.due.is_some() && item.expires > now => looked_at = place + 1,
                _ => self.remove(&key),
            }
        }
    }
}

impl Table for MemoryTable {
    async fn get(&self, key: &Key, now: Moment) -> Result<Option<Stored>, TableError> {
        Ok(self.read(key, now))
    }

    async fn write(&self, writes: &[Write], now: Moment) -> Result<Commit, TableError> {
        Ok(self.commit(writes, now))
    }

    async fn due(&self, until: Moment, most: usize) -> Result<Vec<GroupKey>, TableError> {
        Ok(self.due_until(until, most))
    }

    fn own_memory(&self) -> Option<&MemoryTable> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(key: &Key, expect: Expect, due: Option<i64>) -> Write {
        Write {
            key: key.clone(),
            expect,
            body: "{}".to_owned(),
            due: due.map(Moment::from_millis),
            expires: Moment::from_millis(1_000),
        }
    }

    #[test]
    fn all_or_none_is_written() {
        let table = MemoryTable::default();
        let (one, two, now) = (Key::claimed("r", "1"), Key::claimed("r", "2"), Moment::from_millis(0));
        assert_eq!(table.commit(&[write(&one, Expect::Absent, None)], now), Commit::Done);
        let both = [write(&two, Expect::Absent, None), write(&one, Expect::Absent, None)];
        assert_eq!(table.commit(&both, now), Commit::Unexpected(vec![1]));
        assert_eq!(table.read(&two, now), None);
        let both = [write(&two, Expect::Absent, None), write(&one, Expect::Version(1), None)];
        assert_eq!(table.commit(&both, now), Commit::Done);
        assert_eq!(table.read(&one, now).map(|stored| stored.version), Some(2));
        assert_eq!(table.commit(&[write(&one, Expect::Version(1), None)], now), Commit::Unexpected(vec![0]));
    }

    #[test]
    fn what_is_forgotten_leaves_no_trace() {
        let table = MemoryTable::default();
        let (key, now) = (Key::claimed("r", "1"), Moment::from_millis(0));
        for _ in 0..3 {
            assert_eq!(table.commit(&[write(&key, Expect::Absent, None)], now), Commit::Done);
            table.forget([&key]);
        }
        assert_eq!((table.read(&key, now), table.lock().order.len()), (None, 0));
    }

    #[test]
    fn what_has_expired_is_not_there() {
        let table = MemoryTable::default();
        let (key, late) = (Key::claimed("r", "1"), Moment::from_millis(1_000));
        table.commit(&[write(&key, Expect::Absent, None)], Moment::from_millis(0));
        assert_eq!(table.read(&key, late), None);
        assert_eq!(table.commit(&[write(&key, Expect::Absent, None)], late), Commit::Done);
    }

    #[test]
    fn the_oldest_is_forgotten_except_what_is_in_use_and_what_is_still_to_be_told() {
        let table = MemoryTable::with_capacity(4);
        let now = Moment::from_millis(0);
        let counter = Key::threshold("rule", &[]);
        table.commit(&[write(&counter, Expect::Absent, None)], now);
        let group = GroupKey::of("r", &["a"]);
        table.commit(&[write(&group.key(), Expect::Absent, Some(5))], now);
        for number in 0..5 {
            table.commit(&[write(&Key::claimed("r", &number.to_string()), Expect::Absent, None)], now);
            let Stored { version, .. } = table.read(&counter, now).unwrap();
            table.commit(&[write(&counter, Expect::Version(version), None)], now);
        }
        assert_eq!(table.due_until(Moment::from_millis(5), 9), [group]);
        assert_eq!(table.due_until(Moment::from_millis(4), 9), []);
        let kept = |number: i32| table.read(&Key::claimed("r", &number.to_string()), now).is_some();
        assert_eq!((0..5).map(kept).collect::<Vec<_>>(), [false, false, false, true, true]);
    }
}
