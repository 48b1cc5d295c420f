//! A state table that is busy, slow, or not there.

use std::time::Duration;

use serde_json::json;
use trailhook_runtime::clock::Moment;
use trailhook_runtime::outbox::{Commit, DynamoTable, Expect, GroupKey, Key, MemoryTable, Stored, Table, Write};
use trailhook_tests::{Action, Aws, Canned, MiniStack, Rule, require};

use crate::support::{Deployment, event, log_key};
use crate::{STOPPED, summary};

#[tokio::test]
async fn a_table_that_is_busy_is_asked_again() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let conflict = Canned::dynamodb_transaction_cancelled(&["None", "TransactionConflict"]);
    deployment.proxy.add(Rule::on("DynamoDB.TransactWriteItems").times(2).then(Action::Answer(conflict)));
    // More often than the SDK tries again by itself.
    deployment.proxy.add(Rule::on("DynamoDB.PutItem").times(5).then(Action::Answer(Canned::dynamodb_throttled())));
    deployment.proxy.add(Rule::on("DynamoDB.GetItem").times(1).then(Action::Cut));
    let answered = summary(&deployment.deliver(&log_key("busy"), &[event("StopLogging", "e1")]).await.unwrap());
    assert_eq!((&answered["claimed"], &answered["sent"]["messages"]), (&json!(1), &json!(1)), "{answered}");
    assert_eq!(deployment.slack.messages().len(), 1);
}

#[tokio::test]
async fn an_answer_of_the_table_that_is_lost_doubles_nothing() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    for operation in ["DynamoDB.TransactWriteItems", "DynamoDB.PutItem"] {
        deployment.proxy.add(Rule::on(operation).every(2).times(2).then(Action::LoseAnswer));
    }
    let answered = summary(&deployment.deliver(&log_key("lost"), &[event("StopLogging", "e1")]).await.unwrap());
    assert_eq!(answered["sent"]["messages"], 1, "{answered}");
    deployment.let_pass(Duration::from_secs(3600)).await.unwrap();
    assert_eq!(summary(&deployment.flush().await.unwrap())["flushed"]["messages"], 0);
    assert_eq!(deployment.slack.messages().len(), 1);
}

#[tokio::test]
async fn a_table_that_is_not_there_fails_the_invocation_and_says_so() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let gone = Canned::dynamodb_error(400, "ResourceNotFoundException", "Requested resource not found");
    deployment.proxy.add(Rule::on("DynamoDB.*").then(Action::Answer(gone)));
    let invocation = deployment.deliver(&log_key("gone"), &[event("StopLogging", "e1")]).await.unwrap();
    let error = invocation.json().unwrap();
    assert_eq!(error["errorType"], "IncompleteInvocation", "{invocation:?}");
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.contains("GetItem of table trailhook-state failed: ResourceNotFoundException"), "{message}");
    assert!(deployment.slack.requests().is_empty(), "what is not claimed is not told");
    let flushed = summary(&deployment.flush().await.unwrap());
    assert!(flushed["error"].as_str().unwrap().contains("ResourceNotFoundException"), "{flushed}");
    // Nothing is lost: the retry tells it.
    deployment.proxy.clear_rules();
    assert_eq!(summary(&deployment.invoke_for(&[&log_key("gone")]).await.unwrap())["sent"]["messages"], 1);
}

#[tokio::test]
async fn a_table_that_is_silent_is_an_error_and_not_a_death() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    // One silence is borne.
    deployment.proxy.add(Rule::on("DynamoDB.*").times(1).then(Action::Hang));
    let answered = summary(&deployment.deliver(&log_key("once"), &[event("StopLogging", "e1")]).await.unwrap());
    assert_eq!(answered["sent"]["messages"], 1, "{answered}");
    deployment.proxy.add(Rule::on("DynamoDB.*").then(Action::Hang));
    let invocation = deployment.deliver(&log_key("silent"), &[event("StopLogging", "e2")]).await.unwrap();
    let error = invocation.json().unwrap();
    assert_eq!(error["errorType"], "IncompleteInvocation", "the function says so itself: {invocation:?}");
}

#[tokio::test]
async fn an_item_that_is_garbled_is_named_and_keeps_no_other_back() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    summary(&deployment.deliver(&log_key("one"), &[event("StopLogging", "e1")]).await.unwrap());
    for mut item in deployment.aws.scan(crate::support::TABLE).await.unwrap() {
        if item["pk"]["S"].as_str().unwrap().starts_with("G#") {
            item["body"] = json!({"S": "{"});
            deployment.aws.put_item(crate::support::TABLE, &item).await.unwrap();
        }
    }
    let invocation = deployment.deliver(&log_key("two"), &[event("StopLogging", "e2")]).await.unwrap();
    let error = invocation.json().unwrap();
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.contains("the item G#security#") && message.contains("is not readable"), "{message}");

    // Also where both are due on one channel.
    let mut record = event("StopLogging", "e3");
    record["userIdentity"]["arn"] = "arn:aws:iam::111122223333:user/bob".into();
    deployment.slack.script(trailhook_tests::Endpoint::Webhook, vec![trailhook_tests::Answer::status(503); 4]);
    summary(&deployment.deliver(&log_key("three"), &[record]).await.unwrap());
    for mut item in deployment.aws.scan(crate::support::TABLE).await.unwrap() {
        if item["body"]["S"] == "{" {
            item["queue"] = json!({"S": "due"});
            item["due"] = json!({"N": "1"});
            deployment.aws.put_item(crate::support::TABLE, &item).await.unwrap();
        }
    }
    deployment.let_pass(Duration::from_secs(60)).await.unwrap();
    summary(&deployment.flush().await.unwrap());
    assert_eq!(deployment.slack.messages().len(), 2, "{:?}", deployment.slack.messages());
}

/// What the outbox relies on, held by both tables. A client of the runtime's own, straight at the emulator.
async fn assert_holds_its_conditions(table: &impl Table) {
    let at = |second: i64| Moment::from_millis(second * 1_000);
    let write = |key: &Key, expect: Expect, body: &str, due: Option<i64>| Write {
        key: key.clone(),
        expect,
        body: body.to_owned(),
        due: due.map(at),
        expires: at(1_000),
    };
    let now = at(100);
    let (one, two) = (Key::claimed("r", "1"), Key::claimed("r", "2"));
    assert_eq!(table.get(&one, now).await, Ok(None));
    assert_eq!(table.write(&[write(&one, Expect::Absent, "a", None)], now).await, Ok(Commit::Done));
    assert_eq!(table.get(&one, now).await, Ok(Some(Stored { version: 1, body: "a".to_owned() })));

    // One item alone, by either condition.
    assert_eq!(table.write(&[write(&one, Expect::Absent, "b", None)], now).await, Ok(Commit::Unexpected(vec![0])));
    assert_eq!(table.write(&[write(&one, Expect::Version(7), "b", None)], now).await, Ok(Commit::Unexpected(vec![0])));
    assert_eq!(table.write(&[write(&two, Expect::Version(1), "b", None)], now).await, Ok(Commit::Unexpected(vec![0])));

    // Several: all or none, and the places of those that were not as expected.
    let group = GroupKey::of("r", &["a"]);
    let both = |expect| {
        [
            write(&two, Expect::Absent, "c", None),
            write(&one, expect, "c", None),
            write(&group.key(), Expect::Absent, "g", Some(500)),
        ]
    };
    assert_eq!(table.write(&both(Expect::Absent), now).await, Ok(Commit::Unexpected(vec![1])));
    assert_eq!((table.get(&two, now).await, table.due(at(999), 9).await), (Ok(None), Ok(vec![])));
    assert_eq!(table.write(&both(Expect::Version(1)), now).await, Ok(Commit::Done));
    assert_eq!(table.get(&one, now).await.unwrap().unwrap().version, 2);

    // What is due, and no longer.
    assert_eq!(table.due(at(499), 9).await, Ok(vec![]));
    assert_eq!(table.due(at(500), 9).await, Ok(vec![group.clone()]));
    assert_eq!(table.write(&[write(&group.key(), Expect::Version(1), "g", None)], now).await, Ok(Commit::Done));
    assert_eq!(table.due(at(999), 9).await, Ok(vec![]));

    // What has expired is not there, whether or not somebody cleaned up.
    let late = at(1_002);
    assert_eq!(table.get(&one, late).await, Ok(None));
    assert_eq!(table.write(&[write(&one, Expect::Absent, "d", None)], late).await, Ok(Commit::Done));
    let expired = [write(&two, Expect::Absent, "d", None), write(&group.key(), Expect::Absent, "d", None)];
    assert_eq!(table.write(&expired, late).await, Ok(Commit::Done));

    // Many are due in the order of their time, and as many are given as are asked for.
    let groups: Vec<_> =
        (0..120).map(|number: i64| (GroupKey::of("r", &[&number.to_string()]), 2_000 - number)).collect();
    for (group, due) in &groups {
        assert_eq!(table.write(&[write(&group.key(), Expect::Absent, "g", Some(*due))], now).await, Ok(Commit::Done));
    }
    let expected: Vec<_> = groups.iter().rev().map(|(group, _)| group.clone()).collect();
    assert_eq!(table.due(at(9_999), 50).await.as_deref(), Ok(&expected[..50]));
    assert_eq!(table.due(at(9_999), 999).await, Ok(expected));
}

#[tokio::test]
async fn the_table_of_memory_and_that_of_dynamodb_hold_to_the_same_conditions() {
    assert_holds_its_conditions(&MemoryTable::default()).await;
    let stack = require!(MiniStack::start().await);
    let aws = Aws::at(stack.url());
    aws.create_state_table("state").await.unwrap();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .endpoint_url(stack.url())
        .region(aws_sdk_dynamodb::config::Region::new(Aws::REGION))
        .credentials_provider(aws_sdk_dynamodb::config::Credentials::new(Aws::ACCESS_KEY, "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let table = DynamoTable::new(aws_sdk_dynamodb::Client::from_conf(config), "state");
    assert_holds_its_conditions(&table).await;
}
