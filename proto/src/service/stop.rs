//! The user's interruption.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// Gives the handlers a token that the next interruption cancels.
#[derive(Debug)]
pub(crate) struct Stop {
    token: Mutex<CancellationToken>,
    /// Several runs share a process in debug mode: one that was interrupted must not stop the next.
    several_runs: bool,
}

impl Stop {
    pub(crate) fn new(several_runs: bool) -> Self {
        Self { token: Mutex::default(), several_runs }
    }

    /// For a call that begins now.
    pub(crate) fn token(&self) -> CancellationToken {
        self.lock().clone()
    }

    /// Interrupts the calls that run, and those that begin later in the same run.
    pub(crate) fn stop(&self) {
        let mut token = self.lock();
        token.cancel();
        if self.several_runs {
            *token = CancellationToken::new();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, CancellationToken> {
        // A token can't be half replaced.
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_stopped_in_a_process_of_one_run() {
        let stop = Stop::new(false);
        let running = stop.token();
        stop.stop();
        assert!(running.is_cancelled());
        assert!(stop.token().is_cancelled());
    }

    #[test]
    fn does_not_stop_the_next_run_in_debug_mode() {
        let stop = Stop::new(true);
        let running = stop.token();
        stop.stop();
        assert!(running.is_cancelled());
        assert!(!stop.token().is_cancelled());
    }
}
