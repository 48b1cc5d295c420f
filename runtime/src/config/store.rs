//! Reading the namespace from Parameter Store, and keeping it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_ssm::Client;
use tokio::sync::Mutex;
use tokio::time::timeout;
use trailhook_engine::document::{DocumentKind, Namespace};

use super::configuration::{Configuration, Parameter, Parameters};
use crate::aws::CallError;

/// How long a configuration is used before it is read again.
pub const REFRESH_AFTER: Duration = Duration::from_secs(60);

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

struct Kept {
    configuration: Arc<Configuration>,
    read_at: Instant,
}

impl ConfigStore {
    /// A store that has read nothing yet.
    #[must_use]
    pub fn new(client: Client, namespace: Namespace) -> Self {
        Self { client, namespace, kept: Mutex::new(None) }
    }

    /// The configuration to use for one whole invocation.
    ///
    /// A configuration that is too old is read anew; if that fails or takes long, the last good one stays in use and the
    /// next invocation tries again.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is none to go on with.
    pub async fn current(&self) -> Result<Arc<Configuration>, ConfigError> {
        let mut kept = self.kept.lock().await;
        let configuration = match kept.as_mut() {
            Some(last) if last.read_at.elapsed() < REFRESH_AFTER => Arc::clone(&last.configuration),
            Some(last) => {
                match timeout(REFRESH_PATIENCE, self.read()).await {
                    Ok(Ok(configuration)) => {
                        *last = Kept { configuration: Arc::new(configuration), read_at: Instant::now() }
                    }
                    Ok(Err(error)) => tracing::error!(%error, "the last good configuration stays in use"),
                    Err(_) => {
                        tracing::error!("reading the configuration takes too long; the last good one stays in use");
                    }
                }
                Arc::clone(&last.configuration)
            }
            None => {
                let configuration = Arc::new(self.read().await?);
                *kept = Some(Kept { configuration: Arc::clone(&configuration), read_at: Instant::now() });
                configuration
            }
        };
        if configuration.routes.live.is_empty() {
            // Not kept: whoever adds the missing route should not have to wait.
            *kept = None;
            let broken = !configuration.routes.broken.is_empty();
            return Err(ConfigError::NoRoute { namespace: self.namespace.to_string(), broken });
        }
        Ok(configuration)
    }

    async fn read(&self) -> Result<Configuration, CallError> {
        let (rules, routes, packs, settings) = tokio::try_join!(
            self.documents(DocumentKind::Rule),
            self.documents(DocumentKind::Route),
            self.documents(DocumentKind::Pack),
            self.settings()
        )?;
        let packs_read = packs.len();
        let configuration = Configuration::compile(&Parameters { rules, routes, packs, settings });
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
        Ok(configuration)
    }

    async fn settings(&self) -> Result<Option<Parameter>, CallError> {
        let name = self.namespace.settings();
        let answer = self.client.get_parameter().name(&name).send().await;
        match answer {
            Ok(answer) => {
                let value = answer.parameter.and_then(|parameter| parameter.value).unwrap_or_default();
                Ok(Some(Parameter { name, value }))
            }
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_parameter_not_found() => Ok(None),
                _ => Err(CallError::new("GetParameter", name, &error)),
            },
        }
    }

    async fn documents(&self, kind: DocumentKind) -> Result<Vec<Parameter>, CallError> {
        let folder = self.namespace.folder(kind);
        let mut pages = self.client.get_parameters_by_path().path(&folder).into_paginator().send();
        let mut parameters = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new("GetParametersByPath", &folder, &error))?;
            let read = page.parameters.unwrap_or_default().into_iter();
            parameters.extend(read.filter_map(|parameter| {
                Some(Parameter { name: parameter.name?, value: parameter.value.unwrap_or_default() })
            }));
        }
        Ok(parameters)
    }
}
