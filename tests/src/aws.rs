//! A small AWS client for what tests set up and look at.
//!
//! It speaks plain HTTP with path-style addresses and signs nothing: MiniStack reads only the access key and the scope
//! out of the `Authorization` header (the scope chooses the service). It is not for use against AWS.

mod dynamodb;
mod lambda;
mod logs;
mod s3;
mod sns;
mod sqs;
mod ssm;

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use lambda::{FunctionSpec, Invocation};
pub use logs::LogEvent;
pub use s3::ObjectInfo;
pub use sqs::QueueMessage;
pub use ssm::{Parameter, ParameterKind};

/// The longest a call may take: a synchronous invocation lasts as long as the function does.
const CALL_LIMIT: Duration = Duration::from_secs(120);

/// A client of one emulator, in one account and region.
#[derive(Debug, Clone)]
pub struct Aws {
    http: reqwest::Client,
    url: String,
}

/// An error that the service itself answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} answered {status} {code}: {message}")]
pub struct AwsError {
    /// The operation, such as `SSM.PutParameter`.
    pub operation: String,
    /// The HTTP status.
    pub status: u16,
    /// The error's code without a namespace, such as `ParameterAlreadyExists`; empty when the answer has none.
    pub code: String,
    /// What the service says about it.
    pub message: String,
}

/// What a call sends.
struct Call<'a> {
    operation: &'a str,
    /// The scope that the emulator chooses the service by, such as `ssm`.
    service: &'a str,
    method: Method,
    /// Path and query, percent-encoded, with the leading `/`.
    path: &'a str,
    headers: HeaderMap,
    body: Bytes,
}

/// What the emulator answered with a success.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Aws {
    /// The account that the emulator puts the tests' resources into. It derives the account from the access key.
    pub const ACCOUNT: &'static str = "000000000000";

    /// The region of every call.
    pub const REGION: &'static str = "eu-central-1";

    /// The access key, for programs that a test starts: `AWS_ACCESS_KEY_ID`, and anything as the secret.
    pub const ACCESS_KEY: &'static str = "test";

    /// A client of the emulator, or of a [`FaultProxy`](crate::FaultProxy), at this address.
    ///
    /// # Panics
    ///
    /// Never in practice: when the HTTP client cannot be built, which takes no outside input.
    #[must_use]
    #[allow(clippy::expect_used, reason = "the client is built from constants alone")]
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            http: crate::http_client::plain_http_client().expect("an HTTP client out of constants"),
            url: url.into().trim_end_matches('/').to_owned(),
        }
    }

    /// The address that the client calls.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The environment that makes another program, an AWS SDK in it, use this emulator.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_ACCESS_KEY_ID", Self::ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", Self::ACCESS_KEY.to_owned()),
            ("AWS_REGION", Self::REGION.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }

    /// Calls an operation of a JSON service that has no method of its own here.
    ///
    /// `service` is the credential scope (`dynamodb`), `target` the value of `X-Amz-Target`
    /// (`DynamoDB_20120810.CreateTable`).
    ///
    /// # Errors
    ///
    /// An [`AwsError`] that the service answered; a failed connection; an answer that is not JSON.
    pub async fn call_json(&self, service: &str, target: &str, request: &Value) -> anyhow::Result<Value> {
        self.json(service, target, request).await
    }

    /// A call whose request and answer are JSON, chosen by `X-Amz-Target`.
    async fn json<T: DeserializeOwned>(&self, service: &str, target: &str, request: &Value) -> anyhow::Result<T> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
        headers.insert("x-amz-target", HeaderValue::from_str(target).context("naming the operation")?);
        let operation = crate::fault_proxy::operation_of_target(target);
        let answer = self
            .call(Call {
                operation: &operation,
                service,
                method: Method::POST,
                path: "/",
                headers,
                body: request.to_string().into(),
            })
            .await?;
        let body: &[u8] = if answer.body.is_empty() { b"null" } else { &answer.body };
        serde_json::from_slice(body).with_context(|| format!("reading the answer of {operation}"))
    }

    async fn call(&self, call: Call<'_>) -> anyhow::Result<Answer> {
        let mut headers = call.headers;
        headers.insert(
            header::AUTHORIZATION,
            HeaderValue::from_str(&authorization(call.service)).context("naming the service")?,
        );
        let sent = self
            .http
            .request(call.method, format!("{}{}", self.url, call.path))
            .timeout(CALL_LIMIT)
            .headers(headers)
            .body(call.body)
            .send()
            .await
            .with_context(|| format!("calling {}", call.operation))?;
        let (status, headers) = (sent.status(), sent.headers().clone());
        let body = sent.bytes().await.with_context(|| format!("reading the answer of {}", call.operation))?;
        if status.is_success() {
            return Ok(Answer { status, headers, body });
        }
        Err(error_of(call.operation, status, &headers, &body).into())
    }
}

/// A well-formed header with an invented date and signature.
fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={}/20260203/{}/{service}/aws4_request, SignedHeaders=host, Signature={}",
        Aws::ACCESS_KEY,
        Aws::REGION,
        "0".repeat(64),
    )
}

/// Reads the JSON or XML form of an error.
fn error_of(operation: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> AwsError {
    let text = String::from_utf8_lossy(body);
    let (code, message) = match serde_json::from_slice::<Value>(body) {
        Ok(json) => {
            let field =
                |names: &[&str]| names.iter().find_map(|name| json.get(name)?.as_str()).unwrap_or_default().to_owned();
            let header = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
            let code = header.map_or_else(|| field(&["__type", "code", "Code"]), str::to_owned);
            (code, field(&["message", "Message"]))
        }
        Err(_) => quick_xml::de::from_str::<XmlError>(&text)
            .map(|error| (error.code, error.message))
            .unwrap_or_else(|_| (String::new(), text.into_owned())),
    };
    // `com.amazonaws.dynamodb.v20120810#Name` and `Name:http://...` both mean `Name`.
    let code = code.rsplit('#').next().unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    AwsError { operation: operation.to_owned(), status: status.as_u16(), code: code.to_owned(), message }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct XmlError {
    code: String,
    #[serde(default)]
    message: String,
}

/// The value that an expected error code stands for, such as `None` for a parameter that does not exist.
fn expected<T>(result: anyhow::Result<T>, codes: &[&str]) -> anyhow::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.downcast_ref::<AwsError>() {
            Some(answer) if codes.contains(&answer.code.as_str()) => Ok(None),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_read_in_every_wire_form() {
        let status = StatusCode::BAD_REQUEST;
        let json = br#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no"}"#;
        let xml = br#"<?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>NoSuchKey</Code><Message>gone</Message><Resource>/b/k</Resource></Error>"#;
        let cases: [(&[u8], &str, &str); 3] =
            [(json, "ResourceNotFoundException", "no"), (xml, "NoSuchKey", "gone"), (b"oops", "", "oops")];
        for (body, code, message) in cases {
            let error = error_of("X.Y", status, &HeaderMap::new(), body);
            assert_eq!((error.code.as_str(), error.message.as_str()), (code, message));
        }
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-amzn-errortype",
            HeaderValue::from_static("TooManyRequestsException:http://internal.amazon.com/coral/"),
        );
        let error = error_of("X.Y", status, &headers, br#"{"Message":"slow down"}"#);
        assert_eq!(error.to_string(), "X.Y answered 400 TooManyRequestsException: slow down");
    }
}
