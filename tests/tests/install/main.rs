//! How people get the provider and the module: each way of installation with the real Terraform, out of packages as a release
//! has them. The programs in those are debug builds; `release.rs` does it with what `make package` made.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a panic is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod by_hand;
mod mirror;
mod package;
mod registry;
mod release;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::kept::{read, releases, restore};
use support::{NAMESPACE, SECRET};
use trailhook_tests::{Aws, MiniStack, Source, Terraform};

/// What comes before the version of this build, and has the same programs.
pub(crate) const PREVIOUS: &str = "0.0.9";

/// An account of its own, and Terraform that installs the provider from somewhere.
pub(crate) struct Stand {
    pub(crate) aws: Aws,
    pub(crate) terraform: Terraform,
    _stack: MiniStack,
}

impl Stand {
    pub(crate) async fn start(source: Source<'_>) -> anyhow::Result<Self> {
        let stack = MiniStack::start().await?;
        let terraform = Terraform::installed_from(source)?.endpoint(stack.url());
        Ok(Self { aws: Aws::at(stack.url()), terraform, _stack: stack })
    }

    /// With packages of the function for the provider, which is a development build.
    pub(crate) fn with_packages(self, folder: &Path) -> Self {
        let terraform = self.terraform.environment("TRAILHOOK_PACKAGE_DIR", folder.to_string_lossy());
        Self { terraform, ..self }
    }

    /// A rule and a route, with this constraint on the version of the provider from this source.
    pub(crate) fn write(&self, source: &str, version: &str) {
        let text = format!(
            r#"
terraform {{
  required_providers {{
    trailhook = {{
      source  = "{source}"
      version = "{version}"
    }}
  }}
}}

provider "trailhook" {{
  namespace = "{NAMESPACE}"
}}

resource "trailhook_rule" "stopped" {{
  name       = "trail-stopped"
  expression = "event['eventName'] == 'StopLogging'"
}}

resource "trailhook_route" "security" {{
  name    = "security"
  default = true

  slack_webhook {{
    url_parameter = "{SECRET}"
  }}
}}
"#
        );
        self.terraform.write("main.tf", &text).unwrap();
    }

    /// Runs a command that must succeed; what it said.
    pub(crate) async fn run(&self, command: &[&str]) -> String {
        self.terraform.run(command).await.unwrap().success().unwrap().diagnostics()
    }

    /// `terraform init`, and the version that it chose, which the lock file holds.
    pub(crate) async fn init(&self, more: &[&str]) -> (String, String) {
        let told = self.run(&[&["init", "-no-color", "-input=false"], more].concat()).await;
        let lock = self.lock();
        let version = lock.lines().find_map(|line| line.trim().strip_prefix("version")).unwrap();
        (told, version.trim_matches(|c: char| !c.is_ascii_digit()).to_owned())
    }

    pub(crate) fn lock(&self) -> String {
        fs::read_to_string(self.terraform.folder().join(".terraform.lock.hcl")).unwrap()
    }

    /// Applies the rule and the route, and holds that they are published and that a second plan is empty.
    pub(crate) async fn apply(&self) {
        self.terraform.apply(&[]).await.unwrap().success().unwrap();
        for name in ["rules/trail-stopped", "routes/security"] {
            assert!(self.aws.get_parameter(&format!("{NAMESPACE}/{name}")).await.unwrap().is_some(), "{name}");
        }
        self.assert_empty_plan().await;
    }

    pub(crate) async fn assert_empty_plan(&self) {
        let plan = self.terraform.plan(&[]).await.unwrap();
        assert_eq!(plan.code, 0, "the plan should be empty:\n{}{}", plan.stdout, plan.stderr);
    }

    /// From the previous version to this one: the state that it wrote, which nothing in the plan changes, and goes on.
    pub(crate) async fn upgrade(&self, source: &str) {
        self.write(source, PREVIOUS);
        assert_eq!(self.init(&[]).await.1, PREVIOUS);
        self.apply().await;

        // A later version is admitted: the lock file keeps the old one until it is told.
        self.write(source, &format!(">= {PREVIOUS}"));
        assert_eq!(self.init(&[]).await.1, PREVIOUS);
        assert_eq!(self.init(&["-upgrade"]).await.1, Terraform::provider_version());
        self.assert_empty_plan().await;
        let text = fs::read_to_string(self.terraform.folder().join("main.tf")).unwrap();
        self.terraform.write("main.tf", &text.replace("'StopLogging'", "'DeleteTrail'")).unwrap();
        let plan = self.terraform.plan(&[]).await.unwrap();
        assert!(plan.stdout.contains("0 to add, 1 to change, 0 to destroy"), "{}{}", plan.stdout, plan.stderr);
        self.apply().await;
        self.terraform.destroy().await.unwrap().success().unwrap();
    }

    /// The same with the state that the last release left, of all kinds of resources, in a folder that knows the previous version.
    pub(crate) async fn upgrade_kept_state(&self) {
        let release = releases().pop().unwrap();
        let state: Value = read(&release.join("whole.state.json"));
        self.write("trailhook/trailhook", PREVIOUS);
        assert_eq!(self.init(&[]).await.1, PREVIOUS);
        self.aws.create_bucket("code").await.unwrap();
        restore(&self.aws, &self.terraform, &release, "whole", &state).await.unwrap();
        assert_eq!(self.init(&["-upgrade"]).await.1, Terraform::provider_version());
        self.assert_empty_plan().await;
        self.terraform.destroy().await.unwrap().success().unwrap();
    }
}
