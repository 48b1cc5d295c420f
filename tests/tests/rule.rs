//! `trailhook_rule` with all its attributes, under the real Terraform.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use serde_json::json;
use support::NAMESPACE;
use support::stand::Stand;
use trailhook_tests::require;

/// Every attribute and block.
const WHOLE: &str = r#"
resource "trailhook_rule" "whole" {
  name         = "bursts"
  description  = "Somebody tries doors"
  expression   = "event.get(\"errorCode\", \"\").startswith(\"AccessDenied\")"
  exceptions   = ["event.get(\"userIdentity.invokedBy\") == \"config.amazonaws.com\"", "event.get(\"readOnly\") == True"]
  action       = "alert"
  severity     = "high"
  labels       = { team = "security", tier = "1" }
  runbook_url  = "https://runbooks.example.com/bursts?a=b&c=d"
  group_by     = ["actor", "recipientAccountId"]
  group_window = "30m"
  expires_at   = "2099-01-31T12:00:00+01:00"
  enabled      = true
  tags         = { owner = "security" }

  threshold {
    count    = 5
    window   = "600s"
    by       = ["actor"]
    distinct = "eventName"
  }

  test {
    name  = "denied"
    event = jsonencode({ errorCode = "AccessDenied", eventName = "GetObject" })
  }

  test {
    name   = "denied to AWS Config"
    event  = jsonencode({ errorCode = "AccessDenied", userIdentity = { invokedBy = "config.amazonaws.com" } })
    expect = "no_match"
  }
}
"#;

/// The least that a rule of names has.
const NAMES: &str = r#"
resource "trailhook_rule" "names" {
  name        = "trails"
  event_names = ["StopLogging", "cloudtrail:DeleteTrail"]
}
"#;

#[tokio::test]
async fn a_whole_rule_lives_from_apply_to_destroy() {
    let stand = require!(Stand::start().await);
    stand.apply(&format!("{WHOLE}{NAMES}")).await;
    assert_eq!(
        stand.document("rules/bursts").await.unwrap(),
        json!({
            "schema": 1, "name": "bursts", "description": "Somebody tries doors", "action": "alert", "severity": "high",
            "enabled": true, "labels": {"team": "security", "tier": "1"},
            "expression": "event.get(\"errorCode\", \"\").startswith(\"AccessDenied\")",
            "exceptions": ["event.get(\"userIdentity.invokedBy\") == \"config.amazonaws.com\"", "event.get(\"readOnly\") == True"],
            "runbook_url": "https://runbooks.example.com/bursts?a=b&c=d",
            "grouping": {"by": ["actor", "recipientAccountId"], "window": "30m"},
            "threshold": {"count": 5, "window": "600s", "by": ["actor"], "distinct": "eventName"},
            "expires_at": "2099-01-31T12:00:00+01:00"
        })
    );
    assert_eq!(
        stand.document("rules/trails").await.unwrap(),
        json!({
            "schema": 1, "name": "trails", "action": "alert", "severity": "medium", "enabled": true,
            "event_names": ["StopLogging", "cloudtrail:DeleteTrail"]
        })
    );
    let rule = stand.attributes("trailhook_rule.whole").await;
    assert_eq!(rule["fields"], json!(["errorCode", "readOnly", "userIdentity.invokedBy"]));
    assert_eq!(stand.attributes("trailhook_rule.names").await["fields"], json!(["eventName", "eventSource"]));

    // Tests are not published: a change of them alone writes nothing.
    let renamed = WHOLE.replace("\"denied\"", "\"a call that is denied\"");
    stand.write(&format!("{renamed}{NAMES}"));
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("0 to add, 1 to change") && !plan.stdout.contains("version"), "{}", plan.stdout);
    stand.apply(&format!("{renamed}{NAMES}")).await;
    assert_eq!((stand.version("rules/bursts").await, stand.version("rules/trails").await), (1, 1));
    let rule = stand.attributes("trailhook_rule.whole").await;
    assert_eq!((&rule["test"][0]["name"], &rule["version"]), (&json!("a call that is denied"), &json!(1)));

    // Tags neither; where the parameter stands is part of it.
    let tagged = renamed.replace("owner = \"security\"", "owner = \"platform\"");
    stand.apply(&format!("{tagged}{NAMES}")).await;
    let parameter = format!("{NAMESPACE}/rules/bursts");
    let tags = stand.aws.parameter_tags(&parameter).await.unwrap();
    assert_eq!(tags, [("owner".to_owned(), "platform".to_owned())]);
    assert_eq!(stand.version("rules/bursts").await, 1);

    // Each attribute changes in place.
    let changed = renamed
        .replace("  tags ", "  tier = \"Advanced\"\n  tags ")
        .replace("= 5", "= 4")
        .replace("\"600s\"", "\"15m\"")
        .replace("distinct = \"eventName\"", "")
        .replace("group_window = \"30m\"", "")
        .replace("?a=b&c=d", "")
        .replace("2099", "2098")
        .replace(", \"event.get(\\\"readOnly\\\") == True\"]", "]");
    let names = NAMES.replace("\"StopLogging\", ", "");
    stand.write(&format!("{changed}{names}"));
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("0 to add, 2 to change, 0 to destroy"), "{}", plan.stdout);
    stand.apply(&format!("{changed}{names}")).await;
    let document = stand.document("rules/bursts").await.unwrap();
    assert_eq!(document["threshold"], json!({"count": 4, "window": "15m", "by": ["actor"]}));
    assert_eq!(document["grouping"], json!({"by": ["actor", "recipientAccountId"]}));
    assert_eq!(
        stand.attributes("trailhook_rule.whole").await["fields"],
        json!(["errorCode", "userIdentity.invokedBy"])
    );

    // From names to an expression, and nothing else: what is left out goes.
    let least = "\nresource \"trailhook_rule\" \"names\" {\n  name = \"trails\"\n  expression = \"True\"\n}\n";
    let bare = WHOLE.split("  exceptions").next().unwrap().to_owned() + "}\n";
    stand.apply(&format!("{bare}{least}")).await;
    let document = stand.document("rules/bursts").await.unwrap();
    assert_eq!(document.as_object().unwrap().len(), 7, "{document}");
    assert_eq!(stand.document("rules/trails").await.unwrap()["expression"], "True");

    // What is empty is not what is missing.
    let empty = "\nresource \"trailhook_rule\" \"names\" {\n  name = \"trails\"\n  expression = \"True\"\n  exceptions = []\n  labels = {}\n  threshold {\n    count = 2\n    window = \"1m\"\n    by = []\n  }\n}\n";
    stand.apply(&format!("{bare}{empty}")).await;

    // Another name is another rule.
    let plan_replaces = empty.replace("\"trails\"", "\"paths\"");
    stand.write(&format!("{bare}{plan_replaces}"));
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("forces replacement"), "{}", plan.stdout);
    stand.apply(&format!("{bare}{plan_replaces}")).await;
    assert_eq!(stand.document("rules/trails").await, None);

    stand.terraform.destroy().await.unwrap().success().unwrap();
    assert_eq!(stand.aws.get_parameters_by_path("/").await.unwrap(), []);
}

#[tokio::test]
async fn a_rule_that_changes_outside_is_mended() {
    let stand = require!(Stand::start().await);
    let both = format!("{WHOLE}{NAMES}");
    stand.apply(&both).await;
    let parameter = |name: &str| format!("{NAMESPACE}/rules/{name}");
    let rounds = [
        [("bursts", "\"count\":5", "\"count\":50", "count"), ("trails", "\"StopLogging\",", "", "StopLogging")],
        [
            ("bursts", "[\"event.get(", "[\"True\",\"event.get(", "exceptions"),
            ("trails", "\"medium\"", "\"low\"", "severity"),
        ],
        // A field that no rule has, and the text in another form.
        [("bursts", "{", "{\"exceptionz\":[],", "expression"), ("trails", "{", "{ ", "event_names")],
        // Nothing that can be read as a rule, and another rule.
        [("bursts", "{", "", "expression"), ("trails", "StopLogging", "Stop*", "event_names")],
        [("bursts", "\"name\":\"bursts\"", "\"name\":\"others\"", "expression"), ("trails", "{", "", "event_names")],
    ];
    // What stands there is told where it is not the rule.
    for (round, is_told) in rounds.into_iter().zip([false, false, false, true, true]) {
        let mut originals = Vec::new();
        for (name, from, to, _) in round {
            let original = stand.aws.get_parameter(&parameter(name)).await.unwrap().unwrap().value;
            let by_hand = original.replacen(from, to, 1);
            assert_ne!(by_hand, original, "{from}");
            stand.overwrite(&format!("rules/{name}"), &by_hand).await;
            originals.push((name, original));
        }
        let plan = stand.plan_with_changes(&[]).await;
        assert!(round.iter().all(|(.., shown)| plan.stdout.contains(shown)), "{}", plan.stdout);
        assert!(plan.stdout.contains("0 to add, 2 to change"), "{}", plan.stdout);
        let told = plan.diagnostics();
        for (name, ..) in round {
            let warning = format!("Warning: {} does not hold its rule", parameter(name));
            assert_eq!(told.contains(&warning), is_told, "{told}");
        }
        stand.apply(&both).await;
        for (name, original) in originals {
            assert_eq!(stand.aws.get_parameter(&parameter(name)).await.unwrap().unwrap().value, original);
        }
    }

    // Deleted outside: made anew.
    stand.aws.delete_parameter(&parameter("bursts")).await.unwrap();
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("1 to add, 0 to change"), "{}", plan.stdout);
    stand.apply(&both).await;

    stand.overwrite("rules/trails", r#"{"schema":2,"name":"trails"}"#).await;
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert_eq!(plan.code, 1);
    assert!(plan.diagnostics().contains("has schema 2, and this version reads up to 1"), "{}", plan.diagnostics());
}

#[tokio::test]
async fn a_whole_rule_is_imported() {
    let stand = require!(Stand::start().await);
    let both = format!("{WHOLE}{NAMES}");
    stand.apply(&both).await;
    stand.forget("trailhook_rule.whole").await;
    stand.forget("trailhook_rule.names").await;
    stand.terraform.import("trailhook_rule.whole", "bursts").await.unwrap().success().unwrap();
    stand.terraform.import("trailhook_rule.names", "trails").await.unwrap().success().unwrap();
    // Tests stand in the configuration alone.
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("0 to add, 1 to change") && plan.stdout.contains("+ test {"), "{}", plan.stdout);
    assert!(!plan.stdout.contains("~ version"), "{}", plan.stdout);
    stand.apply(&both).await;
    assert_eq!(stand.version("rules/bursts").await, 1);

    stand.forget("trailhook_rule.whole").await;
    stand.forget("trailhook_rule.names").await;
    stand.write("import {\n  to = trailhook_rule.whole\n  id = \"bursts\"\n}\nimport {\n  to = trailhook_rule.names\n  id = \"trails\"\n}\n");
    let plan = stand.terraform.plan(&["-generate-config-out=generated.tf"]).await.unwrap();
    assert!(plan.stdout.contains("Plan: 2 to import, 0 to add, 0 to change"), "{}{}", plan.stdout, plan.stderr);
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    assert_eq!(stand.version("rules/bursts").await, 1);
}

/// Everything that may be unknown is: at plan nobody knows what the source will say.
const UNKNOWN: &str = r#"
resource "terraform_data" "source" {
  input = { text = "AccessDenied", number = 5, flag = true, list = ["one"] }
}
locals { source = terraform_data.source.output }
resource "trailhook_rule" "open" {
  name         = "open-${lower(local.source.text)}"
  description  = local.source.text
  expression   = "event.get('errorCode') == '${local.source.text}'"
  exceptions   = ["event.get('eventName') == '${local.source.text}'", "event.get('readOnly') == True"]
  action       = local.source.flag ? "alert" : "ignore"
  severity     = local.source.flag ? "high" : "low"
  labels       = { team = local.source.text }
  runbook_url  = "https://example.com/${local.source.text}"
  group_by     = [local.source.flag ? "actor" : "eventName", "eventName"]
  group_window = "${local.source.number}m"
  expires_at   = "209${local.source.number}-01-31T12:00:00Z"
  enabled      = local.source.flag
  threshold {
    count    = local.source.number
    window   = "${local.source.number}m"
    by       = [local.source.flag ? "actor" : "eventName"]
    distinct = local.source.flag ? "eventName" : "eventSource"
  }
  test {
    name   = local.source.text
    event  = jsonencode({ errorCode = local.source.text })
    expect = local.source.flag ? "match" : "no_match"
  }
  dynamic "test" {
    for_each = local.source.list
    content {
      name  = test.value
      event = jsonencode({ errorCode = "AccessDenied" })
    }
  }
}
resource "trailhook_rule" "names" {
  name        = "names"
  event_names = ["StopLogging", local.source.flag ? "DeleteTrail" : "UpdateTrail"]
}
resource "trailhook_rule" "either" {
  name        = "either"
  expression  = local.source.flag ? "True" : null
  event_names = local.source.flag ? null : ["StopLogging"]
}
"#;

#[tokio::test]
async fn what_is_unknown_at_plan_is_put_off() {
    let stand = require!(Stand::start().await);
    stand.apply(UNKNOWN).await;
    let rule = stand.attributes("trailhook_rule.open").await;
    assert_eq!(rule["fields"], json!(["errorCode", "eventName", "readOnly"]));
    assert_eq!(stand.document("rules/open-accessdenied").await.unwrap()["threshold"]["count"], 5);
    assert_eq!(stand.document("rules/either").await.unwrap()["expression"], "True");

    // Unknown again: values that stay the same in the end.
    stand.write(&UNKNOWN.replace("[\"one\"]", "[\"one\", \"two\"]"));
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;

    // What turns out to be wrong is told then, and what turns out to fail too.
    for (from, to, told) in [
        ("number = 5", "number = 0", "is not between one minute and 24 hours"),
        ("\"AccessDenied\", number", "\"Denied\", number", "Test \"one\" failed"),
    ] {
        stand.write(&UNKNOWN.replacen(from, to, 1));
        let run = stand.terraform.apply(&[]).await.unwrap();
        assert_eq!(run.code, 1, "{to}: {}", run.stdout);
        assert!(run.diagnostics().contains(told), "{to}: {}", run.diagnostics());
        assert_eq!(stand.document("rules/open-denied").await, None);
        stand.write(UNKNOWN);
        stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    }
}

#[tokio::test]
async fn a_rule_that_has_expired_is_a_warning() {
    let stand = require!(Stand::start().await);
    let expired = WHOLE.replace("2099", "2020");
    stand.write(&expired);
    stand.init().await;
    let plan = stand.plan_with_changes(&[]).await;
    let text = plan.diagnostics();
    assert_eq!(text.matches("The rule has expired").count(), 1, "{text}");
    assert!(text.contains("Events from 2020-01-31T12:00:00+01:00 on are not matched"), "{text}");
    stand.apply(&expired).await;
}
