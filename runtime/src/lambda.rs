//! The Lambda function: from an invocation to the pipeline, and from what came of it to Lambda's answer.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};
use tokio::time::Instant;
use tracing::Instrument as _;
use trailhook_engine::document::Namespace;

use crate::aws;
use crate::config::{ConfigStore, SecretStore};
use crate::pipeline::{InvocationError, Pipeline, Report};
use crate::sender::WebhookSender;
use crate::source::work;

/// The variable of the function's environment that names the namespace to read.
pub const NAMESPACE_VARIABLE: &str = "TRAILHOOK_NAMESPACE";

/// The time before the invocation's deadline at which work stops, so that there is some left to tell what came of it.
const RESERVE: Duration = Duration::from_secs(2);

/// Serves invocations until Lambda ends the process.
///
/// # Errors
///
/// If the environment names no namespace, or the parts cannot be made; Lambda then reports the initialisation as failed.
pub async fn serve() -> Result<(), lambda_runtime::Error> {
    start_logging();
    // Whatever speaks TLS in this process does so by ring; the only error is that it was chosen before.
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    let namespace = namespace(std::env::var(NAMESPACE_VARIABLE).ok().as_deref())?;
    let aws = aws::load().await;
    let ssm = aws_sdk_ssm::Client::new(&aws);
    let pipeline = Arc::new(Pipeline::new(
        aws_sdk_s3::Client::new(&aws),
        ConfigStore::new(ssm.clone(), namespace),
        SecretStore::new(ssm),
        WebhookSender::new()?,
    ));
    lambda_runtime::run(service_fn(move |invocation: LambdaEvent<Value>| {
        let pipeline = Arc::clone(&pipeline);
        let span = tracing::info_span!("invocation", request_id = invocation.context.request_id);
        async move { handle(&pipeline, &invocation).await }.instrument(span)
    }))
    .await
}

fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TRAILHOOK_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_target(false)
        .init();
}

fn namespace(variable: Option<&str>) -> Result<Namespace, String> {
    let text = variable.filter(|text| !text.is_empty()).ok_or_else(|| {
        format!("the environment variable {NAMESPACE_VARIABLE} is not set; set it to the provider's namespace, such as /trailhook/prod")
    })?;
    Namespace::parse(text).map_err(|error| format!("the environment variable {NAMESPACE_VARIABLE} is wrong: {error}"))
}

async fn handle(pipeline: &Pipeline, invocation: &LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let deadline = deadline(invocation.context.deadline);
    let work = work(&invocation.payload).map_err(|error| failed("UnknownInvocation", &error))?;
    match pipeline.run(work, deadline).await {
        Ok(report) => Ok(summary(&report)),
        Err(error @ InvocationError::Config(_)) => Err(failed("ConfigurationError", &error)),
        Err(error) => {
            if let InvocationError::Incomplete { report, .. } = &error {
                let _logged = summary(report);
            }
            Err(failed("IncompleteInvocation", &error))
        }
    }
}

/// The instant at which work stops, from Lambda's deadline in milliseconds since 1970.
fn deadline(milliseconds: u64) -> Instant {
    let left = (UNIX_EPOCH + Duration::from_millis(milliseconds)).duration_since(std::time::SystemTime::now());
    Instant::now() + left.unwrap_or_default().saturating_sub(RESERVE)
}

fn summary(report: &Report) -> Value {
    let summary = json!({
        "logs": report.logs,
        "skipped": report.skipped,
        "events": report.tally.events,
        "broken_records": report.tally.broken_records,
        "ignored": report.tally.ignored,
        "recorded": report.tally.recorded,
        "matches": report.tally.matched,
        "rule_errors": report.tally.rule_errors.values().map(|(count, _)| count).sum::<u64>(),
        "messages": report.messages,
        "repeated": report.repeated,
    });
    tracing::info!(%summary, "invocation done");
    summary
}

fn failed(error_type: &str, error: &dyn std::error::Error) -> Diagnostic {
    let error_message = error.to_string();
    tracing::error!(error_type, error = error_message, "invocation failed; Lambda will retry it");
    Diagnostic { error_type: error_type.to_owned(), error_message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_must_be_named() {
        assert_eq!(namespace(Some("/a/b")).unwrap().as_str(), "/a/b");
        assert!(namespace(None).unwrap_err().contains("TRAILHOOK_NAMESPACE is not set"));
        assert!(namespace(Some("")).unwrap_err().contains("is not set"));
        assert!(namespace(Some("a/b")).unwrap_err().contains("does not begin with `/`"));
    }

    #[test]
    fn a_deadline_in_the_past_leaves_no_time() {
        assert!(deadline(0) <= Instant::now());
    }
}
