//! One message for an event, however often it comes.

use std::time::Duration;

use serde_json::json;
use trailhook_tests::{require, wait_until};

use crate::support::{BUCKET, Deployment, FUNCTION, State, create_function, event, gzip, log_key, notification};
use crate::{STOPPED, shown, summary};

#[tokio::test]
async fn an_object_that_comes_five_times_by_s3_and_eventbridge_is_told_once() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.aws.notify_function_twice(BUCKET, &deployment.function_arn).await.unwrap();
    let key = log_key("a b+c");
    let log = gzip(json!({"Records": [event("StopLogging", "e1")]}).to_string().as_bytes()).unwrap();
    deployment.aws.put_object(BUCKET, &key, log).await.unwrap();
    // S3 and EventBridge, each by itself.
    wait_until("both invocations", Duration::from_secs(30), async || {
        let log = deployment.aws.function_log(FUNCTION).await?;
        let done = log.iter().filter(|line| line.message.contains("invocation done")).count();
        Ok((done == 2).then_some(()))
    })
    .await
    .unwrap();
    let bridge = json!({
        "version": "0", "id": "1", "source": "aws.s3", "detail-type": "Object Created",
        "detail": {"bucket": {"name": BUCKET}, "object": {"key": key}},
    });
    for payload in [notification(&[&key]), bridge, notification(&[&key, &key])] {
        let answered = summary(&deployment.aws.invoke(FUNCTION, &payload).await.unwrap());
        assert_eq!((&answered["claimed"], &answered["sent"]["messages"]), (&json!(0), &json!(0)), "{answered}");
        assert!(answered["repeated"].as_u64().unwrap() > 0, "{answered}");
    }
    let messages = deployment.slack.messages();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(shown(&messages[0]).contains("trail-stopped") && !shown(&messages[0]).contains('×'));
}

#[tokio::test]
async fn two_functions_at_work_on_the_same_object_tell_each_event_once() {
    let deployment = require!(Deployment::with_table().await);
    deployment.rule("any", &json!({"expression": "True", "grouping": {"by": ["actor"]}})).await;
    create_function(&deployment.aws, "twin", State::Table, Duration::from_secs(30)).await.unwrap();
    for round in 0..4 {
        let mut records: Vec<_> = (0..150).map(|number| event("StopLogging", &format!("e{round}-{number}"))).collect();
        for record in &mut records {
            record["userIdentity"] = json!({"type": "IAMUser", "arn": format!("arn:aws:iam::1:user/u{round}")});
        }
        let key = log_key(&format!("round-{round}"));
        let log = gzip(json!({"Records": records}).to_string().as_bytes()).unwrap();
        deployment.aws.put_object(BUCKET, &key, log).await.unwrap();
        let payload = notification(&[&key]);
        let (one, other) =
            tokio::join!(deployment.aws.invoke(FUNCTION, &payload), deployment.aws.invoke("twin", &payload));
        let (one, other) = (summary(&one.unwrap()), summary(&other.unwrap()));
        let sum = |path: &str| {
            [&one, &other].iter().map(|answer| answer.pointer(path).unwrap().as_u64().unwrap()).sum::<u64>()
        };
        assert_eq!((sum("/claimed"), sum("/repeated")), (150, 150), "{one} {other}");
        assert_eq!((sum("/sent/messages"), sum("/sent/alerts")), (1, 150), "{one} {other}");
        let messages = deployment.slack.messages();
        assert_eq!(messages.len(), round + 1);
        assert!(shown(&messages[round]).contains("any ×150"), "{}", shown(&messages[round]));
    }
}
