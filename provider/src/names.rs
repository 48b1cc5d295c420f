//! Who has which parameter, as far as this run knows.
//!
//! Terraform plans and applies one object at a time, and tells none about the others. A name that is taken may be that of the
//! object itself (the second half of a replacement is planned as if nothing was there), that of another object which this very
//! run removes (one that got another label), that of a second object of the configuration, or somebody else's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tfplugin::{Cx, Diagnostic};
use tokio::sync::{Semaphore, watch};

use crate::connection::Connection;

/// How long nothing more of the state may come up until a name counts as somebody else's.
const QUIET: Duration = Duration::from_secs(5);

/// How long the removal of an object by the same run is waited for. One that began takes a call or two, at the pace of all.
const REMOVAL: Duration = Duration::from_secs(120);

/// The most objects that wait at a time: fewer than the operations that Terraform runs side by side (10, unless
/// `-parallelism` says otherwise), so that those which are waited for get their turn.
const MAX_WAITING: usize = 8;

/// What a run knows. It begins empty with each configuration of the provider: once for a plan, and once more for an apply.
pub(crate) struct Names {
    known: Mutex<Known>,
    /// Counts the objects of the state that came up.
    seen: watch::Sender<usize>,
    waiting: Semaphore,
}

#[derive(Default)]
struct Known {
    /// The parameters of objects that the state has.
    own: BTreeSet<String>,
    /// The parameters that this run removed.
    freed: BTreeSet<String>,
    /// The parameters that objects of the configuration are planned to have.
    claims: BTreeMap<String, Claim>,
}

/// An object's claim to a parameter, as it is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) by: Claimant,
    /// The document; `None` while it is not known.
    pub(crate) text: Option<String>,
}

/// Who claims a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claimant {
    /// A new object. The second half of a replacement is planned as one, too.
    New,
    /// One that has the parameter already.
    Holder,
    /// One that has another parameter so far.
    Mover,
}

/// What a claim means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// The parameter has to be free.
    First,
    /// It is that of the object which is replaced.
    Again,
    /// Another object of the configuration claims it.
    Twice,
}

/// Whose a name is that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// An object of this state.
    Own,
    /// Nobody's that came up while there was anything to come.
    Stranger,
    /// Not known: too many wait for an answer.
    Unknown,
}

impl Default for Names {
    fn default() -> Self {
        Self { known: Mutex::default(), seen: watch::Sender::new(0), waiting: Semaphore::new(MAX_WAITING) }
    }
}

impl Names {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that an object of the state has a parameter.
    pub(crate) fn remember(&self, parameter: &str) {
        self.known().own.insert(parameter.to_owned());
        self.seen.send_modify(|seen| *seen += 1);
    }

    /// Whether an object of the state is known to have a parameter.
    pub(crate) fn is_own(&self, parameter: &str) -> bool {
        self.known().own.contains(parameter)
    }

    /// Remembers that a parameter was removed: if the object is replaced, its name is taken again at once.
    pub(crate) fn set_freed(&self, parameter: &str) {
        self.known().freed.insert(parameter.to_owned());
        self.remember(parameter);
    }

    /// Remembers that a parameter could not be removed: nobody need wait for it.
    pub(crate) fn set_kept(&self, parameter: &str) {
        self.known().own.remove(parameter);
        self.seen.send_modify(|seen| *seen += 1);
    }

    /// Waits until this run has removed a parameter that an object of the state has. Answers whether it has: at once if no such
    /// object is known, or if it could not be removed.
    ///
    /// # Errors
    ///
    /// The run was interrupted.
    pub(crate) async fn is_freed(&self, cx: &Cx<Connection>, parameter: &str) -> Result<bool, Diagnostic> {
        let mut seen = self.seen.subscribe();
        let freed = async {
            while !self.known().freed.contains(parameter) {
                if !self.is_own(parameter) || seen.changed().await.is_err() {
                    return false;
                }
            }
            true
        };
        Ok(cx.or_interrupted(tokio::time::timeout(REMOVAL, freed)).await?.unwrap_or(false))
    }

    /// Claims a parameter for an object of the configuration.
    ///
    /// Both halves of a replacement claim it, the old object before the new one, and both with the same document. (So a true copy
    /// of an object that is there may pass for its second half, and is refused by apply.)
    pub(crate) fn claim(&self, parameter: &str, claim: Claim) -> Claimed {
        let by = claim.by;
        let mut known = self.known();
        let Some(first) = known.claims.get(parameter) else {
            known.claims.insert(parameter.to_owned(), claim);
            return Claimed::First;
        };
        match (first.by, by) {
            (Claimant::Holder, Claimant::New) if first.text == claim.text => Claimed::Again,
            (Claimant::Mover, Claimant::New) if first.text == claim.text => Claimed::First,
            _ => Claimed::Twice,
        }
    }

    /// Finds out whose a name is that is taken. Others of the state may come up any moment, so it waits while they do.
    ///
    /// # Errors
    ///
    /// The run was interrupted.
    pub(crate) async fn holder(&self, cx: &Cx<Connection>, parameter: &str) -> Result<Holder, Diagnostic> {
        let mut seen = self.seen.subscribe();
        if self.is_own(parameter) {
            return Ok(Holder::Own);
        }
        let Ok(_waiting) = self.waiting.try_acquire() else { return Ok(Holder::Unknown) };
        cx.or_interrupted(async {
            while tokio::time::timeout(QUIET, seen.changed()).await.is_ok_and(|changed| changed.is_ok()) {
                if self.is_own(parameter) {
                    return Holder::Own;
                }
            }
            Holder::Stranger
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(by: Claimant, text: &str) -> Claim {
        Claim { by, text: Some(text.to_owned()) }
    }

    #[test]
    fn the_halves_of_a_replacement_are_one_object() {
        let names = Names::default();
        assert_eq!(names.claim("/t/rules/a", claim(Claimant::Holder, "text")), Claimed::First);
        assert_eq!(names.claim("/t/rules/a", claim(Claimant::New, "text")), Claimed::Again);
        // The new name of one that is replaced for it has to be free.
        assert_eq!(names.claim("/t/rules/b", claim(Claimant::Mover, "text")), Claimed::First);
        assert_eq!(names.claim("/t/rules/b", claim(Claimant::New, "text")), Claimed::First);
    }

    #[test]
    fn two_objects_with_one_name_are_found_in_any_order() {
        for (first, second) in [
            (Claimant::New, Claimant::New),
            (Claimant::New, Claimant::Holder),
            (Claimant::Holder, Claimant::New),
            (Claimant::Holder, Claimant::Mover),
        ] {
            let names = Names::default();
            assert_eq!(names.claim("/t/rules/a", claim(first, "one")), Claimed::First);
            assert_eq!(names.claim("/t/rules/a", claim(second, "another")), Claimed::Twice, "{first:?} {second:?}");
        }
    }
}
