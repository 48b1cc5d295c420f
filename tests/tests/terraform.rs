//! The real Terraform takes the provider from its own mirror, whatever the machine's configuration says.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use trailhook_tests::{Terraform, require};

/// A program that Terraform can install, though it does not speak its protocol: it writes down its environment.
fn stand_in(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("terraform-provider-trailhook");
    let script = format!("#!/bin/sh\nenv > '{}'\nexit 3\n", folder.path().join("environment").display());
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn init_takes_the_provider_from_the_mirror() {
    let folder = tempfile::tempdir().unwrap();
    let terraform = require!(Terraform::with_provider(&stand_in(&folder))).endpoint("http://127.0.0.1:1");
    let version = Terraform::provider_version();
    let main = format!(
        r#"terraform {{
  required_providers {{
    trailhook = {{
      source  = "trailhook/trailhook"
      version = "{version}"
    }}
  }}
}}
"#
    );
    terraform.write("main.tf", &main).unwrap();
    let run = terraform.init().await.unwrap().success().unwrap();
    assert!(run.diagnostics().contains(&format!("Installed trailhook/trailhook v{version}")), "{run:?}");

    // Terraform now runs the stand-in, and says that it is no provider.
    let run = terraform.validate().await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("Failed to load plugin schemas"), "{run:?}");

    let environment = std::fs::read_to_string(folder.path().join("environment")).unwrap();
    let mut aws: Vec<&str> = environment.lines().filter(|line| line.starts_with("AWS_")).collect();
    aws.sort_unstable();
    let expected = [
        "AWS_ACCESS_KEY_ID=test",
        "AWS_EC2_METADATA_DISABLED=true",
        "AWS_ENDPOINT_URL=http://127.0.0.1:1",
        "AWS_REGION=eu-central-1",
        "AWS_SECRET_ACCESS_KEY=test",
    ];
    assert_eq!(aws, expected, "the emulator's keys, and nothing else of AWS");
}

#[tokio::test]
async fn commands_tell_their_code_and_what_they_said() {
    let folder = tempfile::tempdir().unwrap();
    let terraform = require!(Terraform::with_provider(&stand_in(&folder))).environment("TF_VAR_word", "ok");
    let main = "variable \"word\" {}\noutput \"word\" { value = var.word }\n";
    terraform.write("main.tf", main).unwrap();
    assert_eq!(terraform.plan(&[]).await.unwrap().code, 2, "a new output is a change");
    terraform.apply(&[]).await.unwrap().success().unwrap();
    assert_eq!(terraform.plan(&[]).await.unwrap().code, 0);
    let state = terraform.show(None).await.unwrap();
    assert_eq!(state["values"]["outputs"]["word"]["value"], "ok");
    terraform.destroy().await.unwrap().success().unwrap();

    terraform.write("main.tf", "output \"x\" { value = nothing.here }\n").unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("Reference to undeclared resource"), "{run:?}");
    run.success().unwrap_err();
}
