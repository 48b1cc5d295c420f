//! What earlier releases left behind, in `fixtures/state/{version}`; see `tests/state.rs`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trailhook_tests::{Aws, Terraform};

/// A parameter as AWS describes it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) tier: String,
    pub(crate) tags: Vec<(String, String)>,
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/state")
}

/// The folders of all releases, the oldest first.
pub(crate) fn releases() -> Vec<PathBuf> {
    let entries = fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path());
    let mut releases: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    releases.sort_by_key(|path| semver::Version::parse(&path.file_name().unwrap().to_string_lossy()).unwrap());
    releases
}

/// The name of a package of the function.
pub(crate) fn package(architecture: &str) -> String {
    format!("bootstrap-{architecture}.zip")
}

/// Restores what a release left behind: the parameters, the objects that the state names, the configuration and the state.
pub(crate) async fn restore(
    aws: &Aws,
    terraform: &Terraform,
    release: &Path,
    name: &str,
    state: &Value,
) -> anyhow::Result<()> {
    let kept: Vec<Kept> = read(&release.join(format!("{name}.parameters.json")));
    for Kept { name, value, tier, tags } in kept {
        let tags: Vec<_> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        let request = json!({"Name": name, "Value": value, "Type": "String", "Tier": tier, "Tags": tags});
        aws.call_json("ssm", "AmazonSSM.PutParameter", &request).await?;
    }
    for (_, object) in instances(state).into_iter().filter(|(ty, _)| ty == "trailhook_lambda_code") {
        let text = |key: &str| object[key].as_str().unwrap().to_owned();
        let content = fs::read(release.join(package(&text("architecture"))))?;
        aws.put_object(&text("bucket"), &text("key"), content).await?;
    }
    terraform.write("main.tf", &fs::read_to_string(release.join(format!("{name}.tf")))?)?;
    terraform.write("terraform.tfstate", &serde_json::to_string_pretty(state)?)
}

/// A JSON file.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The type and the attributes of each object in a state file.
pub(crate) fn instances(state: &Value) -> Vec<(String, &Value)> {
    let resources = state["resources"].as_array().unwrap().iter();
    let instances = resources.flat_map(|resource| {
        let ty = resource["type"].as_str().unwrap();
        resource["instances"].as_array().unwrap().iter().map(move |instance| (ty.to_owned(), &instance["attributes"]))
    });
    instances.collect()
}
