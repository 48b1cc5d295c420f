//! Floods: few messages for one thing, and all of them for many.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use trailhook_tests::{SlackRequest, require};

use crate::support::{Deployment, State, event, log_key};
use crate::{STOPPED, shown, summary};

const FLOOD: usize = 10_000;

fn flood() -> Vec<Value> {
    let mut records: Vec<_> = (0..FLOOD).map(|number| event("StopLogging", &format!("{number:036}"))).collect();
    for (number, record) in records.iter_mut().enumerate() {
        record["sourceIPAddress"] = format!("192.0.2.{}", if number % 10 == 0 { number / 10 % 200 } else { 7 }).into();
    }
    records
}

#[tokio::test]
async fn ten_thousand_matches_of_one_group_are_a_few_messages_of_a_webhook() {
    let deployment = require!(Deployment::furnish(State::Table, Duration::from_secs(120)).await);
    let webhook = deployment.webhook("flood").await;
    deployment.route("flood", true, &webhook, &Value::Null).await;
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let answered = summary(&deployment.deliver(&log_key("flood"), &flood()).await.unwrap());
    assert_eq!((&answered["claimed"], &answered["sent"]["alerts"]), (&json!(FLOOD), &json!(FLOOD)), "{answered}");
    let again = summary(&deployment.invoke_for(&[&log_key("flood")]).await.unwrap());
    assert_eq!((&again["claimed"], &again["repeated"]), (&json!(0), &json!(FLOOD)), "{again}");
    deployment.let_pass(Duration::from_secs(15 * 60)).await.unwrap();
    summary(&deployment.flush().await.unwrap());
    let messages = deployment.slack.messages();
    assert_eq!(messages.len(), 1, "at most three are admitted");
    let text = shown(&messages[0]);
    // Of the 200 addresses the first 16 are counted each by itself; nine of ten events are from one of them.
    assert!(text.contains("trail-stopped ×10000") && text.contains("*From:* `192.0.2.7` ×9005"), "{text}");
    let room = deployment.aws.scan(crate::support::TABLE).await.unwrap();
    let group = room.iter().find(|item| item["pk"]["S"].as_str().unwrap().starts_with("G#")).unwrap();
    assert!(group.to_string().len() < 100_000, "a group takes bounded room");
}

#[tokio::test]
async fn ten_thousand_matches_of_one_group_are_one_thread_of_an_app() {
    let deployment = require!(Deployment::furnish(State::Table, Duration::from_secs(120)).await);
    let app = deployment.app().await;
    deployment.route("app", true, &app, &Value::Null).await;
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let records = flood();
    for (number, part) in records.chunks(FLOOD / 2).enumerate() {
        let answered = summary(&deployment.deliver(&log_key(&number.to_string()), part).await.unwrap());
        assert_eq!(answered["sent"]["messages"], 1, "{answered}");
    }
    let messages = deployment.slack.messages();
    let threads: Vec<_> = messages.iter().map(|message| message.body["thread_ts"].as_str()).collect();
    assert_eq!(threads, [None, messages[0].ts.as_deref()], "one thread");
    assert!(shown(&messages[1]).contains("5000 more"), "{}", shown(&messages[1]));
}

/// The users that messages are about.
fn users(messages: &[SlackRequest]) -> BTreeSet<String> {
    let user = |message: &SlackRequest| {
        let text = shown(message);
        let (_, behind) = text.split_once("`user-")?;
        Some(behind.split('`').next()?.to_owned())
    };
    messages.iter().filter_map(user).collect()
}

/// `TRAILHOOK_TEST_GROUPS` (500 in `make test-long`) different groups, one message a second.
#[tokio::test]
async fn many_groups_are_paced_and_none_is_dropped() {
    let groups: usize = std::env::var("TRAILHOOK_TEST_GROUPS").map_or(25, |text| text.parse().unwrap());
    let deployment = require!(Deployment::furnish(State::Table, Duration::from_secs(12)).await);
    let webhook = deployment.webhook("flood").await;
    deployment.route("flood", true, &webhook, &Value::Null).await;
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let records: Vec<_> = (0..groups)
        .map(|number| {
            let mut record = event("StopLogging", &format!("e{number}"));
            record["userIdentity"] =
                json!({"type": "IAMUser", "userName": format!("user-{number}"), "arn": format!("arn:{number}")});
            record
        })
        .collect();
    let answered = summary(&deployment.deliver(&log_key("many"), &records).await.unwrap());
    assert_eq!(answered["claimed"], groups, "{answered}");
    let mut told = answered["sent"]["messages"].as_u64().unwrap();
    let (mut pending, mut flushes) = (answered["sent"]["pending"].as_u64().unwrap(), 0);
    assert!(told > 0 && pending > 0, "the function has not the time for all of them: {answered}");
    while pending > 0 {
        let flushed = summary(&deployment.flush().await.unwrap());
        told += flushed["flushed"]["messages"].as_u64().unwrap();
        pending = flushed["flushed"]["pending"].as_u64().unwrap();
        flushes += 1;
        assert!(flushes <= groups / 5 + 2, "each flush sends some: {told} of {groups}");
    }
    let messages = deployment.slack.messages();
    assert_eq!((messages.len(), usize::try_from(told).unwrap()), (groups, groups));
    assert_eq!(users(&messages).len(), groups, "each group was told");
    let gaps: Vec<_> = messages.windows(2).map(|pair| pair[1].at.duration_since(pair[0].at)).collect();
    assert!(gaps.iter().all(|gap| *gap >= Duration::from_millis(950)), "one message a second: {gaps:?}");
}
