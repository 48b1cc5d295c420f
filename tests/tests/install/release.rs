//! What `make package` made, from the registry to a message in Slack. It takes minutes, so `make test-long` runs it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{anyhow, ensure};
use serde_json::json;
use trailhook_tests::{
    Aws, MiniStack, Missing, ParameterKind, Registry, Release, SigningKey, SlackDouble, Source, Terraform, require,
};

use super::support::{SECRET, event, gzip, log_key};

/// The environment variable that names the folder which `make package` wrote.
const FOLDER: &str = "TRAILHOOK_TEST_RELEASE";
const BUCKET: &str = "acme-cloudtrail";

/// All that somebody writes.
const MAIN: &str = r#"
module "trailhook" {
  source            = "trailhook/trailhook/aws"
  version           = "~> 0.1"
  namespace         = "/trailhook/prod"
  log_bucket_name   = "acme-cloudtrail"
  secret_parameters = ["/trailhook/secrets/slack-webhook"]
}

resource "trailhook_rule" "stopped" {
  name       = "trail-stopped"
  expression = "event['eventName'] == 'StopLogging'"
}

resource "trailhook_route" "security" {
  name    = "security"
  default = true

  slack_webhook {
    url_parameter = "/trailhook/secrets/slack-webhook"
    allowed_host  = "127.0.0.1"
  }
}
"#;

/// The providers' blocks, and what the emulator needs.
const PROVIDERS: &str = r#"
terraform {
  required_providers {
    trailhook = { source = "trailhook/trailhook" }
  }
}

provider "trailhook" {
  namespace = "/trailhook/prod"
}

provider "aws" {
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}
"#;

/// A registry with the packaged release, signed by a key that is thrown away.
struct Published {
    registry: Registry,
    key: String,
    unsigned: Release,
    _signed: Release,
}

async fn published() -> anyhow::Result<Published> {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else {
        let remedy = format!("`make test-long` makes one, and names its folder in {FOLDER}");
        return Err(Missing::optional("a packaged release", remedy).into());
    };
    // Who names a release wants to hear of it: nothing is skipped from here on.
    ensure!(
        env::var_os("TF_PLUGIN_MIRROR").is_some(),
        "name a mirror of the provider hashicorp/aws in TF_PLUGIN_MIRROR; `terraform providers mirror` makes one"
    );
    let key = SigningKey::make().await.map_err(|error| anyhow!("{error:#}"))?;
    let registry = Registry::start().await?;
    let unsigned = Release::at(folder, Terraform::provider_version());
    let signed = unsigned.signed(&key).await?;
    registry.publish(&signed, &key);
    Ok(Published { registry, key: key.id().to_owned(), unsigned, _signed: signed })
}

#[tokio::test]
async fn a_log_becomes_a_message_with_what_the_registry_has() {
    let published = require!(published().await);
    let stack = require!(MiniStack::start().await);
    let (aws, slack) = (Aws::at(stack.url()), SlackDouble::start().await.unwrap());
    aws.create_bucket(BUCKET).await.unwrap();
    aws.put_parameter(SECRET, ParameterKind::SecureString, &slack.webhook_url(), false).await.unwrap();

    let terraform = Terraform::installed_from(Source::Registry(&published.registry)).unwrap().endpoint(stack.url());
    terraform.write("main.tf", MAIN).unwrap();
    terraform.write("providers.tf", PROVIDERS).unwrap();
    let init = terraform.init().await.unwrap().success().unwrap();
    assert!(
        init.stdout.contains(&format!("key ID {}", published.key)) && init.stdout.contains("hashicorp/aws"),
        "{}",
        init.stdout
    );
    terraform.validate().await.unwrap().success().unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();

    let log = json!({"Records": [event("StopLogging", "8b5a2c1e-0000-4000-8000-000000000001")]}).to_string();
    aws.put_object(BUCKET, &log_key("installed"), gzip(log.as_bytes()).unwrap()).await.unwrap();
    let messages = slack.wait_for(1, Duration::from_secs(60)).await.unwrap();
    assert!(messages[0].text().contains("trail-stopped"), "{}", messages[0].body);
}

/// The tree passes the tests that it brings along.
#[tokio::test]
async fn the_module_of_the_release_passes_its_own_tests() {
    let published = require!(published().await);
    let tree = published.unsigned.folder().join("terraform-aws-trailhook");
    for folder in [tree.clone(), tree.join("modules/forwarder")] {
        let terraform = Terraform::installed_from(Source::Registry(&published.registry)).unwrap();
        copy(&folder, &terraform.folder());
        terraform.init().await.unwrap().success().unwrap();
        let run = terraform.run(["test", "-no-color"]).await.unwrap().success().unwrap();
        assert!(run.stdout.contains("Success!") && run.stdout.contains(" 0 failed"), "{}", run.stdout);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
