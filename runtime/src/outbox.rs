//! Outbox: what was claimed to be sent, so that an alert goes out once however often its event comes.
//!
//! This one lives in the memory of one instance: it knows what this instance sent, so that a retried invocation repeats
//! only what failed.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// How many claims are remembered. The oldest are forgotten first.
const CAPACITY: usize = 20_000;

/// One alert of one event on one route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The route's name.
    pub route: String,
    /// The event's identity.
    pub event_id: String,
}

/// The claims of this instance.
#[derive(Debug, Default)]
pub struct MemoryOutbox {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    claimed: HashSet<Claim>,
    order: VecDeque<Claim>,
}

/// A claim that is given back unless it is kept: whatever ends the sending early, a retry takes the alert again.
#[derive(Debug)]
pub struct Claimed<'o> {
    outbox: &'o MemoryOutbox,
    claim: Option<Claim>,
}

impl MemoryOutbox {
    /// Takes an alert for sending; `None` if it was taken before.
    pub fn claim(&self, claim: Claim) -> Option<Claimed<'_>> {
        let mut state = self.lock();
        if !state.claimed.insert(claim.clone()) {
            return None;
        }
        state.order.push_back(claim.clone());
        if state.order.len() > CAPACITY
            && let Some(oldest) = state.order.pop_front()
        {
            state.claimed.remove(&oldest);
        }
        Some(Claimed { outbox: self, claim: Some(claim) })
    }

    // The state is whole between any two statements, so a poisoned lock is as good as any.
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claimed<'_> {
    /// Says that the alert was sent.
    pub fn keep(mut self) {
        self.claim = None;
    }
}

impl Drop for Claimed<'_> {
    fn drop(&mut self) {
        let Some(claim) = self.claim.take() else { return };
        let mut state = self.outbox.lock();
        if state.claimed.remove(&claim) {
            state.order.retain(|kept| *kept != claim);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(number: usize) -> Claim {
        Claim { route: "r".to_owned(), event_id: number.to_string() }
    }

    #[test]
    fn an_alert_is_taken_once_unless_it_is_given_back() {
        let outbox = MemoryOutbox::default();
        let taken = outbox.claim(claim(1)).unwrap();
        assert!(outbox.claim(claim(1)).is_none());
        drop(taken);
        outbox.claim(claim(1)).unwrap().keep();
        assert!(outbox.claim(claim(1)).is_none());
    }

    #[test]
    fn a_panic_gives_the_alert_back() {
        let outbox = MemoryOutbox::default();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _taken = outbox.claim(claim(1));
            panic!("while sending");
        }));
        assert!(panicked.is_err());
        assert!(outbox.claim(claim(1)).is_some());
    }

    #[test]
    fn memory_is_bounded() {
        let outbox = MemoryOutbox::default();
        for number in 0..=CAPACITY {
            outbox.claim(claim(number)).unwrap().keep();
        }
        assert!(outbox.claim(claim(0)).is_some(), "the oldest is forgotten");
        assert!(outbox.claim(claim(CAPACITY)).is_none());
    }
}
