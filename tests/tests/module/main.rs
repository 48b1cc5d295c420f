//! The Terraform module and its examples: with the real Terraform, the real AWS provider, the emulator, and the real function in it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a panic is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod complete;
mod hcl;
mod machines;
mod others;
mod realtime;
mod sources;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};
use support::{event, gzip, repository, terraform};
use trailhook_tests::{
    Artifacts, Aws, FaultProxy, MiniStack, ParameterKind, SlackDouble, Terraform, TerraformRun, wait_until,
};

/// An account with nothing in it but secrets, and a folder with the module and its examples.
pub(crate) struct Account {
    stack: MiniStack,
    pub(crate) proxy: FaultProxy,
    pub(crate) aws: Aws,
    pub(crate) slack: SlackDouble,
    pub(crate) files: Files,
}

impl Account {
    pub(crate) async fn open() -> anyhow::Result<Self> {
        // Before anything is started: where it is missing, the test is skipped.
        let files = Files::copied("http://127.0.0.1:1").await?;
        let proxy = FaultProxy::start().await?;
        proxy.serve_a_function();
        let stack = MiniStack::builder()
            .endpoint_for_functions(proxy.url())
            .first_retry_after(Duration::from_millis(100))
            .start()
            .await?;
        proxy.forward_to(stack.url());
        let aws = Aws::at(stack.url());
        let files = Files { terraform: files.terraform.endpoint(stack.url()) };
        Ok(Self { stack, proxy, aws, slack: SlackDouble::start().await?, files })
    }

    /// A folder of its own with the module and its examples, and Terraform that works there in the same account.
    pub(crate) async fn another_machine(&self) -> anyhow::Result<Files> {
        Files::copied(self.stack.url()).await
    }

    /// A webhook of this name, whose address is in a parameter.
    pub(crate) async fn webhook(&self, name: &str) {
        let url = format!("{}/services/T000/B000/{name}", self.slack.url());
        let parameter = format!("/trailhook/secrets/slack-{name}");
        self.aws.put_parameter(&parameter, ParameterKind::SecureString, &url, false).await.unwrap();
    }

    /// Puts a log of these events into a bucket.
    pub(crate) async fn log(&self, bucket: &str, name: &str, records: &[Value]) -> String {
        let key = support::log_key(name);
        let log = gzip(json!({"Records": records}).to_string().as_bytes()).unwrap();
        self.aws.put_object(bucket, &key, log).await.unwrap();
        key
    }

    /// The webhook and the text of each message, once there are so many.
    pub(crate) async fn messages(&self, count: usize) -> Vec<(String, String)> {
        let messages = self.slack.wait_for(count, Duration::from_secs(60)).await.unwrap();
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        messages.iter().map(|message| (name(&message.path), message.text().to_owned())).collect()
    }

    /// Waits for a line of a function's log.
    pub(crate) async fn wait_for_log(&self, function: &str, wanted: &str, count: usize) {
        wait_until(wanted, Duration::from_secs(60), async || {
            let log = self.aws.function_log(function).await?;
            let found = log.iter().filter(|line| line.message.contains(wanted)).count();
            Ok((found >= count).then_some(()))
        })
        .await
        .unwrap();
    }
}

/// The module and the examples, side by side as in the repository, and the Terraform that works on them.
pub(crate) struct Files {
    pub(crate) terraform: Terraform,
}

impl Files {
    async fn copied(endpoint: &str) -> anyhow::Result<Self> {
        let terraform = terraform(endpoint)?;
        for folder in ["module", "examples"] {
            copy(&repository(folder), &terraform.folder().join(folder))?;
        }
        let packages = terraform.folder().join("packages");
        fs::create_dir(&packages)?;
        fs::write(packages.join("bootstrap-x86_64.zip"), Artifacts::find()?.bootstrap_zip().await?)?;
        let folder = packages.to_string_lossy().into_owned();
        Ok(Self { terraform: terraform.environment("TRAILHOOK_PACKAGE_DIR", folder) })
    }

    /// A command in one of the folders.
    pub(crate) async fn run(&self, folder: &str, arguments: &[&str]) -> TerraformRun {
        let folder = format!("-chdir={folder}");
        let arguments = std::iter::once(folder.as_str()).chain(arguments.iter().copied());
        self.terraform.run(arguments).await.unwrap()
    }

    /// Fetches what a folder needs.
    pub(crate) async fn init(&self, folder: &str) -> anyhow::Result<()> {
        let run = self.run(folder, &["init", "-no-color", "-input=false"]).await;
        run.with_the_aws_provider().map(drop)
    }

    pub(crate) async fn apply(&self, folder: &str) {
        self.run(folder, &["apply", "-auto-approve", "-no-color", "-input=false"]).await.success().unwrap();
    }

    /// Holds that a second plan changes nothing but what the emulator does not keep of alarms.
    pub(crate) async fn assert_nothing_to_do(&self, folder: &str) {
        let plan = ["plan", "-no-color", "-input=false", "-out=second.plan"];
        let said = self.run(folder, &plan).await.success().unwrap();
        let shown = self.run(folder, &["show", "-json", "second.plan"]).await.success().unwrap();
        let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
        let changes = shown["resource_changes"].as_array().context("changes").unwrap();
        let is_drift = |change: &&Value| {
            change["change"]["actions"] == json!(["update"]) && change["type"] == "aws_cloudwatch_metric_alarm"
        };
        let changed = changes.iter().filter(|change| change["change"]["actions"] != json!(["no-op"]));
        let changed: Vec<_> = changed.filter(|change| !is_drift(change)).map(|change| &change["address"]).collect();
        assert!(changed.is_empty(), "{changed:?}\n{}", said.stdout);
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        self.terraform.write(path, text).unwrap();
    }

    /// What Terraform knows of what stands.
    pub(crate) async fn state(&self, folder: &str) -> Value {
        let shown = self.run(folder, &["show", "-json"]).await.success().unwrap();
        serde_json::from_str(&shown.stdout).unwrap()
    }
}

/// All resources of a state, those of modules among them.
pub(crate) fn resources(state: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut modules = vec![state["values"]["root_module"].clone()];
    while let Some(module) = modules.pop() {
        found.extend(module["resources"].as_array().into_iter().flatten().cloned());
        modules.extend(module["child_modules"].as_array().into_iter().flatten().cloned());
    }
    found
}

/// An event of a user of this name.
pub(crate) fn event_of(name: &str, id: &str, user: &str) -> Value {
    let mut record = event(name, id);
    record["userIdentity"]["userName"] = user.into();
    record["userIdentity"]["arn"] = format!("arn:aws:iam::{}:user/{user}", Aws::ACCOUNT).into();
    record["recipientAccountId"] = Aws::ACCOUNT.into();
    record["eventTime"] = jiff::Timestamp::now().to_string().into();
    record
}

/// A folder without what Terraform leaves behind.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if name == ".terraform" || name == ".terraform.lock.hcl" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
