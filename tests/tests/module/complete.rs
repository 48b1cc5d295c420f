//! The example `complete`: everything goes up, a log becomes messages, and the role is as narrow as it can be.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use trailhook_tests::{Answer, require, wait_until};

use crate::{Account, event_of, resources};

const FOLDER: &str = "examples/complete";

/// What a stand-in for Slack needs, a bucket that can be removed, and a topic that some alerts go to.
const OVERRIDE: &str = r#"
resource "aws_s3_bucket" "logs" {
  force_destroy = true
}

resource "trailhook_route" "on_call" {
  slack_webhook {
    url_parameter = var.webhook_parameters.on_call
    allowed_host  = "127.0.0.1"
  }
}

resource "trailhook_route" "security" {
  slack_webhook {
    url_parameter = var.webhook_parameters.security
    allowed_host  = "127.0.0.1"
  }
}

module "trailhook" {
  sns_topic_arns = [aws_sns_topic.operations.arn]
}
"#;

const TOPIC: &str = r#"
resource "trailhook_route" "topic" {
  name = "topic"

  match {
    rules = ["administrators-made"]
  }

  sns {
    topic_arn = aws_sns_topic.operations.arn
  }
}
"#;

#[tokio::test]
async fn everything_goes_up_from_nothing_and_alerts_arrive() {
    let account = require!(Account::open().await);
    require!(account.files.init(FOLDER).await);
    account.webhook("security").await;
    account.webhook("on-call").await;
    account.files.write(&format!("{FOLDER}/complete_override.tf"), OVERRIDE);
    account.files.write(&format!("{FOLDER}/topic.tf"), TOPIC);
    account.files.apply(FOLDER).await;
    account.files.assert_nothing_to_do(FOLDER).await;
    let state = account.files.state(FOLDER).await;
    let all = resources(&state);
    let of = |kind: &str, name: &str| {
        let found = all.iter().find(|resource| resource["type"] == kind && resource["name"] == name);
        found.unwrap_or_else(|| panic!("{kind}.{name}"))["values"].clone()
    };
    let bucket = of("aws_s3_bucket", "logs")["bucket"].as_str().unwrap().to_owned();

    // Critical, to those on call; and what is removed then, to the default route.
    let key = account.log(&bucket, "one", &[event_of("StopLogging", "e1", "alice")]).await;
    let messages = account.messages(1).await;
    assert!(messages[0].0 == "on-call" && messages[0].1.contains("baseline/trail-stopped"), "{messages:?}");
    account.aws.delete_object(&bucket, &key).await.unwrap();
    let messages = account.messages(2).await;
    assert!(messages[1].0 == "security" && messages[1].1.contains("log object removed"), "{messages:?}");

    // To the topic, and to the queue for what nobody takes.
    let mut administrator = event_of("AttachUserPolicy", "e2", "bob");
    administrator["requestParameters"] = json!({"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    for name in ["on-call", "security"] {
        account.slack.script_path(format!("/services/T000/B000/{name}"), [Answer::error("channel_is_archived")]);
    }
    account.log(&bucket, "two", &[administrator, event_of("DeleteTrail", "e3", "carol")]).await;
    let letter = wait_until("the dead letter", Duration::from_secs(60), async || {
        Ok(account.aws.receive_messages("trailhook-dead-letters").await?.pop())
    })
    .await
    .unwrap();
    assert!(letter.body.contains("baseline/trail-deleted"), "{}", letter.body);

    let command = state["values"]["outputs"]["self_test"]["value"].as_str().unwrap();
    // The command echoes the payload into the CLI.
    let payload = command.split('\'').nth(1).unwrap_or_else(|| panic!("{command}"));
    assert!(command.contains("aws lambda invoke") && command.contains("--function-name trailhook "), "{command}");
    let tested = account.aws.invoke("trailhook", &serde_json::from_str(payload).unwrap()).await.unwrap();
    let tested = (tested.function_error.clone(), tested.json().unwrap());
    let checks = json!({"route on-call": "ok", "route security": "ok", "route topic": "ok", "state table": "ok"});
    assert_eq!((tested.0, &tested.1["self_test"]), (None, &checks), "{}", tested.1);
    let flushed = account.aws.invoke("trailhook", &json!({"trailhook": "flush"})).await.unwrap();
    assert_eq!(flushed.function_error, None, "{flushed:?}");

    let policy = of("aws_iam_role_policy", "function")["policy"].as_str().unwrap().to_owned();
    assert_role_is_exact(&account, &policy);

    account.files.run(FOLDER, &["destroy", "-auto-approve", "-no-color", "-input=false"]).await.success().unwrap();
}

/// What the function never calls itself: the services do it in its name, or it depends on keys and sources that this deployment has not.
fn is_of_services(action: &str, resource: &str) -> bool {
    action.starts_with("logs:")
        || action.starts_with("kms:")
        || matches!(action, "sqs:ReceiveMessage" | "sqs:DeleteMessage" | "sqs:GetQueueAttributes")
        // Lambda puts there what fails.
        || (action == "sqs:SendMessage" && resource.ends_with("-failed"))
}

/// Holds that the role permits each call that was made, by its very resource, and nothing that was not made. The policy is kept beside
/// the record of all runs, which are compared with it when all have ended.
fn assert_role_is_exact(account: &Account, policy: &str) {
    let policy: Value = serde_json::from_str(policy).unwrap();
    let mut permitted = BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        assert_eq!(statement["Effect"], "Allow");
        for action in statement["Action"].as_array().unwrap() {
            for resource in statement["Resource"].as_array().unwrap() {
                permitted.insert((action.as_str().unwrap().to_owned(), resource.as_str().unwrap().to_owned()));
            }
        }
    }
    let made = account.proxy.permissions();
    let covers = |(action, resource): &(String, String), made: &trailhook_tests::Permission| {
        *action == made.action
            && match resource.strip_suffix('*') {
                Some(beginning) => made.resource.starts_with(beginning),
                None => *resource == made.resource,
            }
    };
    for call in &made {
        assert!(permitted.iter().any(|permission| covers(permission, call)), "not permitted: {call:?}\n{policy:#}");
    }
    let unused: Vec<_> = permitted
        .iter()
        .filter(|permission| !made.iter().any(|call| covers(permission, call)))
        .filter(|(action, resource)| !is_of_services(action, resource))
        .collect();
    assert!(unused.is_empty(), "permitted and never used: {unused:#?}");
    assert!(!permitted.iter().any(|(_, resource)| resource == "*"), "{permitted:#?}");
    if let Some(calls) = std::env::var_os("TRAILHOOK_CALLS") {
        let mut file = calls;
        file.push(".policy.json");
        std::fs::write(file, policy.to_string()).unwrap();
    }
}
