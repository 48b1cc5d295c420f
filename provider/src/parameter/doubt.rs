//! Whether a write may have been done although no answer said so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_ssm::config::interceptors::FinalizerInterceptorContextRef;
use aws_sdk_ssm::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ssm::error::BoxError;
use aws_sdk_ssm::operation::put_parameter::PutParameterError;

use super::failure::came_too_soon;

/// Looks at each attempt of a PutParameter that the SDK makes.
#[derive(Debug, Clone, Default)]
pub(super) struct Doubt(Arc<AtomicBool>);

impl Doubt {
    /// Whether an attempt ended without an answer, or with a failure of AWS itself: its value may be there or not.
    pub(super) fn is_there(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for Doubt {
    fn name(&self) -> &'static str {
        "lost answers"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(Err(error)) = context.output_or_error() {
            let answer = error.as_operation_error().and_then(|error| error.downcast_ref::<PutParameterError>());
            let is_refusal = answer.is_some_and(|answer| came_too_soon(answer) || answer.is_parameter_already_exists());
            if !is_refusal {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        Ok(())
    }
}
