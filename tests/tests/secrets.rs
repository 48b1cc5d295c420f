//! No secret in state, in a plan, or in the most talkative log.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::io::Read as _;
use std::path::Path;

use support::{configuration, terraform};
use trailhook_tests::{MiniStack, require};

/// What nobody may read anywhere: the keys of the provider's own credentials, and those that it gets for a role.
const SECRET_KEY: &str = "SecretKeyOfTheProvider0123456789abcdefgh";
const TOKEN: &str = "SessionTokenOfTheProvider0123456789";
/// A webhook's address, which somebody gave where the name of a parameter belongs.
const WEBHOOK: &str = "https://hooks.slack.com/services/T0/B0/WebhookSecret0123456789";

const RESOURCES: &str = r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "True"
  tags       = { team = "security" }
}
resource "trailhook_route" "r" {
  name    = "r"
  default = true
  slack_webhook { url_parameter = "/trailhook/secrets/slack-webhook" }
}
"#;

/// Every file in a zip file, which a saved plan is.
fn unzipped(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.push((file.name().unwrap().into_owned(), content));
    }
    files
}

fn assert_hidden(place: &str, content: &[u8]) {
    let text = String::from_utf8_lossy(content);
    for secret in [SECRET_KEY, TOKEN, "WebhookSecret"] {
        if let Some(line) = text.lines().find(|line| line.contains(secret)) {
            panic!("{secret} stands in {place}: {}", line.chars().take(400).collect::<String>());
        }
    }
}

#[tokio::test]
async fn credentials_and_pasted_webhooks_are_nowhere() {
    let stack = require!(MiniStack::start().await);
    let files = tempfile::tempdir().unwrap();
    let log = files.path().join("log");
    let credentials = files.path().join("credentials");
    let profile = format!(
        "[default]\naws_access_key_id = AKIATEST\naws_secret_access_key = {SECRET_KEY}\naws_session_token = {TOKEN}\n"
    );
    std::fs::write(&credentials, profile).unwrap();
    let terraform = require!(terraform(stack.url()))
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .environment("AWS_SHARED_CREDENTIALS_FILE", credentials.to_string_lossy())
        .environment("TF_LOG", "trace")
        .environment("TF_LOG_PATH", log.to_string_lossy());

    terraform.write("main.tf", &configuration(RESOURCES)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    terraform.plan(&["-out=saved"]).await.unwrap();
    let run = terraform.run(["apply", "-no-color", "saved"]).await.unwrap().success().unwrap();
    assert!(run.stdout.contains("2 added"), "{run:?}");
    terraform.plan(&[]).await.unwrap();

    let pasted = RESOURCES.replace("/trailhook/secrets/slack-webhook", WEBHOOK);
    terraform.write("main.tf", &configuration(&pasted)).unwrap();
    let refused = terraform.plan(&[]).await.unwrap();
    assert_eq!(refused.code, 1, "{refused:?}");
    let said = refused.diagnostics();
    // Terraform itself quotes the line of the configuration.
    assert!(said.contains("url_parameter"), "{said}");

    let folder = terraform.folder();
    assert_hidden("the state", &std::fs::read(folder.join("terraform.tfstate")).unwrap());
    for (name, content) in unzipped(&folder.join("saved")) {
        assert_hidden(&format!("the plan's {name}"), &content);
    }
    let log = std::fs::read(log).unwrap();
    // The log is that of the provider too, with what the SDK says of its calls.
    let text = String::from_utf8_lossy(&log);
    assert!(text.contains("PutParameter") && text.contains("terraform-provider-trailhook"), "{}", text.len());
    let of_provider = text.lines().filter(|line| line.contains("provider.terraform-provider-trailhook")).count();
    assert!(of_provider > 100, "{of_provider}");
    assert_hidden("the log", &log);
}
