//! Lambda: functions on a custom runtime, and their invocation.

use std::time::Duration;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Aws, Call, expected};

/// A function on `provided.al2023` that is to be created.
#[derive(Debug, Clone)]
pub struct FunctionSpec<'a> {
    /// Its name.
    pub name: &'a str,
    /// A zip with an executable `bootstrap` at its top, as [`Artifacts::bootstrap_zip`](crate::Artifacts::bootstrap_zip)
    /// makes it.
    pub zip: &'a [u8],
    /// Its environment. The emulator sets `AWS_ENDPOINT_URL` by itself and overrides one given here.
    pub environment: &'a [(&'a str, &'a str)],
    /// How long an invocation may take; whole seconds.
    pub timeout: Duration,
    /// Its memory in MB. The emulator tells it to the function and does not enforce it.
    pub memory_mb: u32,
    /// The ARN of the queue that failed asynchronous invocations go to.
    pub dead_letter_arn: Option<&'a str>,
}

impl<'a> FunctionSpec<'a> {
    /// A function with 30 s, 128 MB, an empty environment and no dead-letter queue.
    #[must_use]
    pub fn new(name: &'a str, zip: &'a [u8]) -> Self {
        Self { name, zip, environment: &[], timeout: Duration::from_secs(30), memory_mb: 128, dead_letter_arn: None }
    }
}

/// The outcome of a synchronous invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// What the function answered: its result, or the error object that it reported.
    pub payload: Bytes,
    /// `Unhandled` or `Handled` when the invocation failed.
    pub function_error: Option<String>,
    /// The last 4 KB of what the function wrote.
    pub log_tail: String,
}

impl Invocation {
    /// The payload as JSON.
    ///
    /// # Errors
    ///
    /// When the function answered something else.
    pub fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.payload).context("reading what the function answered")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Function {
    function_arn: String,
}

impl Aws {
    /// Creates a function and returns its ARN.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `ResourceConflictException` for a name that is taken; a failed connection.
    pub async fn create_function(&self, spec: &FunctionSpec<'_>) -> anyhow::Result<String> {
        let variables: serde_json::Map<String, Value> =
            spec.environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        let mut request = json!({
            "FunctionName": spec.name,
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": format!("arn:aws:iam::{}:role/{}", Self::ACCOUNT, spec.name),
            "Code": { "ZipFile": STANDARD.encode(spec.zip) },
            "Environment": { "Variables": variables },
            "Timeout": spec.timeout.as_secs(),
            "MemorySize": spec.memory_mb,
        });
        if let Some(arn) = spec.dead_letter_arn {
            request["DeadLetterConfig"] = json!({ "TargetArn": arn });
        }
        let answer = self.lambda("Lambda.CreateFunction", Method::POST, "", Some(&request)).await?;
        let function: Function = serde_json::from_slice(&answer.body).context("reading the created function")?;
        Ok(function.function_arn)
    }

    /// Removes a function; says whether there was one.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn delete_function(&self, name: &str) -> anyhow::Result<bool> {
        let path = format!("/{name}");
        let result = self.lambda("Lambda.DeleteFunction", Method::DELETE, &path, None).await;
        Ok(expected(result, &["ResourceNotFoundException"])?.is_some())
    }

    /// Invokes a function and waits for its answer. A function that fails is an [`Invocation`] with an error, not an `Err`.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `ResourceNotFoundException`; a failed connection.
    pub async fn invoke(&self, name: &str, event: &Value) -> anyhow::Result<Invocation> {
        let answer = self.invocation(name, event, "RequestResponse").await?;
        let text = |name: &str| {
            let value = answer.headers.get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let log = STANDARD
            .decode(text("x-amz-log-result").unwrap_or_default())
            .context("reading the end of the function's log")?;
        Ok(Invocation {
            function_error: text("x-amz-function-error"),
            log_tail: String::from_utf8_lossy(&log).into_owned(),
            payload: answer.body,
        })
    }

    /// Hands a function an event that it will get asynchronously, with retries.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `ResourceNotFoundException`; a failed connection.
    pub async fn invoke_async(&self, name: &str, event: &Value) -> anyhow::Result<()> {
        let answer = self.invocation(name, event, "Event").await?;
        anyhow::ensure!(
            answer.status == StatusCode::ACCEPTED,
            "an asynchronous invocation was answered {}",
            answer.status
        );
        Ok(())
    }

    /// Lets a bucket invoke a function. The emulator keeps the permission and does not enforce it.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `ResourceNotFoundException`; a failed connection.
    pub async fn allow_bucket(&self, function: &str, bucket: &str) -> anyhow::Result<()> {
        let request = json!({
            "StatementId": format!("s3-{bucket}"),
            "Action": "lambda:InvokeFunction",
            "Principal": "s3.amazonaws.com",
            "SourceArn": format!("arn:aws:s3:::{bucket}"),
        });
        let path = format!("/{function}/policy");
        self.lambda("Lambda.AddPermission", Method::POST, &path, Some(&request)).await?;
        Ok(())
    }

    /// Makes a queue invoke a function, which names the messages that failed.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `ResourceNotFoundException`; a failed connection.
    pub async fn map_queue(&self, function: &str, queue_arn: &str) -> anyhow::Result<()> {
        let request = json!({
            "FunctionName": function,
            "EventSourceArn": queue_arn,
            "BatchSize": 10,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        });
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.call(Call {
            operation: "Lambda.CreateEventSourceMapping",
            service: "lambda",
            method: Method::POST,
            path: "/2015-03-31/event-source-mappings/",
            headers,
            body: request.to_string().into(),
        })
        .await
        .map(drop)
    }

    async fn invocation(&self, name: &str, event: &Value, kind: &str) -> anyhow::Result<Answer> {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-invocation-type", HeaderValue::from_str(kind)?);
        headers.insert("x-amz-log-type", HeaderValue::from_static("Tail"));
        self.call(Call {
            operation: "Lambda.Invoke",
            service: "lambda",
            method: Method::POST,
            path: &format!("/2015-03-31/functions/{name}/invocations"),
            headers,
            body: event.to_string().into(),
        })
        .await
    }

    async fn lambda(
        &self,
        operation: &str,
        method: Method,
        path: &str,
        request: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.call(Call {
            operation,
            service: "lambda",
            method,
            path: &format!("/2015-03-31/functions{path}"),
            headers,
            body: request.map(Value::to_string).unwrap_or_default().into(),
        })
        .await
    }
}
