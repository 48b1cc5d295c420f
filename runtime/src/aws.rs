//! The AWS clients, and what is said when AWS refuses.

use std::fmt;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ssm::config::SharedCredentialsProvider;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::RequestId;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

/// How long a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// How long one try of a call may take, until its answer begins. All of ours answer in milliseconds; without a limit a service that
/// is silent would take the invocation's whole time, and Lambda would end it without a word.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(5);

/// The AWS configuration that Lambda gives a function in its environment, with TLS by ring: the other provider costs tens of milliseconds
/// of CPU at its first random number.
///
/// Read are `AWS_REGION`, the credentials, `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_USE_FIPS_ENDPOINT` and
/// `AWS_USE_DUALSTACK_ENDPOINT`. Nothing else is looked for, such as profiles or a metadata service: what looks for them would be a twelfth
/// of the program, which is loaded at each cold start. Source of the names:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>.
#[must_use]
pub fn load() -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    of_environment(Environment::new(|name| std::env::var(name).ok())).into_builder().http_client(http).build()
}

/// The variables of an environment, in which empty ones are as good as none.
struct Environment(Box<Read>);

type Read = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    fn new(read: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Box::new(read))
    }

    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    fn is_true(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| value.eq_ignore_ascii_case("true"))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Credentials are among them.
        f.write_str("Environment")
    }
}

impl LoadServiceConfig for Environment {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        self.get(&format!("{}_{}", key.env(), key.service_id().to_uppercase().replace([' ', '-'], "_")))
    }
}

fn of_environment(environment: Environment) -> SdkConfig {
    let timeouts =
        TimeoutConfig::builder().connect_timeout(CONNECT_LIMIT).operation_attempt_timeout(ATTEMPT_LIMIT).build();
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts);
    builder
        .set_region(environment.get("AWS_REGION").or_else(|| environment.get("AWS_DEFAULT_REGION")).map(Region::new));
    builder.set_endpoint_url(environment.get("AWS_ENDPOINT_URL"));
    builder.set_use_fips(environment.is_true("AWS_USE_FIPS_ENDPOINT"));
    builder.set_use_dual_stack(environment.is_true("AWS_USE_DUALSTACK_ENDPOINT"));
    builder.service_config(environment).build()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(variables: &'static [(&'static str, &'static str)]) -> SdkConfig {
        of_environment(Environment::new(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        }))
    }

    #[test]
    fn the_environment_says_where_and_how() {
        let config = configured(&[("AWS_REGION", "eu-central-1"), ("AWS_DEFAULT_REGION", "us-east-1")]);
        assert_eq!(config.region().map(Region::as_ref), Some("eu-central-1"));
        assert_eq!((config.endpoint_url(), config.use_fips(), config.use_dual_stack()), (None, None, None));
        assert_eq!(config.retry_config().map(RetryConfig::max_attempts), Some(3));
        assert_eq!(config.timeout_config().and_then(TimeoutConfig::operation_attempt_timeout), Some(ATTEMPT_LIMIT));

        let config = configured(&[
            ("AWS_REGION", ""),
            ("AWS_DEFAULT_REGION", "us-gov-west-1"),
            ("AWS_ENDPOINT_URL", "https://vpce.example.com"),
            ("AWS_USE_FIPS_ENDPOINT", "TRUE"),
            ("AWS_USE_DUALSTACK_ENDPOINT", "false"),
        ]);
        assert_eq!(config.region().map(Region::as_ref), Some("us-gov-west-1"));
        let others = (config.endpoint_url(), config.use_fips(), config.use_dual_stack());
        assert_eq!(others, (Some("https://vpce.example.com"), Some(true), Some(false)));
    }

    #[test]
    fn each_service_may_have_an_endpoint_of_its_own() {
        let config = configured(&[("AWS_ENDPOINT_URL_DYNAMODB", "https://table.example.com")]);
        let of = |service: &str| {
            let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
            config.service_config().and_then(|config| config.load_config(key.build().unwrap()))
        };
        assert_eq!((of("DynamoDB").as_deref(), of("S3")), (Some("https://table.example.com"), None));
    }
}
