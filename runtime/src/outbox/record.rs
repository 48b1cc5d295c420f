//! Recording what became of a draft.

use super::draft::{Draft, Repeats, Terms, Thread};
use super::group::Group;
use super::key::GroupKey;
use super::table::{Commit, Table};
use super::{Outbox, OutboxError, Step, expect};
use crate::clock::{Clock, Moment};

impl<T: Table, C: Clock> Outbox<T, C> {
    /// Records that a draft was posted, in or as this thread. `false` if somebody else recorded a message of the group since it
    /// was drafted, or this one already.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if it could not be recorded by the deadline: the message then goes out a second time.
    pub async fn record(
        &self,
        key: &GroupKey,
        draft: &Draft,
        thread: Option<Thread>,
        repeats: Repeats,
        deadline: Moment,
    ) -> Result<bool, OutboxError> {
        let posted_at = self.clock.now();
        self.change(key, deadline, |group, _| group.posted(draft, thread.clone(), repeats, posted_at)).await
    }

    /// Puts off a group whose draft could not be posted, so that others come first the next time.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if it could not be put off by the deadline; it then stays due.
    pub async fn put_off(&self, key: &GroupKey, draft: &Draft, deadline: Moment) -> Result<(), OutboxError> {
        let put_off = |group: &mut Group, now| {
            let is_current = group.is_current(draft);
            if is_current {
                group.put_off(now);
            }
            is_current
        };
        self.change(key, deadline, put_off).await.map(drop)
    }

    /// Records that a draft was put down elsewhere for good, such as in the dead-letter queue.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if it could not be recorded by the deadline: it is then put down a second time.
    pub async fn laid_down(
        &self,
        key: &GroupKey,
        draft: &Draft,
        repeats: Repeats,
        deadline: Moment,
    ) -> Result<bool, OutboxError> {
        self.change(key, deadline, |group, now| group.handed_over(draft, repeats, now)).await
    }

    /// Hands a draft over to other groups, in one step: from then on it is pending there, and no longer here. `false` if somebody
    /// else took care of it meanwhile.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if it could not be handed over by the deadline; it then stays pending here.
    pub async fn hand_over(
        &self,
        from: &GroupKey,
        draft: &Draft,
        repeats: Repeats,
        heirs: &[(GroupKey, Terms)],
        deadline: Moment,
    ) -> Result<bool, OutboxError> {
        self.patiently(deadline, async || {
            let (expected, group) = expect(self.load::<Group>(&from.key()).await?);
            let now = self.clock.now();
            let Some(mut group) = group else { return Ok(Step::Done(false)) };
            if !group.handed_over(draft, repeats, now) {
                return Ok(Step::Done(false));
            }
            let mut writes = vec![group.write(from, expected, now)];
            let mut failure = None;
            for (key, terms) in heirs {
                let (expected, heir) = match self.load::<Group>(&key.key()).await {
                    Ok(heir) => expect(heir),
                    // One that cannot take it keeps it from no other.
                    Err(error @ OutboxError::Unreadable { .. }) => {
                        failure = Some(error);
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let mut heir = heir.unwrap_or_else(|| Group::new(terms));
                heir.take_over(draft, terms, now);
                writes.push(heir.write(key, expected, now));
            }
            if let Some(error) = failure.filter(|_| writes.len() == 1) {
                return Err(error);
            }
            Ok(match self.table.write(&writes, now).await? {
                Commit::Done => Step::Done(true),
                Commit::Busy | Commit::Unexpected(_) => Step::Again,
            })
        })
        .await
    }

    /// Moves what is pending in a group to another channel: for who has the leases of both. `false` if it is in neither.
    ///
    /// # Errors
    ///
    /// [`OutboxError`] if it could not be moved by the deadline.
    pub async fn move_group(
        &self,
        key: &GroupKey,
        from: &str,
        to: &str,
        deadline: Moment,
    ) -> Result<bool, OutboxError> {
        let move_to = |group: &mut Group, _| {
            let is_there = group.is_in(from);
            if is_there {
                group.move_to(to);
            }
            is_there
        };
        self.change(key, deadline, move_to).await
    }

    /// Changes a group, over and over until nobody else wrote it between reading and writing. Nothing is written, and the answer
    /// is `false`, if the change says so of what it finds, or if the group is gone.
    async fn change(
        &self,
        key: &GroupKey,
        deadline: Moment,
        change: impl Fn(&mut Group, Moment) -> bool,
    ) -> Result<bool, OutboxError> {
        self.patiently(deadline, async || {
            let (expected, group) = expect(self.load::<Group>(&key.key()).await?);
            let now = self.clock.now();
            let Some(mut group) = group else { return Ok(Step::Done(false)) };
            if !change(&mut group, now) {
                return Ok(Step::Done(false));
            }
            Ok(match self.table.write(&[group.write(key, expected, now)], now).await? {
                Commit::Done => Step::Done(true),
                Commit::Busy | Commit::Unexpected(_) => Step::Again,
            })
        })
        .await
    }
}
