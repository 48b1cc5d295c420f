//! Reading the namespace from Parameter Store, and keeping it.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_ssm::Client;
use tokio::sync::Mutex;
use tokio::time::timeout;
use trailhook_engine::document::{DocumentKind, Namespace, SettingsDocument};

use super::configuration::{Configuration, Parameter, Parameters};
use crate::aws::CallError;
use crate::clock::{Clock as _, Moment, SystemClock};

/// How long an invocation waits for a newer configuration while it has one to go on with.
const REFRESH_PATIENCE: Duration = Duration::from_secs(2);

/// Why there is no configuration to work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Parameter Store did not answer as it should.
    #[error("the configuration cannot be read: {0}")]
    Call(#[from] CallError),
    /// The invocation's time was over before Parameter Store had answered.
    #[error("the configuration could not be read in the invocation's time")]
    OutOfTime,
    /// Nobody would be told of anything.
    #[error(
        "the namespace {namespace} has no route that works, so alerts would go nowhere{}; \
         apply a trailhook_route to it, or point TRAILHOOK_NAMESPACE to the namespace that has one",
        if *broken { " (a route is there, but cannot be read: see the log)" } else { "" }
    )]
    NoRoute {
        /// The namespace.
        namespace: String,
        /// Whether there are documents of routes, all of them broken.
        broken: bool,
    },
}

/// The configuration of one namespace, read when it is needed and kept for a while.
pub struct ConfigStore {
    client: Client,
    namespace: Namespace,
    kept: Mutex<Option<Kept>>,
}

/// A configuration as it was read last.
#[derive(Debug, Clone)]
pub struct Kept {
    /// It.
    pub configuration: Arc<Configuration>,
    /// When it was read.
    pub read_at: Moment,
    /// Since when it could not be read anew.
    pub failing_since: Option<Moment>,
    /// When it is to be read again.
    due_at: Moment,
}

/// What was read, and by how many calls.
struct Read {
    configuration: Configuration,
    calls: u32,
}

impl Kept {
    /// The same, which could not be read anew now.
    fn failing(self) -> Self {
        Self { failing_since: Some(self.failing_since.unwrap_or_else(|| SystemClock.now())), ..self }
    }
}

impl ConfigStore {
    /// A store that has read nothing yet.
    #[must_use]
    pub fn new(client: Client, namespace: Namespace) -> Self {
        Self { client, namespace, kept: Mutex::new(None) }
    }

    /// The namespace that it reads.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// The configuration to use for one whole invocation.
    ///
    /// A configuration that is older than the settings of the namespace want is read anew; if that fails or takes long, the last
    /// good one stays in use and the next invocation tries again.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is none to go on with.
    pub async fn current(&self) -> Result<Kept, ConfigError> {
        let mut kept = self.kept.lock().await;
        // Not taken out: who is cancelled while it reads leaves the last good one in place.
        let current = match kept.clone() {
            Some(last) if SystemClock.now() < last.due_at => last,
            Some(last) => match timeout(REFRESH_PATIENCE, self.read(Some(&last.configuration.settings))).await {
                Ok(Ok(read)) => keep(read),
                Ok(Err(error)) => {
                    tracing::error!(%error, read_at = %last.read_at, "the last good configuration stays in use");
                    last.failing()
                }
                Err(_) => {
                    tracing::error!(
                        read_at = %last.read_at,
                        "reading the configuration takes too long; the last good one stays in use"
                    );
                    last.failing()
                }
            },
            None => keep(self.read(None).await?),
        };
        let routes = &current.configuration.routes;
        if routes.live.is_empty() {
            // Not kept: whoever adds the missing route should not have to wait.
            *kept = None;
            let broken = !routes.broken.is_empty();
            return Err(ConfigError::NoRoute { namespace: self.namespace.to_string(), broken });
        }
        *kept = Some(current.clone());
        Ok(current)
    }

    async fn read(&self, last: Option<&SettingsDocument>) -> Result<Read, CallError> {
        let (rules, routes, packs, settings) = tokio::try_join!(
            self.documents(DocumentKind::Rule),
            self.documents(DocumentKind::Route),
            self.documents(DocumentKind::Pack),
            self.settings()
        )?;
        let ((rules, rule_pages), (routes, route_pages), (packs, pack_pages)) = (rules, routes, packs);
        let calls = rule_pages + route_pages + pack_pages + 1;
        let packs_read = packs.len();
        let configuration = Configuration::compile(&Parameters { rules, routes, packs, settings }, last);
        for broken in &configuration.broken {
            tracing::error!(parameter = broken.parameter, "{broken}");
        }
        tracing::info!(
            namespace = self.namespace.as_str(),
            rules = configuration.rules.len(),
            packs = packs_read,
            routes = configuration.routes.live.len(),
            broken = configuration.broken.len(),
            "configuration read"
        );
        Ok(Read { configuration, calls })
    }

    async fn settings(&self) -> Result<Option<Parameter>, CallError> {
        let name = self.namespace.settings();
        let answer = self.client.get_parameter().name(&name).send().await;
        match answer {
            Ok(answer) => {
                let parameter = answer.parameter.unwrap_or_else(|| aws_sdk_ssm::types::Parameter::builder().build());
                Ok(Some(Parameter { name, version: parameter.version(), value: parameter.value.unwrap_or_default() }))
            }
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_parameter_not_found() => Ok(None),
                _ => Err(CallError::new("GetParameter", name, &error)),
            },
        }
    }

    /// All documents of a kind, and how many pages they took.
    async fn documents(&self, kind: DocumentKind) -> Result<(Vec<Parameter>, u32), CallError> {
        let folder = self.namespace.folder(kind);
        let mut pages = self.client.get_parameters_by_path().path(&folder).into_paginator().send();
        let (mut parameters, mut count) = (Vec::new(), 0);
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new("GetParametersByPath", &folder, &error))?;
            count += 1;
            let read = page.parameters.unwrap_or_default().into_iter();
            parameters.extend(read.filter_map(|parameter| {
                let version = parameter.version();
                Some(Parameter { name: parameter.name?, value: parameter.value.unwrap_or_default(), version })
            }));
        }
        Ok((parameters, count))
    }
}

fn keep(read: Read) -> Kept {
    let (now, Read { configuration, calls }) = (SystemClock.now(), read);
    let age = age_to_read(configuration.settings.refresh_seconds, calls, SystemClock.random());
    Kept { configuration: Arc::new(configuration), read_at: now, failing_since: None, due_at: now.plus(age) }
}

/// The age at which a configuration is read anew: what the settings say, by chance up to a fifth more or less, so that a fleet does
/// not read at once; and never more calls than one in two seconds, since a whole account has forty a second.
fn age_to_read(refresh_seconds: u32, calls: u32, random: u64) -> Duration {
    const PER_CALL: Duration = Duration::from_secs(2);
    // Settings that were written by hand may say anything.
    let wanted = Duration::from_secs(refresh_seconds.clamp(30, 3_600).into());
    // From four to six fifths.
    let thousandths = 800 + u32::try_from(random % 401).unwrap_or_default();
    let (wanted, least) = (wanted * thousandths / 1_000, PER_CALL * calls);
    // Also where the pages decide.
    if wanted < least { least * (thousandths + 200) / 1_000 } else { wanted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_read_anew_at_about_the_age_that_is_wanted() {
        let ages = |seconds, calls| {
            let ages: Vec<_> = (0..1_000).map(|random| age_to_read(seconds, calls, random).as_millis()).collect();
            (*ages.iter().min().unwrap(), *ages.iter().max().unwrap())
        };
        assert_eq!(ages(60, 4), (48_000, 72_000));
        assert_eq!(ages(0, 4), (24_000, 36_000), "never as fast as it can");
        assert_eq!(ages(u32::MAX, 4), (2_880_000, 4_320_000), "nor never");
        assert_eq!(ages(60, 50), (100_000, 140_000), "many pages are not read more often than one in two seconds");
    }
}
