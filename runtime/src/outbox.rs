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

impl MemoryOutbox {
    /// Takes an alert for sending; `false` if it was taken before.
    pub fn claim(&self, claim: &Claim) -> bool {
        // The state is whole between any two statements, so a poisoned lock is as good as any.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.claimed.insert(claim.clone()) {
            return false;
        }
        state.order.push_back(claim.clone());
        if state.order.len() > CAPACITY
            && let Some(oldest) = state.order.pop_front()
        {
            state.claimed.remove(&oldest);
        }
        true
    }

    /// Gives back an alert that could not be sent, so that a retry takes it again.
    pub fn release(&self, claim: &Claim) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.claimed.remove(claim) {
            state.order.retain(|kept| kept != claim);
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
    fn an_alert_is_taken_once_until_it_is_released() {
        let outbox = MemoryOutbox::default();
        assert!(outbox.claim(&claim(1)));
        assert!(!outbox.claim(&claim(1)));
        outbox.release(&claim(1));
        assert!(outbox.claim(&claim(1)));
    }

    #[test]
    fn memory_is_bounded() {
        let outbox = MemoryOutbox::default();
        for number in 0..=CAPACITY {
            assert!(outbox.claim(&claim(number)));
        }
        assert!(outbox.claim(&claim(0)), "the oldest is forgotten");
        assert!(!outbox.claim(&claim(CAPACITY)));
    }
}
