//! Terraform with our provider, before the emulator.

use serde_json::Value;
use trailhook_tests::{Aws, FaultProxy, MiniStack, Terraform};

use super::{NAMESPACE, configuration, terraform};

/// The emulator, and a folder in which Terraform applies to it.
pub(crate) struct Stand {
    pub(crate) aws: Aws,
    pub(crate) terraform: Terraform,
    pub(crate) proxy: FaultProxy,
    _stack: MiniStack,
}

impl Stand {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let stack = MiniStack::start().await?;
        let proxy = FaultProxy::start().await?;
        proxy.forward_to(stack.url());
        let terraform = terraform(&proxy.url())?;
        Ok(Self { aws: Aws::at(stack.url()), terraform, proxy, _stack: stack })
    }

    /// Writes the configuration and initialises Terraform, without applying it.
    pub(crate) async fn prepare(&self, resources: &str) {
        self.terraform.write("main.tf", &configuration(resources)).unwrap();
        self.terraform.init().await.unwrap().success().unwrap();
    }

    /// Applies, and holds that a second plan is empty.
    pub(crate) async fn apply(&self, resources: &str) {
        self.prepare(resources).await;
        self.terraform.apply(&[]).await.unwrap().success().unwrap();
        self.assert_empty_plan().await;
    }

    pub(crate) async fn assert_empty_plan(&self) {
        let plan = self.terraform.plan(&[]).await.unwrap();
        assert_eq!(plan.code, 0, "the plan should be empty:\n{}{}", plan.stdout, plan.stderr);
    }

    pub(crate) async fn document(&self, path: &str) -> Option<Value> {
        let parameter = self.aws.get_parameter(&format!("{NAMESPACE}/{path}")).await.unwrap()?;
        Some(serde_json::from_str(&parameter.value).unwrap())
    }

    pub(crate) async fn attributes(&self, address: &str) -> Value {
        let state = self.terraform.show(None).await.unwrap();
        let resources = state["values"]["root_module"]["resources"].as_array().unwrap();
        let found = resources.iter().find(|resource| resource["address"] == address);
        found.unwrap_or_else(|| panic!("no {address} in {state}"))["values"].clone()
    }
}
