//! What people see when a rule or a route is wrong: in `terraform validate`, without credentials and without a network.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::fmt::Write as _;

use support::{configuration, terraform, trailhook};
use trailhook_tests::{FaultProxy, Terraform, TerraformRun, require};

/// Validates with every call to AWS recorded, and holds that there was none.
async fn validate(resources: &str) -> anyhow::Result<TerraformRun> {
    let proxy = FaultProxy::start().await?;
    let terraform = terraform(&proxy.url())?;
    terraform.write("main.tf", &configuration(resources))?;
    terraform.init().await?.success()?;
    let run = terraform.validate().await?;
    assert!(proxy.calls().is_empty(), "validate asks nobody: {:?}", proxy.calls());
    Ok(run)
}

fn rule(expression: &str) -> String {
    format!("resource \"trailhook_rule\" \"a\" {{\n  name       = \"a\"\n  expression = {expression}\n}}\n")
}

#[tokio::test]
async fn a_typing_error_is_shown_with_its_column() {
    let run = require!(validate(&rule("\"event['eventName'].startwith('Get')\"")).await);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.stderr.trim());
}

#[tokio::test]
async fn validate_works_without_a_network_and_without_credentials() {
    let terraform = require!(terraform("https://ssm.example.com"));
    terraform.write("main.tf", &configuration(&rule("\"event['eventName'].startwith('Get')\""))).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let terraform = require!(terraform.without_network().await);
    let terraform = terraform.without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY").without("AWS_REGION");
    let run = terraform.validate().await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("TH0107"), "{}", run.diagnostics());
    terraform.write("main.tf", &configuration(&rule("\"True\""))).unwrap();
    terraform.validate().await.unwrap().success().unwrap();
}

/// Each mistake in a file of its own, and what Terraform says of it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "a heredoc with a mistake in its third line",
        "resource \"trailhook_rule\" \"a\" {\n  name       = \"a\"\n  expression = <<-EOT\n    event.get(\"userIdentity.type\") == \"Root\"\n    and not event[\"eventName\"].startswith(\"Get\")\n    and event[\"eventName\"] = \"StopLogging\"\n  EOT\n}\n",
    ),
    (
        "five mistakes in three rules",
        "resource \"trailhook_rule\" \"a\" {\n  name       = \"A\"\n  expression = \"event.eventName == 'x' and event.get('y') == null\"\n}\nresource \"trailhook_rule\" \"b\" {\n  name       = \"b\"\n  severity   = \"urgent\"\n  expression = \"True\"\n}\nresource \"trailhook_rule\" \"c\" {\n  name       = \"c\"\n  expression = \"event['a'] && event['b']\"\n}\n",
    ),
    (
        "an unknown action",
        "resource \"trailhook_rule\" \"a\" {\n  name       = \"a\"\n  action     = \"drop\"\n  expression = \"True\"\n}\n",
    ),
    ("a route without a destination", "resource \"trailhook_route\" \"r\" {\n  name = \"r\"\n}\n"),
    (
        "a secret instead of its name",
        "resource \"trailhook_route\" \"r\" {\n  name = \"r\"\n  slack_webhook {\n    url_parameter = \"https://hooks.slack.com/services/T0/B0/hidden\"\n    allowed_host  = \"https://chat.example.com/\"\n  }\n}\n",
    ),
    (
        "a secret that is no parameter",
        "resource \"trailhook_route\" \"r\" {\n  name = \"r\"\n  slack_webhook {\n    url_parameter = \"webhook\"\n  }\n}\n",
    ),
];

#[tokio::test]
async fn each_mistake_is_told_at_its_place() {
    let proxy = FaultProxy::start().await.unwrap();
    let mut shown = String::new();
    for (title, resources) in MISTAKES {
        let terraform: Terraform = require!(terraform(&proxy.url()));
        terraform.write("main.tf", &configuration(resources)).unwrap();
        terraform.init().await.unwrap().success().unwrap();
        let run = terraform.validate().await.unwrap();
        assert_eq!(run.code, 1, "{title}: {}", run.stdout);
        writeln!(shown, "=== {title}\n{}\n", run.stderr.trim()).unwrap();
    }
    assert!(proxy.calls().is_empty(), "validate asks nobody: {:?}", proxy.calls());
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn a_rule_that_does_not_fit_a_parameter_is_told_before_apply() {
    let long = format!("\"event.get('a') == '{}'\"", "x".repeat(8_200));
    let run = require!(validate(&rule(&long)).await);
    assert_eq!(run.code, 1);
    let text = run.diagnostics();
    assert!(
        text.contains("The document does not fit a parameter") && text.contains("Parameter Store holds 8192"),
        "{text}"
    );
}

#[tokio::test]
async fn a_wrong_namespace_is_told() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let wrong = configuration(&rule("\"True\"")).replace("/trailhook/test", "trailhook");
    terraform.write("main.tf", &wrong).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.validate().await.unwrap();
    assert!(run.diagnostics().contains("does not begin with `/`"), "{}", run.diagnostics());
}

#[tokio::test]
async fn a_secret_inside_the_namespace_is_told_at_plan() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let route = "resource \"trailhook_route\" \"r\" {\n  name = \"r\"\n  slack_webhook {\n    url_parameter = \"/trailhook/test/webhook\"\n  }\n}\n";
    terraform.write("main.tf", &configuration(route)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("stands inside the namespace /trailhook/test"), "{}", run.diagnostics());
}

#[tokio::test]
async fn a_secret_instead_of_its_name_is_not_repeated() {
    for secret in [
        "https://hooks.slack.com/services/T0/B0/hidden",
        "hooks.slack.com/services/T0/B0/hidden",
        "hidden",
        "xapp-hidden",
    ] {
        let route = "variable \"secret\" {\n  sensitive = true\n}\nresource \"trailhook_route\" \"r\" {\n  name = \"r\"\n  slack_webhook {\n    url_parameter = var.secret\n  }\n}\n";
        let proxy = FaultProxy::start().await.unwrap();
        let terraform = require!(terraform(&proxy.url())).environment("TF_VAR_secret", secret);
        terraform.write("main.tf", &configuration(route)).unwrap();
        terraform.init().await.unwrap().success().unwrap();
        let run = terraform.plan(&[]).await.unwrap();
        assert_eq!(run.code, 1);
        assert!(run.diagnostics().contains("The webhook's URL cannot be read from there"), "{run:?}");
        assert!(!run.stdout.contains("hidden") && !run.stderr.contains("hidden"), "{run:?}");
    }
}

#[tokio::test]
async fn a_plan_without_credentials_warns_that_names_were_not_checked() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform =
        require!(terraform(&proxy.url())).environment("AWS_ACCESS_KEY_ID", "").environment("AWS_SECRET_ACCESS_KEY", "");
    terraform.write("main.tf", &configuration(&rule("\"True\""))).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    let text = run.diagnostics();
    assert!(text.contains("AWS could not be asked whether the name \"a\" is free"), "{text}");
}

#[tokio::test]
async fn the_tool_says_what_the_plan_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.tf");
    std::fs::write(&file, configuration(&rule("\"event['eventName'].startwith('Get')\""))).unwrap();
    let (code, stdout, _) = trailhook(&["check", file.to_str().unwrap()], "").await.unwrap();
    assert_eq!(code, 1);
    let run = require!(validate(&rule("\"event['eventName'].startwith('Get')\"")).await);
    let excerpt =
        "1 | event['eventName'].startwith('Get')\n    |                    ^^^^^^^^^ did you mean `startswith`?";
    let unframed =
        |text: &str| text.lines().map(|line| line.trim_start_matches(['│', ' ']).to_owned()).collect::<Vec<_>>();
    for text in [&stdout, &run.stderr] {
        let lines = unframed(text);
        assert!(excerpt.lines().all(|line| lines.contains(&line.trim_start().to_owned())), "{text}");
        assert!(text.contains("TH0107") && text.contains("line 1, column 20"), "{text}");
    }
}
