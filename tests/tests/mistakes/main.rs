//! What people see for each mistake in a rule or a route: the exact text of Terraform, in golden files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod routes;
mod rule_tests;
mod rules;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write as _;

use support::{configuration, terraform};
use trailhook_tests::{FaultProxy, Terraform, require};

/// Each case in the same folder; none asks AWS.
async fn shown(cases: &[(&str, &str)]) -> anyhow::Result<String> {
    let proxy = FaultProxy::start().await?;
    let terraform: Terraform = terraform(&proxy.url())?;
    terraform.write("main.tf", &configuration(""))?;
    terraform.write("events/log.json", r#"{"Records":[{"eventName":"StopLogging"}]}"#)?;
    terraform.init().await?.success()?;
    let mut shown = String::new();
    for (title, resources) in cases {
        terraform.write("main.tf", &configuration(resources.trim_start()))?;
        let run = terraform.validate().await?;
        let text = format!("{}\n\n{}", run.stdout.trim(), run.stderr.trim());
        let outcome = if run.code == 0 { "valid" } else { "not valid" };
        writeln!(shown, "=== {title}: {outcome}\n\n{}\n", text.trim())?;
    }
    assert!(proxy.calls().is_empty(), "validate asks nobody: {:?}", proxy.calls());
    Ok(shown)
}

#[tokio::test]
async fn of_rules() {
    let shown = require!(shown(rules::CASES).await);
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn of_rules_that_do_not_fit() {
    let long = |attribute: &str| format!("resource \"trailhook_rule\" \"a\" {{\n  name = \"a\"\n  {attribute}\n}}\n");
    // Characters of two bytes: what counts is bytes.
    let expression = long(&format!(
        "expression = \"event.get('eventName') == 'StopLogging'\"\n  description = \"{}\"",
        "é".repeat(4_100)
    ));
    let names: Vec<_> = (0..900).map(|number| format!("\"Stop{number}\"")).collect();
    let names = long(&format!("event_names = [{}]", names.join(", ")));
    // What is compiled is longer than what is published.
    let services: Vec<_> = (0..600).map(|number| format!("\"s{number}:Stop\"")).collect();
    let services = long(&format!("event_names = [{}]", services.join(", ")));
    let standard =
        |resource: &str, rest: &str| format!("resource \"{resource}\" \"a\" {{\n  tier = \"Standard\"\n  {rest}\n}}\n");
    let rule = "name = \"a\"\n  expression = \"event.get('readOnly') == False\"\n  description = join(\"\", [for n in range(500) : \"xxxxxxxxxx\"])";
    let sns = "sns { topic_arn = \"arn:aws:sns:eu-west-1:111122223333:alerts\" }";
    let route = |labels: usize| {
        format!(
            "name = \"a\"\n  match {{\n    labels = {{ for n in range({labels}) : \"label-${{n}}\" => \"xxxxxxxxxx\" }}\n  }}\n  {sns}"
        )
    };
    let pack =
        "name = \"baseline\"\n  parameters = { function_name = join(\"\", [for n in range(500) : \"xxxxxxxxxx\"]) }";
    let standard = [
        standard("trailhook_rule", rule),
        standard("trailhook_route", &route(200)),
        standard("trailhook_rule_pack", pack),
    ]
    .concat();
    let route = format!("resource \"trailhook_route\" \"a\" {{\n  {}\n}}\n", route(400));
    let cases = [
        ("a long description", expression.as_str()),
        ("many names", &names),
        ("many services", &services),
        ("a route of many labels", &route),
        ("standard parameters", &standard),
    ];
    let shown = require!(shown(&cases).await);
    // Of names that nobody knows only some are told, so that the error is not lost behind them.
    let told = [
        "===",
        "Error: ",
        "Warning: ",
        "The document has",
        "several out of it.",
        "It has ",
        "`tier` out",
        "The expression has",
        "The further",
    ];
    let told: Vec<_> = shown.lines().filter(|line| told.iter().any(|told| line.starts_with(told))).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn of_tests() {
    let shown = require!(shown(rule_tests::CASES).await);
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn of_routes() {
    let shown = require!(shown(routes::CASES).await);
    assert_eq!(shown.matches("hidden").count(), 1, "the line of the configuration is the only place");
    insta::assert_snapshot!(shown);
}

/// Each resource by an id that is none of its kind.
const IMPORTS: &str = r#"
import {
  to = trailhook_rule.a
  id = "No Name"
}
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "event.get('readOnly') == False"
}
import {
  to = trailhook_route.a
  id = "/trailhook/elsewhere/routes/a"
}
resource "trailhook_route" "a" {
  name = "a"
  sns { topic_arn = "arn:aws:sns:eu-west-1:111122223333:alerts" }
}
import {
  to = trailhook_rule_pack.a
  id = "baseline@1.0.0"
}
resource "trailhook_rule_pack" "a" { name = "baseline" }
import {
  to = trailhook_settings.a
  id = "/trailhook/elsewhere"
}
resource "trailhook_settings" "a" {}
import {
  to = trailhook_lambda_code.a
  id = "code"
}
resource "trailhook_lambda_code" "a" {
  bucket = "code"
  key    = "function.zip"
}
"#;

#[tokio::test]
async fn of_imports() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    terraform.write("main.tf", &configuration(IMPORTS.trim_start())).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    assert!(proxy.calls().is_empty(), "{:?}", proxy.calls());
    // In the order in which Terraform came to them.
    let mut told: Vec<_> =
        run.stderr.trim().split("\nError: ").map(|told| told.trim_start_matches("Error: ").trim()).collect();
    told.sort_unstable();
    insta::assert_snapshot!(told.join("\n\n"));
}

#[tokio::test]
async fn a_plan_shows_all_of_them_at_once() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let resources = r#"
resource "trailhook_rule" "a" {
  name       = "a"
  severity   = "urgent"
  expression = <<-EOT
    event.get("userIdentity.type") == "Root"
    and event["eventName"].startwith("Get")
  EOT
}

resource "trailhook_rule" "b" {
  name       = "b"
  expression = "event.get('eventName') == 'StopLogging'"
  exceptions = ["event['a'] && event['b']"]

  threshold {
    count  = 3
    window = "5 minutes"
  }
}

resource "trailhook_rule" "c" {
  name       = "c"
  expression = "event.get('eventName') == 'StopLogging'"

  test {
    name  = "the trail starts"
    event = jsonencode({ eventName = "StartLogging" })
  }
}
"#;
    terraform.write("main.tf", &configuration(resources.trim_start())).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.stderr.trim());
}
