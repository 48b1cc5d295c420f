//! What the settings hide is nowhere: in no message, table, queue or log.

use serde_json::json;
use trailhook_tests::{Answer, Endpoint, require};

use crate::answer;
use crate::support::{DEAD_LETTERS, Deployment, FUNCTION, TABLE, event, log_key};

#[tokio::test]
async fn a_hidden_field_leaves_the_function_nowhere() {
    let deployment = require!(Deployment::with_table().await);
    let topic = deployment.aws.create_topic("alerts").await.unwrap();
    let queue = deployment.aws.create_queue("subscriber").await.unwrap();
    deployment.aws.subscribe_queue(&topic, &queue).await.unwrap();
    let route =
        json!({"schema": 1, "name": "topic", "default": true, "destination": {"type": "sns", "topic_arn": topic}});
    deployment.put_document("routes", "topic", &route.to_string()).await.unwrap();
    let redact = ["sourceIPAddress", "userIdentity.**", "requestParameters.plan", "userAgent"];
    deployment.settings(&json!({"schema": 1, "redact": redact})).await;
    // Fields that it reads, groups by, counts by, and errs on.
    let rule = json!({
        "schema": 1, "name": "reads", "expression": "event['requestParameters.plan'] != event['userIdentity.arn']",
        "grouping": {"by": ["sourceIPAddress"], "window": "15m"},
    });
    deployment.put_document("rules", "reads", &rule.to_string()).await.unwrap();
    deployment.put_rule("errs", "event['requestParameters.plan'] < 7").await.unwrap();
    let mut record = event("StopLogging", "e1");
    record["sourceIPAddress"] = "198.51.100.77".into();
    record["userIdentity"] =
        json!({"type": "IAMUser", "userName": "HIDDEN-user", "arn": "arn:aws:iam::1:user/HIDDEN-user"});
    record["requestParameters"] = json!({"plan": "HIDDEN-plan", "name": "trail"});
    record["userAgent"] = "HIDDEN-agent".into();
    // The second message of the webhook is refused, and goes into the queue for what nobody takes.
    deployment.slack.script(Endpoint::Webhook, [Answer::Ok, Answer::error("channel_is_archived")]);
    for id in ["e1", "e2"] {
        record["eventID"] = id.into();
        answer(&deployment.deliver(&log_key(id), &[record.clone()]).await.unwrap());
    }
    deployment.let_pass(std::time::Duration::from_secs(20 * 60)).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, vec![Answer::error("channel_is_archived"); 4]);
    answer(&deployment.flush().await.unwrap());

    let (mut letters, mut notifications) = (Vec::new(), Vec::new());
    for (name, found) in [(DEAD_LETTERS, &mut letters), ("subscriber", &mut notifications)] {
        found.extend(deployment.aws.receive_messages(name).await.unwrap().into_iter().map(|message| message.body));
    }
    assert!(!notifications.is_empty() && !deployment.shown().is_empty());
    let log = deployment.aws.function_log(FUNCTION).await.unwrap();
    let log = log.iter().map(|line| line.message.clone()).collect::<Vec<_>>();
    let table = deployment.aws.scan(TABLE).await.unwrap().iter().map(ToString::to_string).collect();
    for (place, texts) in [
        ("Slack", deployment.shown()),
        ("SNS", notifications),
        ("the dead-letter queue", letters),
        ("the table", table),
        ("the log", log),
    ] {
        for text in texts {
            assert!(!text.contains("HIDDEN") && !text.contains("198.51.100.77"), "{place}: {text}");
        }
    }
    let shown = deployment.shown().concat();
    assert!(
        shown.contains("`hidden`") && shown.contains("requestParameters.plan and userIdentity.arn hidden"),
        "{shown}"
    );
}
