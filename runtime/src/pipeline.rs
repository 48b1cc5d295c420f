//! The way of an event, from the objects of a notification to the messages.
//!
//! ```text
//! log object -> reader -> matcher -> router -> outbox -> renderer -> sender
//! ```

use std::fmt;

use aws_sdk_s3::error::SdkError;
use tokio::time::Instant;
use trailhook_engine::RuleSet;
use trailhook_engine::document::Destination;

use crate::aws::{CallError, chain};
use crate::config::{ConfigError, ConfigStore, Route, SecretStore};
use crate::matcher::{Match, Matcher, Tally};
use crate::message::{Subject, render};
use crate::outbox::{Claim, MemoryOutbox};
use crate::reader::{LogError, LogReader, ObjectKind};
use crate::router::routes_for;
use crate::sender::{SendError, WebhookSender};
use crate::source::LogObject;

/// What an invocation did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Log objects that were read.
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
    #[error("{}", Failures(.0))]
    Failed(Vec<Failure>),
}

/// One thing that failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An object could not be read to its end.
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
    secrets: SecretStore,
    outbox: MemoryOutbox,
    webhooks: WebhookSender,
}

impl Pipeline {
    /// Puts the parts together. Nothing is read yet.
    #[must_use]
    pub fn new(s3: aws_sdk_s3::Client, config: ConfigStore, secrets: SecretStore, webhooks: WebhookSender) -> Self {
        Self { s3, config, secrets, outbox: MemoryOutbox::default(), webhooks }
    }

    /// Reads the objects, decides about their events, and delivers the alerts before the deadline.
    ///
    /// Each object and each route stands alone: what fails does not keep the others from being done.
    ///
    /// # Errors
    ///
    /// [`InvocationError`] if anything was left undone, so that the invocation is retried.
    pub async fn run(&self, objects: &[LogObject], deadline: Instant) -> Result<Report, InvocationError> {
        let configuration = self.config.current().await?;
        let mut report = Report::default();
        let mut failures = Vec::new();
        let mut matches = Vec::new();
        for object in objects {
            match ObjectKind::of_key(&object.key) {
                ObjectKind::Log => {}
                kind @ (ObjectKind::Digest | ObjectKind::Other) => {
                    report.skipped += 1;
                    tracing::info!(bucket = object.bucket, key = object.key, ?kind, "no log, passed over");
                    continue;
                }
            }
            match self.scan(&configuration.rules, object).await {
                Ok((found, tally)) => {
                    report.logs += 1;
                    report.tally.add(tally);
                    matches.extend(found);
                }
                Err(reason) => {
                    failures.push(Failure::Object { bucket: object.bucket.clone(), key: object.key.clone(), reason });
                }
            }
        }
        for route in routes_for(&configuration.routes) {
            failures.extend(self.deliver(route, &matches, &mut report, deadline).await);
        }
        for (rule, (count, first)) in &report.tally.rule_errors {
            tracing::warn!(rule, count, first, "a rule erred, which counts as no match");
        }
        if failures.is_empty() { Ok(report) } else { Err(InvocationError::Failed(failures)) }
    }

    /// Reads one object as it arrives and decides about its events.
    async fn scan<'r>(&self, rules: &'r RuleSet, object: &LogObject) -> Result<(Vec<Match<'r>>, Tally), ReadError> {
        let address = format!("s3://{}/{}", object.bucket, object.key);
        let answer = self.s3.get_object().bucket(&object.bucket).key(&object.key).send().await;
        let mut body = answer.map_err(|error: SdkError<_, _>| CallError::new("GetObject", &address, &error))?.body;
        let mut matcher = Matcher::new(rules, address);
        let mut reader = LogReader::new(|record| matcher.record(&record));
        while let Some(chunk) = body.try_next().await.map_err(|error| ReadError::Transfer(chain(&error)))? {
            reader.push(&chunk)?;
        }
        reader.finish()?;
        Ok(matcher.finish())
    }

    /// Sends the alerts of one route that were not sent before. After a failure the rest is left for the retry, because
    /// what Slack refused once it will refuse again.
    async fn deliver(
        &self,
        route: &Route,
        matches: &[Match<'_>],
        report: &mut Report,
        deadline: Instant,
    ) -> Option<Failure> {
        for (position, found) in matches.iter().enumerate() {
            let claim = Claim { route: route.name.clone(), event_id: found.id.clone() };
            if !self.outbox.claim(&claim) {
                report.repeated += 1;
                continue;
            }
            if let Err(reason) = self.send(route, found, deadline).await {
                self.outbox.release(&claim);
                let alerts = u64::try_from(matches.len() - position).unwrap_or(u64::MAX);
                return Some(Failure::Route { route: route.name.clone(), alerts, reason });
            }
            report.messages += 1;
        }
        None
    }

    async fn send(&self, route: &Route, found: &Match<'_>, deadline: Instant) -> Result<(), SendError> {
        let message = render(&Subject { event: &found.event, rules: &found.rules });
        match &route.destination {
            Destination::SlackWebhook { url_parameter, allowed_host } => {
                let host = allowed_host.as_deref();
                self.webhooks.send(&self.secrets, url_parameter, host, &message, deadline).await
            }
        }
    }
}
