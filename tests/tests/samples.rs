//! The sample logs are what their generator writes, and hold what the demo tells.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use trailhook_tests::{Missing, SampleLogs, SampleObject, require};

fn records() -> Vec<Value> {
    let objects = SampleLogs::checked_in().objects().unwrap();
    objects.iter().filter(|object| object.is_log()).flat_map(|object| object.records().unwrap()).collect()
}

/// Keys and decompressed contents: two versions of zlib may compress differently.
fn contents(objects: &[SampleObject]) -> Vec<(&str, Vec<u8>)> {
    objects.iter().map(|object| (object.key.as_str(), object.content().unwrap())).collect()
}

fn generate(folder: &Path) -> anyhow::Result<Vec<SampleObject>> {
    let script = SampleLogs::checked_in().folder().join("generate.py");
    let status = Command::new("python3").arg(script).arg(folder).status();
    let status =
        status.map_err(|_| Missing::required_on_ci("Python 3", "put python3 on the PATH (apt install python3)"))?;
    assert!(status.success(), "generate.py ended with {status}");
    SampleLogs::below(folder).objects()
}

#[test]
fn the_generator_reproduces_what_is_checked_in() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let first = require!(generate(folders[0].path()));
    let second = generate(folders[1].path()).unwrap();
    assert!(first == second, "equal to the byte on one machine");
    let checked_in = SampleLogs::checked_in().objects().unwrap();
    let (made, kept) = (contents(&first), contents(&checked_in));
    let keys = |all: &[(&str, Vec<u8>)]| all.iter().map(|(key, _)| (*key).to_owned()).collect::<Vec<_>>();
    assert_eq!(keys(&made), keys(&kept), "run generate.py and check its files in");
    for ((key, made), (_, kept)) in made.iter().zip(&kept) {
        assert!(made == kept, "{key} differs: run generate.py and check its files in");
    }
}

#[test]
fn keys_are_those_of_cloudtrail() {
    let objects = SampleLogs::checked_in().objects().unwrap();
    let kinds = objects.iter().map(|object| object.key.split('/').nth(2).unwrap());
    let mut counts = BTreeMap::new();
    kinds.for_each(|kind| *counts.entry(kind).or_insert(0) += 1);
    assert_eq!(counts, BTreeMap::from([("CloudTrail", 8), ("CloudTrail-Digest", 1), ("CloudTrail-Insight", 1)]));
    for object in objects.iter().filter(|object| object.is_log()) {
        // AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_TIME_RANDOM.json.gz
        let parts: Vec<&str> = object.key.split('/').collect();
        let [_, account, _, region, year, month, day, name] = parts.as_slice() else { panic!("{}", object.key) };
        let stem = name.strip_suffix(".json.gz").unwrap();
        let [named, "CloudTrail", place, time, random] = stem.split('_').collect::<Vec<_>>()[..] else {
            panic!("{name}")
        };
        assert_eq!((named, place), (*account, *region));
        assert!(time.starts_with(&format!("{year}{month}{day}T")), "{time}");
        assert!(random.len() == 16 && random.chars().all(|c| c.is_ascii_alphanumeric()), "{random}");
        for record in object.records().unwrap() {
            assert_eq!(record["recipientAccountId"], **account);
            assert_eq!(record["awsRegion"], **region);
        }
    }
}

#[test]
fn digests_hold_no_records_and_insights_no_identity() {
    for object in SampleLogs::checked_in().objects().unwrap() {
        let records = object.records().unwrap();
        if object.key.contains("-Digest/") {
            assert!(records.is_empty());
        }
        if object.key.contains("-Insight/") {
            assert_eq!(records.len(), 1);
            assert_eq!(records[0].get("userIdentity"), None);
            assert_eq!(records[0].get("eventName"), None);
        }
    }
}

#[test]
fn the_day_is_large_enough_and_varied() {
    let records = records();
    assert_eq!(records.len(), 260);
    let distinct = |pointer: &str| {
        records.iter().filter_map(|record| record.pointer(pointer)).map(Value::to_string).collect::<BTreeSet<_>>()
    };
    assert_eq!(distinct("/eventID").len(), 260, "ids are unique");
    assert_eq!(distinct("/recipientAccountId").len(), 2);
    assert_eq!(distinct("/awsRegion").len(), 3);
    assert!(distinct("/eventName").len() > 60);
    assert!(distinct("/userIdentity/type").len() >= 6);
    let is_reserved = |ip: &str| ["192.0.2.", "198.51.100.", "203.0.113."].iter().any(|net| ip.starts_with(net));
    for record in &records {
        let source = record["sourceIPAddress"].as_str().unwrap();
        let is_service = source.ends_with(".amazonaws.com") || source == "AWS Internal";
        assert!(is_service || is_reserved(source), "{source}");
    }
    assert!(records.iter().any(|record| record["userIdentity"].get("arn").is_none()), "an event without an actor");
    assert!(records.iter().any(|record| record["requestParameters"].is_null()), "nulls");
}

/// The nine rules that `terraform-aws-cloudtrail-to-slack` has by default, in its order, with the demo's function.
fn default_rules(record: &Value) -> [bool; 9] {
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (source, name, error) = (text("/eventSource"), text("/eventName"), text("/errorCode"));
    let trail = |call: &str| source == "cloudtrail.amazonaws.com" && name == call;
    let reads = ["Get", "List", "Describe", "Head"].iter().any(|start| name.starts_with(start));
    let own = source == "lambda.amazonaws.com" && text("/responseElements/functionName") == "trailhook-demo";
    let is_sso = text("/userIdentity/arn").contains("assumed-role/AWSReservedSSO");
    [
        name == "ConsoleLogin" && text("/additionalEventData/MFAUsed") != "Yes" && !is_sso,
        error.ends_with("UnauthorizedOperation"),
        error.starts_with("AccessDenied") && text("/userIdentity/accountId") != "ANONYMOUS_PRINCIPAL",
        text("/userIdentity/type") == "Root" && !reads,
        trail("StopLogging"),
        trail("UpdateTrail"),
        trail("DeleteTrail"),
        own && name.starts_with("UpdateFunctionConfiguration"),
        own && name.starts_with("UpdateFunctionCode"),
    ]
}

#[test]
fn each_default_rule_matches() {
    let records = records();
    let mut counts = [0; 9];
    let mut matched = 0;
    for record in &records {
        let matches = default_rules(record);
        matched += usize::from(matches.contains(&true));
        counts.iter_mut().zip(matches).for_each(|(count, matches)| *count += usize::from(matches));
    }
    assert_eq!(counts, [3, 4, 5, 3, 1, 2, 1, 1, 1]);
    assert_eq!(matched, 21, "events that at least one rule matches");
}

#[test]
fn what_must_not_match_is_there_too() {
    let records = records();
    let count = |is: &dyn Fn(&Value) -> bool| {
        let found: Vec<&Value> = records.iter().filter(|record| is(record)).collect();
        assert!(found.iter().all(|record| !default_rules(record).contains(&true)), "{found:?}");
        found.len()
    };
    let sso_login =
        |record: &Value| record["eventName"] == "ConsoleLogin" && record["userIdentity"]["type"] == "AssumedRole";
    let login_with_mfa = |record: &Value| {
        record["additionalEventData"]["MFAUsed"] == "Yes" && record["userIdentity"]["type"] == "IAMUser"
    };
    let anonymous = |record: &Value| {
        record["userIdentity"]["accountId"] == "ANONYMOUS_PRINCIPAL" && record["errorCode"] == "AccessDenied"
    };
    let other_function = |record: &Value| record["responseElements"]["functionName"] == "orders-api";
    let root_reads = |record: &Value| record["userIdentity"]["type"] == "Root" && record["readOnly"] == true;
    assert_eq!(count(&sso_login), 2);
    assert_eq!(count(&login_with_mfa), 2);
    assert_eq!(count(&anonymous), 2);
    assert!(count(&other_function) >= 2);
    assert_eq!(count(&root_reads), 2);
}
