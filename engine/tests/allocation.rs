//! Evaluating an ordinary rule takes no memory: the same handful of rules runs over every event of an account.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

use trailhook_engine::event::Event;
use trailhook_engine::language::{Expression, Outcome};

const EVENT: &str = r#"{
    "eventVersion": "1.11",
    "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/deploy/ci", "accountId": "111122223333",
        "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}},
    "eventTime": "2026-02-03T04:05:06Z", "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging",
    "awsRegion": "eu-central-1", "sourceIPAddress": "203.0.113.20", "userAgent": "aws-cli/2.17.0 Python/3.12 日本",
    "requestParameters": {"name": "trail", "kmsKeyId": null, "ports": [22, 443], "ratio": 0.5},
    "resources": [{"ARN": "arn:aws:cloudtrail:eu-central-1:111122223333:trail/trail", "type": "AWS::CloudTrail::Trail"}],
    "readOnly": false, "managementEvent": true, "eventCategory": "Management"
}"#;

/// Rules that people run today, as they are written.
const RULES: &[&str] = &[
    r#"event["eventName"] == "ConsoleLogin" and event.get("additionalEventData.MFAUsed", "") != "Yes" and "assumed-role/AWSReservedSSO" not in event.get("userIdentity.arn", "")"#,
    r#"event.get("errorCode", "").endswith(("UnauthorizedOperation"))"#,
    r#"event.get("errorCode", "").startswith(("AccessDenied"))and (event.get("userIdentity.accountId", "") != "ANONYMOUS_PRINCIPAL")"#,
    r#"event.get("userIdentity.type", "") == "Root" and not event["eventName"].startswith(("Get", "List", "Describe", "Head"))"#,
    r#"event["eventSource"] == "cloudtrail.amazonaws.com" and event["eventName"] == "StopLogging""#,
    r#"event["eventSource"] == "cloudtrail.amazonaws.com" and event["eventName"] == "UpdateTrail""#,
    r#"event["eventSource"] == "cloudtrail.amazonaws.com" and event["eventName"] == "DeleteTrail""#,
    r#"event["eventSource"] == "lambda.amazonaws.com" and "responseElements.functionName" in event and event["responseElements.functionName"] == "trailhook" and event["eventName"].startswith(("UpdateFunctionConfiguration"))"#,
    r#"event["eventSource"] == "lambda.amazonaws.com" and "responseElements.functionName" in event and event["responseElements.functionName"] == "trailhook" and event["eventName"].startswith(("UpdateFunctionCode"))"#,
];

/// One rule for each construct; all of them are true.
const CONSTRUCTS: &[&str] = &[
    "event['awsRegion'] != 'us-east-1'",
    "event.get('absent') is None",
    "event.get('absent', 'd') == 'd'",
    "event.get('requestParameters.kmsKeyId', '') in (None, '')",
    "1 < event['requestParameters.ports.0'] <= 22.0 != event['requestParameters.ratio']",
    "event['requestParameters.ports.1'] + 1 == 444 and -event['requestParameters.ratio'] < 0",
    "event['eventName'] in ['StartLogging', 'StopLogging']",
    "event['eventName'] in {'StartLogging', 'StopLogging'}",
    "event['eventName'] not in ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j')",
    "'assumed-role/' in event['userIdentity.arn']",
    "'eventName' in event and 'absent' not in event",
    "event['userIdentity.arn'].startswith('arn:aws:') and event['userIdentity.arn'].endswith(('/cd', '/ci'))",
    "event['userIdentity.arn'].startswith('aws:', 4) and event['userAgent'].endswith('日', 0, -1)",
    "not event['readOnly'] or event['requestParameters.kmsKeyId']",
    "True if event['eventName'] == 'StopLogging' else False",
    "any(event['eventName'].startswith(p) for p in ('Get', 'Stop'))",
    "all(p not in event['userAgent'] for p in ['Boto3', 'Terraform'])",
    "any(v == 22 for v in event.values())",
    "any(k.endswith('.ARN') and v.startswith('arn:') for k, v in event.items())",
    "not any(a == b == c == d for a in event for b in ('x',) for c in ['y'] for d in event.keys() if a == b)",
    "any(c == '日' for c in event['userAgent'])",
    "event['eventName'] in (v for k, v in event.items() if k == 'eventName')",
    "len(event['userAgent']) == 29 and len(event) > 10",
    "isinstance(event['eventName'], str) and not isinstance(event['readOnly'], (str, list))",
    "matches(event['userAgent'], r'^aws-cli/2\\.(1[0-9])\\.')",
    "glob(event['userIdentity.arn'], 'arn:aws:iam::*', 'arn:aws:sts::*:assumed-role/[a-d]*/c?')",
    "in_cidr(event['sourceIPAddress'], '10.0.0.0/8', '203.0.113.0/24', 'fd00::/8')",
    "is_ip(event['sourceIPAddress']) and not is_public_ip(event['sourceIPAddress'])",
    "event['userIdentity.arn'][:8] == 'arn:aws:' and event['userAgent'][-2:-1] == '日' and event['userAgent'][-1] == '本'",
    "event['awsRegion'].strip() == event['awsRegion'].strip('x') == event['awsRegion'].rstrip(' /')",
    "event['awsRegion'].lower() == 'eu-central-1' and event['sourceIPAddress'].upper() == '203.0.113.20'",
    "event['userIdentity.arn'].removeprefix('arn:aws:').find('deploy') == 31",
    "event['userIdentity.accountId'].isdigit() and event['userIdentity.arn'].count(':') == 5",
    "event['userIdentity.sessionContext.attributes.mfaAuthenticated'] == 'false'",
    "bool(event['eventName']) and max(event['requestParameters.ports.0'], 80) == 80",
];

/// Allocations of an evaluation that is not the first one: regular expressions make room for their state when they are
/// first used.
fn allocations(source: &str, event: &Event) -> (Outcome, u64) {
    let expression = Expression::parse(source).unwrap_or_else(|faults| panic!("{}", faults[0].render(source)));
    let outcome = expression.evaluate(event);
    let counted = allocation_counter::measure(|| {
        let _outcome = expression.evaluate(event);
    });
    (outcome, counted.count_total)
}

#[test]
fn ordinary_rules_take_no_memory() {
    let event = Event::parse(EVENT.as_bytes()).unwrap();
    for source in RULES.iter().chain(CONSTRUCTS) {
        let (outcome, count) = allocations(source, &event);
        assert!(!matches!(outcome, Outcome::Error(_) | Outcome::NonBool), "{source}: {outcome:?}");
        assert_eq!(count, 0, "{source}");
    }
    for source in CONSTRUCTS {
        assert_eq!(allocations(source, &event).0, Outcome::Match, "{source}");
    }
}

#[test]
fn what_a_rule_builds_is_counted() {
    let event = Event::parse(EVENT.as_bytes()).unwrap();
    let (outcome, count) = allocations("event['eventName'] + 'x' == 'StopLoggingx'", &event);
    assert_eq!(outcome, Outcome::Match);
    assert!(count > 0);
}
