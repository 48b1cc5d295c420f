//! `trailhook explain`: what people and programs get for a rule and an event.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use serde_json::{Value, json};
use support::{repository, trailhook};

const EVENT: &str = r#"{"eventName":"StopLogging","errorCode":"AccessDenied","eventID":"e1"}"#;

#[tokio::test]
async fn a_rule_is_explained_clause_by_clause() {
    let expression = "event['eventName'] == 'StopLogging' and event.get('errorCode') is None";
    let (code, stdout, stderr) = trailhook(&["explain", "--expression", expression, "-"], EVENT).await.unwrap();
    assert_eq!((code, stderr.as_str()), (1, ""));
    insta::assert_snapshot!(stdout, @r#"
    The expression does not match: errorCode is AccessDenied, not null

    ✗ and
    ├─ ✓ event['eventName'] == 'StopLogging'  eventName = "StopLogging"
    └─ ✗ event.get('errorCode') is None       errorCode = "AccessDenied"
    "#);
}

#[tokio::test]
async fn an_event_is_taken_out_of_a_log_by_its_id() {
    let rules = repository("examples/demo");
    let folder = repository("examples/demo/logs/AWSLogs/111122223333/CloudTrail/eu-central-1/2026/02/03");
    let log = folder.join("111122223333_CloudTrail_eu-central-1_20260203T1110Z_deqUkWukp2amBrDP.json.gz");
    let (rules, log) = (rules.to_str().unwrap(), log.to_str().unwrap());
    let (code, stdout, stderr) = trailhook(&["explain", "--rules", rules, log], "").await.unwrap();
    assert_eq!((code, stdout.as_str()), (2, ""));
    let (_, example) = stderr.trim().rsplit_once("choose one by its eventID, such as --event-id ").unwrap();
    let arguments = ["explain", "--rules", rules, "--rule", "root-activity", "--event-id", example, "--json", log];
    let (code, stdout, _) = trailhook(&arguments, "").await.unwrap();
    let answer: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &answer["outcome"], &answer["rule"]), (1, &json!("no_match"), &json!("root-activity")));
    let arguments = ["explain", "--rules", rules, "--event-id", example, "--json", log];
    let (_, stdout, stderr) = trailhook(&arguments, "").await.unwrap();
    let answers: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((answers.len(), stderr.as_str()), (9, ""));
    assert!(answers.iter().all(|answer| answer["event_id"] == example && answer["rule"].is_string()));
    let arguments = ["explain", "--rules", rules, "--rule", "root", "--event-id", example, log];
    let (code, _, stderr) = trailhook(&arguments, "").await.unwrap();
    assert_eq!(code, 2);
    assert!(stderr.contains("\"root\"; these are there: ") && stderr.contains("root-activity"), "{stderr}");
}

#[tokio::test]
async fn programs_get_the_tree() {
    let expression = "event['eventName'] == 'StopLogging' or event['x']";
    let (code, stdout, _) = trailhook(&["explain", "--json", "--expression", expression, "-"], EVENT).await.unwrap();
    let clause = |truth: &str, text: &str, kind: &str, start: usize, observed: Value| {
        let end = start + text.len();
        json!({"kind": kind, "role": "operand", "text": text, "start": start, "end": end, "truth": truth, "observed": observed, "parts": []})
    };
    assert_eq!(code, 0);
    assert_eq!(
        serde_json::from_str::<Value>(&stdout).unwrap(),
        json!({"event_id": "e1", "outcome": "match", "line": "eventName is StopLogging", "tree": {
            "kind": "or", "role": "operand", "text": expression, "start": 0, "end": 49, "truth": "true", "observed": [],
            "parts": [
                clause("true", "event['eventName'] == 'StopLogging'", "comparison", 0,
                    json!([{"field": "eventName", "value": "StopLogging"}])),
                clause("not_reached", "event['x']", "value", 39, json!([])),
            ]
        }})
    );
}

#[tokio::test]
async fn mistakes_are_told() {
    let (code, stdout, _) = trailhook(&["explain", "--expression", "event.x", "-"], EVENT).await.unwrap();
    assert_eq!(code, 1);
    assert!(stdout.contains("TH0103"), "{stdout}");
    let (code, _, stderr) = trailhook(&["explain", "--expression", "True", "-"], "{").await.unwrap();
    assert_eq!(code, 2);
    assert!(stderr.contains("standard input"), "{stderr}");
    let (code, _, stderr) = trailhook(&["explain", "-"], EVENT).await.unwrap();
    assert_eq!(code, 2);
    assert!(stderr.contains("--expression"), "{stderr}");
}
