//! The Lambda function: from an invocation to the pipeline, and from what came of it to Lambda's answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};
use tracing::Instrument as _;
use trailhook_engine::document::Namespace;

use crate::aws;
use crate::clock::Moment;
use crate::config::{ConfigStore, SecretStore};
use crate::delivery::Sent;
use crate::outbox::{DynamoTable, MemoryTable, StateTable};
use crate::pipeline::{InvocationError, Pipeline, Report};
use crate::sender::Senders;
use crate::source::Invocation;

/// The variable of the function's environment that names the namespace to read.
pub const NAMESPACE_VARIABLE: &str = "TRAILHOOK_NAMESPACE";

/// The variable that names the state table. Without it state is kept in the instance's memory: then an alert may come twice when
/// several instances work, and what could not be delivered fails the invocation.
pub const TABLE_VARIABLE: &str = "TRAILHOOK_TABLE";

/// The variable that holds the URL of the queue for alerts that no destination takes.
pub const DEAD_LETTER_VARIABLE: &str = "TRAILHOOK_DEAD_LETTER_QUEUE";

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
    let namespace = namespace(variable(NAMESPACE_VARIABLE).as_deref())?;
    let aws = aws::load().await;
    let ssm = aws_sdk_ssm::Client::new(&aws);
    let table = match variable(TABLE_VARIABLE) {
        Some(name) => StateTable::Dynamo(DynamoTable::new(aws_sdk_dynamodb::Client::new(&aws), name)),
        None => {
            tracing::warn!(
                "{TABLE_VARIABLE} is not set: state is in this instance's memory, and an alert may come twice"
            );
            StateTable::Memory(MemoryTable::default())
        }
    };
    let senders = Senders::new(&aws, SecretStore::new(ssm.clone()), variable(DEAD_LETTER_VARIABLE))?;
    let s3 = aws_sdk_s3::Client::new(&aws);
    let pipeline = Arc::new(Pipeline::new(s3, ConfigStore::new(ssm, namespace), table, senders));
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

/// A variable of the environment that says something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn namespace(variable: Option<&str>) -> Result<Namespace, String> {
    let text = variable.ok_or_else(|| {
        format!("the environment variable {NAMESPACE_VARIABLE} is not set; set it to the provider's namespace, such as /trailhook/prod")
    })?;
    Namespace::parse(text).map_err(|error| format!("the environment variable {NAMESPACE_VARIABLE} is wrong: {error}"))
}

async fn handle(pipeline: &Pipeline, invocation: &LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let deadline = deadline(invocation.context.deadline);
    let asked = Invocation::recognise(&invocation.payload, jiff::Timestamp::now());
    let asked = asked.map_err(|error| failed("UnknownInvocation", &error))?;
    let outcome = match asked {
        Invocation::Logs(work) => pipeline.run(work, deadline).await.map(|report| summary(&report)),
        Invocation::Flush => pipeline.flush(deadline).await.map(|sent| flushed(&sent)),
    };
    match outcome {
        Ok(summary) => Ok(summary),
        Err(error @ InvocationError::Config(_)) => Err(failed("ConfigurationError", &error)),
        Err(error) => {
            if let InvocationError::Incomplete { report, .. } = &error {
                let _logged = summary(report);
            }
            Err(failed("IncompleteInvocation", &error))
        }
    }
}

/// The moment at which work stops, from Lambda's deadline in milliseconds since 1970.
fn deadline(milliseconds: u64) -> Moment {
    Moment::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX)).minus(RESERVE)
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
        "below_threshold": report.taken.below_threshold,
        "unrouted": report.taken.unrouted,
        "claimed": report.taken.claimed,
        "repeated": report.taken.repeated,
        "sent": sent(&report.sent),
    });
    for (route, (count, first)) in &report.taken.route_errors {
        tracing::warn!(route, count, first, "a route's expression erred, which counts as not taking the alert");
    }
    tracing::info!(%summary, "invocation done");
    summary
}

fn flushed(report: &Sent) -> Value {
    let summary = json!({"flushed": sent(report)});
    tracing::info!(%summary, "flush done");
    summary
}

fn sent(sent: &Sent) -> Value {
    json!({
        "messages": sent.messages,
        "alerts": sent.alerts,
        "pending": sent.pending,
        "handed_over": sent.handed_over,
        "dead_letters": sent.dead_letters,
        "oldest_due_seconds": sent.oldest_due.as_secs(),
        "left": sent.failures.iter().map(|(route, failure)| (route, &failure.reason)).collect::<BTreeMap<_, _>>(),
    })
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
        assert!(namespace(Some("a/b")).unwrap_err().contains("does not begin with `/`"));
    }

    #[test]
    fn work_stops_before_the_deadline() {
        assert_eq!(deadline(10_000), Moment::from_millis(8_000));
        assert!(deadline(0) < Moment::from_millis(0) && deadline(u64::MAX) > Moment::from_millis(0));
    }
}
