//! What each of Slack's answers leads to.

use std::time::Duration;

use serde_json::{Value, json};
use trailhook_tests::{Answer, Endpoint, ParameterKind, require};

use crate::support::{BUCKET, DEAD_LETTERS, Deployment, State, create_function, event, gzip, log_key};
use crate::{CHANNEL, STOPPED, TOKEN, shown, summary};

/// A deployment with a rule, whose only route is the one to a Slack app.
async fn with_app() -> anyhow::Result<Deployment> {
    let deployment = Deployment::furnish(State::Table, Duration::from_secs(30)).await?;
    deployment.put_rule("trail-stopped", STOPPED).await?;
    let app = deployment.app().await;
    deployment.route("app", true, &app, &Value::Null).await;
    Ok(deployment)
}

async fn with_webhook() -> anyhow::Result<Deployment> {
    let deployment = Deployment::with_table().await?;
    deployment.put_rule("trail-stopped", STOPPED).await?;
    Ok(deployment)
}

async fn deliver(deployment: &Deployment, name: &str) -> Value {
    summary(&deployment.deliver(&log_key(name), &[event("StopLogging", name)]).await.unwrap())
}

async fn flush(deployment: &Deployment) -> Value {
    summary(&deployment.flush().await.unwrap())["flushed"].clone()
}

#[tokio::test]
async fn a_busy_slack_is_obeyed_by_every_instance() {
    let deployment = require!(with_webhook().await);
    // Longer than the invocation has time.
    deployment.slack.script(Endpoint::Webhook, [Answer::TooMany { retry_after: 45 }]);
    let answered = deliver(&deployment, "e1").await;
    assert_eq!((&answered["claimed"], &answered["sent"]["pending"]), (&json!(1), &json!(1)), "{answered}");
    create_function(&deployment.aws, "twin", State::Table, Duration::from_secs(30)).await.unwrap();
    let flushed = summary(&deployment.aws.invoke("twin", &json!({"trailhook": "flush"})).await.unwrap());
    assert_eq!((&flushed["flushed"]["messages"], &flushed["flushed"]["pending"]), (&json!(0), &json!(1)));
    assert_eq!(deployment.slack.requests().len(), 1, "nobody asks before the time is over");
    deployment.let_pass(Duration::from_secs(50)).await.unwrap();
    assert_eq!(flush(&deployment).await["messages"], 1);
    // A short wait is waited for.
    deployment.let_pass(Duration::from_secs(3600)).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, [Answer::TooMany { retry_after: 2 }]);
    assert_eq!(deliver(&deployment, "e2").await["sent"]["messages"], 1);
    let requests = deployment.slack.requests();
    let waited = requests[3].at.duration_since(requests[2].at);
    assert!(waited >= Duration::from_secs(2), "Retry-After was 2 seconds, and {waited:?} passed");
}

#[tokio::test]
async fn a_broken_slack_is_asked_again_and_then_left_to_a_flush() {
    let deployment = require!(with_webhook().await);
    // One of each is borne.
    deployment.slack.script(Endpoint::Webhook, [Answer::status(500), Answer::Close, Answer::error("rollup_error")]);
    assert_eq!(deliver(&deployment, "e1").await["sent"]["messages"], 1);
    assert_eq!(deployment.slack.requests().len(), 4);
    // More is not: the invocation succeeds all the same, because the alert is safe.
    deployment.let_pass(Duration::from_secs(3600)).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, vec![Answer::status(503); 4]);
    let answered = deliver(&deployment, "e2").await;
    assert_eq!((&answered["sent"]["messages"], &answered["sent"]["pending"]), (&json!(0), &json!(1)), "{answered}");
    // It makes room for others for half a minute.
    assert_eq!(flush(&deployment).await["messages"], 0);
    deployment.let_pass(Duration::from_secs(31)).await.unwrap();
    assert_eq!(flush(&deployment).await["messages"], 1);
    assert_eq!(deployment.slack.messages().len(), 2);
}

#[tokio::test]
async fn a_hanging_slack_is_given_up() {
    let deployment = require!(with_webhook().await);
    deployment.slack.script(Endpoint::Webhook, [Answer::Hang]);
    assert_eq!(deliver(&deployment, "e1").await["sent"]["messages"], 1);
    let requests = deployment.slack.requests();
    let waited = requests[1].at.duration_since(requests[0].at);
    assert!(waited >= Duration::from_secs(10), "a post has 10 seconds, and {waited:?} passed");
}

#[tokio::test]
async fn a_channel_that_takes_nothing_is_told_to_the_default_route_and_others_go_on() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    for name in ["archived", "other"] {
        let webhook = deployment.webhook(name).await;
        deployment.route(name, false, &webhook, &Value::Null).await;
    }
    deployment.slack.script_path("/services/T000/B000/archived", [Answer::error("channel_is_archived")]);
    let mut another = event("StopLogging", "e2");
    another["userIdentity"]["arn"] = "arn:aws:iam::111122223333:user/bob".into();
    let records = [event("StopLogging", "e1"), another];
    let answered = summary(&deployment.deliver(&log_key("one"), &records).await.unwrap());
    assert_eq!((&answered["sent"]["messages"], &answered["sent"]["handed_over"]), (&json!(4), &json!(2)), "{answered}");
    let by_path =
        |path: &str| deployment.slack.messages().into_iter().filter(|m| m.path.ends_with(path)).collect::<Vec<_>>();
    assert_eq!((by_path("/archived").len(), by_path("/other").len()), (0, 2));
    let requests = deployment.slack.requests();
    assert_eq!(
        requests.iter().filter(|request| request.path.ends_with("/archived")).count(),
        1,
        "the second group is not tried"
    );
    let marked = by_path("/xxxx");
    assert_eq!(marked.len(), 2, "the default route has them");
    for message in marked {
        let text = shown(&message);
        assert!(text.contains("Undeliverable on route `archived`") && text.contains("channel_is_archived"), "{text}");
    }
}

#[tokio::test]
async fn what_nobody_takes_is_in_the_dead_letter_queue() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let webhook = deployment.webhook("archived").await;
    deployment.route("archived", false, &webhook, &Value::Null).await;
    deployment.slack.script(Endpoint::Webhook, vec![Answer::error("channel_is_archived"); 2]);
    let answered = deliver(&deployment, "e1").await;
    assert_eq!(answered["sent"]["dead_letters"], 1, "{answered}");
    let letters = deployment.aws.receive_messages(DEAD_LETTERS).await.unwrap();
    assert_eq!(letters.len(), 1);
    let letter: Value = serde_json::from_str(&letters[0].body).unwrap();
    assert_eq!(letter["dead_letter"]["route"], "security");
    assert_eq!(letter["dead_letter"]["before"]["route"], "archived");
    assert_eq!((&letter["count"], &letter["alerts"][0]["event_id"]), (&json!(1), &json!("e1")));
    // It is done: no flush tells it again.
    deployment.let_pass(Duration::from_secs(3600)).await.unwrap();
    assert_eq!(flush(&deployment).await["messages"], 0);
    assert!(deployment.slack.messages().is_empty());
}

#[tokio::test]
async fn a_missing_secret_fails_its_route_alone_and_is_told() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let absent = json!({"type": "slack_webhook", "url_parameter": "/trailhook/secrets/absent"});
    deployment.route("absent", false, &absent, &Value::Null).await;
    let answered = deliver(&deployment, "e1").await;
    assert_eq!((&answered["sent"]["messages"], &answered["sent"]["handed_over"]), (&json!(1), &json!(1)), "{answered}");
    let text = shown(&deployment.slack.messages()[0]);
    assert!(text.contains("Undeliverable on route `absent`"), "{text}");
    assert!(text.contains("the secret parameter /trailhook/secrets/absent does not exist"), "{text}");
}

#[tokio::test]
async fn a_message_that_is_too_much_is_shrunk_once() {
    let deployment = require!(with_webhook().await);
    deployment.slack.script(Endpoint::Webhook, [Answer::error("msg_blocks_too_long")]);
    assert_eq!(deliver(&deployment, "e1").await["sent"]["messages"], 1);
    let requests = deployment.slack.requests();
    assert_eq!(requests.len(), 2);
    let blocks = |request: usize| requests[request].body["blocks"].as_array().unwrap().len();
    assert!(blocks(0) > 1 && blocks(1) == 1, "{requests:#?}");
    assert!(requests[1].text().contains("trail-stopped"), "{requests:#?}");
    // Too much twice is a refusal.
    deployment.let_pass(Duration::from_secs(3600)).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, vec![Answer::error("invalid_blocks"); 2]);
    assert_eq!(deliver(&deployment, "e2").await["sent"]["dead_letters"], 1);
}

#[tokio::test]
async fn an_app_answers_in_the_thread_and_begins_another_where_that_is_gone() {
    let deployment = require!(with_app().await);
    assert_eq!(deliver(&deployment, "e1").await["sent"]["messages"], 1);
    for number in 2..=3 {
        assert_eq!(deliver(&deployment, &format!("e{number}")).await["sent"]["messages"], 1);
    }
    let messages = deployment.slack.messages();
    let ts = messages[0].ts.clone().unwrap();
    assert!(messages.iter().all(|message| message.authorization.as_deref() == Some("Bearer xoxb-1-2-token")));
    assert!(messages.iter().all(|message| message.body["channel"] == CHANNEL));
    let threads: Vec<_> = messages.iter().map(|message| message.body["thread_ts"].as_str()).collect();
    assert_eq!(threads, [None, Some(ts.as_str()), Some(ts.as_str())]);
    let broadcasts: Vec<_> = messages.iter().map(|message| message.body["reply_broadcast"] == true).collect();
    assert_eq!(broadcasts, [false, true, false], "the first repeat is shown in the channel");

    deployment.slack.script(Endpoint::Api, [Answer::error("thread_not_found")]);
    assert_eq!(deliver(&deployment, "e4").await["sent"]["messages"], 1);
    assert_eq!(deliver(&deployment, "e5").await["sent"]["messages"], 1);
    let messages = deployment.slack.messages();
    assert_eq!(messages[3].body.get("thread_ts"), None, "at top level");
    assert_eq!(messages[4].body["thread_ts"].as_str(), messages[3].ts.as_deref(), "below the new one");
}

#[tokio::test]
async fn an_invalid_token_is_read_anew_once() {
    let deployment = require!(with_app().await);
    deliver(&deployment, "e1").await;
    deployment.aws.put_parameter(TOKEN, ParameterKind::SecureString, "xoxb-new", true).await.unwrap();
    deployment.slack.script(Endpoint::Api, [Answer::error("invalid_auth")]);
    assert_eq!(deliver(&deployment, "e2").await["sent"]["messages"], 1);
    let last = deployment.slack.messages().pop().unwrap();
    assert_eq!(last.authorization.as_deref(), Some("Bearer xoxb-new"));
    // Twice is for good, and the token is in no text.
    deployment.slack.script(Endpoint::Api, vec![Answer::error("invalid_auth"); 2]);
    assert_eq!(deliver(&deployment, "e3").await["sent"]["dead_letters"], 1);
    let letters = deployment.aws.receive_messages(DEAD_LETTERS).await.unwrap();
    let reason = letters[0].body.clone();
    assert!(
        reason.contains("no longer accepts what is in the secret parameter") && !reason.contains("xoxb"),
        "{reason}"
    );
}

#[tokio::test]
async fn without_a_dead_letter_queue_what_nobody_takes_waits_until_somebody_does() {
    let deployment = require!(with_webhook().await);
    // The queue is gone.
    let url = deployment.aws.queue_url(DEAD_LETTERS).await.unwrap();
    deployment.aws.call_json("sqs", "AmazonSQS.DeleteQueue", &json!({"QueueUrl": url})).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, [Answer::error("channel_is_archived")]);
    let answered = deliver(&deployment, "e1").await;
    assert_eq!((&answered["sent"]["dead_letters"], &answered["sent"]["pending"]), (&json!(0), &json!(1)), "{answered}");
    deployment.let_pass(Duration::from_secs(60)).await.unwrap();
    assert_eq!(flush(&deployment).await["messages"], 1);
}

#[tokio::test]
async fn a_webhook_tells_repeats_in_one_summary_at_the_end_of_the_window() {
    let deployment = require!(with_webhook().await);
    deliver(&deployment, "e1").await;
    for number in 2..=8 {
        let mut record = event("StopLogging", &format!("e{number}"));
        record["sourceIPAddress"] = if number == 8 { "198.51.100.7" } else { "203.0.113.20" }.into();
        let log = gzip(json!({"Records": [record]}).to_string().as_bytes()).unwrap();
        let key = log_key(&format!("repeat-{number}"));
        deployment.aws.put_object(BUCKET, &key, log).await.unwrap();
        let answered = summary(&deployment.invoke_for(&[&key]).await.unwrap());
        assert_eq!((&answered["sent"]["messages"], &answered["sent"]["pending"]), (&json!(0), &json!(number - 1)));
    }
    assert_eq!(flush(&deployment).await["messages"], 0, "the window is open");
    deployment.let_pass(Duration::from_secs(15 * 60)).await.unwrap();
    assert_eq!(flush(&deployment).await["messages"], 1);
    let messages = deployment.slack.messages();
    assert_eq!(messages.len(), 2);
    let text = shown(&messages[1]);
    assert!(text.contains("7 more") && text.contains("`203.0.113.20` ×6, `198.51.100.7` ×1"), "{text}");
    // The conversation is over: the next one is told at once.
    deliver(&deployment, "e9").await;
    assert_eq!(deployment.slack.messages().len(), 3);
}
