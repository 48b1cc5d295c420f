//! State that an earlier release wrote, under the provider of today.
//!
//! `fixtures/state/{version}` holds what a release left behind: for `whole` (every attribute is set) and `least` (the required
//! ones alone) the configuration, the state file, and the parameters as they stood in Parameter Store; and the packages of the
//! function that it carried. The account and the region are the emulator's, and no address and no path of a machine is in them.
//! `fixtures/state/{whole,least}.tf` are the configurations of the next release, whose state `make state` writes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::kept::{Kept, fixtures, instances, package, read, releases, restore};
use support::terraform;
use trailhook_tests::{Artifacts, Aws, MiniStack, Terraform, require};

/// The configurations of each release.
const NAMES: [&str; 2] = ["whole", "least"];

/// What a release carries, in the folder of its state.
const PACKAGES: [&str; 2] = ["x86_64", "arm64"];

/// Known of no object in a bucket without versions, as that of the fixtures is.
const WITHOUT_VALUE: [&str; 1] = ["trailhook_lambda_code.version_id"];

/// An account of its own, and Terraform with the packages of a folder.
struct Stand {
    aws: Aws,
    terraform: Terraform,
    _stack: MiniStack,
}

impl Stand {
    async fn start(packages: &Path) -> anyhow::Result<Self> {
        let stack = MiniStack::start().await?;
        let terraform = terraform(stack.url())?.environment("TRAILHOOK_PACKAGE_DIR", packages.to_string_lossy());
        let aws = Aws::at(stack.url());
        aws.create_bucket("code").await?;
        Ok(Self { aws, terraform, _stack: stack })
    }

    /// What a release left behind, restored: the state, the parameters and the objects that the state names.
    async fn restored(release: &Path, name: &str, state: &Value) -> anyhow::Result<Self> {
        let stand = Self::start(release).await?;
        restore(&stand.aws, &stand.terraform, release, name, state).await?;
        stand.terraform.init().await?.success()?;
        Ok(stand)
    }

    async fn apply(&self, configuration: &str) {
        self.terraform.write("main.tf", configuration).unwrap();
        self.terraform.init().await.unwrap().success().unwrap();
        self.terraform.apply(&[]).await.unwrap().success().unwrap();
    }

    fn state(&self) -> Value {
        read(&self.terraform.folder().join("terraform.tfstate"))
    }

    /// Everything in Parameter Store, by name.
    async fn kept(&self) -> Vec<Kept> {
        let mut all = Vec::new();
        for found in self.aws.get_parameters_by_path("/").await.unwrap() {
            let filter = json!([{"Key": "Name", "Option": "Equals", "Values": [found.name]}]);
            let described = json!({ "ParameterFilters": filter });
            let described = self.aws.call_json("ssm", "AmazonSSM.DescribeParameters", &described).await.unwrap();
            let tier = described["Parameters"][0]["Tier"].as_str().unwrap().to_owned();
            let tags = self.aws.parameter_tags(&found.name).await.unwrap();
            all.push(Kept { name: found.name, value: found.value, tier, tags });
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// Holds that a plan changes nothing, but for packs that are not pinned and of which the provider carries a newer version.
    async fn assert_clean_plan(&self, what: &str) {
        let run = self.terraform.plan(&["-out=plan"]).await.unwrap();
        assert_ne!(run.code, 1, "{what}: {}{}", run.stdout, run.stderr);
        let plan = self.terraform.show(Some("plan")).await.unwrap();
        let changes = plan["resource_changes"].as_array().unwrap();
        assert!(!changes.is_empty(), "{what}: {}", run.stdout);
        let is_newer_pack = |change: &Value| {
            let (before, after) = (&change["change"]["before"], &change["change"]["after"]);
            change["type"] == "trailhook_rule_pack"
                && after["version"].is_null()
                && before["resolved_version"] != after["resolved_version"]
        };
        let dirty = changes.iter().filter(|change| change["change"]["actions"] != json!(["no-op"]));
        let dirty: Vec<_> = dirty.filter(|change| !is_newer_pack(change)).map(|change| &change["address"]).collect();
        assert!(dirty.is_empty(), "{what} changes {dirty:?}:\n{}", run.stdout);
    }
}

/// Collects the attributes of a block that none of the objects has a value of.
fn collect_unset(block: &Value, objects: &[&Value], path: &str, unset: &mut Vec<String>) {
    let members = |key: &str| block[key].as_object().cloned().unwrap_or_default();
    for (name, _) in members("attributes") {
        let is_set = |object: &&Value| match &object[&name] {
            Value::Null => false,
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            _ => true,
        };
        let path = format!("{path}.{name}");
        if !objects.iter().any(is_set) && !WITHOUT_VALUE.contains(&path.as_str()) {
            unset.push(path);
        }
    }
    for (name, nested) in members("block_types") {
        let blocks: Vec<_> = objects
            .iter()
            .flat_map(|object| match &object[&name] {
                Value::Array(blocks) => blocks.iter().collect(),
                Value::Null => Vec::new(),
                block => vec![block],
            })
            .collect();
        collect_unset(&nested["block"], &blocks, &format!("{path}.{name}"), unset);
    }
}

#[tokio::test]
async fn the_state_of_this_release_is_kept_and_has_every_attribute() {
    let version = Terraform::provider_version();
    let release = fixtures().join(version);
    let is_written = std::env::var("TRAILHOOK_STATE").is_ok_and(|asked| asked == "write");
    let packages = tempfile::tempdir().unwrap();
    let folder = if is_written { release.as_path() } else { packages.path() };
    fs::create_dir_all(folder).unwrap();
    for architecture in PACKAGES {
        let zip = Artifacts::zip_of(format!("#!/bin/sh\n# {version} for {architecture}\n").as_bytes()).unwrap();
        fs::write(folder.join(package(architecture)), zip).unwrap();
    }
    for name in NAMES.iter().filter(|name| is_written || **name == "whole") {
        let stand = require!(Stand::start(folder).await);
        let configuration = fs::read_to_string(fixtures().join(format!("{name}.tf"))).unwrap();
        stand.apply(&configuration).await;
        let state = stand.state();
        if *name == "whole" {
            let schemas = stand.terraform.run(["providers", "schema", "-json"]).await.unwrap().success().unwrap();
            let schemas: Value = serde_json::from_str(&schemas.stdout).unwrap();
            let schemas = &schemas["provider_schemas"]["registry.terraform.io/trailhook/trailhook"]["resource_schemas"];
            let mut unset = Vec::new();
            for (ty, schema) in schemas.as_object().unwrap() {
                let objects: Vec<_> =
                    instances(&state).into_iter().filter(|(found, _)| found == ty).map(|(_, object)| object).collect();
                collect_unset(&schema["block"], &objects, ty, &mut unset);
            }
            assert!(unset.is_empty(), "{}: set {unset:?} as well", fixtures().join("whole.tf").display());
        }
        if is_written {
            let kept = serde_json::to_string_pretty(&stand.kept().await).unwrap();
            let state = serde_json::to_string_pretty(&state).unwrap();
            fs::write(release.join(format!("{name}.tf")), configuration).unwrap();
            fs::write(release.join(format!("{name}.parameters.json")), kept + "\n").unwrap();
            fs::write(release.join(format!("{name}.state.json")), state + "\n").unwrap();
        }
    }
    assert!(release.is_dir(), "{} is missing: run `make state`, and commit what it writes", release.display());
}

#[tokio::test]
async fn the_state_of_each_release_plans_clean() {
    for release in releases() {
        for name in NAMES {
            let state: Value = read(&release.join(format!("{name}.state.json")));
            let stand = require!(Stand::restored(&release, name, &state).await);
            stand.assert_clean_plan(&release.join(name).to_string_lossy()).await;
            // Each object is found by what the state says of it.
            stand.terraform.destroy().await.unwrap().success().unwrap();
            assert_eq!(stand.kept().await, []);
            assert_eq!(stand.aws.list_objects("code", "").await.unwrap(), []);
        }
    }
}

/// What a later release may add, as if the state were older than that: everything that AWS or a default can tell again.
const ADDED_LATER: [&str; 22] = [
    "arn",
    "tags_all",
    "tier",
    "version",
    "parameter_version",
    "fields",
    "rules",
    "digest",
    "description",
    "labels",
    "runbook_url",
    "group_window",
    "expires_at",
    "enabled",
    "default",
    "detail",
    "console_link",
    "refresh_seconds",
    "notify_log_removal",
    "metrics_namespace",
    "redact",
    "version_id",
];

#[tokio::test]
async fn state_that_lacks_attributes_and_has_others_plans_clean() {
    let release = releases().pop().unwrap();
    let mut state: Value = read(&release.join("whole.state.json"));
    for resource in state["resources"].as_array_mut().unwrap() {
        let ty = resource["type"].clone();
        let attributes = resource["instances"][0]["attributes"].as_object_mut().unwrap();
        // What pins a pack stands nowhere else, and so it does with the tier that is asked for.
        let stays = |name: &str| match name {
            "version" => ty == "trailhook_rule_pack",
            "tier" => attributes.get("tier").is_some_and(|tier| tier != "Intelligent-Tiering"),
            _ => false,
        };
        let removed: Vec<_> = ADDED_LATER.into_iter().filter(|name| !stays(name)).collect();
        attributes.retain(|name, _| !removed.contains(&name.as_str()));
        attributes.insert("retired".to_owned(), json!("x"));
        for block in ["match", "threshold", "slack_app"] {
            if let Some(Value::Object(block)) = attributes.get_mut(block) {
                block.insert("retired".to_owned(), json!(["x"]));
                block.retain(|name, _| !["labels", "by", "api_url", "expression"].contains(&name.as_str()));
            }
        }
        // A block that is newer than the state.
        if attributes.get("test").is_some_and(|tests| tests == &json!([])) {
            attributes.remove("test");
        }
    }
    let stand = require!(Stand::restored(&release, "whole", &state).await);
    stand.assert_clean_plan("a state with other attributes").await;
    stand.terraform.destroy().await.unwrap().success().unwrap();
    assert_eq!(stand.kept().await, []);
}
