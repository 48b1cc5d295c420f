//! Ctrl-C, or the end of the whole group, while the provider writes: afterwards state and Parameter Store agree.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use support::stand::Stand;
use support::{NAMESPACE, configuration};
use trailhook_tests::{Action, Canned, ParameterKind, Reach, Rule, TerraformRun, require};

const LIMIT: Duration = Duration::from_secs(120);

/// More than Terraform has under way at once.
const RULES: usize = 30;

fn rules() -> String {
    format!(
        "resource \"trailhook_rule\" \"all\" {{\n  count      = {RULES}\n  name       = \"rule-${{count.index}}\"\n  \
         expression = \"event['n'] == ${{count.index}}\"\n}}\n"
    )
}

/// The parameters of the state, and their versions.
fn in_state(stand: &Stand) -> BTreeMap<String, u64> {
    let state = std::fs::read_to_string(stand.terraform.folder().join("terraform.tfstate")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    let instances = state["resources"].as_array().unwrap().iter();
    let instances = instances.flat_map(|resource| resource["instances"].as_array().unwrap());
    let parameters = instances.map(|instance| {
        assert_eq!(instance["status"], Value::Null, "half made: {instance}");
        let attributes = &instance["attributes"];
        (attributes["parameter_name"].as_str().unwrap().to_owned(), attributes["version"].as_u64().unwrap())
    });
    parameters.collect()
}

async fn in_store(stand: &Stand) -> BTreeMap<String, u64> {
    let parameters = stand.aws.get_parameters_by_path("/").await.unwrap();
    parameters.into_iter().map(|parameter| (parameter.name, parameter.version)).collect()
}

/// Runs a command that makes slow calls of `operation`, and interrupts it in the middle.
async fn interrupt(stand: &Stand, command: &str, operation: &str, reach: Reach) -> TerraformRun {
    stand.proxy.clear_rules();
    stand.proxy.add(Rule::on(operation).then(Action::Delay(Duration::from_millis(300))));
    let before = stand.proxy.calls_to(operation).len();
    // Terraform has ten objects under way: the first ones are done, and others are not.
    let moment = async {
        stand.proxy.wait_for_calls(operation, before + 12, LIMIT).await.unwrap();
    };
    let arguments = [command, "-auto-approve", "-no-color", "-input=false"];
    let run = stand.terraform.interrupted(arguments, reach, moment).await.unwrap();
    stand.proxy.clear_rules();
    assert_eq!(run.code, 1, "{run:?}");
    let said = run.diagnostics();
    assert!(said.contains("Interrupt received"), "{said}");
    assert!(!said.contains("did not respond") && !said.contains("crashed"), "{said}");
    run
}

async fn state_stays_true(reach: Reach) {
    let stand = require!(Stand::start().await);
    stand.prepare(&rules()).await;
    interrupt(&stand, "apply", "SSM.PutParameter", reach).await;
    let made = in_state(&stand);
    assert_eq!(made, in_store(&stand).await);
    assert!((1..RULES).contains(&made.len()), "{} were made", made.len());

    // What is left is done by the next run.
    stand.apply(&rules()).await;
    assert_eq!(in_state(&stand).len(), RULES);

    // An update.
    stand.write(&rules().replace("event['n']", "event['m']"));
    interrupt(&stand, "apply", "SSM.PutParameter", reach).await;
    let changed = in_state(&stand);
    assert_eq!(changed, in_store(&stand).await);
    assert!(changed.values().any(|&version| version == 1) && changed.values().any(|&version| version == 2));

    interrupt(&stand, "destroy", "SSM.DeleteParameter", reach).await;
    let left = in_state(&stand);
    assert_eq!(left, in_store(&stand).await);
    assert!((1..RULES).contains(&left.len()), "{} are left", left.len());
    stand.terraform.destroy().await.unwrap().success().unwrap();
    assert!(in_store(&stand).await.is_empty());
}

#[tokio::test]
async fn ctrl_c_in_a_terminal_leaves_state_true() {
    state_stays_true(Reach::Terminal).await;
}

#[tokio::test]
async fn a_signal_to_terraform_alone_leaves_state_true() {
    state_stays_true(Reach::TerraformAlone).await;
}

#[tokio::test]
async fn the_end_of_the_group_leaves_state_true() {
    state_stays_true(Reach::Terminated).await;
}

const ONE: &str = "resource \"trailhook_rule\" \"a\" {\n  name       = \"a\"\n  expression = \"True\"\n}\n";

/// Interrupts the creation of one rule while AWS takes its time.
async fn interrupt_creation(stand: &Stand, takes: Duration, reach: Reach) -> TerraformRun {
    stand.prepare(ONE).await;
    stand.proxy.add(Rule::on("SSM.PutParameter").then(Action::Delay(takes)));
    let moment = async {
        stand.proxy.wait_for_calls("SSM.PutParameter", 1, LIMIT).await.unwrap();
    };
    let run = stand.terraform.interrupted(["apply", "-auto-approve", "-no-color"], reach, moment).await.unwrap();
    stand.proxy.clear_rules();
    let said = run.diagnostics();
    assert!(!said.contains("did not respond") && !said.contains("crashed"), "{said}");
    run
}

/// Longer than the end of a provider may take (a second or two), and than what AWS takes as a rule.
async fn a_slow_answer_is_waited_for(reach: Reach) {
    let stand = require!(Stand::start().await);
    interrupt_creation(&stand, Duration::from_secs(8), reach).await;
    assert_eq!(in_state(&stand), in_store(&stand).await);
    assert_eq!(in_state(&stand).len(), 1);
}

#[tokio::test]
async fn ctrl_c_waits_for_a_slow_answer() {
    a_slow_answer_is_waited_for(Reach::Terminal).await;
}

#[tokio::test]
async fn the_end_of_the_group_waits_for_a_slow_answer() {
    a_slow_answer_is_waited_for(Reach::Terminated).await;
}

#[tokio::test]
async fn what_may_have_been_made_is_in_the_state() {
    let stand = require!(Stand::start().await);
    // Longer than one try is waited for.
    let run = interrupt_creation(&stand, Duration::from_secs(25), Reach::Terminal).await;
    assert_eq!(run.code, 1);
    let said = run.diagnostics();
    assert!(said.contains("It is not known whether /trailhook/test/rules/a was made"), "{said}");
    let state = std::fs::read_to_string(stand.terraform.folder().join("terraform.tfstate")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["resources"][0]["instances"][0]["status"], "tainted", "{state}");
    // The next run finds it or not, and nothing is in its way.
    stand.apply(ONE).await;
    assert_eq!(in_state(&stand), in_store(&stand).await);
    assert_eq!(in_state(&stand).len(), 1);
}

#[tokio::test]
async fn what_somebody_else_made_meanwhile_is_never_removed() {
    let stand = require!(Stand::start().await);
    let namespace = format!("namespace = \"{NAMESPACE}\"");
    let text = configuration(ONE).replace(&namespace, &format!("{namespace}\n  max_retries = 0"));
    stand.terraform.write("main.tf", &text).unwrap();
    stand.init().await;
    for operation in ["SSM.PutParameter", "SSM.GetParameter"] {
        stand.proxy.add(Rule::on(operation).then(Action::Answer(Canned::ssm_internal_error())));
    }
    assert_eq!(stand.terraform.apply(&[]).await.unwrap().code, 1);
    stand.proxy.clear_rules();
    let parameter = format!("{NAMESPACE}/rules/a");
    stand.aws.put_parameter(&parameter, ParameterKind::String, "somebody's", false).await.unwrap();
    for _ in 0..2 {
        let run = stand.terraform.apply(&[]).await.unwrap();
        assert!(run.diagnostics().contains("The rule \"a\" exists already"), "{}", run.diagnostics());
    }
    // Also where nothing is read before it is removed.
    stand.write("");
    stand.terraform.apply(&["-refresh=false"]).await.unwrap().success().unwrap();
    assert!(in_state(&stand).is_empty());
    assert_eq!(stand.aws.get_parameter(&parameter).await.unwrap().unwrap().value, "somebody's");
}
