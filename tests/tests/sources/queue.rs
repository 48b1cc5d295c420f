//! Messages of SQS: those that failed come again, and those alone.

use std::time::Duration;

use serde_json::{Value, json};
use trailhook_tests::{Action, Canned, Rule, require, wait_until};

use crate::answer;
use crate::support::{BUCKET, Deployment, FUNCTION, log_key, notification};

fn message(id: &str, body: &Value) -> Value {
    json!({
        "messageId": id, "receiptHandle": "r", "body": body.to_string(), "attributes": {}, "messageAttributes": {},
        "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:q", "awsRegion": "eu-central-1",
    })
}

#[tokio::test]
async fn the_messages_that_failed_are_named() {
    let deployment = require!(Deployment::for_every_event().await);
    let (one, two) = (deployment.put_log("one").await, deployment.put_log("two").await);
    let batch = json!({"Records": [
        message("m-1", &notification(&[&one])),
        message("m-2", &json!({"my": "app"})),
        message("m-3", &notification(&[&log_key("absent"), &two])),
        message("m-4", &json!({"Event": "s3:TestEvent"})),
    ]});
    let failed = answer(&deployment.invoke(&batch).await);
    assert_eq!(failed, json!({"batchItemFailures": [{"itemIdentifier": "m-2"}, {"itemIdentifier": "m-3"}]}));
    let shown = deployment.shown();
    assert_eq!(shown.len(), 3, "two events, and that a log cannot be read: {shown:#?}");
    let all = shown.concat();
    for part in ["Event one", "Event two", "NoSuchKey"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    // The message comes again, and tells nothing twice.
    let batch = json!({"Records": [message("m-3", &notification(&[&two]))]});
    assert_eq!(answer(&deployment.invoke(&batch).await), json!({"batchItemFailures": []}));
    assert_eq!(deployment.shown().len(), 3);
}

#[tokio::test]
async fn a_table_that_fails_fails_the_messages_whose_alerts_it_did_not_take() {
    let deployment = require!(Deployment::for_every_event().await);
    let keys = [deployment.put_log("one").await, deployment.put_log("two").await];
    let throttled = Action::Answer(Canned::dynamodb_throttled());
    // The first message's claim goes through.
    deployment.proxy.add(Rule::on("DynamoDB.TransactWriteItems").after(1).times(200).then(throttled.clone()));
    let batch =
        json!({"Records": [message("m-1", &notification(&[&keys[0]])), message("m-2", &notification(&[&keys[1]]))]});
    let failed = answer(&deployment.invoke(&batch).await);
    assert_eq!(failed, json!({"batchItemFailures": [{"itemIdentifier": "m-2"}]}));
    deployment.proxy.clear_rules();
    let batch = json!({"Records": [message("m-2", &notification(&[&keys[1]]))]});
    assert_eq!(answer(&deployment.invoke(&batch).await), json!({"batchItemFailures": []}));
    // The flush sends what had no time.
    deployment.let_pass(Duration::from_secs(60)).await.unwrap();
    answer(&deployment.flush().await.unwrap());
    let shown = deployment.shown();
    assert_eq!(shown.len(), 2, "{shown:#?}");
}

#[tokio::test]
async fn a_queue_keeps_what_failed_and_gives_it_up_at_last() {
    let deployment = require!(Deployment::for_every_event().await);
    let dead = deployment.aws.create_queue("given-up").await.unwrap();
    let queue = deployment.aws.create_queue_with_redrive("log-files", &dead, 2).await.unwrap();
    deployment.aws.notify_queue(BUCKET, &queue, &["s3:ObjectCreated:*"]).await.unwrap();
    deployment.aws.send_message("log-files", r#"{"my": "app"}"#).await.unwrap();
    deployment.put_log("good").await;
    deployment.aws.map_queue(FUNCTION, &queue).await.unwrap();
    deployment.slack.wait_for(1, Duration::from_secs(60)).await.unwrap();
    let given_up = wait_until("the message that nobody understands", Duration::from_secs(60), async || {
        Ok(deployment.aws.receive_messages("given-up").await?.pop())
    })
    .await
    .unwrap();
    assert_eq!(given_up.body, r#"{"my": "app"}"#);
    let shown = deployment.shown();
    assert!(shown.len() == 1 && shown[0].contains("good"), "{shown:#?}");
}
