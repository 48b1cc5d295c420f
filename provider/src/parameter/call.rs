//! One call to Parameter Store, in its turn, and again while AWS says that it comes too soon.

use std::future::Future;
use std::time::{Duration, Instant};

use aws_sdk_ssm::error::SdkError;
use tfplugin::{Cx, Diagnostic};

use super::failure::{AwsError, is_throttled};
use crate::connection::{ATTEMPT, Connection};
use crate::pace::Operation;

/// How long a call waits for AWS to admit it. A quota is shared by the whole account, and every write of a large apply gets
/// its turn long before.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Makes a call until AWS admits it. `send` makes one attempt; what is no matter of pace is left to the SDK's own retries.
///
/// # Errors
///
/// A diagnostic if the run is interrupted. A read is given up then; a write that was sent is waited for, because what was
/// written and is in no state is lost to Terraform.
pub(super) async fn call<T, E, R, F>(
    cx: &Cx<Connection>,
    operation: Operation,
    send: impl Fn() -> F,
) -> Result<Result<T, SdkError<E, R>>, Diagnostic>
where
    E: AwsError,
    F: Future<Output = Result<T, SdkError<E, R>>>,
{
    let begun = Instant::now();
    loop {
        // Before it is sent, any call can be left out.
        cx.or_interrupted(cx.pacers().turn(operation)).await?;
        let answer = if operation.writes() { sent(cx, send()).await? } else { cx.or_interrupted(send()).await? };
        let throttled = answer.as_ref().is_err_and(is_throttled);
        match &answer {
            Err(_) if throttled => cx.pacers().refused(operation),
            Ok(_) | Err(SdkError::ServiceError(_)) => cx.pacers().accepted(operation),
            // Nothing came from AWS.
            Err(_) => {}
        }
        if !throttled || begun.elapsed() >= PATIENCE {
            return Ok(answer);
        }
    }
}

/// Waits for the answer to a write. When the run was interrupted meanwhile, the attempt that is under way is waited for, and
/// none after it.
async fn sent<T>(cx: &Cx<Connection>, answer: impl Future<Output = T>) -> Result<T, Diagnostic> {
    let interrupted = async {
        cx.cancellation().cancelled().await;
        tokio::time::sleep(ATTEMPT).await;
    };
    tokio::select! {
        answer = answer => Ok(answer),
        () = interrupted => Err(Diagnostic::error("Interrupted while AWS did not answer")
            .detail("It is not known whether the parameter is as it was. The next plan tells.")),
    }
}
