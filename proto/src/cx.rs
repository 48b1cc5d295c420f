//! What a handler gets beside its input.

use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::{Diagnostic, Diagnostics};

/// One call from Terraform: what [`Provider::configure`](crate::Provider::configure) made (through `Deref`), warnings
/// and errors to report, whether the user interrupted the run, and the private bytes of the object.
///
/// In validation `C` is `()`, because Terraform validates before it configures the provider.
#[derive(Debug)]
pub struct Cx<C> {
    provider: Arc<C>,
    stop: CancellationToken,
    diagnostics: Mutex<Diagnostics>,
    private: Mutex<Bytes>,
}

impl<C> Cx<C> {
    pub(crate) fn new(provider: Arc<C>, stop: CancellationToken, private: Bytes) -> Self {
        Self { provider, stop, diagnostics: Mutex::default(), private: Mutex::new(private) }
    }

    /// A call for a test of a handler, outside a server: never interrupted, no private bytes.
    pub fn for_test(provider: Arc<C>) -> Self {
        Self::new(provider, CancellationToken::new(), Bytes::new())
    }

    /// What the provider's configuration made.
    pub fn provider(&self) -> &Arc<C> {
        &self.provider
    }

    /// Tells the user something, and goes on: a warning, or one of several errors.
    ///
    /// An error makes the operation fail, also if the handler then answers `Ok`: what it answers is still kept, so that
    /// an object which is half made is in state, marked to be replaced.
    pub fn report(&self, diagnostics: impl Into<Diagnostics>) {
        lock(&self.diagnostics).append(diagnostics);
    }

    /// `true` if an error was reported.
    pub fn has_error(&self) -> bool {
        lock(&self.diagnostics).has_error()
    }

    /// What was reported so far.
    pub fn reported(&self) -> Diagnostics {
        lock(&self.diagnostics).clone()
    }

    /// Cancelled when the user interrupts the run. The handler should then end soon, with an error, and with whatever
    /// state is true.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.stop
    }

    /// `work`, or an error if the user interrupts the run before it is done. `work` is dropped then: use this around a
    /// step that may be given up at any point, such as waiting.
    ///
    /// # Errors
    ///
    /// A diagnostic that says that the run was interrupted.
    pub async fn or_interrupted<T>(&self, work: impl Future<Output = T>) -> Result<T, Diagnostic> {
        match self.stop.run_until_cancelled(work).await {
            Some(done) => Ok(done),
            None => {
                Err(Diagnostic::error("Interrupted").detail("The run was interrupted before this operation was done."))
            }
        }
    }

    /// The bytes that an earlier call for this object stored with [`set_private`](Self::set_private).
    pub fn private(&self) -> Vec<u8> {
        lock(&self.private).to_vec()
    }

    /// Stores bytes beside the object's state. They are readable in the state file, so no secrets. Kept until set anew.
    pub fn set_private(&self, bytes: impl Into<Vec<u8>>) {
        *lock(&self.private) = Bytes::from(bytes.into());
    }

    pub(crate) fn private_bytes(&self) -> Bytes {
        lock(&self.private).clone()
    }
}

impl<C> Deref for Cx<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.provider
    }
}

/// A handler that panicked can't leave these half written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
