//! The provider under the real Terraform, against the emulator's Parameter Store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

use serde_json::Value;
use tokio::sync::OnceCell;
use trailhook_tests::{Aws, MiniStack, ParameterKind, Terraform, TerraformRun};

use super::{NAMESPACE, configuration, terraform};

/// Terraform with our provider, on an account of its own.
pub(crate) struct Stand {
    pub(crate) aws: Aws,
    pub(crate) terraform: Terraform,
    initialised: OnceCell<()>,
    _stack: MiniStack,
}

impl Stand {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let stack = MiniStack::start().await?;
        let terraform = terraform(stack.url())?;
        Ok(Self { aws: Aws::at(stack.url()), terraform, initialised: OnceCell::new(), _stack: stack })
    }

    /// Applies, and holds that a second plan is empty.
    pub(crate) async fn apply(&self, resources: &str) {
        self.write(resources);
        self.init().await;
        self.terraform.apply(&[]).await.unwrap().success().unwrap();
        self.assert_empty_plan().await;
    }

    pub(crate) async fn assert_empty_plan(&self) {
        let plan = self.terraform.plan(&[]).await.unwrap();
        assert_eq!(plan.code, 0, "the plan should be empty:\n{}{}", plan.stdout, plan.stderr);
    }

    /// The document in a parameter of the namespace.
    pub(crate) async fn document(&self, path: &str) -> Option<Value> {
        let parameter = self.aws.get_parameter(&format!("{NAMESPACE}/{path}")).await.unwrap()?;
        Some(serde_json::from_str(&parameter.value).unwrap())
    }

    /// The values of a resource in the state.
    pub(crate) async fn attributes(&self, address: &str) -> Value {
        let state = self.terraform.show(None).await.unwrap();
        let resources = state["values"]["root_module"]["resources"].as_array().unwrap();
        let found = resources.iter().find(|resource| resource["address"] == address);
        found.unwrap_or_else(|| panic!("no {address} in {state}"))["values"].clone()
    }

    /// Makes Terraform ready, once.
    pub(crate) async fn init(&self) {
        let init = async || drop(self.terraform.init().await.unwrap().success().unwrap());
        self.initialised.get_or_init(init).await;
    }

    /// Writes these resources into the configuration.
    pub(crate) fn write(&self, resources: &str) {
        self.terraform.write("main.tf", &configuration(resources)).unwrap();
    }

    /// A plan with changes, and what it says.
    pub(crate) async fn plan_with_changes(&self, arguments: &[&str]) -> TerraformRun {
        let plan = self.terraform.plan(arguments).await.unwrap();
        assert_eq!(plan.code, 2, "the plan should have changes:\n{}{}", plan.stdout, plan.stderr);
        plan
    }

    /// Writes a text where a document of the namespace stands.
    pub(crate) async fn overwrite(&self, path: &str, text: &str) {
        let parameter = format!("{NAMESPACE}/{path}");
        self.aws.put_parameter(&parameter, ParameterKind::String, text, true).await.unwrap();
    }

    /// The version of a parameter, which each write raises.
    pub(crate) async fn version(&self, path: &str) -> u64 {
        self.aws.get_parameter(&format!("{NAMESPACE}/{path}")).await.unwrap().unwrap().version
    }

    /// Takes a resource out of the state, and leaves its parameter.
    pub(crate) async fn forget(&self, address: &str) {
        self.terraform.run(["state", "rm", address]).await.unwrap().success().unwrap();
    }
}
