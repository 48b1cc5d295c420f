//! The way of an event, from the objects of a notification to the messages.
//!
//! ```text
//! log object -> reader -> matcher -> delivery: thresholds -> router -> outbox -> renderer -> sender
//! ```
//!
//! All objects are read and their alerts claimed before the first message goes out: reading takes milliseconds and a channel takes
//! one message a second, and what is claimed is safe.

use std::fmt;
use std::future::Future;

use aws_sdk_s3::error::SdkError;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use trailhook_engine::RuleSet;
use trailhook_engine::document::Severity;

use crate::alert::Notice;
use crate::aws::{CallError, chain};
use crate::clock::{Clock as _, Moment, SystemClock};
use crate::config::{ConfigError, ConfigStore, Configuration};
use crate::delivery::{Deliverer, Intake, Sent, Taken, Windows};
use crate::matcher::{Matcher, Tally};
use crate::outbox::{Outbox, OutboxError, StateTable, Table as _};
use crate::sender::Senders;
use crate::source::{LogObject, SourceError, Work};
use trailhook_engine::log::{LogError, LogReader, ObjectKind, SplitError, TAKE};

/// Matches that wait for the intake before reading goes on. Memory is bounded by them and by the largest record.
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
    /// What became of the matches.
    pub taken: Taken,
    /// What was sent.
    pub sent: Sent,
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

/// What delivers in the function.
type FunctionDeliverer = Deliverer<StateTable, SystemClock, Senders>;

/// All that an invocation works with.
pub struct Pipeline {
    s3: aws_sdk_s3::Client,
    config: ConfigStore,
    deliverer: FunctionDeliverer,
}

impl Pipeline {
    /// Puts the parts together. Nothing is read yet.
    #[must_use]
    pub fn new(s3: aws_sdk_s3::Client, config: ConfigStore, table: StateTable, senders: Senders) -> Self {
        let windows = if table.own_memory().is_some() { Windows::AreNotSeen } else { Windows::AreSeen };
        Self { s3, config, deliverer: Deliverer::new(Outbox::new(table, SystemClock), senders, windows) }
    }

    /// Reads the objects, decides about their events, claims the alerts, and sends what is due before the deadline.
    ///
    /// Each object and each route stands alone: what fails does not keep the others from being done.
    ///
    /// # Errors
    ///
    /// [`InvocationError`] if anything was left undone that nobody else would do, so that the invocation is retried.
    pub async fn run(&self, work: Work, deadline: Moment) -> Result<Report, InvocationError> {
        let configuration = self.configuration(deadline).await?;
        let (mut report, mut told) = (Report::default(), Tally::default());
        let is_alone = self.deliverer.outbox().table().own_memory().is_some();
        // Nobody would send later what is claimed until the last moment.
        let until = if is_alone { two_thirds(SystemClock.now(), deadline) } else { deadline };
        let mut failures: Vec<_> = work.broken.into_iter().map(Failure::from).collect();
        let mut intake = self.deliverer.intake(&configuration.routes, deadline);
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
            let reading = Box::pin(self.read(&configuration.rules, &object, &mut intake, until));
            let (tally, outcome) = reading.await;
            if object.is_told {
                told.add(tally.clone());
            }
            report.tally.add(tally);
            match outcome {
                Ok(()) => report.logs += 1,
                Err(reason) => {
                    let LogObject { bucket, key, .. } = object;
                    failures.push(Failure::Object { bucket, key, reason });
                }
            }
        }
        self.tell_of_errors(&configuration, &told, &mut intake);
        if let Err(error) = Box::pin(intake.finish()).await {
            failures.push(error.into());
        }
        report.taken = intake.into_taken();
        failures.extend(report.taken.failures.drain(..).map(Failure::from));
        let groups = report.taken.groups.keys().cloned().collect::<Vec<_>>();
        report.sent = Box::pin(self.deliverer.send(&configuration.routes, groups, deadline)).await;
        for (route, alerts) in self.deliverer.give_up(&configuration.routes, &report.taken) {
            // Where it was handed over, the reason stands with who has it.
            let left = &report.sent.failures;
            let failure = left.get(&route).or_else(|| left.values().next());
            let reason = failure.map_or_else(|| "it was not its turn".to_owned(), |failure| failure.reason.clone());
            failures.push(Failure::Route { route, alerts, reason });
        }
        if failures.is_empty() {
            Ok(report)
        } else {
            Err(InvocationError::Incomplete { failures, report: Box::new(report) })
        }
    }

    /// Sends what earlier invocations have left and what is due by now.
    ///
    /// # Errors
    ///
    /// [`InvocationError`] if there is no configuration, or the table does not say what is due.
    pub async fn flush(&self, deadline: Moment) -> Result<Sent, InvocationError> {
        let configuration = self.configuration(deadline).await?;
        let flushing = Box::pin(self.deliverer.flush(&configuration.routes, deadline));
        flushing
            .await
            .map_err(|error| InvocationError::Incomplete { failures: vec![error.into()], report: Box::default() })
    }

    async fn configuration(&self, deadline: Moment) -> Result<std::sync::Arc<Configuration>, ConfigError> {
        let configuration = timeout_at(instant(deadline), Box::pin(self.config.current())).await;
        configuration.map_err(|_| ConfigError::OutOfTime)?
    }

    /// Says once a day of each rule that erred, if people want to hear of it.
    fn tell_of_errors(
        &self,
        configuration: &Configuration,
        tally: &Tally,
        intake: &mut Intake<'_, StateTable, SystemClock, Senders>,
    ) {
        let day = SystemClock.now().to_string();
        let day = day.split('T').next().unwrap_or_default();
        for (rule, (count, first)) in &tally.rule_errors {
            tracing::warn!(rule, count, first, "a rule erred, which counts as no match");
            if configuration.settings.notify_rule_errors {
                let text = format!(
                    "The rule {rule} erred on an event, which counts as no match: {first}. It is told once a day. Mend the rule, \
                     or set `notify_rule_errors = false` in the trailhook_settings of the namespace."
                );
                let notice = Notice { title: format!("rule {rule} erred"), text };
                intake.notice(&["rule-error", rule, day], Severity::Low, &notice);
            }
        }
    }

    /// Reads one object as it arrives, and takes in what matches on the way: also of an object that cannot be read to its end.
    async fn read(
        &self,
        rules: &RuleSet,
        object: &LogObject,
        intake: &mut Intake<'_, StateTable, SystemClock, Senders>,
        deadline: Moment,
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
                    let read = reader.push(part);
                    if reader.sink_mut().pending() >= BATCH {
                        take(intake, object, reader.sink_mut()).await?;
                    }
                    read?;
                }
            }
            match &mut reader {
                Some(reader) => Ok(reader.finish()?),
                None => Err(LogError::from(SplitError::NoRecords).into()),
            }
        }
        .await;
        let Some(mut reader) = reader else { return (Tally::default(), outcome) };
        let taken = take(intake, object, reader.sink_mut()).await;
        (reader.sink_mut().tally(), outcome.and(taken.map_err(ReadError::from)))
    }
}

/// Hands what matched to the intake, unless nobody is to be told of it.
async fn take(
    intake: &mut Intake<'_, StateTable, SystemClock, Senders>,
    object: &LogObject,
    matcher: &mut Matcher<'_>,
) -> Result<(), OutboxError> {
    let matches = matcher.take();
    if object.is_told { Box::pin(intake.take(matches)).await } else { Ok(()) }
}

/// The moment at which two thirds of the time are over.
fn two_thirds(now: Moment, deadline: Moment) -> Moment {
    now.plus(deadline.since(now) * 2 / 3)
}

/// A moment as the runtime's timers know it.
fn instant(moment: Moment) -> Instant {
    Instant::now() + moment.since(SystemClock.now())
}

async fn before<T>(deadline: Moment, work: impl Future<Output = T>) -> Result<T, ReadError> {
    timeout_at(instant(deadline), work).await.map_err(|_| ReadError::OutOfTime)
}
