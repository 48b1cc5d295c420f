//! A state table that is busy, slow, or not there.

use std::time::Duration;

use serde_json::json;
use trailhook_tests::{Action, Canned, Rule, require};

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
    let flush = deployment.flush().await.unwrap();
    assert!(flush.function_error.is_some(), "{flush:?}");
    // Nothing is lost: the retry tells it.
    deployment.proxy.clear_rules();
    assert_eq!(summary(&deployment.invoke_for(&[&log_key("gone")]).await.unwrap())["sent"]["messages"], 1);
}

#[tokio::test]
async fn an_item_that_is_garbled_is_named() {
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
}
