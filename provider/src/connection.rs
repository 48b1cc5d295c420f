//! What every handler works with: the namespace, and a client of Parameter Store.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_ssm::Client;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use tfplugin::{Attribute, Diagnostic};
use trailhook_engine::document::Namespace;

use crate::config::Config;
use crate::s3::S3;

/// Tries of one call. Parameter Store takes about three writes a second from a whole account, so throttling is the rule in
/// a large apply.
const MAX_ATTEMPTS: u32 = 12;

/// The longest wait between two tries. (The SDK's adaptive mode was measured and not taken: after two throttled writes it
/// let one call pass every few seconds.)
const MAX_BACKOFF: Duration = Duration::from_secs(4);

pub(crate) struct Connection {
    namespace: Attribute<Namespace>,
    client: Attribute<Client>,
    s3: Attribute<S3>,
    /// Whether a region was given or found.
    has_region: bool,
    /// The parameters of the objects in this state, as far as this run came across them. Terraform plans the second half of
    /// a replacement as if nothing was there, and the name it finds taken is the object's own.
    own: Mutex<BTreeSet<String>>,
}

impl Connection {
    /// Nothing is sent yet, and credentials are looked up when the first call needs them.
    pub(crate) async fn new(config: &Config) -> Result<Self, Diagnostic> {
        let namespace = config.namespace()?;
        let endpoint = match &config.endpoints {
            Attribute::Known(endpoints) => match &endpoints.ssm {
                Attribute::Known(endpoint) => Attribute::Known(Some(endpoint)),
                Attribute::Null => Attribute::Known(None),
                Attribute::Unknown => Attribute::Unknown,
            },
            Attribute::Null => Attribute::Known(None),
            Attribute::Unknown => Attribute::Unknown,
        };
        let Some(endpoint) = endpoint.known().filter(|_| !config.region.is_unknown() && !config.profile.is_unknown())
        else {
            return Ok(Self {
                namespace,
                client: Attribute::Unknown,
                s3: Attribute::Unknown,
                has_region: true,
                own: Mutex::default(),
            });
        };

        let http =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS).with_max_backoff(MAX_BACKOFF));
        if let Some(region) = config.region.known() {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = config.profile.known() {
            loader = loader.profile_name(profile);
        }
        let shared = loader.load().await;
        let mut ssm = aws_sdk_ssm::config::Builder::from(&shared);
        if let Some(endpoint) = endpoint {
            ssm = ssm.endpoint_url(*endpoint);
        }
        let has_region = shared.region().is_some();
        let client = Attribute::Known(Client::from_conf(ssm.build()));
        let s3 = Attribute::Known(S3::new(&shared, None));
        Ok(Self { namespace, client, s3, has_region, own: Mutex::default() })
    }

    /// Remembers that an object of this state stands in a parameter.
    pub(crate) fn remember(&self, parameter: &str) {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).insert(parameter.to_owned());
    }

    /// Whether an object of this state is known to stand in a parameter.
    pub(crate) fn is_own(&self, parameter: &str) -> bool {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).contains(parameter)
    }

    /// The namespace, if it is known yet.
    pub(crate) fn namespace(&self) -> Option<&Namespace> {
        self.namespace.known()
    }

    /// The namespace, at a time when it must be known.
    pub(crate) fn require_namespace(&self) -> Result<&Namespace, Diagnostic> {
        self.namespace.known().ok_or_else(unknown_configuration)
    }

    /// The client, if what it needs is known yet.
    ///
    /// # Errors
    ///
    /// A diagnostic if no region is configured anywhere, which no call can do without.
    pub(crate) fn client(&self) -> Result<Option<&Client>, Diagnostic> {
        if self.has_region { Ok(self.client.known()) } else { Err(no_region()) }
    }

    /// The client, at a time when it must be there.
    pub(crate) fn require_client(&self) -> Result<&Client, Diagnostic> {
        self.client()?.ok_or_else(unknown_configuration)
    }

    /// The client of S3, at a time when it must be there.
    pub(crate) fn require_s3(&self) -> Result<&aws_sdk_s3::Client, Diagnostic> {
        let s3 = if self.has_region { self.s3.known() } else { return Err(no_region()) };
        s3.map(S3::client).ok_or_else(unknown_configuration)
    }

    /// The same in a region of its own, if one is given.
    pub(crate) fn require_s3_in(&self, region: Option<String>) -> Result<aws_sdk_s3::Client, Diagnostic> {
        match region {
            Some(region) => Ok(self.s3.known().ok_or_else(unknown_configuration)?.client_in(region)),
            None => Ok(self.require_s3()?.clone()),
        }
    }
}

fn unknown_configuration() -> Diagnostic {
    Diagnostic::error("The provider's configuration is not known yet")
        .detail("An attribute of the provider block depends on a value that is known only after apply. Apply its source first, with -target.")
}

fn no_region() -> Diagnostic {
    Diagnostic::error("No AWS region")
        .detail("Give `region` in the provider block, or set AWS_REGION, or name a region in the profile.")
}
