//! What the function answers, in the form that the caller asks for, and the line of the log that says what it did.

use std::collections::BTreeMap;
use std::error::Error;

use serde_json::{Value, json};

use crate::alert::truncate;
use crate::delivery::Sent;
use crate::pipeline::{Failures, Outcome, Report, SelfTest};
use crate::source::{Reply, Work};

/// Characters of what a task of S3 Batch Operations is told.
const RESULT: usize = 1_000;

/// What was left undone, or found wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Incomplete(String);

/// The answer to work. With a whole reply, anything that failed fails the invocation; the other forms name what did.
pub(super) fn answer(reply: &Reply, outcome: &Outcome, summary: Value) -> Result<Value, Incomplete> {
    match reply {
        Reply::Whole if outcome.failures().next().is_none() => Ok(summary),
        Reply::Whole => Err(Incomplete(Failures(outcome.failures().collect::<Vec<_>>().into_iter()).to_string())),
        Reply::BatchItemFailures => {
            let failed = outcome.parts.iter().filter(|part| outcome.failures_of(part).next().is_some());
            // A message without an id cannot be named: then all of them come again.
            let failed: Option<Vec<_>> = failed.map(|part| part.id.as_ref()).collect();
            match failed {
                Some(ids) => {
                    let ids: Vec<_> = ids.iter().map(|id| json!({"itemIdentifier": id})).collect();
                    Ok(json!({ "batchItemFailures": ids }))
                }
                None => Err(Incomplete(Failures(outcome.failures().collect::<Vec<_>>().into_iter()).to_string())),
            }
        }
        Reply::BatchOperations { schema, invocation_id } => {
            let results = outcome.parts.iter().map(|part| {
                let failures: Vec<_> = outcome.failures_of(part).collect();
                let code = if failures.is_empty() {
                    "Succeeded"
                } else if failures.iter().all(|failure| failure.is_lasting()) {
                    "PermanentFailure"
                } else {
                    "TemporaryFailure"
                };
                let text =
                    if failures.is_empty() { summary.to_string() } else { Failures(failures.into_iter()).to_string() };
                result(part.id.as_deref(), code, &text)
            });
            Ok(results_of(schema, invocation_id, &results.collect::<Vec<_>>()))
        }
    }
}

/// The answer to tasks of which none could be begun.
pub(super) fn put_off(work: &Work, error: &dyn Error) -> Value {
    let Reply::BatchOperations { schema, invocation_id } = &work.reply else { return Value::Null };
    let text = error.to_string();
    let results = work.parts.iter().map(|part| result(part.id.as_deref(), "TemporaryFailure", &text));
    results_of(schema, invocation_id, &results.collect::<Vec<_>>())
}

fn result(task: Option<&str>, code: &str, text: &str) -> Value {
    json!({"taskId": task, "resultCode": code, "resultString": truncate(text, RESULT)})
}

fn results_of(schema: &str, invocation_id: &str, results: &[Value]) -> Value {
    json!({
        "invocationSchemaVersion": schema,
        "treatMissingKeysAs": "PermanentFailure",
        "invocationId": invocation_id,
        "results": results,
    })
}

/// What an invocation did, which also stands in the log.
pub(super) fn summary(report: &Report) -> Value {
    let summary = json!({
        "logs": report.logs,
        "skipped": report.skipped,
        "removed": report.removed,
        "events": report.tally.events,
        "broken_records": report.tally.broken_records,
        "ignored": report.tally.ignored,
        "recorded": report.tally.recorded,
        "matches": report.tally.matched,
        "untold": report.untold,
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

/// What a flush did.
pub(super) fn flushed(report: &Sent) -> Value {
    let summary = json!({"flushed": sent(report)});
    tracing::info!(%summary, "flush done");
    summary
}

/// Why a flush did nothing, or not all.
pub(super) fn not_flushed(error: &dyn Error) -> Value {
    json!({"flushed": null, "error": error.to_string()})
}

/// What a self-test found. Anything that is wrong fails the invocation, so that nobody overlooks it.
pub(super) fn self_tested(found: &SelfTest) -> Result<Value, Incomplete> {
    let problems: Vec<_> = found.problems().map(|(what, problem)| format!("{what}: {problem}")).collect();
    if !problems.is_empty() {
        return Err(Incomplete(problems.join("; ")));
    }
    let checks: BTreeMap<_, _> = found.checks.iter().map(|check| (check.what.as_str(), "ok")).collect();
    let summary = json!({ "self_test": checks, "sent": sent(&found.sent) });
    tracing::info!(%summary, "self-test done");
    Ok(summary)
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
