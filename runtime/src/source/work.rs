//! What an invocation asks for.

use crate::clock::Moment;

use super::error::SourceError;

/// What an invocation asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invocation {
    /// To decide about events.
    Work(Work),
    /// To send what is due.
    Flush,
    /// To check whether everything that alerts need is there, and to send a message on each route.
    SelfTest,
}

/// Events that are to be decided about, in the parts that are answered for one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Work {
    /// The parts.
    pub parts: Vec<Part>,
    /// How the caller wants to hear what came of them.
    pub reply: Reply,
}

/// How a caller wants to hear what came of the parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reply {
    /// The invocation fails if any part does.
    #[default]
    Whole,
    /// The parts that failed are named, and those alone come again
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
    BatchItemFailures,
    /// A result for each part
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html>).
    BatchOperations {
        /// The version of the form in which it asked.
        schema: String,
        /// What it calls the invocation.
        invocation_id: String,
    },
}

/// What is done or fails together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// What the caller calls it: the message of a queue, or the task of a job.
    pub id: Option<String>,
    /// What is in it, in its order.
    pub items: Vec<Item>,
    /// What of it could not be read. It keeps the rest from nothing.
    pub broken: Vec<SourceError>,
}

/// One thing of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A log object to read.
    Object(LogObject),
    /// A record that came by itself.
    Record(BareRecord),
    /// A log object that somebody removed.
    Removal(Removal),
}

/// One object of a log bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogObject {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
    /// Whether people are told of what is in it; otherwise it is counted alone.
    pub is_told: bool,
}

/// A record that did not stand in a log object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BareRecord {
    /// Where it stands, which is its identity if it has none itself.
    pub origin: String,
    /// Its JSON, as it was sent.
    pub text: String,
    /// Whether people are told of it.
    pub is_told: bool,
}

/// A log object that somebody removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
    /// What S3 orders the events of one key by; the same for a removal however it is told.
    pub sequencer: String,
    /// Who did it, as S3 names them.
    pub by: Option<String>,
    /// The address of the call.
    pub from: Option<String>,
    /// When.
    pub at: Option<Moment>,
    /// Whether the object is only hidden by a delete marker, and its versions are still there.
    pub is_marker: bool,
    /// Whether people are told of it.
    pub is_told: bool,
}

impl Item {
    /// Leaves it to be counted, without people being told.
    pub(super) fn count_alone(&mut self) {
        match self {
            Self::Object(LogObject { is_told, .. })
            | Self::Record(BareRecord { is_told, .. })
            | Self::Removal(Removal { is_told, .. }) => *is_told = false,
        }
    }
}
