//! What every handler works with: the namespace, and a client of Parameter Store.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::SharedCredentialsProvider;
use aws_sdk_ssm::operation::{
    add_tags_to_resource::AddTagsToResourceError, delete_parameter::DeleteParameterError,
    describe_parameters::DescribeParametersError, get_parameter::GetParameterError,
    get_parameters_by_path::GetParametersByPathError, list_tags_for_resource::ListTagsForResourceError,
    put_parameter::PutParameterError, remove_tags_from_resource::RemoveTagsFromResourceError,
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use tfplugin::{Attribute, Diagnostic, Diagnostics, Path};
use trailhook_engine::document::Namespace;

use crate::config::{Config, DEFAULT_MAX_RETRIES, DEFAULT_SESSION_NAME};
use crate::names::Names;
use crate::number::clamped;
use crate::pace::Pacers;
use crate::parameter::ThrottlingIsPaced;
use crate::profile;
use crate::s3::S3;

/// The longest wait between two tries.
const MAX_BACKOFF: Duration = Duration::from_secs(4);

/// How long a try waits for a connection; the SDK's own default.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);

/// How long a try waits for the beginning of an answer, which comes within a second as a rule.
const READ_TIMEOUT: Duration = Duration::from_secs(15);

/// The longest that one try of a small call takes.
pub(crate) const ATTEMPT: Duration = CONNECT_TIMEOUT.saturating_add(READ_TIMEOUT);

pub(crate) struct Connection {
    namespace: Attribute<Namespace>,
    client: Attribute<Client>,
    s3: Attribute<S3>,
    /// Whether a region was given or found.
    has_region: bool,
    default_tags: Attribute<BTreeMap<String, String>>,
    pacers: Arc<Pacers>,
    names: Names,
    /// Whether people were told that the plan could not ask AWS.
    has_warned: AtomicBool,
    /// Whether a call of the plan had no answer.
    is_out_of_reach: AtomicBool,
}

impl Connection {
    /// Nothing is sent yet, and credentials are looked up when the first call needs them.
    pub(crate) async fn new(config: &Config, pacers: Arc<Pacers>) -> Result<Self, Diagnostics> {
        config.faults().or_ok(())?;
        let (client, s3, has_region) = if config.is_connectable() {
            let shared = shared(config).await?;
            let has_region = shared.region().is_some_and(|region| !region.as_ref().is_empty());
            // An address that is not known yet is not AWS's own.
            let s3 = match config.endpoints.known().map(|endpoints| &endpoints.s3) {
                Some(Attribute::Unknown) => Attribute::Unknown,
                endpoint => Attribute::Known(S3::new(&shared, endpoint.and_then(Attribute::as_str))),
            };
            (Attribute::Known(client(config, &shared)), s3, has_region)
        } else {
            (Attribute::Unknown, Attribute::Unknown, true)
        };
        let default_tags = config.default_tags();
        Ok(Self {
            namespace: config.namespace()?,
            client,
            s3,
            has_region,
            default_tags,
            pacers,
            names: Names::default(),
            has_warned: AtomicBool::new(false),
            is_out_of_reach: AtomicBool::new(false),
        })
    }

    /// The tags of all parameters.
    pub(crate) fn default_tags(&self) -> &Attribute<BTreeMap<String, String>> {
        &self.default_tags
    }

    pub(crate) fn pacers(&self) -> &Pacers {
        &self.pacers
    }

    /// Who has which parameter, as far as this run knows.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Whether this is the first warning that the plan could not ask AWS: the reason is seldom one of a single object, and is
    /// not told anew for each.
    pub(crate) fn is_first_warning(&self) -> bool {
        !self.has_warned.swap(true, Ordering::Relaxed)
    }

    /// Remembers that a call had no answer, so that a plan does not wait for one with each object.
    pub(crate) fn set_out_of_reach(&self) {
        self.is_out_of_reach.store(true, Ordering::Relaxed);
    }

    /// Whether a call of the plan had no answer.
    pub(crate) fn is_out_of_reach(&self) -> bool {
        self.is_out_of_reach.load(Ordering::Relaxed)
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

    /// The client of S3, if what it needs is known yet.
    ///
    /// # Errors
    ///
    /// As [`Self::client`].
    pub(crate) fn s3(&self) -> Result<Option<&aws_sdk_s3::Client>, Diagnostic> {
        if self.has_region { Ok(self.s3.known().map(S3::client)) } else { Err(no_region()) }
    }

    /// The client of S3, at a time when it must be there.
    pub(crate) fn require_s3(&self) -> Result<&aws_sdk_s3::Client, Diagnostic> {
        self.s3()?.ok_or_else(unknown_configuration)
    }

    /// The same in a region of its own, if one is given.
    pub(crate) fn require_s3_in(&self, region: Option<String>) -> Result<aws_sdk_s3::Client, Diagnostic> {
        match region {
            Some(region) => Ok(self.s3.known().ok_or_else(unknown_configuration)?.client_in(region)),
            None => Ok(self.require_s3()?.clone()),
        }
    }
}

/// What all AWS clients have in common.
async fn shared(config: &Config) -> Result<SdkConfig, Diagnostics> {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let retries = config.max_retries.known().map_or(DEFAULT_MAX_RETRIES, |&retries| clamped(retries));
    let attempts = retries.saturating_add(1);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.clone())
        .timeout_config(timeouts())
        .retry_config(RetryConfig::standard().with_max_attempts(attempts).with_max_backoff(MAX_BACKOFF));
    if let Some(region) = config.region.known() {
        loader = loader.region(Region::new(region.clone()));
    }
    let files = profile::files(config);
    if let Some(files) = files.clone() {
        loader = loader.profile_files(files);
    }
    if let Some(name) = config.profile.known() {
        profile::check(name, files.clone(), config).await?;
        loader = loader.profile_name(name);
    }
    let mut shared = loader.load().await;
    if let Some(name) = config.profile.known() {
        let credentials = profile::credentials(&shared, http, name, files);
        shared = shared.to_builder().credentials_provider(credentials).build();
    }
    let Some(role) = config.assume_role.known() else { return Ok(shared) };

    let mut sts = shared.to_builder();
    if let Some(url) = config.endpoint(|endpoints| &endpoints.sts) {
        sts = sts.endpoint_url(url);
    }
    let mut provider =
        AssumeRoleProvider::builder(role.role_arn.require(Path::from("assume_role").attribute("role_arn"))?)
            .configure(&sts.build())
            .session_name(role.session_name.as_str().unwrap_or(DEFAULT_SESSION_NAME));
    if let Some(id) = role.external_id.as_str() {
        provider = provider.external_id(id);
    }
    if let Some(duration) = role.duration()? {
        provider = provider.session_length(duration);
    }
    let credentials = SharedCredentialsProvider::new(provider.build().await);
    Ok(shared.to_builder().credentials_provider(credentials).build())
}

/// How long a try waits, so that a plan in front of a server that never answers ends.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT).build()
}

fn client(config: &Config, shared: &SdkConfig) -> Client {
    let mut ssm = aws_sdk_ssm::config::Builder::from(shared)
        .retry_classifier(ThrottlingIsPaced::<PutParameterError>::new())
        .retry_classifier(ThrottlingIsPaced::<DeleteParameterError>::new())
        .retry_classifier(ThrottlingIsPaced::<AddTagsToResourceError>::new())
        .retry_classifier(ThrottlingIsPaced::<RemoveTagsFromResourceError>::new())
        .retry_classifier(ThrottlingIsPaced::<GetParameterError>::new())
        .retry_classifier(ThrottlingIsPaced::<ListTagsForResourceError>::new())
        .retry_classifier(ThrottlingIsPaced::<DescribeParametersError>::new())
        .retry_classifier(ThrottlingIsPaced::<GetParametersByPathError>::new());
    if let Some(url) = config.endpoint(|endpoints| &endpoints.ssm) {
        ssm = ssm.endpoint_url(url);
    }
    Client::from_conf(ssm.build())
}

fn unknown_configuration() -> Diagnostic {
    Diagnostic::error("The provider's configuration is not known yet")
        .detail("An attribute of the provider block depends on a value that is known only after apply. Apply its source first, with -target.")
}

fn no_region() -> Diagnostic {
    Diagnostic::error("No AWS region")
        .detail("Give `region` in the provider block, or set AWS_REGION, or name a region in the profile.")
}
