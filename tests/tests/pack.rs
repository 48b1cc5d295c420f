//! Rule packs: `trailhook_rule_pack` and `trailhook_pack` under the real Terraform, in the function, and in the local tool.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};
use support::stand::Stand;
use support::{Deployment, FUNCTION, NAMESPACE, configuration, event, log_key, repository, terraform, trailhook};
use trailhook_tests::{FaultProxy, require, wait_until};

const PACK: &str = r#"
resource "trailhook_rule_pack" "baseline" {
  name           = "baseline"
  disabled_rules = ["unauthorized-operation"]
  severity_overrides = {
    access-denied = "low"
  }
  parameters = {
    function_name = "alerts"
    data_events   = true
  }
  tags = { owner = "security" }
}
"#;

const PLAIN: &str = "resource \"trailhook_rule_pack\" \"baseline\" {\n  name = \"baseline\"\n}\n";
const ADDRESS: &str = "trailhook_rule_pack.baseline";

#[tokio::test]
async fn a_pack_lives_from_apply_to_destroy() {
    let stand = require!(Stand::start().await);
    stand.apply(PACK).await;
    let pack = stand.attributes(ADDRESS).await;
    let digest = pack["digest"].as_str().unwrap();
    assert_eq!(
        stand.document("packs/baseline").await.unwrap(),
        json!({
            "schema": 1, "name": "baseline", "version": "1.0.0", "digest": digest, "disabled_rules": ["unauthorized-operation"],
            "severity_overrides": {"access-denied": "low"}, "parameters": {"function_name": "alerts", "data_events": "true"}
        })
    );
    assert_eq!(
        (&pack["id"], &pack["resolved_version"], &pack["version"], &pack["parameter_version"]),
        (&json!("baseline"), &json!("1.0.0"), &Value::Null, &json!(1))
    );
    assert_eq!((&pack["tags_all"], &pack["tier"]), (&json!({"owner": "security"}), &json!("Intelligent-Tiering")));
    assert!(pack["arn"].as_str().unwrap().ends_with(":parameter/trailhook/test/packs/baseline"), "{pack}");
    assert_eq!(pack["parameter_name"], format!("{NAMESPACE}/packs/baseline"));
    assert_eq!(pack["rules"].as_object().unwrap().len(), 8);
    assert_eq!(
        (&pack["rules"]["baseline/access-denied"], &pack["rules"]["baseline/root-activity"]),
        (&json!("low"), &json!("critical"))
    );

    // Update in place; the plan shows what it means for each rule.
    let other = PACK.replace("unauthorized-operation", "root-activity").replace("\"low\"", "\"info\"");
    stand.write(&other);
    let plan = stand.plan_with_changes(&[]).await.stdout;
    for part in [
        "\"baseline/access-denied\"                 = \"low\" -> \"info\"",
        "\"baseline/root-activity\"                 = \"critical\" -> null",
        "+ \"baseline/unauthorized-operation\"        = \"medium\"",
        "parameter_version  = 1 -> (known after apply)",
        "0 to add, 1 to change",
    ] {
        assert!(plan.contains(part), "{part}\n{plan}");
    }
    stand.apply(&other).await;
    assert_eq!(stand.attributes(ADDRESS).await["parameter_version"], 2);

    // What is left out, and what is empty.
    stand.apply(PLAIN).await;
    assert_eq!(
        stand.document("packs/baseline").await.unwrap(),
        json!({"schema": 1, "name": "baseline", "version": "1.0.0", "digest": digest})
    );
    let empty = "name = \"baseline\"\n  disabled_rules = []\n  severity_overrides = {}\n  parameters = {}";
    stand.apply(&PLAIN.replace("name = \"baseline\"", empty)).await;

    // To pin the version that is there, and to tag, writes no document.
    stand.apply(PLAIN).await;
    let written = stand.version("packs/baseline").await;
    let pinned = PLAIN.replace("name =", "tags = { owner = \"x\" }\n  version = \"1.0.0\"\n  name =");
    stand.apply(&pinned).await;
    assert_eq!(stand.version("packs/baseline").await, written);
    assert_eq!(stand.attributes(ADDRESS).await["version"], "1.0.0");

    // An advanced parameter does not become a standard one again.
    stand.apply(&pinned.replace("name =", "tier = \"Advanced\"\n  name =")).await;
    stand.write(&pinned.replace("name =", "tier = \"Standard\"\n  name ="));
    let plan = stand.plan_with_changes(&[]).await.stdout;
    assert!(plan.contains("forces replacement") && plan.contains("1 to add, 0 to change, 1 to destroy"), "{plan}");

    stand.terraform.destroy().await.unwrap().success().unwrap();
    assert_eq!(stand.aws.get_parameters_by_path("/").await.unwrap(), []);
}

#[tokio::test]
async fn what_changes_outside_is_shown_and_mended() {
    let stand = require!(Stand::start().await);
    stand.apply(PACK).await;
    let original = stand.document("packs/baseline").await.unwrap();
    let changed = |key: &str, value: Value| {
        let mut document = original.clone();
        document[key] = value;
        document.to_string()
    };
    let hand = [
        (changed("severity_overrides", json!({"access-denied": "high"})), "\"high\" -> \"low\""),
        (changed("disabled_rules", json!(["trail-stopped"])), "+ \"baseline/trail-stopped\""),
        (changed("digest", json!("0000")), "digest"),
        (changed("name", json!("other")), "resolved_version"),
        ("{".to_owned(), "resolved_version"),
    ];
    for (text, shown) in hand {
        stand.overwrite("packs/baseline", &text).await;
        let plan = stand.plan_with_changes(&[]).await.stdout;
        assert!(plan.contains(shown) && plan.contains("0 to add, 1 to change"), "{shown}\n{plan}");
        stand.apply(PACK).await;
        assert_eq!(stand.document("packs/baseline").await.unwrap(), original);
    }

    // A newer provider wrote it.
    stand.overwrite("packs/baseline", &changed("version", json!("1.999.0"))).await;
    let plan = stand.plan_with_changes(&[]).await;
    let text = plan.diagnostics();
    for part in [
        "resolved_version = \"1.999.0\" -> \"1.0.0\"",
        "Warning: The pack goes back to an older version",
        "Version 1.999.0 is published, and this provider carries 1.0.0 at most. Update the provider to keep it, or set `version` \
         to \"1.0.0\" if that is what you want.",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    stand.apply(PACK).await;
    stand.overwrite("packs/baseline", &changed("schema", json!(2))).await;
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert_eq!(plan.code, 1);
    assert!(plan.diagnostics().contains("The pack in /trailhook/test/packs/baseline cannot be read"), "{plan:?}");

    // Deleted outside: made anew.
    stand.aws.delete_parameter(&format!("{NAMESPACE}/packs/baseline")).await.unwrap();
    let plan = stand.plan_with_changes(&[]).await.stdout;
    assert!(plan.contains("1 to add, 0 to change"), "{plan}");
    stand.apply(PACK).await;
    assert_eq!(stand.document("packs/baseline").await.unwrap(), original);
}

#[tokio::test]
async fn a_pack_is_imported_by_name() {
    let stand = require!(Stand::start().await);
    stand.apply(PACK).await;
    stand.forget(ADDRESS).await;
    for run in [stand.terraform.plan(&[]).await.unwrap(), stand.terraform.apply(&[]).await.unwrap()] {
        let text = run.diagnostics();
        assert!(run.code == 1 && text.contains("The pack \"baseline\" exists already"), "{text}");
        assert!(text.contains("terraform import trailhook_rule_pack.LABEL baseline"), "{text}");
    }
    stand.terraform.import(ADDRESS, "baseline").await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;

    stand.forget(ADDRESS).await;
    stand.write("import {\n  to = trailhook_rule_pack.baseline\n  id = \"baseline\"\n}\n");
    let run = stand.plan_with_changes(&["-generate-config-out=generated.tf"]).await;
    assert!(run.stdout.contains("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."), "{}", run.stdout);
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;

    stand.forget(ADDRESS).await;
    let run = stand.terraform.import(ADDRESS, "Base Line").await.unwrap();
    assert!(run.code == 1 && run.diagnostics().contains("\"Base Line\" is not the name of a pack"), "{run:?}");
}

#[tokio::test]
async fn values_of_other_resources_may_be_unknown_at_plan() {
    let stand = require!(Stand::start().await);
    let resources = r#"
resource "terraform_data" "function" { input = "alerts" }
resource "terraform_data" "rule" { input = "trail-stopped" }
resource "terraform_data" "pack" { input = "baseline" }
resource "trailhook_rule_pack" "baseline" {
  name               = terraform_data.pack.output
  disabled_rules     = [terraform_data.rule.output]
  severity_overrides = { "${terraform_data.rule.output}" = "low" }
  parameters         = { function_name = terraform_data.function.output }
}
data "trailhook_pack" "shown" {
  name = terraform_data.pack.output
}
output "shown" { value = data.trailhook_pack.shown.rules[*].name }
"#;
    stand.apply(resources).await;
    let pack = stand.attributes(ADDRESS).await;
    assert_eq!(pack["rules"].as_object().unwrap().len(), 8);
    assert_eq!(stand.document("packs/baseline").await.unwrap()["parameters"], json!({"function_name": "alerts"}));

    // What turns out to be wrong at apply is an error then, and nothing is written.
    let written = stand.version("packs/baseline").await;
    stand.write(&resources.replace("\"rule\" { input = \"trail-stopped\" }", "\"rule\" { input = \"trail-stoped\" }"));
    let run = stand.terraform.apply(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    assert!(run.diagnostics().contains("did you mean \"trail-stopped\"?"), "{}", run.diagnostics());
    assert_eq!(stand.version("packs/baseline").await, written);
}

/// Each mistake in a file of its own.
const MISTAKES: &[(&str, &str)] = &[
    ("an unknown pack", "resource \"trailhook_rule_pack\" \"a\" {\n  name = \"basline\"\n}\n"),
    (
        "an unknown version",
        "resource \"trailhook_rule_pack\" \"a\" {\n  name    = \"baseline\"\n  version = \"7.0.0\"\n}\n",
    ),
    (
        "a version that is a constraint",
        "resource \"trailhook_rule_pack\" \"a\" {\n  name    = \"baseline\"\n  version = \"~> 1.0\"\n}\n",
    ),
    (
        "rules, severities and parameters that are none",
        "resource \"trailhook_rule_pack\" \"a\" {\n  name           = \"baseline\"\n  disabled_rules = [\"root_activity\", \"moon-landing\"]\n  severity_overrides = {\n    access-denied  = \"urgent\"\n    acces-denied   = \"low\"\n  }\n  parameters = {\n    data_events   = \"yes\"\n    function_name = \"\"\n    function      = \"x\"\n  }\n  tier = \"Fast\"\n}\n",
    ),
    (
        "a choice that does not fit a parameter",
        "resource \"trailhook_rule_pack\" \"a\" {\n  name       = \"baseline\"\n  parameters = { function_name = join(\"\", [for n in range(820) : \"xxxxxxxxxx\"]) }\n}\n",
    ),
    (
        "data sources",
        "data \"trailhook_pack\" \"a\" {\n  name = \"basline\"\n}\ndata \"trailhook_pack\" \"b\" {\n  name    = \"baseline\"\n  version = \"7.0.0\"\n}\n",
    ),
];

#[tokio::test]
async fn each_mistake_is_told_at_its_place() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let mut shown = String::new();
    for (title, resources) in MISTAKES {
        terraform.write("main.tf", &configuration(resources)).unwrap();
        if shown.is_empty() {
            terraform.init().await.unwrap().success().unwrap();
        }
        let run = terraform.validate().await.unwrap();
        assert_eq!(run.code, 1, "{title}: {}", run.stdout);
        writeln!(shown, "=== {title}\n{}\n", run.stderr.trim()).unwrap();
    }
    assert!(proxy.calls().is_empty(), "validate asks nobody: {:?}", proxy.calls());
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn the_data_source_shows_a_pack_and_asks_nobody() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform =
        require!(terraform(&proxy.url())).environment("AWS_ACCESS_KEY_ID", "").environment("AWS_SECRET_ACCESS_KEY", "");
    let configuration = configuration(
        "data \"trailhook_pack\" \"baseline\" {\n  name = \"baseline\"\n}\noutput \"pack\" {\n  value = data.trailhook_pack.baseline\n}\n",
    );
    terraform.write("main.tf", &configuration).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();
    let state = terraform.show(None).await.unwrap();
    let pack = &state["values"]["outputs"]["pack"]["value"];
    assert_eq!((&pack["resolved_version"], &pack["versions"]), (&json!("1.0.0"), &json!(["1.0.0"])));
    assert_eq!(pack["digest"].as_str().unwrap().len(), 64);
    let names: Vec<_> = pack["rules"].as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "access-denied",
            "alerter-code-changed",
            "alerter-configuration-changed",
            "console-login-without-mfa",
            "root-activity",
            "trail-changed",
            "trail-deleted",
            "trail-stopped",
            "unauthorized-operation"
        ]
    );
    let rule = &pack["rules"][7];
    assert_eq!(rule["severity"], "critical");
    assert!(rule["expression"].as_str().unwrap().contains("StopLogging"), "{rule}");
    assert!(["description", "runbook"].iter().all(|key| !rule[key].as_str().unwrap().is_empty()), "{rule}");
    assert_eq!(pack["rules"][0]["exceptions"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&pack["parameters"][1]["name"], &pack["parameters"][1]["type"], &pack["parameters"][1]["default"]),
        (&json!("data_events"), &json!("bool"), &json!("false"))
    );
    assert!(proxy.calls().is_empty(), "{:?}", proxy.calls());
}

#[tokio::test]
async fn a_published_pack_alerts() {
    let deployment = require!(Deployment::start().await);
    let terraform = require!(terraform(deployment.stack.url()));
    let pack = PACK.replace("unauthorized-operation", "trail-deleted");
    terraform.write("main.tf", &configuration(&pack)).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();

    let mut change = event("UpdateFunctionCode20150331v2", "e1");
    change["eventSource"] = "lambda.amazonaws.com".into();
    change["requestParameters"] = json!({"functionName": "arn:aws:lambda:eu-central-1:111122223333:function:alerts"});
    let mut other = change.clone();
    other["eventID"] = "e2".into();
    other["requestParameters"] = json!({"functionName": "shop"});
    let records = [change, other, event("StopLogging", "e3"), event("DeleteTrail", "e4"), event("GetTrail", "e5")];
    let invocation = deployment.deliver(&log_key("first"), &records).await.unwrap();
    assert_eq!(invocation.function_error, None, "{invocation:?}");
    let bodies: Vec<_> = deployment.slack.messages().iter().map(|message| message.body.to_string()).collect();
    assert_eq!(bodies.len(), 2, "the function's own name, and a rule that is on: {bodies:?}");
    // The graver one first.
    assert!(bodies[0].contains("baseline/trail-stopped"), "{bodies:?}");
    assert!(bodies[1].contains("baseline/alerter-code-changed"), "{bodies:?}");
}

#[tokio::test]
async fn a_function_that_lacks_a_version_goes_on_with_the_one_that_it_has() {
    let deployment = require!(Deployment::start().await);
    let document =
        json!({"schema": 1, "name": "baseline", "version": "1.999.0", "digest": "x", "disabled_rules": ["later"]});
    deployment.put_document("packs", "baseline", &document.to_string()).await.unwrap();
    deployment.put_document("packs", "unheard", &document.to_string().replace("baseline", "unheard")).await.unwrap();
    let invocation = deployment.deliver(&log_key("first"), &[event("StopLogging", "e1")]).await.unwrap();
    assert_eq!(invocation.function_error, None, "{invocation:?}");
    let shown: Vec<_> = deployment.slack.messages().iter().map(|message| message.body.to_string()).collect();
    assert_eq!(shown.len(), 3, "{shown:#?}");
    for part in ["packs/baseline works in part", "packs/unheard is off", "later"] {
        assert!(shown.iter().any(|message| message.contains(part)), "{part}: {shown:#?}");
    }
    let log = wait_until("the log", Duration::from_secs(30), async || {
        let log = deployment.aws.function_log(FUNCTION).await?;
        let text: String = log.iter().map(|line| line.message.as_str()).collect();
        Ok(text.contains("configuration read").then_some(text))
    })
    .await
    .unwrap();
    for part in [
        "/trailhook/test/packs/baseline works, but not as published: version 1.999.0 was published, and this build of the function has 1.0.0 at most",
        "/trailhook/test/packs/unheard is off: there is no pack \\\"unheard\\\"",
        "\"broken\":3",
    ] {
        assert!(log.contains(part), "{part}\n{log}");
    }
}

#[tokio::test]
async fn the_tool_lists_packs_and_runs_their_rules() {
    let (code, stdout, _) = trailhook(&["packs"], "").await.unwrap();
    assert_eq!(code, 0);
    assert!(stdout.starts_with("baseline 1.0.0  9 rules  What every account wants to know"), "{stdout}");
    let (code, stdout, _) = trailhook(&["packs", "baseline@1.0.0"], "").await.unwrap();
    assert_eq!(code, 0);
    insta::assert_snapshot!(stdout);
    let (_, stdout, _) = trailhook(&["packs", "baseline", "--json"], "").await.unwrap();
    let pack: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&pack["version"], pack["rules"].as_array().unwrap().len()), (&json!("1.0.0"), 9));
    let (code, _, stderr) = trailhook(&["packs", "basline"], "").await.unwrap();
    assert_eq!((code, stderr.trim()), (2, "error: there is no pack \"basline\"; did you mean \"baseline\"?"));

    let (code, stdout, _) = trailhook(&["check", "--pack", "baseline"], "").await.unwrap();
    assert_eq!((code, stdout.trim()), (0, "9 rules checked, 0 errors"));

    let logs = repository("examples/demo/logs");
    let (code, stdout, stderr) =
        trailhook(&["replay", "--pack", "baseline", "--quiet", logs.to_str().unwrap()], "").await.unwrap();
    assert_eq!((code, stderr.as_str()), (0, ""));
    insta::assert_snapshot!(stdout);

    let record = event("StopLogging", "e1").to_string();
    let arguments = ["explain", "--pack", "baseline", "--rule", "baseline/trail-stopped", "-"];
    let (code, stdout, _) = trailhook(&arguments, &record).await.unwrap();
    assert_eq!(code, 0);
    assert!(stdout.starts_with("Rule baseline/trail-stopped matches: "), "{stdout}");
    let (code, _, stderr) =
        trailhook(&["explain", "--pack", "baseline", "--expression", "True", "-"], "{}").await.unwrap();
    assert!(code == 2 && stderr.contains("cannot be used with"), "{stderr}");
}
