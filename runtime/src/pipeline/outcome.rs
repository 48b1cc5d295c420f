//! What an invocation did, and what it could not do.

use std::fmt;

use crate::aws::CallError;
use crate::delivery::{Sent, Taken};
use crate::matcher::Tally;
use crate::outbox::OutboxError;
use crate::source::SourceError;
use trailhook_engine::log::LogError;

/// What an invocation did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Log objects that were read to their end.
    pub logs: u64,
    /// Objects that hold no events, such as digests.
    pub skipped: u64,
    /// Log objects that somebody removed.
    pub removed: u64,
    /// Events that match, and of which nobody is told because they are old.
    pub untold: u64,
    /// What was seen in logs and records.
    pub tally: Tally,
    /// What became of the matches.
    pub taken: Taken,
    /// What was sent.
    pub sent: Sent,
}

/// What became of each part of an invocation.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was done.
    pub report: Report,
    /// The parts, in their order.
    pub parts: Vec<PartOutcome>,
    /// What could not be done of no part in particular. Then all come again.
    pub common: Vec<Failure>,
}

/// What became of a part.
#[derive(Debug, Default)]
pub struct PartOutcome {
    /// What the caller calls it.
    pub id: Option<String>,
    /// What of it could not be done; nothing if it is done.
    pub failures: Vec<Failure>,
}

impl Outcome {
    /// All that could not be done.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.parts.iter().flat_map(|part| &part.failures).chain(&self.common)
    }

    /// What of a part, and of all, could not be done.
    pub fn failures_of<'o>(&'o self, part: &'o PartOutcome) -> impl Iterator<Item = &'o Failure> {
        part.failures.iter().chain(&self.common)
    }
}

/// One thing that failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A part of the notification could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// An object could not be read to its end. The alerts until there went out.
    #[error("s3://{bucket}/{key} cannot be read: {reason}")]
    Object {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// Why.
        reason: ReadError,
    },
    /// Alerts could not be delivered on a route, and nobody else would deliver them later.
    #[error("route {route}: {alerts} alert(s) not delivered: {reason}")]
    Route {
        /// The route.
        route: String,
        /// How many.
        alerts: u64,
        /// Why; of several reasons the first.
        reason: String,
    },
    /// The state table did not do what it was asked.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}

/// Why an object could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// S3 said no, or could not be reached.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The transfer broke off.
    #[error("the transfer broke off: {0}")]
    Transfer(String),
    /// The content is not a whole log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// What matched could not be claimed.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The invocation's time was over before the object's end.
    #[error("the invocation's time is over; give the function more of it, or more memory, which makes it faster")]
    OutOfTime,
}

impl Failure {
    /// Whether it fails again however often it is tried, unless somebody changes something: the object is gone, may not be read,
    /// or is no log.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Source(_) => true,
            Self::Object { reason, .. } => match reason {
                ReadError::Call(call) => call.is_lasting(),
                ReadError::Log(_) => true,
                ReadError::Transfer(_) | ReadError::Outbox(_) | ReadError::OutOfTime => false,
            },
            Self::Route { .. } | Self::Outbox(_) => false,
        }
    }
}

/// Failures on one line.
pub struct Failures<I>(pub I);

impl<'f, I: Iterator<Item = &'f Failure> + Clone> fmt::Display for Failures<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, failure) in self.0.clone().enumerate() {
            f.write_str(if position > 0 { "; " } else { "" })?;
            write!(f, "{failure}")?;
        }
        Ok(())
    }
}
