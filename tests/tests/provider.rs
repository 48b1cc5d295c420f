//! The provider under the real Terraform, against the emulator's Parameter Store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use serde_json::json;
use support::stand::Stand;
use support::{NAMESPACE, configuration, terraform};
use trailhook_tests::{Action, Aws, Call, Canned, FaultProxy, MiniStack, ParameterKind, Rule, require};

const RULE: &str = r#"
resource "trailhook_rule" "stopped" {
  name        = "trail-stopped"
  description = "A trail no longer logs"
  severity    = "critical"
  labels      = { team = "security" }
  expression  = <<-EOT
    event["eventSource"] == "cloudtrail.amazonaws.com" # braces in {{ comments }} are fine
    and event["eventName"] == "StopLogging"
  EOT
}
"#;

const ROUTE: &str = r#"
resource "trailhook_route" "security" {
  name    = "security"
  default = true
  slack_webhook {
    url_parameter = "/trailhook/secrets/slack-webhook"
  }
}
"#;

/// One of each in a namespace.
const OTHERS: &str = r#"
resource "trailhook_rule_pack" "baseline" { name = "baseline" }
resource "trailhook_settings" "all" { refresh_seconds = 300 }
"#;

#[tokio::test]
async fn rules_and_routes_live_from_apply_to_destroy() {
    let stand = require!(Stand::start().await);
    stand.apply(&format!("{RULE}{ROUTE}")).await;
    assert_eq!(
        stand.document("rules/trail-stopped").await.unwrap(),
        json!({
            "schema": 1, "name": "trail-stopped", "description": "A trail no longer logs", "severity": "critical",
            "action": "alert", "enabled": true, "labels": {"team": "security"},
            "expression": "event[\"eventSource\"] == \"cloudtrail.amazonaws.com\" # braces in {{ comments }} are fine\n\
                           and event[\"eventName\"] == \"StopLogging\"\n"
        })
    );
    let raw = stand.aws.get_parameter(&format!("{NAMESPACE}/rules/trail-stopped")).await.unwrap().unwrap();
    assert!(!raw.value.contains("{{"), "Parameter Store would refuse {}", raw.value);
    assert_eq!(
        stand.document("routes/security").await.unwrap(),
        json!({
            "schema": 1, "name": "security", "default": true, "detail": "compact", "console_link": true,
            "destination": {"type": "slack_webhook", "url_parameter": "/trailhook/secrets/slack-webhook"}
        })
    );
    let rule = stand.attributes("trailhook_rule.stopped").await;
    assert_eq!(rule["id"], "trail-stopped");
    assert_eq!(rule["parameter_name"], format!("{NAMESPACE}/rules/trail-stopped"));
    assert_eq!(rule["fields"], json!(["eventName", "eventSource"]));
    assert_eq!(rule["version"], 1);
    assert!(rule["arn"].as_str().unwrap().ends_with(":parameter/trailhook/test/rules/trail-stopped"), "{rule}");

    // Update in place.
    stand
        .apply(&format!("{}{ROUTE}", RULE.replace("\"critical\"", "\"high\"").replace("StopLogging", "DeleteTrail")))
        .await;
    let rule = stand.attributes("trailhook_rule.stopped").await;
    assert_eq!((&rule["severity"], &rule["version"]), (&json!("high"), &json!(2)));
    stand.apply(&format!("{RULE}{}", ROUTE.replace("default = true", ""))).await;
    assert_eq!(stand.document("routes/security").await.unwrap()["default"], false);

    // Another name is another rule.
    let renamed = RULE.replace("trail-stopped", "trail-halted");
    stand.terraform.write("main.tf", &configuration(&format!("{renamed}{ROUTE}"))).unwrap();
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("must be replaced") && plan.stdout.contains("forces replacement"), "{}", plan.stdout);
    stand.apply(&format!("{renamed}{ROUTE}")).await;
    assert_eq!(stand.document("rules/trail-stopped").await, None);
    assert!(stand.document("rules/trail-halted").await.is_some());

    stand.terraform.destroy().await.unwrap().success().unwrap();
    assert_eq!(stand.aws.get_parameters_by_path("/").await.unwrap(), []);
}

#[tokio::test]
async fn what_is_left_out_and_what_is_empty_plan_clean() {
    let stand = require!(Stand::start().await);
    stand.apply("resource \"trailhook_rule\" \"a\" {\n  name = \"a\"\n  expression = \"True\"\n}\n").await;
    let rule = stand.attributes("trailhook_rule.a").await;
    assert_eq!(
        (&rule["action"], &rule["severity"], &rule["enabled"]),
        (&json!("alert"), &json!("medium"), &json!(true))
    );
    let empty = "resource \"trailhook_rule\" \"a\" {\n  name = \"a\"\n  expression = \"True\"\n  description = \"\"\n  labels = {}\n  \
                 enabled = false\n  action = \"ignore\"\n}\n";
    stand.apply(empty).await;
    assert_eq!(stand.document("rules/a").await.unwrap()["enabled"], false);
    stand.apply("resource \"trailhook_rule\" \"a\" {\n  name = \"a\"\n  expression = \"True\"\n}\n").await;
}

#[tokio::test]
async fn values_of_other_resources_may_be_unknown_at_plan() {
    let stand = require!(Stand::start().await);
    // Whether something is unknown is decided by a resource of Terraform's own.
    let resources = r#"
resource "terraform_data" "source" { input = "StopLogging" }
resource "trailhook_rule" "a" {
  name        = "a-${lower(terraform_data.source.output)}"
  description = terraform_data.source.output
  expression  = "event.get('eventName') == '${terraform_data.source.output}'"
}
resource "trailhook_route" "r" {
  name = "r"
  slack_webhook { url_parameter = "/secrets/${terraform_data.source.output}" }
}
"#;
    stand.apply(resources).await;
    let rule = stand.attributes("trailhook_rule.a").await;
    assert_eq!(rule["id"], "a-stoplogging");
    assert_eq!(rule["fields"], json!(["eventName"]));

    // What turns out to be wrong at apply is an error then, and nothing is written.
    let late = resources
        .replace("== '${", "= '${")
        .replace("\"a-${", "\"late-${")
        .replace("\"StopLogging\"", "\"DeleteTrail\"");
    stand.terraform.write("main.tf", &configuration(&late)).unwrap();
    let run = stand.terraform.apply(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("TH0006"), "{}", run.diagnostics());
    assert_eq!(stand.document("rules/late-deletetrail").await, None);
}

#[tokio::test]
async fn objects_are_imported_by_name() {
    let stand = require!(Stand::start().await);
    stand.apply(&format!("{RULE}{ROUTE}")).await;
    for address in ["trailhook_rule.stopped", "trailhook_route.security"] {
        stand.terraform.run(["state", "rm", address]).await.unwrap().success().unwrap();
    }
    stand.terraform.import("trailhook_rule.stopped", "trail-stopped").await.unwrap().success().unwrap();
    let whole = format!("{NAMESPACE}/routes/security");
    stand.terraform.import("trailhook_route.security", &whole).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;

    for (id, text) in [("absent", "Cannot import non-existent remote object"), ("No Name", "is not the name of a rule")]
    {
        stand.terraform.run(["state", "rm", "trailhook_rule.stopped"]).await.unwrap();
        let run = stand.terraform.import("trailhook_rule.stopped", id).await.unwrap();
        assert_eq!(run.code, 1);
        assert!(run.diagnostics().contains(text), "{}", run.diagnostics());
    }
}

#[tokio::test]
async fn configuration_is_generated_for_imported_objects() {
    let stand = require!(Stand::start().await);
    stand.apply(&format!("{RULE}{ROUTE}")).await;
    for address in ["trailhook_rule.stopped", "trailhook_route.security"] {
        stand.terraform.run(["state", "rm", address]).await.unwrap().success().unwrap();
    }
    let imports = r#"
import {
  to = trailhook_rule.stopped
  id = "trail-stopped"
}
import {
  to = trailhook_route.security
  id = "security"
}
"#;
    stand.terraform.write("main.tf", &configuration(imports)).unwrap();
    let run = stand.terraform.plan(&["-generate-config-out=generated.tf"]).await.unwrap();
    assert!(
        run.stdout.contains("Plan: 2 to import, 0 to add, 0 to change, 0 to destroy."),
        "{}{}",
        run.stdout,
        run.stderr
    );
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
}

#[tokio::test]
async fn what_changes_outside_is_shown_and_mended() {
    let stand = require!(Stand::start().await);
    stand.apply(&format!("{RULE}{ROUTE}")).await;
    let parameter = format!("{NAMESPACE}/rules/trail-stopped");
    let original = stand.aws.get_parameter(&parameter).await.unwrap().unwrap().value;
    let hand = [
        (original.replace("critical", "info"), "severity"),
        ("True".to_owned(), "expression"),
        (original.replace("\"name\":\"trail-stopped\"", "\"name\":\"other\""), "expression"),
    ];
    for (text, shown) in hand {
        stand.aws.put_parameter(&parameter, ParameterKind::String, &text, true).await.unwrap();
        let plan = stand.terraform.plan(&[]).await.unwrap();
        assert_eq!(plan.code, 2, "{}{}", plan.stdout, plan.stderr);
        assert!(plan.stdout.contains(shown) && plan.stdout.contains("0 to add, 1 to change"), "{}", plan.stdout);
        stand.terraform.apply(&[]).await.unwrap().success().unwrap();
        stand.assert_empty_plan().await;
        assert_eq!(stand.aws.get_parameter(&parameter).await.unwrap().unwrap().value, original);
    }

    let route = format!("{NAMESPACE}/routes/security");
    stand.aws.put_parameter(&route, ParameterKind::String, "{}", true).await.unwrap();
    assert_eq!(stand.terraform.plan(&[]).await.unwrap().code, 2);
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;

    // Deleted outside: made anew.
    stand.aws.delete_parameter(&parameter).await.unwrap();
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("1 to add, 0 to change"), "{}", plan.stdout);
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;

    // Deleted outside before destroy: nothing to do.
    stand.apply(&format!("{RULE}{ROUTE}{OTHERS}")).await;
    for path in ["rules/trail-stopped", "routes/security", "packs/baseline", "settings"] {
        assert!(stand.aws.delete_parameter(&format!("{NAMESPACE}/{path}")).await.unwrap(), "{path}");
    }
    stand.terraform.destroy().await.unwrap().success().unwrap();
}

#[tokio::test]
async fn a_document_of_a_newer_version_is_an_error_and_stays() {
    let stand = require!(Stand::start().await);
    stand.apply(RULE).await;
    let parameter = format!("{NAMESPACE}/rules/trail-stopped");
    let newer = r#"{"schema":2,"name":"trail-stopped"}"#;
    stand.aws.put_parameter(&parameter, ParameterKind::String, newer, true).await.unwrap();
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert_eq!(plan.code, 1);
    let text = plan.diagnostics();
    let told =
        "The document has schema 2, and this version reads up to 1; update it to the version that wrote the document.";
    assert!(text.contains("The rule in /trailhook/test/rules/trail-stopped cannot be read"), "{text}");
    assert!(text.contains(told), "{text}");
    assert_eq!(stand.aws.get_parameter(&parameter).await.unwrap().unwrap().value, newer);
}

#[tokio::test]
async fn what_was_written_is_never_lost_from_state() {
    let stack = require!(MiniStack::start().await);
    let proxy = FaultProxy::start().await.unwrap();
    proxy.forward_to(stack.url());
    let terraform = require!(terraform(&proxy.url()));
    terraform.write("main.tf", &configuration(RULE)).unwrap();
    terraform.init().await.unwrap().success().unwrap();

    // The write succeeds and its answer is lost: the SDK tries again, and meets what it wrote itself.
    proxy.add(Rule::on("SSM.PutParameter").times(1).then(Action::LoseAnswer));
    terraform.apply(&[]).await.unwrap().success().unwrap();
    assert_eq!(terraform.plan(&[]).await.unwrap().code, 0);
    terraform.destroy().await.unwrap().success().unwrap();

    // The write succeeds, and nothing can be read after it.
    proxy.clear_rules();
    assert_eq!(terraform.plan(&["-out=plan"]).await.unwrap().code, 2);
    proxy.add(Rule::on("SSM.GetParameter").then(Action::Answer(Canned::ssm_access_denied())));
    terraform.apply(&["plan"]).await.unwrap().success().unwrap();
    proxy.clear_rules();
    assert_eq!(terraform.plan(&[]).await.unwrap().code, 0, "the object is in the state");
    terraform.destroy().await.unwrap().success().unwrap();
    assert!(Aws::at(stack.url()).get_parameters_by_path("/").await.unwrap().is_empty());
}

#[tokio::test]
async fn another_namespace_is_another_place() {
    let stand = require!(Stand::start().await);
    let all = format!("{RULE}{ROUTE}{OTHERS}");
    stand.apply(&all).await;
    stand.terraform.write("main.tf", &configuration(&all).replace(NAMESPACE, "/trailhook/elsewhere")).unwrap();
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("0 to add, 4 to change, 0 to destroy"), "{}", plan.stdout);
    let before = stand.proxy.calls().len();
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    // Each is made before the old one is removed.
    let calls = stand.proxy.calls().split_off(before);
    for path in ["packs/baseline", "routes/security", "rules/trail-stopped", "settings"] {
        let at = |operation: &str, parameter: String| {
            let name = format!("\"{parameter}\"");
            let is_it =
                |call: &Call| call.operation == operation && String::from_utf8_lossy(&call.body).contains(&name);
            calls.iter().position(is_it).unwrap_or_else(|| panic!("no {operation} of {parameter}"))
        };
        let made = at("SSM.PutParameter", format!("/trailhook/elsewhere/{path}"));
        assert!(made < at("SSM.DeleteParameter", format!("{NAMESPACE}/{path}")), "{path}");
    }
    let mut names: Vec<_> =
        stand.aws.get_parameters_by_path("/").await.unwrap().into_iter().map(|found| found.name).collect();
    names.sort();
    assert_eq!(
        names,
        ["packs/baseline", "routes/security", "rules/trail-stopped", "settings"]
            .map(|path| format!("/trailhook/elsewhere/{path}"))
    );
}

#[tokio::test]
async fn what_aws_refuses_is_told_with_operation_parameter_and_request() {
    let stack = require!(MiniStack::start().await);
    let proxy = FaultProxy::start().await.unwrap();
    proxy.forward_to(stack.url());
    let terraform = require!(terraform(&proxy.url()));
    terraform.write("main.tf", &configuration(RULE)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    proxy.add(Rule::on("SSM.PutParameter").then(Action::Answer(Canned::ssm_access_denied())));
    let run = terraform.apply(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    let text = run.diagnostics();
    for part in ["PutParameter of /trailhook/test/rules/trail-stopped failed", "AccessDeniedException", "(request "] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    // Throttling is waited out.
    proxy.clear_rules();
    proxy.add(Rule::on("SSM.PutParameter").times(2).then(Action::Answer(Canned::ssm_throttled())));
    terraform.apply(&[]).await.unwrap().success().unwrap();
}
