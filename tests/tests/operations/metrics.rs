//! Metrics stand in the function's log, in the form that CloudWatch takes them from.

use std::time::Duration;

use serde_json::{Value, json};
use trailhook_tests::{Answer, Endpoint, require, wait_until};

use crate::support::{Deployment, FUNCTION, event, log_key, repository};
use crate::{STOPPED, answer};

/// The lines that are metrics, once there are so many.
async fn metrics(deployment: &Deployment, count: usize) -> Vec<Value> {
    wait_until("the lines with metrics", Duration::from_secs(30), async || {
        let lines = deployment.log_lines().await;
        let found: Vec<Value> = lines
            .iter()
            .filter(|line| line.contains("\"_aws\""))
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        Ok((found.len() >= count).then_some(found))
    })
    .await
    .unwrap()
}

/// Holds that a line has the published form: the envelope, and what it points to, which a schema cannot say.
fn assert_embedded_metric_format(line: &Value) {
    let path = repository("tests/tests/fixtures/embedded-metric-format.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = |schema: &Value| jsonschema::validator_for(schema).unwrap();
    let errors: Vec<_> = validator(&schema).iter_errors(line).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}: {line}");
    let definition =
        |name: &str| json!({"$ref": format!("#/definitions/{name}"), "definitions": schema["definitions"]});
    let (metric, dimension) = (validator(&definition("metricTarget")), validator(&definition("dimensionTarget")));
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    for named in directive["Metrics"].as_array().unwrap() {
        let target = &line[named["Name"].as_str().unwrap()];
        assert!(metric.is_valid(target), "{named}: {target}");
    }
    for name in directive["Dimensions"][0].as_array().unwrap() {
        assert!(dimension.is_valid(&line[name.as_str().unwrap()]), "{name}");
    }
    // The check itself can fail.
    let mut broken = line.clone();
    broken["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] = "Pieces".into();
    assert!(!validator(&schema).is_valid(&broken) && !metric.is_valid(&json!("1")));
}

#[tokio::test]
async fn each_invocation_leaves_a_line_in_the_embedded_metric_format() {
    let deployment = require!(Deployment::with_table().await);
    deployment.settings(&json!({"schema": 1, "metrics_namespace": "Security/Trailhook"})).await;
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.put_rule("errs", "event['nowhere'] == 1").await.unwrap();
    deployment.put_document("rules", "garbled", "{").await.unwrap();
    let ignore =
        json!({"schema": 1, "name": "quiet", "expression": "event.get('eventName') == 'Quiet'", "action": "ignore"});
    deployment.put_document("rules", "quiet", &ignore.to_string()).await.unwrap();
    let mut denied = event("Quiet", "e1");
    denied["errorCode"] = "AccessDenied".into();
    let mut told = event("StopLogging", "e2");
    told["errorCode"] = "AccessDeniedException".into();
    let records = [denied, told, event("StopLogging", "e3"), json!("no record")];
    answer(&deployment.deliver(&log_key("one"), &records).await.unwrap());
    answer(&deployment.flush().await.unwrap());

    let lines = metrics(&deployment, 2).await;
    for line in &lines {
        assert_embedded_metric_format(line);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Security/Trailhook");
        assert_eq!(
            (&line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], &line["FunctionName"]),
            (&json!([["FunctionName"]]), &json!(FUNCTION))
        );
    }
    let work = &lines[0];
    for (name, value) in [
        ("LogsRead", 1),
        ("EventsRead", 3),
        ("EventsMatched", 2),
        ("EventsIgnored", 1),
        ("RecordsBroken", 1),
        ("RuleErrors", 2),
        ("RulesBroken", 1),
        ("AccessDenied", 2),
        ("AccessDeniedIgnored", 1),
        ("AlertsUnrouted", 0),
        ("PartsFailed", 0),
        ("AlertsUndeliverable", 0),
        ("DeadLetters", 0),
        ("DeliveryFailures", 0),
        // The broken rule, the rule that errs, the record, and two alerts in one message.
        ("AlertsDelivered", 5),
        ("AlertsGrouped", 1),
    ] {
        assert_eq!(work[name], value, "{name}: {work}");
    }
    assert!(work["DeliveryLag"][0].as_f64().unwrap() > 60.0 && work["ConfigAge"].as_f64().unwrap() < 60.0, "{work}");
    assert!(lines[1]["OldestDue"].is_number() && lines[1]["EventsRead"].is_null(), "{}", lines[1]);
}

#[tokio::test]
async fn what_goes_wrong_is_counted() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, [Answer::status(500), Answer::error("channel_is_archived")]);
    answer(&deployment.deliver(&log_key("one"), &[event("StopLogging", "e1")]).await.unwrap());
    let line = &metrics(&deployment, 1).await[0];
    assert_embedded_metric_format(line);
    for (name, value) in
        [("DeliveryFailures", 2), ("AlertsUndeliverable", 1), ("DeadLetters", 1), ("AlertsDelivered", 0)]
    {
        assert_eq!(line[name], value, "{name}: {line}");
    }
    assert!(deployment.invoke_for(&[&log_key("absent")]).await.unwrap().function_error.is_some());
    let line = &metrics(&deployment, 2).await[1];
    assert_eq!(line["PartsFailed"], 1, "{line}");
}
