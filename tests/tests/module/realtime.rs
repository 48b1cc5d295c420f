//! The example `realtime`: single events by EventBridge, of this region and of another, and the logs that bring them again.

use serde_json::{Value, json};
use trailhook_tests::require;

use crate::{Account, event_of};

const FOLDER: &str = "examples/realtime";

const OVERRIDE: &str = r#"
resource "aws_s3_bucket" "logs" {
  force_destroy = true
}

resource "trailhook_route" "security" {
  slack_webhook {
    url_parameter = var.webhook_parameter
    allowed_host  = "127.0.0.1"
  }
}
"#;

#[tokio::test]
async fn events_arrive_by_eventbridge_and_their_log_repeats_none() {
    let account = require!(Account::open().await);
    require!(account.files.init(FOLDER).await);
    account.webhook("webhook").await;
    account.files.write(&format!("{FOLDER}/realtime_override.tf"), OVERRIDE);
    account.files.apply(FOLDER).await;
    account.files.assert_nothing_to_do(FOLDER).await;

    // Programs cannot put events of AWS's own sources on a bus, here as there: the rules are asked for the kind alone.
    for (rule, bus) in [("trailhook-realtime", "default"), ("trailhook-forwarded", "trailhook")] {
        let pattern = json!({"detail-type": ["AWS API Call via CloudTrail"]}).to_string();
        let request = json!({"Name": rule, "EventBusName": bus, "EventPattern": pattern, "State": "ENABLED"});
        account.aws.call_json("events", "AWSEvents.PutRule", &request).await.unwrap();
    }
    let home = event_of("StopLogging", "home", "alice");
    let elsewhere = event_of("StopLogging", "elsewhere", "bob");
    let third = event_of("StopLogging", "third", "carol");
    let put = async |bus: &str, record: &Value| {
        let entry = json!({
            "Source": "acme", "DetailType": "AWS API Call via CloudTrail", "Detail": record.to_string(), "EventBusName": bus,
        });
        let put = account.aws.call_json("events", "AWSEvents.PutEvents", &json!({"Entries": [entry]})).await.unwrap();
        assert_eq!(put["FailedEntryCount"], 0, "{put}");
    };
    put("default", &home).await;
    account.messages(1).await;
    put("trailhook", &elsewhere).await;
    account.messages(2).await;

    let state = account.files.state(FOLDER).await;
    let bucket = crate::resources(&state);
    let bucket = bucket.iter().find(|resource| resource["type"] == "aws_s3_bucket").unwrap();
    account.log(bucket["values"]["bucket"].as_str().unwrap(), "all", &[home, elsewhere, third]).await;
    account.messages(3).await;
    account.wait_for_log("trailhook", "invocation done", 3).await;
    let messages = account.messages(3).await;
    assert_eq!(messages.len(), 3, "{messages:#?}");
    for (message, user) in messages.iter().zip(["alice", "bob", "carol"]) {
        assert!(message.1.contains(user), "{user}: {messages:#?}");
    }
    account.files.run(FOLDER, &["destroy", "-auto-approve", "-no-color", "-input=false"]).await.success().unwrap();
}
