//! A rule over logs that are there already: how often it would have matched, and for whom.
//!
//! | module | |
//! |---|---|
//! | [`key`] | what the key of a log object tells, and which objects fit into a budget |
//! | [`bucket`] | finds and reads the objects of a bucket |
//! | [`files`] | finds and reads files |
//! | [`scan`] | from bytes to judged events |
//! | [`tally`], [`counter`] | what was seen |
//! | [`parallel`] | several at once |

mod bucket;
mod counter;
mod files;
mod key;
mod parallel;
mod scan;
mod tally;

pub(crate) use bucket::{BucketLogs, Window};
#[cfg(test)]
pub(crate) use counter::Counter;
pub(crate) use files::Files;
pub(crate) use key::{Level, MAX_DAYS};
pub(crate) use tally::Tally;

use std::sync::Arc;

use aws_sdk_s3::Client;
use tfplugin::Diagnostic;
use trailhook_engine::Rule;

/// Where the logs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Bucket(BucketLogs),
    Files(Files),
}

/// How much is read, and how fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes as they are stored, mostly compressed.
    pub(crate) max_bytes: u64,
    /// Objects that are read at the same time.
    pub(crate) concurrency: usize,
}

/// What was read and seen.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Objects or files.
    pub(crate) objects: u64,
    /// Their size as they are stored.
    pub(crate) bytes: u64,
    /// Whether the budget left something out.
    pub(crate) truncated: bool,
    pub(crate) tally: Tally,
}

/// Objects between two lines of the log.
const PROGRESS: u64 = 500;

impl Report {
    /// Takes what was seen in one object.
    fn add(&mut self, bytes: u64, tally: Tally) {
        self.objects += 1;
        self.bytes += bytes;
        self.tally.add(tally);
        if self.objects.is_multiple_of(PROGRESS) {
            self.log("backtest: reading");
        }
    }

    fn log(&self, message: &str) {
        let Self { objects, bytes, tally, .. } = self;
        tracing::info!(objects, bytes, events = tally.events, matches = tally.matches, "{message}");
    }
}

/// Reads the logs, several at once and in bounded memory. Dropping the future stops it.
///
/// # Errors
///
/// If an object cannot be found or read to its end. None is left out silently: the figures would look better than they are.
pub(crate) async fn run(
    source: &Source,
    client: Option<&Client>,
    rule: Rule,
    limits: Limits,
) -> Result<Report, Diagnostic> {
    let rule = Arc::new(rule);
    let report = match (source, client) {
        (Source::Files(files), _) => files.read(&rule, limits).await?,
        (Source::Bucket(logs), Some(client)) => logs.read(client, &rule, limits).await?,
        (Source::Bucket(_), None) => return Err(Diagnostic::error("There is no connection to S3")),
    };
    report.log("backtest: done");
    Ok(report)
}
