//! The way of an event, from the objects of a notification to the messages.
//!
//! ```text
//! log object -> reader -> matcher -> delivery: router -> outbox -> renderer -> sender
//! ```

use std::fmt;
use std::future::Future;

use aws_sdk_s3::error::SdkError;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use trailhook_engine::RuleSet;

use crate::aws::{CallError, chain};
use crate::config::{ConfigError, ConfigStore, SecretStore};
use crate::delivery::{Deliverer, Delivery};
use crate::matcher::{Matcher, Tally};
use crate::outbox::MemoryOutbox;
use crate::sender::{SendError, WebhookSender};
use crate::source::{LogObject, SourceError, Work};
use trailhook_engine::log::{LogError, LogReader, ObjectKind, SplitError, TAKE};

/// Matches that wait for delivery before reading goes on. Memory is bounded by them and by the largest record.
const BATCH: usize = 64;

/// What an invocation did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Log objects that were read to their end.
    pub logs: u64,
    /// Objects that hold no events, such as digests.
    pub skipped: u64,
    /// What was seen in them.
    pub tally: Tally,
    /// Messages that were delivered.
    pub messages: u64,
    /// Alerts that were delivered before.
    pub repeated: u64,
}

/// Why an invocation failed. What could be done was done; the retry does the rest.
#[derive(Debug, thiserror::Error)]
pub enum InvocationError {
    /// There is no configuration to work with.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Objects could not be read, or alerts not be delivered.
    #[error("{}", Failures(failures))]
    Incomplete {
        /// What could not be done; at least one thing.
        failures: Vec<Failure>,
        /// What was done.
        report: Box<Report>,
    },
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
    /// Alerts could not be delivered on a route.
    #[error("route {route}: {alerts} alert(s) not delivered: {reason}")]
    Route {
        /// The route.
        route: String,
        /// How many.
        alerts: u64,
        /// Why; of several reasons the first.
        reason: SendError,
    },
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
    /// The invocation's time was over before the object's end.
    #[error("the invocation's time is over; give the function more of it, or more memory, which makes it faster")]
    OutOfTime,
}

struct Failures<'a>(&'a [Failure]);

impl fmt::Display for Failures<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, failure) in self.0.iter().enumerate() {
            f.write_str(if position > 0 { "; " } else { "" })?;
            write!(f, "{failure}")?;
        }
        Ok(())
    }
}

/// All that an invocation works with.
pub struct Pipeline {
    s3: aws_sdk_s3::Client,
    config: ConfigStore,
    deliverer: Deliverer,
}

impl Pipeline {
    /// Puts the parts together. Nothing is read yet.
    #[must_use]
    pub fn new(s3: aws_sdk_s3::Client, config: ConfigStore, secrets: SecretStore, webhooks: WebhookSender) -> Self {
        Self { s3, config, deliverer: Deliverer::new(secrets, MemoryOutbox::default(), webhooks) }
    }

    /// Reads the objects, decides about their events, and delivers the alerts before the deadline.
    ///
    /// Each object and each route stands alone: what fails does not keep the others from being done.
    ///
    /// # Errors
    ///
    /// [`InvocationError`] if anything was left undone, so that the invocation is retried.
    pub async fn run(&self, work: Work, deadline: Instant) -> Result<Report, InvocationError> {
        let configuration = timeout_at(deadline, Box::pin(self.config.current())).await;
        let configuration = configuration.map_err(|_| ConfigError::OutOfTime)??;
        let mut report = Report::default();
        let mut failures: Vec<_> = work.broken.into_iter().map(Failure::from).collect();
        let mut delivery = self.deliverer.begin(&configuration.routes, deadline);
        for object in work.objects {
            match ObjectKind::of_key(&object.key) {
                ObjectKind::Log => {}
                kind @ (ObjectKind::Digest | ObjectKind::Other) => {
                    report.skipped += 1;
                    tracing::info!(bucket = object.bucket, key = object.key, ?kind, "no log, passed over");
                    continue;
                }
            }
            // Boxed: the futures of the SDK nest deeper than the compiler follows in one piece.
            let reading = Box::pin(self.read(&configuration.rules, &object, &mut delivery, deadline));
            let (tally, outcome) = reading.await;
            report.tally.add(tally);
            match outcome {
                Ok(()) => report.logs += 1,
                Err(reason) => {
                    let LogObject { bucket, key } = object;
                    failures.push(Failure::Object { bucket, key, reason });
                }
            }
        }
        failures.extend(delivery.finish(&mut report));
        for (rule, (count, first)) in &report.tally.rule_errors {
            tracing::warn!(rule, count, first, "a rule erred, which counts as no match");
        }
        if failures.is_empty() {
            Ok(report)
        } else {
            Err(InvocationError::Incomplete { failures, report: Box::new(report) })
        }
    }

    /// Reads one object as it arrives, and delivers what matches on the way: also of an object that cannot be read to its
    /// end.
    async fn read(
        &self,
        rules: &RuleSet,
        object: &LogObject,
        delivery: &mut Delivery<'_>,
        deadline: Instant,
    ) -> (Tally, Result<(), ReadError>) {
        let address = format!("s3://{}/{}", object.bucket, object.key);
        let mut reader = None;
        let mut matcher = Some(Matcher::new(rules, address.clone(), Timestamp::now()));
        let outcome = async {
            let request = self.s3.get_object().bucket(&object.bucket).key(&object.key).send();
            let answer = before(deadline, request).await?;
            let mut body = answer.map_err(|error: SdkError<_, _>| CallError::new("GetObject", &address, &error))?.body;
            while let Some(chunk) =
                before(deadline, body.try_next()).await?.map_err(|error| ReadError::Transfer(chain(&error)))?
            {
                for part in chunk.chunks(TAKE) {
                    if let (Some(first), Some(matcher)) = (part.first(), matcher.take()) {
                        reader = Some(LogReader::new(*first, matcher));
                    }
                    let Some(reader) = &mut reader else { continue };
                    let taken = reader.push(part);
                    if reader.sink_mut().pending() >= BATCH {
                        delivery.deliver(reader.sink_mut().take()).await;
                    }
                    taken?;
                }
            }
            match &mut reader {
                Some(reader) => Ok(reader.finish()?),
                None => Err(LogError::from(SplitError::NoRecords).into()),
            }
        }
        .await;
        let Some(mut reader) = reader else { return (Tally::default(), outcome) };
        delivery.deliver(reader.sink_mut().take()).await;
        (reader.sink_mut().tally(), outcome)
    }
}

async fn before<T>(deadline: Instant, work: impl Future<Output = T>) -> Result<T, ReadError> {
    timeout_at(deadline, work).await.map_err(|_| ReadError::OutOfTime)
}
