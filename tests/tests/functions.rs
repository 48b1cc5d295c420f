//! The provider's functions under the real Terraform: in outputs, in a `check` block, and in `terraform test`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::fmt::Write as _;

use serde_json::json;
use support::{configuration, terraform};
use trailhook_tests::{FaultProxy, Terraform, require};

const EVENT: &str = r#"{
  "eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com", "readOnly": false, "errorCode": null,
  "userIdentity": {"type": "IAMUser", "userName": "alice"}, "count": 3, "resources": [{"ARN": "a"}, {"ARN": "b"}]
}"#;

/// Terraform that reaches nobody.
async fn start(resources: &str) -> anyhow::Result<(Terraform, FaultProxy)> {
    let proxy = FaultProxy::start().await?;
    let terraform = terraform(&proxy.url())?;
    terraform.write("main.tf", &configuration(resources))?;
    terraform.write("event.json", EVENT)?;
    terraform.init().await?.success()?;
    Ok((terraform, proxy))
}

const OUTPUTS: &str = r#"
locals {
  event      = file("event.json")
  expression = "event['eventName'] == 'StopLogging' and event.get('errorCode') is None"
  flat       = provider::trailhook::flatten(local.event)
}
output "matches" {
  value = [for expression in [local.expression, "False", "1", "event['absent'] == 'x'"] : provider::trailhook::matches(expression, local.event)]
}
output "explained" { value = provider::trailhook::explain(local.expression, local.event) }
output "erred"     { value = provider::trailhook::explain("event['absent'] == 'x'", local.event) }
output "fields"    { value = provider::trailhook::fields(local.expression) }
output "keys"      { value = keys(local.flat) }
output "flat" {
  value = {
    name     = local.flat["eventName"]
    type     = local.flat["userIdentity.type"]
    is_write = !local.flat["readOnly"]
    next     = local.flat["count"] + 1
    none     = local.flat["errorCode"] == null
    absent   = lookup(local.flat, "errorMessage", "-")
    arns     = [for key, value in local.flat : value if endswith(key, ".ARN")]
  }
}
output "rules" {
  value = provider::trailhook::split_rules("event['a'] == 1, event['b'] == 2,", ",")
}
"#;

#[tokio::test]
async fn functions_give_values() {
    let (terraform, proxy) = require!(start(OUTPUTS).await);
    terraform.apply(&[]).await.unwrap().success().unwrap();
    let state = terraform.show(None).await.unwrap();
    let output = |name: &str| state["values"]["outputs"][name]["value"].clone();
    assert_eq!(output("matches"), json!([true, false, false, false]));
    assert_eq!(output("fields"), json!(["errorCode", "eventName"]));
    assert_eq!(
        output("keys"),
        json!([
            "count",
            "errorCode",
            "eventName",
            "eventSource",
            "readOnly",
            "resources.0.ARN",
            "resources.1.ARN",
            "userIdentity.type",
            "userIdentity.userName"
        ])
    );
    assert_eq!(
        output("flat"),
        json!({
            "name": "StopLogging", "type": "IAMUser", "is_write": true, "next": 4, "none": true, "absent": "-", "arns": ["a", "b"]
        })
    );
    assert_eq!(output("rules"), json!(["event['a'] == 1", "event['b'] == 2"]));
    insta::assert_snapshot!(format!(
        "{}---\n{}",
        output("explained").as_str().unwrap(),
        output("erred").as_str().unwrap()
    ));
    assert!(proxy.calls().is_empty(), "{:?}", proxy.calls());
}

const CHECK: &str = r#"
locals {
  expression = "event['eventName'] == 'DeleteTrail'"
  event      = file("event.json")
}
check "deletion_is_seen" {
  assert {
    condition     = provider::trailhook::matches(local.expression, local.event)
    error_message = provider::trailhook::explain(local.expression, local.event)
  }
}
"#;

#[tokio::test]
async fn a_check_block_says_why_a_rule_does_not_match() {
    let (terraform, _proxy) = require!(start(CHECK).await);
    let run = terraform.plan(&[]).await.unwrap();
    assert_ne!(run.code, 1, "a check warns: {run:?}");
    let text = run.diagnostics();
    for part in [
        "Warning: Check block assertion failed",
        "The expression does not match: eventName is StopLogging, not DeleteTrail",
        "✗ event['eventName'] == 'DeleteTrail' eventName = \"StopLogging\"",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

const TESTED: &str = r#"
variable "rules" {
  type    = string
  default = "event['eventName'] == 'StopLogging', event['eventName'] == 'DeleteTrail'"
}
output "rules" {
  value = provider::trailhook::split_rules(var.rules, ",")
}
"#;

const TESTS: &str = r#"
run "a_stopped_trail_matches_one_rule" {
  command = plan
  assert {
    condition     = [for rule in output.rules : provider::trailhook::matches(rule, file("event.json"))] == [true, false]
    error_message = "wrong rules"
  }
}
run "a_failing_one" {
  command = plan
  assert {
    condition     = provider::trailhook::matches(output.rules[1], file("event.json"))
    error_message = provider::trailhook::explain(output.rules[1], file("event.json"))
  }
}
"#;

#[tokio::test]
async fn terraform_test_runs_rules_over_events() {
    let (terraform, _proxy) = require!(start(TESTED).await);
    terraform.write("rules.tftest.hcl", TESTS).unwrap();
    let run = terraform.run(["test", "-no-color"]).await.unwrap();
    let text = run.diagnostics();
    assert_eq!(run.code, 1, "{text}");
    for part in [
        "run \"a_stopped_trail_matches_one_rule\"... pass",
        "run \"a_failing_one\"... fail",
        "The expression does not match: eventName is StopLogging, not DeleteTrail",
        "1 passed, 1 failed",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

/// Calls that fail, and what Terraform says of them.
const MISTAKES: &[(&str, &str)] = &[
    ("an expression with a mistake", "matches(\"event['eventName'].startwith('Get')\", \"{}\")"),
    ("an expression with two", "fields(\"event.a == 1 and event.get('b') == null\")"),
    ("an event that is no JSON", "explain(\"True\", \"{\")"),
    ("the path of a file", "matches(\"True\", \"events/stop.json\")"),
    ("an event that is no object", "flatten(\"1\")"),
    ("a list of events", "flatten(\"[{}]\")"),
    ("a log", "matches(\"True\", jsonencode({ Records = [{}, {}] }))"),
    ("an event of EventBridge", "explain(\"True\", jsonencode({ detail-type = \"x\", detail = {} }))"),
    ("an answer of the command-line interface", "matches(\"True\", jsonencode({ Events = [] }))"),
    ("no event", "matches(\"True\", null)"),
    ("no separator", "split_rules(\"a\", \"\")"),
];

#[tokio::test]
async fn each_mistake_points_at_its_argument() {
    let (terraform, _proxy) = require!(start("").await);
    let mut shown = String::new();
    for (title, call) in MISTAKES {
        let output = format!("output \"x\" {{\n  value = provider::trailhook::{call}\n}}\n");
        terraform.write("main.tf", &configuration(&output)).unwrap();
        let run = terraform.validate().await.unwrap();
        assert_eq!(run.code, 1, "{title}: {}", run.stdout);
        writeln!(shown, "=== {title}\n{}\n", run.stderr.trim()).unwrap();
    }
    insta::assert_snapshot!(shown);
}
