//! The names of objects under the real Terraform: one that is taken is never overwritten, one that gets free in the same run is
//! taken then, and one that two objects want is told at plan.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use support::stand::Stand;
use support::{NAMESPACE, configuration};
use trailhook_tests::{ParameterKind, require};

const RULE: &str = r#"
resource "trailhook_rule" "stopped" {
  name       = "trail-stopped"
  severity   = "critical"
  expression = "event[\"eventName\"] == \"StopLogging\""
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

/// Rules by the keys of `for_each`, each named by its key's value.
fn rules_of(names: &str) -> String {
    format!(
        "resource \"trailhook_rule\" \"all\" {{\n  for_each   = {names}\n  name       = each.value\n  \
         expression = \"event[\\\"eventName\\\"] == \\\"StopLogging\\\"\"\n}}\n"
    )
}

#[tokio::test]
async fn a_name_that_is_taken_is_never_overwritten() {
    let stand = require!(Stand::start().await);
    let parameters = [format!("{NAMESPACE}/rules/trail-stopped"), format!("{NAMESPACE}/routes/security")];
    for parameter in &parameters {
        stand.aws.put_parameter(parameter, ParameterKind::String, "somebody's", false).await.unwrap();
    }
    stand.terraform.write("main.tf", &configuration(&format!("{RULE}{ROUTE}"))).unwrap();
    stand.init().await;
    for run in [stand.terraform.plan(&[]).await.unwrap(), stand.terraform.apply(&[]).await.unwrap()] {
        assert_eq!(run.code, 1);
        let text = run.diagnostics();
        for (noun, name, resource) in
            [("rule", "trail-stopped", "trailhook_rule"), ("route", "security", "trailhook_route")]
        {
            let told = format!(
                "The parameter {NAMESPACE}/{noun}s/{name} is there, and is not overwritten. If this configuration had it under \
                 another label or key, keep it with moved {{ from = {resource}.OLD to = {resource}.NEW }} (or, if it is gone by \
                 now, apply again). If it was made elsewhere, take it over with terraform import {resource}.LABEL {name} where LABEL is this resource's. Otherwise \
                 choose another name."
            );
            assert!(text.contains(&format!("The {noun} \"{name}\" exists already")), "{text}");
            assert!(text.contains(&told), "{text}");
        }
    }
    for parameter in &parameters {
        assert_eq!(stand.aws.get_parameter(parameter).await.unwrap().unwrap().value, "somebody's");
    }
}

#[tokio::test]
async fn a_name_that_is_taken_between_plan_and_apply_is_never_overwritten() {
    let stand = require!(Stand::start().await);
    stand.terraform.write("main.tf", &configuration(RULE)).unwrap();
    stand.init().await;
    assert_eq!(stand.terraform.plan(&["-out=plan"]).await.unwrap().code, 2);
    let parameter = format!("{NAMESPACE}/rules/trail-stopped");
    stand.aws.put_parameter(&parameter, ParameterKind::String, "somebody's", false).await.unwrap();
    let run = stand.terraform.apply(&["plan"]).await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("terraform import trailhook_rule.LABEL trail-stopped"), "{}", run.diagnostics());
    assert_eq!(stand.aws.get_parameter(&parameter).await.unwrap().unwrap().value, "somebody's");
}

#[tokio::test]
async fn an_object_is_replaced_under_its_own_name() {
    let stand = require!(Stand::start().await);
    stand.apply(&format!("{RULE}{ROUTE}{OTHERS}")).await;
    let replaced = ["-replace=trailhook_rule.stopped", "-replace=trailhook_settings.all"];
    let plan = stand.plan_with_changes(&replaced).await;
    assert!(plan.stdout.contains("2 to add, 0 to change, 2 to destroy"), "{}", plan.stdout);
    stand.terraform.apply(&replaced).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    for address in ["trailhook_route.security", "trailhook_rule_pack.baseline"] {
        stand.terraform.run(["taint", address]).await.unwrap().success().unwrap();
    }
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    assert_eq!(stand.version("settings").await, 1);
}

#[tokio::test]
async fn objects_under_another_label_take_the_name_that_gets_free() {
    let stand = require!(Stand::start().await);
    let all = format!("{RULE}{ROUTE}{OTHERS}");
    stand.apply(&all).await;
    let relabelled = ["stopped", "security", "baseline", "all"]
        .iter()
        .fold(all, |all, label| all.replace(&format!("\" \"{label}\" {{"), &format!("\" \"{label}-2\" {{")));
    stand.terraform.write("main.tf", &configuration(&relabelled)).unwrap();
    // Without a refresh, the objects that are removed come up in nothing but their removal.
    for options in [&["-refresh=false"][..], &[]] {
        let plan = stand.plan_with_changes(options).await;
        assert!(plan.stdout.contains("4 to add, 0 to change, 4 to destroy"), "{}", plan.stdout);
        let text = plan.diagnostics();
        for (title, resource) in [
            ("The rule \"trail-stopped\" is removed and made again", "trailhook_rule"),
            ("The route \"security\" is removed and made again", "trailhook_route"),
            ("The pack \"baseline\" is removed and made again", "trailhook_rule_pack"),
            ("The settings of /trailhook/test are removed and made again", "trailhook_settings"),
        ] {
            assert!(text.contains(title), "{title}: {text}");
            let moved = format!("keep it with moved {{ from = {resource}.OLD to = {resource}.NEW }}");
            assert!(text.contains(&moved), "{moved}: {text}");
        }
    }
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    assert_eq!(stand.version("rules/trail-stopped").await, 1, "made anew");

    // As the plan says, `moved` keeps each as it is.
    let moves: String = [("rule", "stopped"), ("route", "security"), ("rule_pack", "baseline"), ("settings", "all")]
        .iter()
        .map(|(kind, label)| {
            format!("moved {{\n  from = trailhook_{kind}.{label}-2\n  to = trailhook_{kind}.{label}\n}}\n")
        })
        .collect();
    stand.terraform.write("main.tf", &configuration(&format!("{RULE}{ROUTE}{OTHERS}{moves}"))).unwrap();
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert!(plan.stdout.contains("0 to add, 0 to change, 0 to destroy") || plan.code == 0, "{}", plan.stdout);
    assert!(!plan.diagnostics().contains("Warning"), "{}", plan.diagnostics());
    stand.terraform.destroy().await.unwrap().success().unwrap();
}

#[tokio::test]
async fn keys_of_for_each_may_change_places() {
    let stand = require!(Stand::start().await);
    stand.apply(&rules_of(r#"{ a = "one", b = "two" }"#)).await;
    // More than wait at a time, and more than Terraform runs side by side.
    let many: Vec<_> = (0..30).map(|at| format!("k{at} = \"n{at}\"")).collect();
    stand.apply(&rules_of(&format!("{{ {} }}", many.join(", ")))).await;
    let other: Vec<_> = (0..30).map(|at| format!("x{at} = \"n{at}\"")).collect();
    stand.terraform.write("main.tf", &configuration(&rules_of(&format!("{{ {} }}", other.join(", "))))).unwrap();
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("30 to add, 0 to change, 30 to destroy"), "{}", plan.stdout);
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    assert_eq!(stand.aws.get_parameters_by_path("/").await.unwrap().len(), 30);
}

#[tokio::test]
async fn a_name_that_two_objects_want_is_told_at_plan() {
    let stand = require!(Stand::start().await);
    let twin = |text: &str, label: &str| text.replace(&format!("\"{label}\" {{"), "\"twin\" {");
    let settings = r#"resource "trailhook_settings" "all" {}"#;
    let twins =
        format!("{RULE}{}{ROUTE}{}{OTHERS}{}", twin(RULE, "stopped"), twin(ROUTE, "security"), twin(settings, "all"));
    stand.terraform.write("main.tf", &configuration(&twins)).unwrap();
    stand.init().await;
    let run = stand.terraform.plan(&[]).await.unwrap();
    let text = run.diagnostics();
    assert_eq!(run.code, 1, "{text}");
    for told in [
        "Two rules are named \"trail-stopped\"",
        "Another trailhook_rule of this configuration has this name, and in the namespace /trailhook/test there is one of a name. \
         Give one of the two another name.",
        "Two routes are named \"security\"",
        "/trailhook/test has settings twice",
        "Another trailhook_settings of this configuration is for the same namespace, which has one. Make one out of the two.",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }

    // One that is there already, and a new one. (A true copy cannot be told from the second half of a replacement; apply refuses it.)
    stand.apply(RULE).await;
    let other = twin(RULE, "stopped").replace("critical", "high");
    stand.terraform.write("main.tf", &configuration(&format!("{RULE}{other}"))).unwrap();
    let run = stand.terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("Two rules are named"), "{}", run.diagnostics());
}
