//! Whether a write may have been done although no answer said so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_ssm::config::interceptors::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef};
use aws_sdk_ssm::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ssm::error::BoxError;

/// Looks at each attempt of a PutParameter that the SDK makes.
#[derive(Debug, Clone, Default)]
pub(super) struct Doubt(Arc<Attempts>);

#[derive(Debug, Default)]
struct Attempts {
    /// One was begun, and has not ended. It never does if nobody waits for it any more.
    is_open: AtomicBool,
    /// One ended in doubt.
    is_doubtful: AtomicBool,
}

impl Doubt {
    /// Whether an attempt ended without an answer, or with a failure of AWS itself: its value may be there or not.
    pub(super) fn is_there(&self) -> bool {
        self.0.is_open.load(Ordering::Relaxed) || self.0.is_doubtful.load(Ordering::Relaxed)
    }
}

impl Intercept for Doubt {
    fn name(&self) -> &'static str {
        "lost answers"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.is_open.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let was_sent = self.0.is_open.swap(false, Ordering::Relaxed);
        // A status of 4xx refuses.
        let is_refused = context.response().is_some_and(|response| response.status().is_client_error());
        if was_sent && !is_refused && matches!(context.output_or_error(), Some(Err(_)) | None) {
            self.0.is_doubtful.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}
