//! `trailhook_route` with all its attributes, under the real Terraform.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use serde_json::json;
use support::NAMESPACE;
use support::stand::Stand;
use trailhook_tests::require;

/// Every attribute and each destination.
const WHOLE: &str = r##"
resource "trailhook_route" "app" {
  name         = "app"
  default      = true
  detail       = "full"
  mention      = "here"
  console_link = false
  tags         = { owner = "security" }

  match {
    accounts     = ["111122223333", "000000000001"]
    regions      = ["eu-west-1"]
    min_severity = "high"
    rules        = ["baseline/*", "root-*"]
    labels       = { team = "security" }
    expression   = <<-EOT
      event.get("readOnly") == False
    EOT
  }

  slack_app {
    channel               = "#alerts"
    token_parameter       = "/trailhook/secrets/slack-token"
    broadcast_first_reply = true
    api_url               = "https://slack-gov.com/api"
  }
}

resource "trailhook_route" "topic" {
  name = "topic"
  sns { topic_arn = "arn:aws:sns:eu-west-1:111122223333:alerts" }
}

resource "trailhook_route" "hook" {
  name = "hook"
  match {}
  slack_webhook {
    url_parameter = "/trailhook/secrets/slack-webhook"
    allowed_host  = "chat.example.com"
  }
}
"##;

#[tokio::test]
async fn whole_routes_live_from_apply_to_destroy() {
    let stand = require!(Stand::start().await);
    stand.apply(WHOLE).await;
    assert_eq!(
        stand.document("routes/app").await.unwrap(),
        json!({
            "schema": 1, "name": "app", "default": true, "detail": "full", "mention": "here", "console_link": false,
            "match": {
                "accounts": ["000000000001", "111122223333"], "regions": ["eu-west-1"], "min_severity": "high",
                "rules": ["baseline/*", "root-*"], "labels": {"team": "security"},
                "expression": "event.get(\"readOnly\") == False\n"
            },
            "destination": {
                "type": "slack_app", "channel": "#alerts", "token_parameter": "/trailhook/secrets/slack-token",
                "broadcast_first_reply": true, "api_url": "https://slack-gov.com/api"
            }
        })
    );
    assert_eq!(
        stand.document("routes/topic").await.unwrap(),
        json!({
            "schema": 1, "name": "topic", "default": false, "detail": "compact", "console_link": true,
            "destination": {"type": "sns", "topic_arn": "arn:aws:sns:eu-west-1:111122223333:alerts"}
        })
    );
    assert_eq!(stand.document("routes/hook").await.unwrap()["match"], json!(null));
    let route = stand.attributes("trailhook_route.app").await;
    assert_eq!((&route["id"], &route["version"]), (&json!("app"), &json!(1)));

    // Tags are the parameter's, and no version of the route.
    let tagged = WHOLE.replace("owner = \"security\"", "owner = \"platform\"");
    stand.apply(&tagged).await;
    let tags = stand.aws.parameter_tags(&format!("{NAMESPACE}/routes/app")).await.unwrap();
    assert_eq!(tags, [("owner".to_owned(), "platform".to_owned())]);
    assert_eq!(stand.version("routes/app").await, 1);

    // Another destination is the same route.
    let changed = WHOLE
        .replace(
            "sns { topic_arn = \"arn:aws:sns:eu-west-1:111122223333:alerts\" }",
            "slack_app {\n    channel = \"C0123456789\"\n    token_parameter = \"/s/token\"\n  }",
        )
        .replace("match {}", "match {\n    accounts = []\n    labels = {}\n  }")
        .replace("mention      = \"here\"", "mention      = \"S0123456789\"")
        .replace("[\"eu-west-1\"]", "[\"eu-west-1\", \"us-east-1\"]")
        .replace("  broadcast_first_reply = true\n", "");
    stand.write(&changed);
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("0 to add, 3 to change, 0 to destroy"), "{}", plan.stdout);
    stand.apply(&changed).await;
    assert_eq!(
        stand.document("routes/topic").await.unwrap()["destination"],
        json!({"type": "slack_app", "channel": "C0123456789", "token_parameter": "/s/token"})
    );
    let document = stand.document("routes/app").await.unwrap();
    assert_eq!(
        (&document["mention"], &document["match"]["regions"]),
        (&json!("S0123456789"), &json!(["eu-west-1", "us-east-1"]))
    );

    // Another name is another route.
    let renamed = changed.replace("\"topic\"\n", "\"matter\"\n");
    stand.write(&renamed);
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("1 to add, 0 to change, 1 to destroy"), "{}", plan.stdout);
    stand.apply(&renamed).await;
    assert_eq!(stand.document("routes/topic").await, None);

    stand.terraform.destroy().await.unwrap().success().unwrap();
    assert_eq!(stand.aws.get_parameters_by_path("/").await.unwrap(), []);
}

#[tokio::test]
async fn routes_that_change_outside_are_mended() {
    let stand = require!(Stand::start().await);
    stand.apply(WHOLE).await;
    let parameter = |name: &str| format!("{NAMESPACE}/routes/{name}");
    let rounds = [
        [("app", "\"high\"", "\"low\"", "min_severity"), ("topic", ":alerts\"", ":others\"", "topic_arn")],
        [("app", "slack_app", "pager", "slack_app"), ("topic", "\"topic\"", "\"other\"", "sns")],
    ];
    for round in rounds {
        let mut originals = Vec::new();
        for (name, from, to, _) in round {
            let original = stand.aws.get_parameter(&parameter(name)).await.unwrap().unwrap().value;
            let by_hand = original.replacen(from, to, 1);
            assert_ne!(by_hand, original, "{from}");
            stand.overwrite(&format!("routes/{name}"), &by_hand).await;
            originals.push((name, original));
        }
        let plan = stand.plan_with_changes(&[]).await;
        assert!(round.iter().all(|(.., shown)| plan.stdout.contains(shown)), "{}", plan.stdout);
        assert!(plan.stdout.contains("0 to add, 2 to change"), "{}", plan.stdout);
        stand.apply(WHOLE).await;
        for (name, original) in originals {
            assert_eq!(stand.aws.get_parameter(&parameter(name)).await.unwrap().unwrap().value, original);
        }
    }
    stand.aws.delete_parameter(&parameter("hook")).await.unwrap();
    let plan = stand.plan_with_changes(&[]).await;
    assert!(plan.stdout.contains("1 to add, 0 to change"), "{}", plan.stdout);
    stand.apply(WHOLE).await;

    stand.overwrite("routes/hook", r#"{"schema":2,"name":"hook"}"#).await;
    let plan = stand.terraform.plan(&[]).await.unwrap();
    assert_eq!(plan.code, 1);
    assert!(plan.diagnostics().contains("has schema 2, and this version reads up to 1"), "{}", plan.diagnostics());
}

#[tokio::test]
async fn whole_routes_are_imported() {
    let stand = require!(Stand::start().await);
    // A block without content is the same as none, and an import cannot tell which it was.
    let whole = WHOLE.replace("  match {}\n", "");
    stand.apply(&whole).await;
    let routes = ["app", "topic", "hook"];
    for name in routes {
        let address = format!("trailhook_route.{name}");
        stand.forget(&address).await;
        stand.terraform.import(&address, name).await.unwrap().success().unwrap();
    }
    stand.assert_empty_plan().await;
    let mut imports = String::new();
    for name in routes {
        let address = format!("trailhook_route.{name}");
        stand.forget(&address).await;
        imports.push_str(&format!("import {{\n  to = {address}\n  id = \"{NAMESPACE}/routes/{name}\"\n}}\n"));
    }
    stand.write(&imports);
    let plan = stand.terraform.plan(&["-generate-config-out=generated.tf"]).await.unwrap();
    assert!(plan.stdout.contains("Plan: 3 to import, 0 to add, 0 to change"), "{}{}", plan.stdout, plan.stderr);
    stand.terraform.apply(&[]).await.unwrap().success().unwrap();
    stand.assert_empty_plan().await;
    assert_eq!(stand.version("routes/app").await, 1);
}

/// Everything that may be unknown is: at plan nobody knows what the source will say.
const UNKNOWN: &str = r#"
resource "terraform_data" "source" {
  input = { text = "security", flag = true, account = "111122223333", list = ["one"] }
}
locals { source = terraform_data.source.output }
resource "trailhook_route" "open" {
  name         = local.source.text
  default      = local.source.flag
  detail       = local.source.flag ? "full" : "compact"
  mention      = local.source.flag ? "here" : null
  console_link = local.source.flag
  match {
    accounts     = [local.source.account, "000000000001"]
    regions      = local.source.flag ? ["eu-west-1"] : []
    min_severity = local.source.flag ? "high" : "low"
    rules        = ["${local.source.text}-*"]
    labels       = { team = local.source.text }
    expression   = "event.get('eventName') == '${local.source.text}'"
  }
  dynamic "slack_app" {
    for_each = local.source.list
    content {
      channel               = slack_app.value
      token_parameter       = "/secrets/${local.source.text}"
      broadcast_first_reply = local.source.flag
      api_url               = "https://${local.source.text}.example.com/api"
    }
  }
}
"#;

#[tokio::test]
async fn what_is_unknown_at_plan_is_put_off() {
    let stand = require!(Stand::start().await);
    stand.apply(UNKNOWN).await;
    let document = stand.document("routes/security").await.unwrap();
    assert_eq!(document["match"]["accounts"], json!(["000000000001", "111122223333"]));
    assert_eq!(document["destination"]["channel"], "one");
    stand.terraform.destroy().await.unwrap().success().unwrap();
    for (from, to, told) in [
        ("\"111122223333\"", "\"1\"", "\"1\" is not an account"),
        ("list = [\"one\"]", "list = []", "The route has no destination"),
    ] {
        stand.write(&UNKNOWN.replacen(from, to, 1));
        let run = stand.terraform.apply(&[]).await.unwrap();
        assert_eq!(run.code, 1, "{to}: {}", run.stdout);
        assert!(run.diagnostics().contains(told), "{to}: {}", run.diagnostics());
        assert_eq!(stand.document("routes/security").await, None);
        stand.write(UNKNOWN);
        stand.terraform.destroy().await.unwrap().success().unwrap();
    }
}
