//! The alerter says when it is broken itself, once.

use serde_json::json;
use trailhook_tests::{Action, Canned, Rule, require};

use crate::support::{Deployment, NAMESPACE, State, create_function, event, log_key, notification};
use crate::{STOPPED, answer, failure};

#[tokio::test]
async fn each_version_of_a_broken_document_is_told_once() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.put_rule("typing-error", "event['eventName'].startwith('Stop')").await.unwrap();
    for id in ["e1", "e2"] {
        answer(&deployment.deliver(&log_key(id), &[event("StopLogging", "the-same")]).await.unwrap());
    }
    answer(&deployment.flush().await.unwrap());
    // A second instance knows it from the table.
    let time = std::time::Duration::from_secs(30);
    create_function(&deployment.aws, "twin", State::Table, time).await.unwrap();
    answer(&deployment.aws.invoke("twin", &json!({"trailhook": "flush"})).await.unwrap());
    let shown = deployment.shown();
    assert_eq!(shown.len(), 2, "{shown:#?}");
    let notice = shown.iter().find(|message| message.contains("rules/typing-error is off")).unwrap();
    for part in ["TH0107", "startwith", "Trailhook"] {
        assert!(notice.contains(part), "{part}: {notice}");
    }
    // Another version is another notice: a cold instance reads it at once.
    deployment.put_rule("typing-error", "event['eventName'].endwith('Stop')").await.unwrap();
    create_function(&deployment.aws, "third", State::Table, time).await.unwrap();
    for _ in 0..2 {
        answer(&deployment.aws.invoke("third", &json!({"trailhook": "flush"})).await.unwrap());
    }
    let shown = deployment.shown();
    assert!(shown.len() == 3 && shown[2].contains("endwith"), "{shown:#?}");
}

#[tokio::test]
async fn logs_that_may_not_be_read_are_told_once_a_day() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.aws.put_object(crate::support::BUCKET, &log_key("one"), "{}").await.unwrap();
    deployment.proxy.add(Rule::on("S3.GetObject").then(Action::Answer(Canned::s3_access_denied())));
    for _ in 0..3 {
        let (kind, message) = failure(&deployment.invoke_for(&[&log_key("one")]).await.unwrap());
        assert!(kind == "IncompleteInvocation" && message.contains("AccessDenied"), "{kind} {message}");
    }
    deployment.proxy.clear_rules();
    let shown = deployment.shown();
    assert_eq!(shown.len(), 1, "{shown:#?}");
    assert!(shown[0].contains("a log in logs cannot be read") && shown[0].contains("AccessDenied"), "{}", shown[0]);
    // What passes by itself is told by nobody but the log.
    deployment.proxy.add(Rule::on("S3.GetObject").times(20).then(Action::Answer(Canned::s3_slow_down())));
    failure(&deployment.invoke_for(&[&log_key("one")]).await.unwrap());
    assert_eq!(deployment.shown().len(), 1);
}

#[tokio::test]
async fn a_namespace_without_routes_fails_instead_of_being_silent() {
    let deployment = require!(Deployment::bare().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    for payload in [notification(&[&log_key("one")]), json!({"trailhook": "self-test"})] {
        let (kind, message) = failure(&deployment.aws.invoke(crate::support::FUNCTION, &payload).await.unwrap());
        assert_eq!(kind, "ConfigurationError");
        assert!(message.contains(&format!("the namespace {NAMESPACE} has no route that works")), "{message}");
    }
    // The next one comes in a minute, and retries would stand before live logs: it says so and ends.
    let flushed = answer(&deployment.flush().await.unwrap());
    assert!(flushed["error"].as_str().unwrap().contains("has no route that works"), "{flushed}");
}
