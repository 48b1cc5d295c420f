//! The way of an event, from the parts of an invocation to the messages.
//!
//! ```text
//! log object -> reader -> matcher -> delivery: thresholds -> router -> outbox -> renderer -> sender
//! ```
//!
//! All parts are read and their alerts claimed before the first message goes out: reading takes milliseconds and a channel takes
//! one message a second, and what is claimed is safe.

mod notices;
mod outcome;
mod read;
mod self_test;

pub use outcome::{Failure, Failures, Outcome, PartOutcome, ReadError, Report};
pub use self_test::{Check, SelfTest};

use tokio::time::timeout_at;
use trailhook_engine::log::ObjectKind;

use crate::clock::{Clock as _, Moment, SystemClock};
use crate::config::{ConfigError, ConfigStore, Configuration, Kept};
use crate::delivery::{Deliverer, Sent, Windows};
use crate::matcher::Tally;
use crate::outbox::{Outbox, OutboxError, StateTable, Table as _};
use crate::sender::Senders;
use crate::source::{Item, LogObject, Part, Work};
use notices::Notices;
use read::FunctionIntake;

/// What delivers in the function.
type FunctionDeliverer = Deliverer<StateTable, SystemClock, Senders>;

/// All that an invocation works with.
pub struct Pipeline {
    s3: aws_sdk_s3::Client,
    config: ConfigStore,
    deliverer: FunctionDeliverer,
    notices: Notices,
}

impl Pipeline {
    /// Puts the parts together. Nothing is read yet.
    #[must_use]
    pub fn new(s3: aws_sdk_s3::Client, config: ConfigStore, table: StateTable, senders: Senders) -> Self {
        let windows = if table.own_memory().is_some() { Windows::AreNotSeen } else { Windows::AreSeen };
        let deliverer = Deliverer::new(Outbox::new(table, SystemClock), senders, windows);
        Self { s3, config, deliverer, notices: Notices::default() }
    }

    /// The configuration to use for one whole invocation.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is none. The invocation is then to be retried.
    pub async fn configuration(&self, deadline: Moment) -> Result<Kept, ConfigError> {
        let configuration = timeout_at(read::instant(deadline), Box::pin(self.config.current())).await;
        configuration.map_err(|_| ConfigError::OutOfTime)?
    }

    /// Reads what is in the parts, decides about their events, claims the alerts, and sends what is due before the deadline.
    ///
    /// Each object, each part and each route stands alone: what fails does not keep the others from being done.
    pub async fn run(&self, kept: &Kept, work: Work, deadline: Moment) -> Outcome {
        let configuration = &kept.configuration;
        let is_alone = self.deliverer.outbox().table().own_memory().is_some();
        // Nobody would send later what is claimed until the last moment.
        let until = if is_alone { two_thirds(SystemClock.now(), deadline) } else { deadline };
        let mut intake = self.deliverer.intake(&configuration.routes, deadline);
        let (mut outcome, mut told) = (Outcome::default(), Tally::default());
        for part in work.parts {
            let mut failures: Vec<_> = part.broken.iter().cloned().map(Failure::from).collect();
            let reading = self.part(configuration, &part, &mut intake, until, &mut outcome.report, &mut told);
            // Boxed: the futures of the SDK nest deeper than the compiler follows in one piece.
            failures.extend(Box::pin(reading).await);
            // What is in a part is claimed, or the part fails.
            failures.extend(Box::pin(intake.finish()).await.err().map(Failure::from));
            failures.extend(intake.take_failures().into_iter().map(Failure::from));
            outcome.parts.push(PartOutcome { id: part.id, failures });
        }
        let mut found = notices::of_configuration(kept);
        found.extend(notices::of_rules(&told, configuration.settings.notify_rule_errors));
        found.extend(notices::of_reading(&told, outcome.failures()));
        let noticed = self.notify(found, &mut intake).await;
        outcome.report.taken = intake.into_taken();
        let groups = outcome.report.taken.groups.keys().cloned().collect::<Vec<_>>();
        outcome.report.sent = Box::pin(self.deliverer.send(&configuration.routes, groups, deadline)).await;
        for (route, alerts) in self.deliverer.give_up(&configuration.routes, &outcome.report.taken) {
            // Where it was handed over, the reason stands with who has it.
            let left = &outcome.report.sent.failures;
            let failure = left.get(&route).or_else(|| left.values().next());
            let reason = failure.map_or_else(|| "it was not its turn".to_owned(), |failure| failure.reason.clone());
            outcome.common.push(Failure::Route { route, alerts, reason });
        }
        // What was given back is told by the retry.
        if outcome.common.is_empty() {
            self.notices.told(noticed);
        }
        outcome
    }

    /// Sends what earlier invocations have left and what is due by now.
    ///
    /// What was sent is told in any case; the error is that of a table that does not say what is due.
    pub async fn flush(&self, kept: &Kept, deadline: Moment) -> (Sent, Result<(), OutboxError>) {
        let mut intake = self.deliverer.intake(&kept.configuration.routes, deadline);
        let noticed = self.notify(notices::of_configuration(kept), &mut intake).await;
        self.notices.told(noticed);
        // What is claimed by now is due by now, but the index on it may be behind.
        let groups = intake.into_taken().groups.into_keys().collect::<Vec<_>>();
        let mut sent = Box::pin(self.deliverer.send(&kept.configuration.routes, groups, deadline)).await;
        match Box::pin(self.deliverer.flush(&kept.configuration.routes, deadline)).await {
            Ok(more) => {
                sent.add(more);
                (sent, Ok(()))
            }
            Err(error) => (sent, Err(error)),
        }
    }

    /// Claims what people are to know of the function itself, and gives back by what it is known. What cannot be claimed now is by
    /// the next invocation.
    async fn notify(&self, found: Vec<notices::Found>, intake: &mut FunctionIntake<'_>) -> Vec<notices::Identity> {
        let identities = self.notices.take(found, intake);
        if identities.is_empty() {
            return identities;
        }
        let claimed = Box::pin(intake.finish()).await;
        // Of each group by itself: one that cannot be claimed is reason enough to try all again.
        match claimed.err().or_else(|| intake.take_failures().into_iter().next()) {
            None => identities,
            Some(error) => {
                tracing::error!(%error, "people could not be told what is wrong with the function");
                Vec::new()
            }
        }
    }

    /// Takes in what is in a part. Gives what of it could not be read.
    async fn part(
        &self,
        configuration: &Configuration,
        part: &Part,
        intake: &mut FunctionIntake<'_>,
        until: Moment,
        report: &mut Report,
        told: &mut Tally,
    ) -> Vec<Failure> {
        let mut failures = Vec::new();
        for item in &part.items {
            let (tally, is_told, failure) = match item {
                Item::Object(object) if ObjectKind::of_key(&object.key) != ObjectKind::Log => {
                    report.skipped += 1;
                    tracing::info!(bucket = object.bucket, key = object.key, "no log, passed over");
                    continue;
                }
                Item::Object(object) => {
                    let reading = read::object(&self.s3, &configuration.rules, object, intake, until);
                    let (tally, outcome) = Box::pin(reading).await;
                    report.logs += u64::from(outcome.is_ok());
                    let LogObject { bucket, key, is_told } = object.clone();
                    (tally, is_told, outcome.err().map(|reason| Failure::Object { bucket, key, reason }))
                }
                Item::Record(record) => {
                    let (tally, outcome) = Box::pin(read::record(&configuration.rules, record, intake)).await;
                    (tally, record.is_told, outcome.err().map(Failure::from))
                }
                // Others clean up as they like.
                Item::Removal(removal) if ObjectKind::of_key(&removal.key) == ObjectKind::Other => {
                    report.skipped += 1;
                    continue;
                }
                Item::Removal(removal) => {
                    report.removed += 1;
                    tracing::warn!(bucket = removal.bucket, key = removal.key, "a log object was removed");
                    if configuration.settings.notify_log_removal && removal.is_told {
                        intake.removal(removal);
                    }
                    continue;
                }
            };
            if is_told {
                told.add(tally.clone());
            } else if tally.matched > 0 {
                report.untold += tally.matched;
                tracing::warn!(
                    matches = tally.matched,
                    "told to nobody: the message is old, or past logs are counted alone"
                );
            }
            report.tally.add(tally);
            failures.extend(failure);
        }
        failures
    }
}

/// The moment at which two thirds of the time are over.
fn two_thirds(now: Moment, deadline: Moment) -> Moment {
    now.plus(deadline.since(now) * 2 / 3)
}
