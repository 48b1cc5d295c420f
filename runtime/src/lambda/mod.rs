//! The Lambda function: from an invocation to the pipeline, and from what came of it to Lambda's answer.

mod reply;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use serde_json::value::RawValue;
use tracing::Instrument as _;
use trailhook_engine::document::Namespace;

use crate::aws;
use crate::clock::{Clock as _, Moment, SystemClock};
use crate::config::{ConfigStore, SecretStore};
use crate::metrics::Metrics;
use crate::outbox::{DynamoTable, MemoryTable, StateTable};
use crate::pipeline::Pipeline;
use crate::sender::Senders;
use crate::source::{Invocation, Reply};

/// The variable of the function's environment that names the namespace to read.
pub const NAMESPACE_VARIABLE: &str = "TRAILHOOK_NAMESPACE";

/// The variable that names the state table. Without it state is kept in the instance's memory: then an alert may come twice when
/// several instances work, and what could not be delivered fails the invocation.
pub const TABLE_VARIABLE: &str = "TRAILHOOK_TABLE";

/// The variable that holds the URL of the queue for alerts that no destination takes.
pub const DEAD_LETTER_VARIABLE: &str = "TRAILHOOK_DEAD_LETTER_QUEUE";

/// The time before the invocation's deadline at which work stops, so that there is some left to tell what came of it.
const RESERVE: Duration = Duration::from_secs(2);

/// The parts of an instance, for as long as it lives.
struct Function {
    pipeline: Pipeline,
    /// Its name in Lambda.
    name: String,
}

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
    let aws = aws::load();
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
    let pipeline = Pipeline::new(s3, ConfigStore::new(ssm, namespace), table, senders);
    // Lambda itself says it to each function.
    let name = variable("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| "unknown".to_owned());
    let function = Arc::new(Function { pipeline, name });
    lambda_runtime::run(service_fn(move |invocation: LambdaEvent<Box<RawValue>>| {
        let function = Arc::clone(&function);
        let span = tracing::info_span!("invocation", request_id = invocation.context.request_id);
        async move { handle(&function, &invocation).await }.instrument(span)
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

async fn handle(function: &Function, invocation: &LambdaEvent<Box<RawValue>>) -> Result<Value, Diagnostic> {
    let deadline = deadline(invocation.context.deadline);
    let asked = Invocation::recognise(invocation.payload.get(), jiff::Timestamp::now());
    let asked = asked.map_err(|error| failed("UnknownInvocation", &error))?;
    let kept = match (function.pipeline.configuration(deadline).await, &asked) {
        (Ok(kept), _) => kept,
        // A task whose function fails is given up, one that fails for a while is not.
        (Err(error), Invocation::Work(work)) if matches!(work.reply, Reply::BatchOperations { .. }) => {
            let _logged = failed("ConfigurationError", &error);
            return Ok(reply::put_off(work, &error));
        }
        // The next flush comes in a minute; retries of this one would only stand before live logs. That `OldestDue` is missing
        // is the alarm.
        (Err(error), Invocation::Flush) => {
            let _logged = failed("ConfigurationError", &error);
            return Ok(reply::not_flushed(&error));
        }
        (Err(error), _) => return Err(failed("ConfigurationError", &error)),
    };
    let mut metrics = Metrics::new(&kept.configuration.settings.metrics_namespace, &function.name);
    metrics.configuration(SystemClock.now().since(kept.read_at), kept.configuration.broken.len());
    let answer = match asked {
        Invocation::Work(work) => {
            let reply = work.reply.clone();
            let outcome = function.pipeline.run(&kept, work, deadline).await;
            metrics.outcome(&outcome);
            metrics.sent(&outcome.report.sent);
            let summary = reply::summary(&outcome.report);
            for failure in outcome.failures() {
                tracing::error!(%failure, "this is to be tried again");
            }
            reply::answer(&reply, &outcome, summary).map_err(|error| failed("IncompleteInvocation", &error))
        }
        Invocation::Flush => {
            let (sent, outcome) = function.pipeline.flush(&kept, deadline).await;
            metrics.sent(&sent);
            let summary = reply::flushed(&sent);
            match outcome {
                Ok(()) => {
                    metrics.oldest_due(sent.oldest_due);
                    Ok(summary)
                }
                Err(error) => {
                    let _logged = failed("IncompleteInvocation", &error);
                    Ok(reply::not_flushed(&error))
                }
            }
        }
        Invocation::SelfTest => {
            let found = function.pipeline.self_test(&kept, deadline).await;
            metrics.sent(&found.sent);
            reply::self_tested(&found).map_err(|error| failed("SelfTestFailed", &error))
        }
    };
    if let Some(line) = metrics.line(SystemClock.now()) {
        // One write, so that no line of the log comes between.
        let written = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
        if let Err(error) = written {
            tracing::error!(%error, "the metrics could not be written");
        }
    }
    answer
}

/// The moment at which work stops, from Lambda's deadline in milliseconds since 1970.
fn deadline(milliseconds: u64) -> Moment {
    Moment::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX)).minus(RESERVE)
}

fn failed(error_type: &str, error: &dyn std::error::Error) -> Diagnostic {
    let error_message = error.to_string();
    tracing::error!(error_type, error = error_message, "the invocation failed");
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
