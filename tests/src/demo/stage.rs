//! What the story needs before Terraform comes: AWS and Slack, and in AWS a log bucket with its function.

use std::time::Duration;

use trailhook_tests::{Aws, FunctionSpec, MiniStack, ParameterKind, SlackDouble};

use crate::failure::Failure;

/// The bucket that CloudTrail would write to.
pub(crate) const BUCKET: &str = "trailhook-demo-logs";

/// The function, by the name that the rules of `examples/demo` know.
pub(crate) const FUNCTION: &str = "trailhook-demo";

/// The table in which the function keeps what is to be told.
pub(crate) const TABLE: &str = "trailhook-demo-state";

/// The path of all parameters that the example makes.
pub(crate) const NAMESPACE: &str = "/trailhook/demo";

/// The parameter with the webhook's URL, which the example names.
pub(crate) const WEBHOOK_PARAMETER: &str = "/trailhook/secrets/slack-webhook";

/// AWS and Slack, for as long as this lives.
pub(crate) struct Stage {
    pub(crate) stack: MiniStack,
    pub(crate) slack: SlackDouble,
    pub(crate) aws: Aws,
}

impl Stage {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let stack = MiniStack::start().await?;
        let slack = SlackDouble::start().await?;
        let aws = Aws::at(stack.url());
        Ok(Self { stack, slack, aws })
    }

    /// Makes the bucket, the secret, the state table, the function from its package, and the notification of the one to the other.
    pub(crate) async fn furnish(&self, package: &[u8]) -> anyhow::Result<()> {
        self.aws.create_bucket(BUCKET).await?;
        let webhook = self.slack.webhook_url();
        self.aws.put_parameter(WEBHOOK_PARAMETER, ParameterKind::SecureString, &webhook, false).await?;
        self.aws.create_state_table(TABLE).await?;
        let environment = [("TRAILHOOK_NAMESPACE", NAMESPACE), ("TRAILHOOK_TABLE", TABLE)];
        let spec = FunctionSpec {
            environment: &environment,
            timeout: Duration::from_secs(60),
            ..FunctionSpec::new(FUNCTION, package)
        };
        let arn = self.aws.create_function(&spec).await?;
        self.aws.allow_bucket(FUNCTION, BUCKET).await?;
        self.aws.notify_function(BUCKET, &arn, &["s3:ObjectCreated:*"]).await
    }

    /// The error with the log that is likely to explain it: the function's, or the emulator's if there is none.
    pub(crate) async fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        let lines = self.aws.function_log(FUNCTION).await.unwrap_or_default();
        // Lambda's own lines (START, END, REPORT) explain nothing.
        let own: Vec<String> =
            lines.into_iter().map(|line| line.message).filter(|line| line.starts_with('{')).collect();
        if own.is_empty() {
            let log = self.stack.log().unwrap_or_default();
            return Failure::new(error, "the emulator's log", log).into();
        }
        Failure::new(error, "the function's log", own.join("\n")).into()
    }
}
