//! `trailhook_backtest`: a rule over logs that are there already.

mod outcome;
mod settings;

use jiff::Timestamp;
use tfplugin::schema::{self, Schema};
use tfplugin::{Attribute, Cx, DataSource, Diagnostics, Type, model};

use self::settings::{DEFAULT_CONCURRENCY, DEFAULT_DAYS, DEFAULT_MAX_BYTES, MAX_CONCURRENCY, Settings};
use crate::backtest::{self, MAX_DAYS, Source};
use crate::connection::Connection;

pub(crate) struct Backtests;

#[derive(Debug, Clone, Default)]
pub(crate) struct Backtest {
    expression: Attribute<String>,
    event_names: Attribute<Vec<Attribute<String>>>,
    exceptions: Attribute<Vec<Attribute<String>>>,
    bucket: Attribute<String>,
    prefix: Attribute<String>,
    region: Attribute<String>,
    from: Attribute<String>,
    to: Attribute<String>,
    files: Attribute<Vec<Attribute<String>>>,
    max_bytes: Attribute<i64>,
    concurrency: Attribute<i64>,
    warn_above: Attribute<f64>,
    fail_above: Attribute<f64>,
    objects: Attribute<i64>,
    bytes: Attribute<i64>,
    truncated: Attribute<bool>,
    events: Attribute<i64>,
    broken_records: Attribute<i64>,
    matches: Attribute<i64>,
    excepted: Attribute<i64>,
    matches_per_day: Attribute<f64>,
    errors: Attribute<i64>,
    first_error: Attribute<String>,
    first_event_time: Attribute<String>,
    last_event_time: Attribute<String>,
    top_actors: Attribute<Vec<ActorCount>>,
    top_event_names: Attribute<Vec<EventNameCount>>,
    sample_event_ids: Attribute<Vec<String>>,
}
model!(Backtest {
    expression,
    event_names,
    exceptions,
    bucket,
    prefix,
    region,
    from,
    to,
    files,
    max_bytes,
    concurrency,
    warn_above,
    fail_above,
    objects,
    bytes,
    truncated,
    events,
    broken_records,
    matches,
    excepted,
    matches_per_day,
    errors,
    first_error,
    first_event_time,
    last_event_time,
    top_actors,
    top_event_names,
    sample_event_ids
});

#[derive(Debug, Clone)]
pub(crate) struct ActorCount {
    actor: Attribute<String>,
    count: Attribute<i64>,
}
model!(ActorCount { actor, count });

#[derive(Debug, Clone)]
pub(crate) struct EventNameCount {
    event_name: Attribute<String>,
    count: Attribute<i64>,
}
model!(EventNameCount { event_name, count });

impl DataSource for Backtests {
    type Context = Connection;
    type Model = Backtest;

    fn type_name(&self) -> String {
        "trailhook_backtest".to_owned()
    }

    fn schema(&self) -> Schema {
        results(inputs(Schema::new().describe(
            "Runs a rule over logs that are there already, and tells how often it would have matched, and for whom. Logs come \
             from the bucket of a trail or from local files. It reads them at every plan: choose a window that is worth it.\n\n\
             With `fail_above` the plan fails before a rule that matches too often is published. Records that are broken, errors of \
             the rule, and logs that `max_bytes` left out are warnings.",
        )))
    }

    async fn validate(&self, cx: &Cx<()>, config: Backtest) -> Result<(), Diagnostics> {
        let (_settings, found) = Settings::of(&config, Timestamp::now());
        cx.report(found);
        Ok(())
    }

    async fn read(&self, cx: &Cx<Connection>, config: Backtest) -> Result<Backtest, Diagnostics> {
        // Warnings were told by validate. What was unknown then may be wrong now.
        let (settings, found) = Settings::of(&config, Timestamp::now());
        let Some(Settings { rule, source, region, limits }) = settings else { return Err(found) };
        let client = match source {
            Source::Bucket(_) => Some(cx.require_s3_in(region)?),
            Source::Files(_) => None,
        };
        let report = cx.or_interrupted(backtest::run(&source, client.as_ref(), rule, limits)).await??;
        cx.report(outcome::told(&config, &report));
        Ok(outcome::filled(config, &report))
    }
}

fn inputs(schema: Schema) -> Schema {
    schema
        .attribute(
            schema::string("expression")
                .optional()
                .describe("The expression, as in `trailhook_rule`. Exactly one of `expression` and `event_names` is given."),
        )
        .attribute(schema::set("event_names", Type::String).optional().describe(
            "Names of events in place of an expression, such as `DeleteTrail` or `s3:PutBucketPolicy`, as in `trailhook_rule`.",
        ))
        .attribute(
            schema::list("exceptions", Type::String)
                .optional()
                .describe("Expressions of which none may be true, as in `trailhook_rule`."),
        )
        .attribute(
            schema::string("bucket")
                .optional()
                .describe("The name of the trail's bucket. Exactly one of `bucket` and `files` is given."),
        )
        .attribute(schema::string("prefix").optional().describe(
            "Where in the bucket to look: the prefix of the trail, or a part of what follows it, down to a region, such as \
             `AWSLogs/111122223333/`. All accounts and regions below it are read; everything if it is not given.",
        ))
        .attribute(
            schema::string("region")
                .optional()
                .describe("The region of the bucket, if it is not the provider's."),
        )
        .attribute(schema::string("from").optional().describe(format!(
            "Only logs of a bucket that were written at this time or later, such as `2026-02-03T00:00:00Z` (RFC 3339). CloudTrail \
             writes about 5 minutes after the event. {DEFAULT_DAYS} days before `to` if it is not given; at most {MAX_DAYS} days \
             before it."
        )))
        .attribute(
            schema::string("to").optional().describe("Only logs of a bucket that were written before this time (RFC 3339). Now if it is not given."),
        )
        .attribute(schema::list("files", Type::String).optional().describe(
            "Local logs in place of a bucket: files, folders (all `.json` and `.json.gz` in them) and patterns such as \
             `${path.module}/logs/**/*.json.gz`.",
        ))
        .attribute(schema::int64("max_bytes").optional().describe(format!(
            "The most to read, in bytes as they are stored, which is mostly compressed; {} MiB if it is not given. Of more than that, \
             the oldest logs of a bucket, or the last files by their paths, are left out.",
            DEFAULT_MAX_BYTES / (1024 * 1024)
        )))
        .attribute(schema::int64("concurrency").optional().describe(format!(
            "The number of logs that are read at the same time, from 1 to {MAX_CONCURRENCY}; {DEFAULT_CONCURRENCY} if it is not \
             given."
        )))
        .attribute(
            schema::number("warn_above").optional().describe("Warns if `matches_per_day` is above this number."),
        )
        .attribute(
            schema::number("fail_above").optional().describe("Fails the plan if `matches_per_day` is above this number; 0 admits no match."),
        )
}

fn results(schema: Schema) -> Schema {
    let counts = |name: &str, what: &str| {
        schema::list(name, Type::object([(what, Type::String), ("count", Type::Number)])).computed()
    };
    schema
        .attribute(schema::int64("objects").computed().describe("The number of logs that were read."))
        .attribute(schema::int64("bytes").computed().describe("The size of the logs that were read: bytes as they are stored."))
        .attribute(schema::bool("truncated").computed().describe("Whether `max_bytes` left logs out."))
        .attribute(schema::int64("events").computed().describe("The number of events in the logs that were read."))
        .attribute(
            schema::int64("broken_records").computed().describe("The number of records that could not be read, and are no events."),
        )
        .attribute(schema::int64("matches").computed().describe(
            "The number of events for which the rule is true and no exception is. One that stands in two logs counts twice.",
        ))
        .attribute(schema::int64("excepted").computed().describe("The number of matches that an exception took away."))
        .attribute(
            schema::number("matches_per_day")
                .computed()
                .describe("`matches`, divided by the days from the first event to the last. Less than a day counts as one."),
        )
        .attribute(
            schema::int64("errors")
                .computed()
                .describe("The number of events on which the expression or an exception raised an error, which counts as not true."),
        )
        .attribute(schema::string("first_error").computed().describe("The error on the earliest event that `errors` counts, and on an Insight event only if there is no other; null if there is none."))
        .attribute(schema::string("first_event_time").computed().describe("The time of the earliest event that was read (RFC 3339); null if there is none."))
        .attribute(schema::string("last_event_time").computed().describe("The time of the latest event that was read (RFC 3339); null if there is none."))
        .attribute(counts("top_actors", "actor").describe(
            "The ten who caused most of the matches: the ARN of the role or user, or what stands for it in events without one. Null \
             if there are more different ones than fit into memory.",
        ))
        .attribute(counts("top_event_names", "event_name").describe(
            "The ten names of events that match most often. Null if there are more different ones than fit into memory.",
        ))
        .attribute(
            schema::list("sample_event_ids", Type::String)
                .computed()
                .describe("The `eventID` of the ten latest matches, the latest first."),
        )
}
