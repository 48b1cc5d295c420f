//! Rules change while the function runs, and Parameter Store is not always well.

use std::time::Duration;

use serde_json::json;
use trailhook_tests::{Action, Canned, Rule, require, wait_until};

use crate::support::{Deployment, NAMESPACE, event, log_key};
use crate::{answer, failure};

const READ: &str = "SSM.GetParametersByPath";

fn rule_of(name: &str) -> String {
    format!("event.get('eventName') == '{name}'")
}

/// Delivers an event, which is told or not.
async fn deliver(deployment: &Deployment, name: &str, id: &str) -> bool {
    let done = answer(&deployment.deliver(&log_key(id), &[event(name, id)]).await.unwrap());
    done["matches"] == 1
}

#[tokio::test]
async fn a_warm_function_goes_on_with_the_last_good_rules_until_it_can_read_new_ones() {
    let deployment = require!(Deployment::with_table().await);
    // The least that can be set: tests wait for it.
    deployment.settings(&json!({"schema": 1, "refresh_seconds": 30})).await;
    deployment.put_rule("watched", &rule_of("Before")).await.unwrap();
    assert!(deliver(&deployment, "Before", "e0").await);
    deployment.put_rule("watched", &rule_of("After")).await.unwrap();
    assert!(deliver(&deployment, "Before", "e1").await, "they are not read each time");

    // Refused, from the next time on that it reads them.
    deployment.proxy.add(Rule::on(READ).then(Action::Answer(Canned::ssm_access_denied())));
    let calls = deployment.proxy.calls_to(READ).len();
    let mut number = 1;
    wait_until("the rules to be read again", Duration::from_secs(90), async || {
        number += 1;
        assert!(deliver(&deployment, "Before", &format!("e{number}")).await, "the last good ones stay in use");
        Ok((deployment.proxy.calls_to(READ).len() > calls).then_some(()))
    })
    .await
    .unwrap();

    // Each invocation tries again, whatever is wrong with Parameter Store, and none is lost over it.
    for (what, action) in [
        ("throttled", Action::Answer(Canned::ssm_throttled())),
        ("broken", Action::Answer(Canned::ssm_internal_error())),
        ("slow", Action::Delay(Duration::from_secs(4))),
        ("silent", Action::Hang),
        ("gone", Action::Cut),
        ("half-written", Action::CutBody { after: 40 }),
    ] {
        deployment.proxy.clear_rules();
        deployment.proxy.add(Rule::on(READ).then(action));
        let calls = deployment.proxy.calls_to(READ).len();
        assert!(deliver(&deployment, "Before", what).await, "{what}");
        assert!(deployment.proxy.calls_to(READ).len() > calls, "{what}: it tries to read them");
    }
    // Half of the pages is no set of rules either.
    for number in 0..15 {
        deployment.put_rule(&format!("more-{number:02}"), "False").await.unwrap();
    }
    deployment.proxy.clear_rules();
    let second = Rule::on(READ).mentioning("NextToken").then(Action::Answer(Canned::ssm_internal_error()));
    deployment.proxy.add(second);
    assert!(deliver(&deployment, "Before", "second-page").await);

    deployment.proxy.clear_rules();
    assert!(deliver(&deployment, "After", "new").await, "and takes them up when it answers");
    assert!(!deliver(&deployment, "Before", "old").await);
    let log = deployment.log_lines().await.join("\n");
    for said in ["the last good configuration stays in use", "reading the configuration takes too long"] {
        assert!(log.contains(said), "{said}");
    }
}

#[tokio::test]
async fn a_cold_function_fails_until_it_can_read_its_rules() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("watched", &rule_of("Seen")).await.unwrap();
    for (what, action) in [
        ("throttled", Action::Answer(Canned::ssm_throttled())),
        ("broken", Action::Answer(Canned::ssm_internal_error())),
        ("gone", Action::Cut),
        ("half-written", Action::CutBody { after: 40 }),
        ("silent", Action::Hang),
    ] {
        deployment.proxy.clear_rules();
        deployment.proxy.add(Rule::on(READ).then(action));
        let invocation = deployment.deliver(&log_key("one"), &[event("Seen", "e1")]).await.unwrap();
        let (kind, message) = failure(&invocation);
        assert!(kind == "ConfigurationError" && message.contains("configuration c"), "{what}: {kind} {message}");
    }
    assert!(deployment.shown().is_empty());
    // Slow is not broken: a cold start has no other choice than to wait.
    deployment.proxy.clear_rules();
    deployment.proxy.add(Rule::on(READ).then(Action::Delay(Duration::from_secs(3))));
    assert!(deliver(&deployment, "Seen", "e1").await);
    assert_eq!(deployment.shown().len(), 1, "the retry tells it");
}

#[tokio::test]
async fn settings_that_are_garbled_leave_the_rest_at_work() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("watched", &rule_of("Seen")).await.unwrap();
    let parameter = format!("{NAMESPACE}/settings");
    deployment.aws.put_parameter(&parameter, trailhook_tests::ParameterKind::String, "{", true).await.unwrap();
    assert!(deliver(&deployment, "Seen", "e1").await);
    let shown = deployment.shown();
    assert!(shown.len() == 2 && shown.iter().any(|message| message.contains("settings is off")), "{shown:#?}");
}
