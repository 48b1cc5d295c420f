//! From an event to who is told: thresholds, primary rules, routes, notices, and SNS.

use std::time::Duration;

use serde_json::{Value, json};
use trailhook_tests::{QueueMessage, require, wait_until};

use crate::support::{Deployment, FUNCTION, State, event, log_key, notification};
use crate::{STOPPED, shown, summary};

#[tokio::test]
async fn a_threshold_is_counted_across_logs_and_redeliveries() {
    let deployment = require!(Deployment::with_table().await);
    let threshold = json!({"count": 3, "window": "10m", "by": ["actor"]});
    deployment.rule("thrice", &json!({"expression": STOPPED, "threshold": threshold})).await;
    let deliver = async |name: &str, ids: &[&str]| {
        let records: Vec<_> = ids.iter().map(|id| event("StopLogging", id)).collect();
        summary(&deployment.deliver(&log_key(name), &records).await.unwrap())
    };
    for name in ["one", "one"] {
        let answered = deliver(name, &["e1", "e2"]).await;
        assert_eq!((&answered["below_threshold"], &answered["claimed"]), (&json!(2), &json!(0)), "{answered}");
    }
    let answered = deliver("two", &["e3", "e4"]).await;
    assert_eq!((&answered["claimed"], &answered["sent"]["alerts"]), (&json!(2), &json!(2)), "{answered}");
    // Delivered again, they are what they were then.
    let answered = deliver("three", &["e1", "e3"]).await;
    assert_eq!((&answered["below_threshold"], &answered["repeated"]), (&json!(1), &json!(1)), "{answered}");
    let mut other = event("StopLogging", "e5");
    other["userIdentity"]["arn"] = "arn:aws:iam::111122223333:user/bob".into();
    let answered = summary(&deployment.deliver(&log_key("bob"), &[other]).await.unwrap());
    assert_eq!(answered["below_threshold"], 1, "each actor is counted by itself: {answered}");
    assert_eq!(deployment.slack.messages().len(), 1);
}

#[tokio::test]
async fn different_values_can_be_counted_and_the_other_rules_of_an_event_are_told_at_once() {
    let deployment = require!(Deployment::with_table().await);
    let threshold = json!({"count": 2, "window": "10m", "distinct": "sourceIPAddress"});
    deployment
        .rule(
            "places",
            &json!({"expression": STOPPED, "severity": "critical", "threshold": threshold, "labels": {"a": "b"}}),
        )
        .await;
    deployment.rule("plain", &json!({"expression": "True", "severity": "low"})).await;
    let deliver = async |id: &str, address: &str| {
        let mut record = event("StopLogging", id);
        record["sourceIPAddress"] = address.into();
        summary(&deployment.deliver(&log_key(id), &[record]).await.unwrap());
        shown(deployment.slack.messages().last().unwrap())
    };
    let first = deliver("e1", "192.0.2.1").await;
    assert!(first.contains("Low: plain") && !first.contains("places"), "{first}");
    let second = deliver("e2", "192.0.2.1").await;
    assert_eq!(second, first, "the same place, in the same conversation");
    let third = deliver("e3", "192.0.2.2").await;
    assert!(
        third.contains("Critical: places") && third.contains("Also matched plain"),
        "the graver rule leads: {third}"
    );
    assert!(third.contains("Threshold reached:* `2 different sourceIPAddress within 10m`"), "{third}");
}

#[tokio::test]
async fn alerts_go_to_the_routes_that_take_them_and_else_to_the_default_ones() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.rule("reads", &json!({"expression": "event['eventName'] == 'GetTrail'", "severity": "info"})).await;
    for (name, matches) in [
        ("grave", json!({"min_severity": "high"})),
        ("elsewhere", json!({"regions": ["us-east-1"]})),
        (
            "mine",
            json!({"accounts": ["111122223333"], "rules": ["trail-*"], "expression": "event['sourceIPAddress'] != ''"}),
        ),
    ] {
        let webhook = deployment.webhook(name).await;
        deployment.route(name, false, &webhook, &matches).await;
    }
    let records = [event("StopLogging", "e1"), event("GetTrail", "e2")];
    let answered = summary(&deployment.deliver(&log_key("one"), &records).await.unwrap());
    assert_eq!(answered["claimed"], 3, "{answered}");
    let mut told: Vec<_> = deployment
        .slack
        .messages()
        .iter()
        .map(|message| {
            let rule = if shown(message).contains("trail-stopped") { "trail-stopped" } else { "reads" };
            (message.path.rsplit('/').next().unwrap().to_owned(), rule)
        })
        .collect();
    told.sort();
    let expected = [("grave", "trail-stopped"), ("mine", "trail-stopped"), ("xxxx", "reads")];
    assert_eq!(told, expected.map(|(route, rule)| (route.to_owned(), rule)));
}

#[tokio::test]
async fn the_gravest_alerts_go_first() {
    let deployment = require!(Deployment::with_table().await);
    for (name, severity) in [("GetA", "low"), ("GetB", "info"), ("GetC", "critical"), ("GetD", "medium")] {
        let rule = json!({"expression": format!("event['eventName'] == '{name}'"), "severity": severity});
        deployment.rule(&name.to_lowercase(), &rule).await;
    }
    let records: Vec<_> = ["GetA", "GetB", "GetC", "GetD"].map(|name| event(name, name)).into();
    summary(&deployment.deliver(&log_key("one"), &records).await.unwrap());
    let messages = deployment.slack.messages();
    let rules: Vec<_> = messages.iter().filter_map(|message| message.text().split(": ").nth(1)).collect();
    assert_eq!(rules, ["getc", "getd", "geta", "getb"]);
}

#[tokio::test]
async fn an_alert_that_no_route_takes_is_said_once_a_day() {
    let deployment = require!(Deployment::furnish(State::Table, Duration::from_secs(30)).await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let webhook = deployment.webhook("grave").await;
    deployment.route("grave", false, &webhook, &json!({"min_severity": "critical"})).await;
    for name in ["one", "two"] {
        let answered = summary(&deployment.deliver(&log_key(name), &[event("StopLogging", name)]).await.unwrap());
        assert_eq!(answered["unrouted"], 1, "{answered}");
    }
    let messages = deployment.slack.messages();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    let text = shown(&messages[0]);
    assert!(text.contains("alerts without a route") && text.contains("trail-stopped"), "{text}");
}

#[tokio::test]
async fn a_rule_that_errs_is_said_once_a_day_unless_nobody_wants_to_hear_it() {
    let deployment = require!(Deployment::with_table().await);
    deployment.rule("errs", &json!({"expression": "event['absent'] == 'x'"})).await;
    for name in ["one", "two"] {
        let answered = summary(&deployment.deliver(&log_key(name), &[event("StopLogging", name)]).await.unwrap());
        assert_eq!((&answered["rule_errors"], &answered["matches"]), (&json!(1), &json!(0)), "{answered}");
    }
    let messages = deployment.slack.messages();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(shown(&messages[0]).contains("rule errs erred"), "{}", shown(&messages[0]));

    let quiet = require!(Deployment::with_table().await);
    quiet.rule("errs", &json!({"expression": "event['absent'] == 'x'"})).await;
    let settings = json!({"schema": 1, "notify_rule_errors": false}).to_string();
    let parameter = format!("{}/settings", crate::support::NAMESPACE);
    quiet.aws.put_parameter(&parameter, trailhook_tests::ParameterKind::String, &settings, true).await.unwrap();
    summary(&quiet.deliver(&log_key("one"), &[event("StopLogging", "e1")]).await.unwrap());
    assert!(quiet.slack.messages().is_empty());
}

#[tokio::test]
async fn sns_gets_the_whole_alert_once_and_repeats_as_a_count() {
    let deployment = require!(Deployment::furnish(State::Table, Duration::from_secs(30)).await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let topic = deployment.aws.create_topic("alerts").await.unwrap();
    let queue = deployment.aws.create_queue("subscriber").await.unwrap();
    deployment.aws.subscribe_queue(&topic, &queue).await.unwrap();
    deployment.route("topic", true, &json!({"type": "sns", "topic_arn": topic}), &Value::Null).await;
    let mut record = event("StopLogging", "00000000-0000-4000-8000-000000000001");
    record["requestParameters"] = json!({"name": "trail", "password": "HIDDEN"});
    for id in ["e1", "e2", "e3"] {
        record["eventID"] = id.into();
        summary(&deployment.deliver(&log_key(id), std::slice::from_ref(&record)).await.unwrap());
    }
    deployment.let_pass(Duration::from_secs(15 * 60)).await.unwrap();
    summary(&deployment.flush().await.unwrap());
    let mut letters: Vec<QueueMessage> = Vec::new();
    wait_until("two letters", Duration::from_secs(20), async || {
        letters.extend(deployment.aws.receive_messages("subscriber").await?);
        Ok((letters.len() >= 2).then_some(()))
    })
    .await
    .unwrap();
    let read = |letter: &QueueMessage| -> (Value, Value) {
        let envelope: Value = serde_json::from_str(&letter.body).unwrap();
        let message = serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap();
        (envelope, message)
    };
    let mut read: Vec<_> = letters.iter().map(read).collect();
    read.sort_by_key(|(_, message)| message["kind"].to_string());
    let (envelope, first) = &read[0];
    assert_eq!(envelope["Subject"], "High: trail-stopped");
    let attribute = |name: &str| envelope["MessageAttributes"][name]["Value"].as_str().map(str::to_owned);
    assert_eq!(attribute("severity").as_deref(), Some("high"));
    assert_eq!(attribute("account").as_deref(), Some("111122223333"));
    assert_eq!((&first["kind"], &first["count"]), (&json!("alert"), &json!(1)));
    let alert = &first["alerts"][0];
    assert_eq!(alert["event"]["requestParameters"], json!({"name": "trail", "password": "hidden"}), "{alert}");
    assert_eq!(
        alert["console_url"],
        "https://eu-central-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-central-1#/events/e1"
    );
    let (_, repeats) = &read[1];
    assert_eq!((&repeats["kind"], &repeats["count"]), (&json!("repeats"), &json!(2)));
}

#[tokio::test]
async fn what_a_route_has_left_that_is_gone_goes_to_the_default_route() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let webhook = deployment.webhook("gone").await;
    deployment.route("gone", false, &webhook, &Value::Null).await;
    deployment.slack.script_path("/services/T000/B000/gone", vec![trailhook_tests::Answer::status(503); 4]);
    let answered = summary(&deployment.deliver(&log_key("one"), &[event("StopLogging", "e1")]).await.unwrap());
    assert_eq!(answered["sent"]["pending"], 1, "{answered}");
    let parameter = format!("{}/routes/gone", crate::support::NAMESPACE);
    assert!(deployment.aws.delete_parameter(&parameter).await.unwrap());
    // An instance that has not read the routes yet.
    crate::support::create_function(&deployment.aws, "fresh", State::Table, Duration::from_secs(30)).await.unwrap();
    let flush = async || {
        let flushed = deployment.aws.invoke("fresh", &json!({"trailhook": "flush"})).await.unwrap();
        summary(&flushed)["flushed"].clone()
    };
    // A route that is not known may have been applied a moment ago, and read by others.
    deployment.let_pass(Duration::from_secs(60)).await.unwrap();
    let flushed = flush().await;
    assert!(flushed["left"]["gone"].as_str().unwrap().starts_with("the route is not known"), "{flushed}");
    assert!(flushed["oldest_due_seconds"].as_u64().unwrap() >= 60, "{flushed}");
    deployment.let_pass(Duration::from_secs(10 * 60)).await.unwrap();
    let flushed = flush().await;
    assert_eq!(flushed["messages"], 1, "{flushed}");
    let text = shown(deployment.slack.messages().last().unwrap());
    assert!(text.contains("*Undeliverable on route `gone`*, so it is told here: the route no longer exists"), "{text}");
}

#[tokio::test]
async fn what_a_route_has_left_that_cannot_be_read_waits_for_it() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let webhook = deployment.webhook("edited").await;
    deployment.route("edited", false, &webhook, &Value::Null).await;
    deployment.slack.script_path("/services/T000/B000/edited", vec![trailhook_tests::Answer::status(503); 4]);
    summary(&deployment.deliver(&log_key("one"), &[event("StopLogging", "e1")]).await.unwrap());
    deployment.put_document("routes", "edited", "{").await.unwrap();
    deployment.let_pass(Duration::from_secs(3600)).await.unwrap();
    let flush = async |name: &str| {
        crate::support::create_function(&deployment.aws, name, State::Table, Duration::from_secs(30)).await.unwrap();
        let flushed = deployment.aws.invoke(name, &json!({"trailhook": "flush"})).await.unwrap();
        summary(&flushed)["flushed"].clone()
    };
    let flushed = flush("broken").await;
    assert!(
        flushed["left"]["edited"].as_str().unwrap().starts_with("the route's document cannot be read"),
        "{flushed}"
    );
    deployment.route("edited", false, &webhook, &Value::Null).await;
    deployment.let_pass(Duration::from_secs(3600)).await.unwrap();
    assert_eq!(flush("mended").await["messages"], 1);
    assert!(!shown(&deployment.slack.messages()[0]).contains("Undeliverable"));
}

#[tokio::test]
async fn what_is_replayed_long_after_is_counted_and_not_told_unless_somebody_says_so() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    summary(&deployment.deliver(&log_key("old"), &[event("GetTrail", "e0")]).await.unwrap());
    let log = crate::support::gzip(json!({"Records": [event("StopLogging", "e1")]}).to_string().as_bytes()).unwrap();
    deployment.aws.put_object(crate::support::BUCKET, &log_key("old"), log).await.unwrap();
    let mut payload = notification(&[&log_key("old")]);
    payload["Records"][0]["eventTime"] = "2026-02-03T10:10:00.000Z".into();
    let answered = summary(&deployment.aws.invoke(FUNCTION, &payload).await.unwrap());
    assert_eq!((&answered["matches"], &answered["claimed"]), (&json!(1), &json!(0)), "{answered}");
    payload["deliver"] = true.into();
    let answered = summary(&deployment.aws.invoke(FUNCTION, &payload).await.unwrap());
    assert_eq!((&answered["claimed"], &answered["sent"]["messages"]), (&json!(1), &json!(1)), "{answered}");
}
