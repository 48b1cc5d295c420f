//! S3: the client, what is kept there, and what is said when a call fails.

mod failure;
mod name;
mod object;

pub(crate) use failure::{Address, failed};
pub(crate) use name::{check_bucket, check_key};
pub(crate) use object::{Object, Overwrite, Put, delete, head, put};

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, Region};

/// How long a try waits for the beginning of an answer, which comes when an upload is through: the function's package has a few
/// megabytes.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// The client of S3, made when the first call needs it: most configurations have nothing in S3.
pub(crate) struct S3 {
    shared: SdkConfig,
    endpoint: Option<String>,
    client: OnceLock<Client>,
}

impl S3 {
    /// A client for this account, at an address of its own if there is one.
    pub(crate) fn new(shared: &SdkConfig, endpoint: Option<&str>) -> Self {
        Self { shared: shared.clone(), endpoint: endpoint.map(str::to_owned), client: OnceLock::new() }
    }

    pub(crate) fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let timeouts = TimeoutConfig::builder().read_timeout(READ_TIMEOUT).build();
            let mut config = Builder::from(&self.shared);
            config.set_timeout_config(Some(timeouts));
            if let Some(endpoint) = &self.endpoint {
                config = config.endpoint_url(endpoint);
            }
            // What is not AWS's own address seldom has a name for each bucket, and a private endpoint takes both forms.
            let is_own_address = self.endpoint.is_some() || self.shared.endpoint_url().is_some();
            Client::from_conf(config.force_path_style(is_own_address).build())
        })
    }

    /// A client for the buckets of a region.
    pub(crate) fn client_in(&self, region: String) -> Client {
        Client::from_conf(self.client().config().to_builder().region(Region::new(region)).build())
    }
}
