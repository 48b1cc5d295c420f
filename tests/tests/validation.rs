//! What people see when a rule or a route is wrong: in `terraform validate`, without credentials and without a network.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::fmt::Write as _;

use support::{NAMESPACE, configuration, terraform, trailhook};
use trailhook_tests::{Action, Canned, FaultProxy, Rule, Terraform, TerraformRun, require};

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

/// One of everything that the provider has, with a role and a profile that are not to be had.
const EVERYTHING: &str = r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "event['eventName'].startswith('Stop')"
  test {
    name  = "the trail stops"
    event = jsonencode({ eventName = "StopLogging" })
  }
}
resource "trailhook_route" "a" {
  name = "a"
  slack_webhook { url_parameter = "/trailhook/secrets/webhook" }
}
resource "trailhook_rule_pack" "baseline" { name = "baseline" }
resource "trailhook_settings" "all" {}
resource "trailhook_lambda_code" "function" {
  bucket = "code"
  key    = "function.zip"
}
data "trailhook_pack" "baseline" { name = "baseline" }
data "trailhook_lambda_package" "function" { output_path = "function.zip" }
data "trailhook_backtest" "a" {
  expression = trailhook_rule.a.expression
  bucket     = "logs"
  prefix     = "AWSLogs/"
  from       = "2026-02-03T00:00:00Z"
  to         = "2026-02-04T00:00:00Z"
}
output "matches" { value = provider::trailhook::matches("True", jsonencode({})) }
"#;

#[tokio::test]
async fn validate_works_without_a_network_and_without_credentials() {
    let proxy = FaultProxy::start().await.unwrap();
    let bare = || -> anyhow::Result<Terraform> {
        let terraform = terraform(&proxy.url())?;
        let role =
            "profile = \"absent\"\n  assume_role {\n    role_arn = \"arn:aws:iam::111122223333:role/trailhook\"\n  }\n";
        let namespace = format!("namespace = \"{NAMESPACE}\"");
        let everything = configuration(EVERYTHING).replace(&namespace, &format!("{namespace}\n  {role}"));
        terraform.write("main.tf", &everything)?;
        // Credentials could come from the machine alone, whose service is the proxy too.
        Ok(terraform
            .without("AWS_ACCESS_KEY_ID")
            .without("AWS_SECRET_ACCESS_KEY")
            .without("AWS_REGION")
            .without("AWS_EC2_METADATA_DISABLED")
            .environment("AWS_EC2_METADATA_SERVICE_ENDPOINT", proxy.url()))
    };
    // Where the network is there, nobody is asked.
    let terraform = require!(bare());
    terraform.init().await.unwrap().success().unwrap();
    terraform.validate().await.unwrap().success().unwrap();
    assert!(proxy.calls().is_empty(), "validate asks nobody: {:?}", proxy.calls());
    // The proxy would have seen it. (A profile that is not there ends the plan before anybody is asked.)
    let main = std::fs::read_to_string(terraform.folder().join("main.tf")).unwrap();
    terraform.write("main.tf", &main.replace("profile = \"absent\"", "")).unwrap();
    assert_eq!(terraform.plan(&[]).await.unwrap().code, 1);
    assert!(!proxy.calls().is_empty(), "a plan asks for credentials");

    // Where it is not, nothing is missing.
    let terraform = require!(bare());
    terraform.init().await.unwrap().success().unwrap();
    let terraform = require!(terraform.without_network().await);
    terraform.validate().await.unwrap().success().unwrap();
    terraform.write("more.tf", &rule("\"event['eventName'].startwith('Get')\"").replace("\"a\"", "\"b\"")).unwrap();
    let run = terraform.validate().await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("TH0107"), "{}", run.diagnostics());
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
async fn each_wrong_namespace_is_told() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let long = format!("/{}", "n".repeat(880));
    let mut wrong = configuration("");
    for (index, namespace) in
        ["", "trailhook", "/trailhook/", "/1/2/3/4/5/6/7/8/9", "/trail hook", "/AWS/trailhook", "/ssm-x", &long]
            .into_iter()
            .enumerate()
    {
        // A provider that nothing uses is not looked at.
        writeln!(
            wrong,
            "provider \"trailhook\" {{\n  alias     = \"p{index}\"\n  namespace = \"{namespace}\"\n}}\n\
             resource \"trailhook_settings\" \"s{index}\" {{\n  provider = trailhook.p{index}\n}}"
        )
        .unwrap();
    }
    terraform.write("main.tf", &wrong).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.validate().await.unwrap();
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.stderr.trim().replace(&long, "/n…"));
}

#[tokio::test]
async fn a_secret_inside_the_namespace_is_told_at_plan() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let routes = r#"
resource "trailhook_route" "hook" {
  name = "hook"
  slack_webhook {
    url_parameter = "/trailhook/test/webhook"
  }
}
resource "trailhook_route" "app" {
  name = "app"
  slack_app {
    channel         = "alerts"
    token_parameter = "/trailhook/test/secrets/token"
  }
}
"#;
    terraform.write("main.tf", &configuration(routes.trim_start())).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.stderr.trim());
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
async fn a_plan_without_credentials_warns_once_that_names_were_not_checked() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform =
        require!(terraform(&proxy.url())).environment("AWS_ACCESS_KEY_ID", "").environment("AWS_SECRET_ACCESS_KEY", "");
    // One behind the other, so that it is known which is the first.
    let resources = r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "event.get('readOnly') == False"
}
resource "trailhook_rule" "b" {
  name       = "b"
  expression = "event.get('readOnly') == False"
  depends_on = [trailhook_rule.a]
}
resource "trailhook_route" "a" {
  name       = "a"
  depends_on = [trailhook_rule.a]
  slack_webhook { url_parameter = "/trailhook/secrets/webhook" }
}
resource "trailhook_rule_pack" "baseline" {
  name       = "baseline"
  depends_on = [trailhook_rule.a]
}
resource "trailhook_settings" "all" { depends_on = [trailhook_rule.a] }
"#;
    terraform.write("main.tf", &configuration(resources.trim_start())).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    let warnings = run.stdout.split_once("Warning: ").unwrap().1;
    // Why there was no answer is told in the words of the AWS SDK.
    let (told, why) = warnings.split_once("There was no").unwrap();
    assert!(why.contains("no credentials found") && !why.contains("Warning: "), "{why}");
    insta::assert_snapshot!(format!("Warning: {told}"));

    // Each in its own time: several notice it at once.
    terraform.write("main.tf", &configuration(resources).replace("[trailhook_rule.a]", "[]")).unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout.matches("Warning: ").count(), 1, "{}", run.stdout);
}

#[tokio::test]
async fn a_plan_that_aws_does_not_answer_waits_for_it_once() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let rules: String = (0..30)
        .map(|number| rule("\"event.get('readOnly') == False\"").replace("\"a\"", &format!("\"rule-{number}\"")))
        .collect();
    let once = configuration(&rules).replace("namespace =", "max_retries = 0\n  namespace =");
    terraform.write("main.tf", &once).unwrap();
    terraform.init().await.unwrap().success().unwrap();

    // No answer at all: those that are asked about at once are asked about, and no other.
    proxy.add(Rule::on("SSM.GetParameter").then(Action::Cut));
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout.matches("Warning: ").count(), 1, "{}", run.stdout);
    let asked = proxy.calls_to("SSM.GetParameter").len();
    assert!((1..=10).contains(&asked), "{asked} calls");

    // A refusal may be about one of them, so all are asked about.
    proxy.clear_rules();
    proxy.add(Rule::on("SSM.GetParameter").then(Action::Answer(Canned::ssm_access_denied())));
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    let text = run.diagnostics();
    assert_eq!(text.matches("Warning: AWS could not be asked which names are free").count(), 1, "{text}");
    assert!(text.contains("AccessDeniedException"), "{text}");
    assert_eq!(proxy.calls_to("SSM.GetParameter").len(), asked + 30);
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
