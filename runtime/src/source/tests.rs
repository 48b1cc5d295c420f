//! Each shape, in the form in which AWS sends it.

use serde_json::{Value, json};

use super::*;

const NOW: &str = "2026-02-05T12:00:00Z";
const BUCKET: &str = "trailhook-logs";

/// What AWS sends, as it stands in the fixtures of the end-to-end tests.
fn recorded(name: &str) -> Value {
    let path = format!("{}/../tests/tests/fixtures/invocations/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))).unwrap()
}

fn recognise(payload: &Value) -> Result<Invocation, SourceError> {
    Invocation::recognise(&payload.to_string(), NOW.parse().unwrap())
}

fn work(payload: &Value) -> Work {
    match recognise(payload).unwrap() {
        Invocation::Work(work) => work,
        other => panic!("{other:?}"),
    }
}

/// The items of all parts, in short form.
fn items(payload: &Value) -> Vec<String> {
    let work = work(payload);
    assert!(work.parts.iter().all(|part| part.broken.is_empty()), "{work:?}");
    let told = |is_told: bool| if is_told { "" } else { ", counted alone" };
    let item = |item: &Item| match item {
        Item::Object(LogObject { bucket, key, is_told }) => {
            assert_eq!(bucket, BUCKET);
            format!("log {}{}", key.rsplit('/').next().unwrap(), told(*is_told))
        }
        Item::Record(BareRecord { text, is_told, .. }) => {
            let record: Value = serde_json::from_str(text).unwrap();
            let name = record["eventName"].as_str().or(record["insightDetails"]["eventName"].as_str());
            format!("event {}{}", name.unwrap(), told(*is_told))
        }
        Item::Removal(removal) => {
            assert!(!removal.sequencer.is_empty() && removal.by.is_some() && removal.from.is_some(), "{removal:?}");
            let how = if removal.is_marker { "hidden" } else { "removed" };
            format!("{how} {}", removal.key.rsplit('/').next().unwrap())
        }
    };
    work.parts.iter().flat_map(|part| &part.items).map(item).collect()
}

fn s3(event_name: &str, key: &str) -> Value {
    json!({"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": event_name,
           "s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "size": 1}}})
}

#[test]
fn each_source_is_recognised_by_its_shape() {
    let log = "111122223333_CloudTrail_eu-central-1_20260203T0405Z_Abcdefghij012345.json.gz";
    for (name, expected) in [
        ("s3-put", vec![format!("log {log}")]),
        ("s3-removed", vec![format!("removed {log}")]),
        ("s3-removed-marker", vec![format!("hidden {log}")]),
        ("s3-lifecycle", vec![]),
        ("s3-test-event", vec![]),
        ("sns-s3", vec![format!("log {log}")]),
        ("sqs-sns-s3", vec![format!("log {log}")]),
        ("sqs-eventbridge", vec![format!("log {log}")]),
        ("sqs-s3-test-event", vec![]),
        ("eventbridge-object-created", vec![format!("log {log}")]),
        ("eventbridge-object-deleted", vec![format!("removed {log}")]),
        ("eventbridge-object-expired", vec![]),
        ("cloudwatch-logs-control", vec![]),
        ("cloudtrail-notice-validation", vec![]),
        ("batch-operations-1", vec![format!("log {log}, counted alone")]),
        ("batch-operations-2", vec![format!("log {log}")]),
    ] {
        assert_eq!(items(&recorded(name)), expected, "{name}");
    }
    for name in ["eventbridge-api-call", "eventbridge-sign-in", "eventbridge-service-event", "eventbridge-insight"] {
        let found = items(&recorded(name));
        assert!(found.len() == 1 && found[0].starts_with("event "), "{name}: {found:?}");
    }
    assert_eq!(items(&recorded("cloudwatch-logs")).len(), 2);
    let notice = items(&recorded("cloudtrail-notice"));
    assert!(notice.len() >= 2 && notice.iter().all(|item| item.starts_with("log ")), "{notice:?}");
    assert_eq!(recognise(&json!({"trailhook": "flush"})), Ok(Invocation::Flush));
    assert_eq!(recognise(&json!({"trailhook": "self-test"})), Ok(Invocation::SelfTest));
    assert!(recognise(&json!({"trailhook": "flsh"})).is_err());
}

#[test]
fn each_message_of_a_queue_is_a_part_of_its_own() {
    let mut payload = recorded("sqs-s3");
    let ids: Vec<_> = payload["Records"].as_array().unwrap().iter().map(|record| record["messageId"].clone()).collect();
    payload["Records"][0]["body"] = "no JSON".into();
    let Work { parts, reply } = work(&payload);
    assert_eq!(reply, Reply::BatchItemFailures);
    assert_eq!(parts.iter().map(|part| json!(part.id)).collect::<Vec<_>>(), ids);
    assert_eq!((parts[0].broken.len(), parts[0].items.len()), (1, 0));
    assert_eq!((parts[1].broken.len(), parts[1].items.len()), (0, 1), "it keeps the others from nothing");
}

#[test]
fn a_job_names_its_tasks() {
    let payload = recorded("batch-operations-1");
    let Work { parts, reply } = work(&payload);
    let (schema, invocation_id) = (&payload["invocationSchemaVersion"], &payload["invocationId"]);
    assert_eq!(json!(parts[0].id), payload["tasks"][0]["taskId"]);
    let expected = Reply::BatchOperations {
        schema: schema.as_str().unwrap().to_owned(),
        invocation_id: invocation_id.as_str().unwrap().to_owned(),
    };
    assert_eq!(reply, expected);
}

#[test]
fn numbers_of_a_record_are_kept_as_they_were_written() {
    let mut payload = recorded("eventbridge-api-call").to_string();
    payload = payload.replacen(r#""detail":{"#, r#""detail":{"big":123456789012345678901234567890,"half":0.10,"#, 1);
    let Ok(Invocation::Work(work)) = Invocation::recognise(&payload, NOW.parse().unwrap()) else { panic!("{payload}") };
    let Item::Record(record) = &work.parts[0].items[0] else { panic!("{work:?}") };
    assert!(record.text.starts_with(r#"{"big":123456789012345678901234567890,"half":0.10,"#), "{}", record.text);
}

#[test]
fn what_strict_readers_refuse_is_read() {
    let payload = recorded("eventbridge-api-call").to_string();
    for (odd, kept) in [(r#""odd":"half a pair: \ud83d","#, r"\ud83d"), (r#""odd":1e999,"#, "1e999")] {
        let payload = payload.replacen(r#""detail":{"#, &format!(r#""detail":{{{odd}"#), 1);
        for payload in [
            payload.clone(),
            json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": payload}]}).to_string(),
        ] {
            let read = Invocation::recognise(&payload, NOW.parse().unwrap());
            let Ok(Invocation::Work(work)) = read else { panic!("{read:?}") };
            let Some(Item::Record(record)) = work.parts[0].items.first() else { panic!("{work:?}") };
            assert!(record.text.contains(kept), "{}", record.text);
        }
    }
}

#[test]
fn keys_of_s3_are_form_decoded_and_those_of_eventbridge_are_not() {
    let payload = json!({"Records": [s3("ObjectCreated:Put", "a+b/c%2Bd%3D%26/%C3%A9%25.json.gz")]});
    assert_eq!(items(&payload), ["log é%.json.gz"]);
    let mut payload = recorded("eventbridge-object-created");
    payload["detail"]["object"]["key"] = "a+b c%2B.json.gz".into();
    assert_eq!(items(&payload), ["log a+b c%2B.json.gz"]);
    let mut payload = recorded("batch-operations-1");
    payload["tasks"][0]["s3Key"] = "a+b%2B.json.gz".into();
    assert_eq!(items(&payload), ["log a b+.json.gz, counted alone"]);
}

#[test]
fn other_things_that_happen_to_objects_ask_for_nothing() {
    let payload = json!({"Records": [s3("ObjectTagging:Put", "x"), s3("ObjectCreated:Copy", "y")]});
    assert_eq!(items(&payload), ["log y"]);
    let mut payload = recorded("eventbridge-object-created");
    payload["detail-type"] = "Object Tags Added".into();
    assert_eq!(items(&payload), Vec::<String>::new());
}

#[test]
fn what_is_old_is_counted_and_not_told_unless_somebody_says_so() {
    let mut record = s3("ObjectCreated:Put", "x");
    for (time, delivers, expected) in [
        ("2026-02-05T11:00:00.000Z", false, "log x"),
        ("2026-01-29T12:00:00.000Z", false, "log x"),
        ("2026-01-29T11:59:58.000Z", false, "log x, counted alone"),
        ("2026-01-29T11:59:58.000Z", true, "log x"),
        ("soon", false, "log x"),
    ] {
        record["eventTime"] = time.into();
        assert_eq!(items(&json!({"Records": [record], "deliver": delivers})), [expected], "{time}");
        let body = json!({"Records": [record], "deliver": delivers}).to_string();
        let queued = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": body}]});
        assert_eq!(items(&queued), [expected], "{time} in a queue");
    }
    let raw = json!({"s3Bucket": BUCKET, "s3ObjectKey": ["x"]}).to_string();
    for (sent, expected) in [("1770206400000", "log x"), ("1767225600000", "log x, counted alone")] {
        let attributes = json!({"SentTimestamp": sent});
        let queued =
            json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": raw, "attributes": attributes}]});
        assert_eq!(items(&queued), [expected], "a notice that says no time, sent at {sent}");
    }
    let mut notice = recorded("cloudtrail-notice");
    notice["Records"][0]["Sns"]["Timestamp"] = "2026-01-01T00:00:00Z".into();
    assert!(items(&notice).iter().all(|item| item.ends_with("counted alone")));
}

#[test]
fn what_is_not_understood_is_an_error_that_names_it() {
    let error = |payload: &Value| recognise(payload).unwrap_err().to_string();
    assert!(
        error(&json!({"detail": {}})).starts_with("this invocation is not understood: it holds the fields `detail`.")
    );
    let mut event = recorded("eventbridge-api-call");
    event["detail-type"] = "EC2 Instance State-change Notification".into();
    let told = error(&event);
    assert!(told.contains("an event \"EC2 Instance State-change Notification\" of `aws."), "{told}");
    let queued = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": "{\"a\":1}"}]});
    assert!(work(&queued).parts[0].broken[0].to_string().contains("the fields `a`"));
    let broken = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}]});
    assert!(work(&broken).parts[0].broken[0].to_string().contains("missing field `s3`"));
}

#[test]
fn a_broken_part_keeps_the_others_from_nothing() {
    let broken = json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"});
    let payload = json!({"Records": [broken, s3("ObjectCreated:Put", "%FF"), s3("ObjectCreated:Put", "a=b&c")]});
    let work = work(&payload);
    assert_eq!((work.parts[0].items.len(), work.parts[0].broken.len()), (1, 2));
}

#[test]
fn messages_in_messages_have_an_end() {
    let mut body = json!({"Records": [s3("ObjectCreated:Put", "x")]}).to_string();
    for depth in 1..8 {
        body = json!({"Type": "Notification", "TopicArn": "t", "Message": body}).to_string();
        let read = Invocation::recognise(&body, NOW.parse().unwrap());
        assert_eq!(read.is_ok(), depth <= 4, "{depth}: {read:?}");
    }
}

#[test]
fn a_group_of_other_logs_is_said_to_be_one() {
    use base64::Engine as _;
    use std::io::Write as _;
    let pack = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        let data = base64::engine::general_purpose::STANDARD.encode(encoder.finish().unwrap());
        json!({"awslogs": {"data": data}})
    };
    let batch = json!({"messageType": "DATA_MESSAGE", "logGroup": "/my/app", "logEvents": [{"message": "hello"}]});
    let told = recognise(&pack(&batch.to_string())).unwrap_err().to_string();
    assert!(told.contains("the log group /my/app holds no events of CloudTrail"), "{told}");
    for broken in [json!({"awslogs": {"data": 7}}), json!({"awslogs": {"data": "!"}}), pack("{")] {
        let told = recognise(&broken).unwrap_err().to_string();
        assert!(told.starts_with("the message of CloudWatch Logs is not readable"), "{told}");
    }
}

proptest::proptest! {
    /// Whatever comes, it is understood or an error, and nothing else.
    #[test]
    fn any_payload_has_an_answer(payload in proptest::prelude::any::<String>(), name in 0..24_usize, cut in 0..2_000_usize) {
        let now = NOW.parse().unwrap();
        let _any = Invocation::recognise(&payload, now);
        let mut files: Vec<_> = std::fs::read_dir(format!("{}/../tests/tests/fixtures/invocations", env!("CARGO_MANIFEST_DIR")))
            .unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let text = std::fs::read_to_string(&files[name % files.len()]).unwrap();
        let hurt: String = text.chars().enumerate().filter(|(place, _)| place % 2_000 != cut).map(|(_, c)| c).collect();
        let _any = Invocation::recognise(&hurt, now);
    }
}
