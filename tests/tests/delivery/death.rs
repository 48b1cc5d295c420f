//! A function that dies at any step of claim and send: what is left is done by the retry or a flush.

use std::time::Duration;

use trailhook_tests::{Action, Answer, Call, Endpoint, Rule, require};

use crate::support::{Deployment, FUNCTION, event, log_key, notification};
use crate::{STOPPED, shown, summary};

const LIMIT: Duration = Duration::from_secs(30);
/// Longer than a lease holds.
const LEASE: Duration = Duration::from_secs(31);

/// Delivers an event of an actor of its own, as the retry does too, and kills the function when the moment has come.
async fn kill_when(deployment: &Deployment, name: &str, moment: impl Future<Output = ()>) {
    let key = log_key(name);
    let mut record = event("StopLogging", name);
    record["userIdentity"]["arn"] = format!("arn:aws:iam::111122223333:user/{name}").into();
    record["userIdentity"]["userName"] = name.into();
    let records = [record];
    let invocation = deployment.deliver(&key, &records);
    let killing = async {
        moment.await;
        assert_eq!(deployment.stack.kill_functions().unwrap(), 1, "one function runs");
    };
    let (invocation, ()) = tokio::join!(invocation, killing);
    assert!(invocation.unwrap().function_error.is_some(), "the invocation ended with its function");
    deployment.proxy.clear_rules();
}

/// Lets the retry and a flush do what is left, and gives the number of messages about the event.
async fn complete(deployment: &Deployment, name: &str) -> usize {
    deployment.let_pass(LEASE).await.unwrap();
    let retried = deployment.aws.invoke(FUNCTION, &notification(&[&log_key(name)])).await.unwrap();
    summary(&retried);
    summary(&deployment.flush().await.unwrap());
    let left = deployment.state("G#").await.unwrap();
    assert!(left.iter().all(|(_, group)| group["pending"] == 0), "{name}: {left:?}");
    deployment.slack.messages().iter().filter(|message| shown(message).contains(&format!("`{name}`"))).count()
}

/// The calls to the table in the course of one delivery, and the place of the one that records the message.
fn steps(calls: &[Call]) -> (Vec<String>, usize) {
    let writes_group =
        |call: &Call| call.operation == "DynamoDB.PutItem" && String::from_utf8_lossy(&call.body).contains("\"G#");
    let record = calls.iter().rposition(writes_group).unwrap();
    (calls.iter().map(|call| call.operation.clone()).collect(), record)
}

#[tokio::test]
async fn a_function_that_dies_at_any_step_leaves_nothing_undone() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    summary(&deployment.deliver(&log_key("first"), &[event("StopLogging", "first")]).await.unwrap());
    let (steps, record) = steps(&deployment.proxy.calls_to("DynamoDB.*"));
    assert!(steps.contains(&"DynamoDB.TransactWriteItems".to_owned()), "{steps:?}");
    assert!(record + 1 < steps.len() && record > 4, "{steps:?}");
    for (place, operation) in steps.iter().enumerate() {
        for (when, action) in [("before", Action::Hang), ("behind", Action::HangBehind)] {
            let name = format!("{place}-{when}");
            let came = deployment.proxy.calls_to("DynamoDB.*").len();
            deployment.proxy.add(Rule::on("DynamoDB.*").after(place).times(1).then(action));
            kill_when(&deployment, &name, async {
                deployment.proxy.wait_for_calls("DynamoDB.*", came + place + 1, LIMIT).await.unwrap();
                // What is to be done before the silence is done.
                deployment.proxy.wait_until_quiet(LIMIT).await.unwrap();
            })
            .await;
            let messages = complete(&deployment, &name).await;
            // Between Slack's answer and the record of it, and only there, a second copy is admitted.
            let is_between = place == record - 1 || (place == record && when == "before");
            let expected = if is_between { 2 } else { 1 };
            assert_eq!(messages, expected, "killed {when} step {place}, {operation}, of {steps:?}");
        }
    }
}

#[tokio::test]
async fn a_function_that_dies_while_slack_is_silent_leaves_nothing_undone() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, [Answer::Hang]);
    kill_when(&deployment, "silent", async {
        deployment.slack.wait_for_requests(1, LIMIT).await.unwrap();
    })
    .await;
    // The lease of the one that died holds: nobody else sends, and nothing is lost.
    let flushed = summary(&deployment.flush().await.unwrap());
    assert_eq!(flushed["flushed"]["pending"], 1, "{flushed}");
    assert_eq!(complete(&deployment, "silent").await, 1);
}
