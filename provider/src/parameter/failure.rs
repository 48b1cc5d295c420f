//! What is said when a call fails.

use std::fmt;
use std::marker::PhantomData;

use aws_sdk_ssm::config::interceptors::InterceptorContext;
use aws_sdk_ssm::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::RequestId;
use tfplugin::Diagnostic;

use crate::failure::no_answer;
use crate::pace::Operation;

/// What the error of any operation can tell.
pub(crate) trait AwsError: ProvideErrorMetadata + RequestId + std::error::Error + Send + Sync + 'static {}

impl<E: ProvideErrorMetadata + RequestId + std::error::Error + Send + Sync + 'static> AwsError for E {}

/// Whether a call came too soon after others, and is to be made again later. (`TooManyUpdates`: two writes of the same
/// parameter at once.)
pub(super) fn came_too_soon(error: &impl ProvideErrorMetadata) -> bool {
    matches!(
        error.code(),
        Some(
            "ThrottlingException"
                | "Throttling"
                | "ThrottledException"
                | "RequestThrottled"
                | "RequestThrottledException"
                | "RequestLimitExceeded"
                | "TooManyRequestsException"
                | "TooManyUpdates"
        )
    )
}

/// Whether AWS answered that it is asked too often.
pub(super) fn is_throttled<E: AwsError, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().is_some_and(came_too_soon)
}

/// Keeps the SDK from trying throttled calls again: they wait for their turn in a queue of our own, where they neither use up
/// tries nor the SDK's allowance of retries, which a large apply would exhaust.
pub(crate) struct ThrottlingIsPaced<E>(PhantomData<fn() -> E>);

impl<E> ThrottlingIsPaced<E> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E> fmt::Debug for ThrottlingIsPaced<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<E> ThrottlingIsPaced<E> {
    fn name(&self) -> &'static str {
        "throttling is paced"
    }
}

impl<E: AwsError> ClassifyRetry for ThrottlingIsPaced<E> {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let error = error.and_then(|error| error.as_operation_error()).and_then(|error| error.downcast_ref::<E>());
        if error.is_some_and(came_too_soon) { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        self.name()
    }
}

/// What AWS said, with the operation, the parameter and the request.
pub(super) fn refused<E: AwsError, R: fmt::Debug + 'static>(
    operation: Operation,
    parameter: &str,
    error: &SdkError<E, R>,
) -> Diagnostic {
    let summary = format!("{} of {parameter} failed", operation.name());
    let detail = match error {
        SdkError::ServiceError(service) => {
            let error = service.err();
            let code = error.code().unwrap_or("unknown error");
            let message = error.message().unwrap_or("AWS gave no reason");
            let request = error.request_id().map(|id| format!(" (request {id})")).unwrap_or_default();
            let help = if came_too_soon(error) {
                "\n\nThe call was made again and again for ten minutes. Other programs may be using up the account's quota: \
                 apply again later, or raise the quota of Parameter Store (\"higher throughput\" in its settings)."
            } else {
                ""
            };
            format!("{code}: {message}{request}{help}")
        }
        other => no_answer(other),
    };
    Diagnostic::error(summary).detail(detail)
}
