//! Each source leads to the right message, once; and all of them together to one.

use std::time::Duration;

use serde_json::{Value, json};
use trailhook_tests::{require, wait_until};

use crate::support::{BUCKET, Deployment, FUNCTION, event, log_key};
use crate::{answer, recorded, subscription};

/// The sources that name a log object.
const OF_OBJECTS: [&str; 7] = [
    "s3-put",
    "sns-s3",
    "sqs-sns-s3",
    "sqs-eventbridge",
    "eventbridge-object-created",
    "cloudtrail-notice",
    "batch-operations-2",
];

/// The sources that bring a record with them.
const OF_RECORDS: [&str; 4] =
    ["eventbridge-api-call", "eventbridge-sign-in", "eventbridge-service-event", "eventbridge-insight"];

#[tokio::test]
async fn each_source_leads_to_its_message_once() {
    let deployment = require!(Deployment::for_every_event().await);
    let mut told = 0;
    let mut tell = async |source: &str, payload: &Value, id: &str| {
        for _ in 0..2 {
            answer(&deployment.invoke(payload).await);
        }
        told += 1;
        let shown = deployment.shown();
        assert_eq!(shown.len(), told, "{source}: {shown:#?}");
        assert!(shown.last().unwrap().contains(id), "{source}: {shown:#?}");
    };
    for source in OF_OBJECTS {
        let key = deployment.put_log(source).await;
        tell(source, &recorded(source, &key), source).await;
    }
    for source in OF_RECORDS {
        let payload = recorded(source, "");
        let id = payload["detail"]["eventID"].as_str().unwrap().to_owned();
        tell(source, &payload, &id).await;
    }
    tell("logs", &subscription(&[event("StopLogging", "of-a-subscription")]), "of-a-subscription").await;
}

#[tokio::test]
async fn one_event_by_all_sources_is_one_message() {
    let deployment = require!(Deployment::for_every_event().await);
    let key = deployment.put_log("the-same").await;
    let record = event("StopLogging", "the-same");
    let mut passed = recorded("eventbridge-api-call", "");
    passed["detail"] = record.clone();
    let mut payloads: Vec<_> = OF_OBJECTS.iter().map(|source| recorded(source, &key)).collect();
    payloads.extend([passed, subscription(&[record.clone(), record])]);
    for payload in &payloads {
        answer(&deployment.invoke(payload).await);
    }
    let shown = deployment.shown();
    assert_eq!(shown.len(), 1, "{shown:#?}");
}

#[tokio::test]
async fn what_services_send_to_try_asks_for_nothing() {
    let deployment = require!(Deployment::for_every_event().await);
    for source in [
        "s3-test-event",
        "sqs-s3-test-event",
        "cloudwatch-logs-control",
        "cloudtrail-notice-validation",
        "s3-lifecycle",
    ] {
        answer(&deployment.invoke(&recorded(source, &log_key("none"))).await);
    }
    assert_eq!(deployment.shown(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_not_understood_fails_and_is_named() {
    let deployment = require!(Deployment::for_every_event().await);
    let mut other = recorded("eventbridge-api-call", "");
    other["detail-type"] = "EC2 Instance State-change Notification".into();
    let topic = json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": "{\"my\": \"app\"}"}}]});
    for (payload, named) in [
        (json!({"Records": [{"eventSource": "aws:kinesis"}]}), "records of `aws:kinesis`"),
        (other, "an event \"EC2 Instance State-change Notification\" of `aws."),
        (topic, "the fields `my`"),
        (json!([1]), "a list"),
    ] {
        let invocation = deployment.invoke(&payload).await;
        assert!(invocation.function_error.is_some(), "{payload}: {invocation:?}");
        let message = invocation.json().unwrap()["errorMessage"].to_string();
        assert!(message.replace("\\\"", "\"").contains(named), "{payload}: {message}");
    }
}

#[tokio::test]
async fn a_topic_and_a_queue_of_the_bucket_bring_what_it_says() {
    let deployment = require!(Deployment::for_every_event().await);
    let topic = deployment.aws.create_topic("log-files").await.unwrap();
    deployment.aws.subscribe_function(&topic, &deployment.function_arn).await.unwrap();
    deployment.aws.notify_topic(BUCKET, &topic, &["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]).await.unwrap();
    let by_topic = deployment.put_log("by-topic").await;
    deployment.slack.wait_for(1, Duration::from_secs(30)).await.unwrap();

    // A queue that the topic fills: S3 in SNS in SQS.
    let queue = deployment.aws.create_queue("log-files").await.unwrap();
    deployment.aws.notify_queue(BUCKET, &queue, &["s3:ObjectCreated:*"]).await.unwrap();
    deployment.aws.subscribe_queue(&topic, &queue).await.unwrap();
    deployment.aws.map_queue(FUNCTION, &queue).await.unwrap();
    deployment.put_log("by-queue").await;
    deployment.slack.wait_for(2, Duration::from_secs(60)).await.unwrap();

    deployment.aws.notify_topic(BUCKET, &topic, &["s3:ObjectRemoved:*"]).await.unwrap();
    deployment.aws.delete_object(BUCKET, &by_topic).await.unwrap();
    deployment.slack.wait_for(3, Duration::from_secs(60)).await.unwrap();
    // The removal came by the topic and by the queue.
    wait_until("both ways of the removal", Duration::from_secs(60), async || {
        let log = deployment.aws.function_log(FUNCTION).await?;
        Ok((log.iter().filter(|line| line.message.contains("a log object was removed")).count() == 2).then_some(()))
    })
    .await
    .unwrap();
    answer(&deployment.flush().await.unwrap());
    let shown = deployment.shown();
    assert_eq!(shown.len(), 3, "{shown:#?}");
    for (message, part) in shown.iter().zip(["by-topic", "by-queue", "log object removed"]) {
        assert!(message.contains(part), "{part}: {message}");
    }
}
