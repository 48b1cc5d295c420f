//! What the end-to-end tests share: a deployment as a user has it, and Terraform with our provider.

#![allow(dead_code, reason = "each test program uses a part of this")]

pub(crate) mod kept;
pub(crate) mod plugin;
pub(crate) mod stand;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};
use trailhook_tests::{
    Artifacts, Aws, FaultProxy, FunctionSpec, Invocation, MiniStack, ParameterKind, SlackDouble, Terraform,
};

pub(crate) const NAMESPACE: &str = "/trailhook/test";
pub(crate) const SECRET: &str = "/trailhook/secrets/slack-webhook";
pub(crate) const BUCKET: &str = "logs";
pub(crate) const FUNCTION: &str = "trailhook-test";

/// The state table of a deployment that has one.
pub(crate) const TABLE: &str = "trailhook-state";
/// The queue for alerts that nobody takes, of a deployment that has a state table.
pub(crate) const DEAD_LETTERS: &str = "trailhook-dead-letters";

/// A function around a log bucket, with a route to a Slack webhook. Its calls to AWS go through the proxy.
pub(crate) struct Deployment {
    pub(crate) stack: MiniStack,
    pub(crate) proxy: FaultProxy,
    pub(crate) aws: Aws,
    pub(crate) slack: SlackDouble,
    pub(crate) function_arn: String,
}

/// Where a function keeps its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Memory,
    Table,
}

impl Deployment {
    /// The function, the bucket and the secret; neither rules nor routes.
    pub(crate) async fn bare() -> anyhow::Result<Self> {
        Self::furnish(State::Memory, Duration::from_secs(30)).await
    }

    /// The same with a default route to the webhook, and this time for an invocation.
    pub(crate) async fn with_timeout(timeout: Duration) -> anyhow::Result<Self> {
        let deployment = Self::furnish(State::Memory, timeout).await?;
        deployment.put_route("security", SECRET).await?;
        Ok(deployment)
    }

    /// A function with its state there, and no route; beside a state table it has a dead-letter queue.
    pub(crate) async fn furnish(state: State, timeout: Duration) -> anyhow::Result<Self> {
        let proxy = FaultProxy::start().await?;
        proxy.serve_a_function();
        let stack = MiniStack::builder()
            .endpoint_for_functions(proxy.url())
            .first_retry_after(Duration::from_millis(100))
            .start()
            .await?;
        proxy.forward_to(stack.url());
        let aws = Aws::at(stack.url());
        let slack = SlackDouble::start().await?;
        aws.create_bucket(BUCKET).await?;
        aws.put_parameter(SECRET, ParameterKind::SecureString, &slack.webhook_url(), false).await?;
        if state == State::Table {
            aws.create_state_table(TABLE).await?;
            aws.create_queue(DEAD_LETTERS).await?;
        }
        let function_arn = create_function(&aws, FUNCTION, state, timeout).await?;
        aws.allow_bucket(FUNCTION, BUCKET).await?;
        Ok(Self { stack, proxy, aws, slack, function_arn })
    }

    /// A function with a state table, a dead-letter queue, and a default route to the webhook.
    pub(crate) async fn with_table() -> anyhow::Result<Self> {
        let deployment = Self::furnish(State::Table, Duration::from_secs(30)).await?;
        deployment.put_route("security", SECRET).await?;
        Ok(deployment)
    }

    /// Invokes the function as its schedule does.
    pub(crate) async fn flush(&self) -> anyhow::Result<Invocation> {
        self.aws.invoke(FUNCTION, &json!({"trailhook": "flush"})).await
    }

    /// Lets so much time pass for all that the state table holds.
    pub(crate) async fn let_pass(&self, time: Duration) -> anyhow::Result<()> {
        self.move_time(i64::try_from(time.as_millis())?).await
    }

    /// Moves the time of all that the state table holds, in milliseconds; back, if they are negative.
    pub(crate) async fn move_time(&self, millis: i64) -> anyhow::Result<()> {
        for mut item in self.aws.scan(TABLE).await? {
            let number = |value: &Value| value.as_str().and_then(|text| text.parse::<i64>().ok());
            if let Some(due) = number(&item["due"]["N"]) {
                item["due"] = json!({"N": (due - millis).to_string()});
            }
            let body = item["body"]["S"].as_str().context("a body")?;
            let Ok(mut body) = serde_json::from_str::<Value>(body) else { continue };
            for path in ["/owed", "/due", "/open/at", "/open/ends", "/until", "/next_at"] {
                if let Some(moment) = body.pointer_mut(path)
                    && let Some(at) = moment.as_i64()
                {
                    *moment = (at - millis).into();
                }
            }
            item["body"] = json!({"S": body.to_string()});
            self.aws.put_item(TABLE, &item).await?;
        }
        Ok(())
    }

    /// The items of the state table whose names begin so, with what they hold.
    pub(crate) async fn state(&self, prefix: &str) -> anyhow::Result<Vec<(String, Value)>> {
        let mut found = Vec::new();
        for item in self.aws.scan(TABLE).await? {
            let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
            if text("pk").starts_with(prefix) {
                found.push((text("pk"), serde_json::from_str(&text("body"))?));
            }
        }
        found.sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(found)
    }

    /// The same with a default route to the webhook.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::with_timeout(Duration::from_secs(30)).await
    }

    pub(crate) async fn put_rule(&self, name: &str, expression: &str) -> anyhow::Result<()> {
        let document = json!({"schema": 1, "name": name, "expression": expression, "severity": "high"});
        self.put_document("rules", name, &document.to_string()).await
    }

    pub(crate) async fn put_route(&self, name: &str, secret: &str) -> anyhow::Result<()> {
        let destination = json!({"type": "slack_webhook", "url_parameter": secret, "allowed_host": "127.0.0.1"});
        let document = json!({"schema": 1, "name": name, "default": true, "destination": destination});
        self.put_document("routes", name, &document.to_string()).await
    }

    pub(crate) async fn put_document(&self, folder: &str, name: &str, text: &str) -> anyhow::Result<()> {
        let parameter = format!("{NAMESPACE}/{folder}/{name}");
        self.aws.put_parameter(&parameter, ParameterKind::String, text, true).await.map(|_| ())
    }

    /// Puts a log object of these records and invokes the function for it.
    pub(crate) async fn deliver(&self, key: &str, records: &[Value]) -> anyhow::Result<Invocation> {
        let log = json!({ "Records": records }).to_string();
        self.aws.put_object(BUCKET, key, gzip(log.as_bytes())?).await?;
        self.invoke_for(&[key]).await
    }

    /// Invokes the function as S3 does for created objects.
    pub(crate) async fn invoke_for(&self, keys: &[&str]) -> anyhow::Result<Invocation> {
        self.aws.invoke(FUNCTION, &notification(keys)).await
    }
}

/// Creates a function out of the real program.
pub(crate) async fn create_function(aws: &Aws, name: &str, state: State, timeout: Duration) -> anyhow::Result<String> {
    let zip = Artifacts::find()?.bootstrap_zip().await?;
    let mut environment = vec![("TRAILHOOK_NAMESPACE", NAMESPACE)];
    let queue = if state == State::Table { aws.queue_url(DEAD_LETTERS).await? } else { String::new() };
    if state == State::Table {
        environment.extend([("TRAILHOOK_TABLE", TABLE), ("TRAILHOOK_DEAD_LETTER_QUEUE", queue.as_str())]);
    }
    aws.create_function(&FunctionSpec { environment: &environment, timeout, ..FunctionSpec::new(name, &zip) }).await
}

pub(crate) fn notification(keys: &[&str]) -> Value {
    let records: Vec<_> = keys
        .iter()
        .map(|key| {
            json!({
                "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "awsRegion": "eu-central-1",
                "s3": {"bucket": {"name": BUCKET}, "object": {"key": url::form_urlencoded::byte_serialize(key.as_bytes()).collect::<String>()}}
            })
        })
        .collect();
    json!({ "Records": records })
}

/// The key of a log object, as CloudTrail names them.
pub(crate) fn log_key(name: &str) -> String {
    format!(
        "AWSLogs/111122223333/CloudTrail/eu-central-1/2026/02/03/111122223333_CloudTrail_eu-central-1_20260203T1010Z_{name}.json.gz"
    )
}

pub(crate) fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// An event of this name, with an identity of its own.
pub(crate) fn event(name: &str, id: &str) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": id, "eventName": name, "eventSource": "cloudtrail.amazonaws.com",
        "eventTime": "2026-02-03T10:08:09Z", "awsRegion": "eu-central-1", "recipientAccountId": "111122223333",
        "sourceIPAddress": "203.0.113.20", "userAgent": "aws-cli/2.17.0",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111122223333:user/alice"}
    })
}

/// Terraform in a fresh folder, with our provider, pointed at an address.
pub(crate) fn terraform(endpoint: &str) -> anyhow::Result<Terraform> {
    Ok(Terraform::with_provider(&Artifacts::find()?.provider()?)?.endpoint(endpoint))
}

/// A configuration with the provider's block in front.
pub(crate) fn configuration(resources: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    trailhook = {{ source = \"trailhook/trailhook\" }}\n  }}\n}}\n\n\
         provider \"trailhook\" {{\n  namespace = \"{NAMESPACE}\"\n}}\n\n{resources}"
    )
}

/// A folder of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Runs the local tool; its exit code, standard output and standard error.
pub(crate) async fn trailhook(arguments: &[&str], input: &str) -> anyhow::Result<(i32, String, String)> {
    use tokio::io::AsyncWriteExt as _;
    let mut child = tokio::process::Command::new(Artifacts::find()?.trailhook()?)
        .args(arguments)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = child.stdin.take().context("the tool has no standard input")?;
    let input = input.to_owned();
    let writing = tokio::spawn(async move { stdin.write_all(input.as_bytes()).await });
    let output = child.wait_with_output().await?;
    // A tool that stopped early has closed its input.
    let _closed_early = writing.await?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes);
    Ok((output.status.code().unwrap_or(-1), text(output.stdout)?, text(output.stderr)?))
}
