//! The AWS clients, and what is said when AWS refuses.

use std::fmt;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ssm::config::SharedCredentialsProvider;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::RequestId;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// How long a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// How long one try of a call may take, until its answer begins. All of ours answer in milliseconds; without a limit a service that
/// is silent would take the invocation's whole time, and Lambda would end it without a word.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(5);

/// The AWS configuration that Lambda gives a function in its environment, with TLS by ring: the other provider costs tens of milliseconds
/// of CPU at its first random number.
///
/// Nothing else is looked for, such as profiles or a metadata service: what looks for them would be a tenth of the program, which is
/// loaded at each cold start. Source of the names: <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>.
#[must_use]
pub fn load() -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts =
        TimeoutConfig::builder().connect_timeout(CONNECT_LIMIT).operation_attempt_timeout(ATTEMPT_LIMIT).build();
    let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials)
        .timeout_config(timeouts)
        .http_client(http);
    builder.set_region(variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).map(Region::new));
    builder.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    builder.set_use_fips(is_true("AWS_USE_FIPS_ENDPOINT"));
    builder.set_use_dual_stack(is_true("AWS_USE_DUALSTACK_ENDPOINT"));
    builder.build()
}

/// A variable of the environment that is there and not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_true(name: &str) -> Option<bool> {
    variable(name).map(|value| value.eq_ignore_ascii_case("true"))
}

/// A call that AWS refused, or that did not get there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// The operation, e.g. `GetParameter`.
    pub operation: &'static str,
    /// What it was asked for: a parameter, or bucket and key.
    pub subject: String,
    /// AWS's error code, where AWS answered.
    pub code: Option<String>,
    /// What AWS said, or why it could not be asked.
    pub message: String,
    /// AWS's name of the request, where AWS answered.
    pub request_id: Option<String>,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} failed: ", self.operation, self.subject)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CallError {}

impl CallError {
    /// Whether the same call fails again unless somebody changes something: what it asks for is not there, or not for this function.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        const CODES: [&str; 11] = [
            "AccessDenied",
            "AccessDeniedException",
            "AllAccessDisabled",
            "InvalidObjectState",
            "KMS.DisabledException",
            "KMS.KMSInvalidStateException",
            "KMS.NotFoundException",
            "NoSuchBucket",
            "NoSuchKey",
            "NoSuchVersion",
            "PermanentRedirect",
        ];
        self.code.as_deref().is_some_and(|code| CODES.contains(&code))
    }

    /// Takes what matters out of the SDK's error. Bodies of requests, which may hold secrets, are not shown.
    pub(crate) fn new<E, R>(operation: &'static str, subject: impl Into<String>, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
        R: fmt::Debug,
    {
        let (code, message, request_id) = match error {
            SdkError::ServiceError(service) => {
                let error = service.err();
                let message = error.message().unwrap_or("AWS gave no reason");
                (error.code().map(str::to_owned), message.to_owned(), error.request_id().map(str::to_owned))
            }
            other => (None, chain(other), None),
        };
        Self { operation, subject: subject.into(), code, message, request_id }
    }
}

/// An error with its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let part = error.to_string();
        if !text.ends_with(&part) {
            text = format!("{text}: {part}");
        }
        cause = error.source();
    }
    text
}
