//! One message of each kind of event, as it is sent.

use std::collections::BTreeMap;

use proptest::prelude::{ProptestConfig, any, prop, prop_oneof, proptest};
use serde_json::{Value, json};
use trailhook_engine::document::{Mention, RuleDocument, Severity, Threshold, Window};
use trailhook_engine::event::{Event, Redaction};
use trailhook_engine::{Alert, Rule};

use super::block::{Block, Message};
use super::compose::{Shape, compose};
use super::limits::{PLAIN, assert_harmless};
use super::render::render;
use super::view::View;
use crate::alert::{AlertSample, Display, Head, Keep, RemovedLog, Sample};
use crate::clock::Moment;
use crate::outbox::{Draft, Entry, Group, Repeats, Terms, Undeliverable};
use crate::source::Removal;

/// A record of this kind, as it stands in the fixtures of the end-to-end tests.
fn record(kind: &str) -> Value {
    let path = format!("{}/../tests/tests/fixtures/records/{kind}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))).unwrap()
}

fn rule() -> Rule {
    let document = RuleDocument {
        description: "Somebody did something".to_owned(),
        severity: Severity::High,
        runbook_url: Some("https://wiki.example/runbooks/something".to_owned()),
        labels: BTreeMap::from([("team".to_owned(), "security".to_owned())]),
        ..RuleDocument::new("something", "event.get('eventCategory', '') != 'None'")
    };
    Rule::compile(document).unwrap()
}

fn sample(record: &Value, keep: Keep, display: &Display) -> AlertSample {
    let (rule, event) = (rule(), Event::parse(record.to_string().as_bytes()).unwrap());
    match Sample::of(&Alert { event: &event, rules: &[&rule] }, keep, display) {
        Sample::Alert(sample) => *sample,
        other => panic!("{other:?}"),
    }
}

fn message(kind: &str) -> Message {
    let message = render(&sample(&record(kind), Keep::Shown, &Display::default()), &PLAIN);
    assert_harmless(&message);
    message
}

fn golden(name: &str, message: &Message) {
    insta::with_settings!({snapshot_suffix => name, prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("kind", serde_json::to_string_pretty(message).unwrap());
    });
}

#[test]
fn each_kind_of_event_has_its_message() {
    let folder = format!("{}/../tests/tests/fixtures/records", env!("CARGO_MANIFEST_DIR"));
    let mut kinds: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    kinds.sort();
    assert!(kinds.len() >= 25, "{kinds:?}");
    for kind in kinds {
        golden(&kind, &message(&kind));
    }
}

fn aliases() -> BTreeMap<String, String> {
    [("111122223333", "production"), ("444455556666", "shared-tools")]
        .map(|(account, alias)| (account.to_owned(), alias.to_owned()))
        .into()
}

#[test]
fn accounts_have_the_names_that_people_gave_them() {
    let aliases = aliases();
    let view = View { account_aliases: &aliases, ..PLAIN };
    let message = render(&sample(&record("cross-account-role"), Keep::Shown, &Display::default()), &view);
    let sent = serde_json::to_string(&message).unwrap();
    assert!(sent.contains("of account shared-tools (444455556666)"), "{sent}");
    assert!(sent.contains("in production (111122223333), "), "{sent}");
    assert!(message.text.contains(" in production, "), "{}", message.text);
}

#[test]
fn all_request_parameters_are_shown_where_they_are_wanted() {
    let record = record("with-secret");
    let compact = render(&sample(&record, Keep::Shown, &Display::default()), &PLAIN);
    assert!(!serde_json::to_string(&compact).unwrap().contains("Request parameters"));
    let full = render(&sample(&record, Keep::Parameters, &Display::default()), &PLAIN);
    assert_harmless(&full);
    golden("full", &full);
}

/// Each text that is a value in a record.
fn texts_of(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts_of(member, found)),
        _ => {}
    }
}

#[test]
fn who_hides_everything_sees_nothing() {
    let display = Display { redaction: Redaction::new(["**"]), ..Display::default() };
    for kind in ["signin-failure", "insight-start", "cross-account-role", "delegated", "data-s3", "management-sso"] {
        let record = record(kind);
        let (rule, event) = (rule(), Event::parse(record.to_string().as_bytes()).unwrap());
        let alert = Alert { event: &event, rules: &[&rule] };
        let mut shown = serde_json::to_string(&Head::of(&alert, &display)).unwrap();
        for keep in [Keep::Shown, Keep::Parameters, Keep::Event] {
            let sample = sample(&record, keep, &display);
            shown += &serde_json::to_string(&sample).unwrap();
            shown += &serde_json::to_string(&render(&sample, &PLAIN)).unwrap();
        }
        shown += &display.grouping_value(&event, "actor");
        let mut texts = Vec::new();
        texts_of(&record, &mut texts);
        // Words that are ours, or a key's, as well, or too short to be one.
        let is_telling = |text: &&String| {
            text.len() > 8 && !["ConsoleLogin", "Insight", "Start", "Success"].contains(&text.as_str())
        };
        for text in texts.iter().filter(is_telling) {
            assert!(!shown.contains(text.as_str()), "{kind}: {text} in {shown}");
        }
        assert!(!shown.contains("console.aws"), "{kind}: no link can lead to what is hidden: {shown}");
        // What happened is still told.
        assert_eq!(shown.contains("Failed with"), kind == "signin-failure", "{kind}: {shown}");
    }
}

#[test]
fn what_is_redacted_is_in_no_message() {
    let record = record("with-secret");
    let name = record["userIdentity"]["arn"].as_str().unwrap().rsplit('/').next().unwrap();
    let redaction = Redaction::new(["request*", "responseElements", "userIdentity.**", "sourceIPAddress", "userAgent"]);
    let display = Display { redaction, ..Display::default() };
    for keep in [Keep::Shown, Keep::Parameters, Keep::Event] {
        let sample = sample(&record, keep, &display);
        let sent = serde_json::to_string(&render(&sample, &PLAIN)).unwrap() + &serde_json::to_string(&sample).unwrap();
        for value in [name, record["sourceIPAddress"].as_str().unwrap(), record["userAgent"].as_str().unwrap()] {
            assert!(!sent.contains(value), "{keep:?} {value}: {sent}");
        }
        for value in record["requestParameters"].as_object().unwrap().values().filter_map(Value::as_str) {
            assert!(value.len() < 6 || !sent.contains(value), "{keep:?} {value}: {sent}");
        }
    }
}

#[test]
fn the_link_can_be_left_out() {
    let buttons = |view: &View<'_>, kind: &str| {
        let message = render(&sample(&record(kind), Keep::Shown, &Display::default()), view);
        let count = message.blocks.iter().find_map(|block| match block {
            Block::Actions { elements } => Some(elements.len()),
            _ => None,
        });
        count.unwrap_or_default()
    };
    assert_eq!(buttons(&PLAIN, "management-root"), 2);
    assert_eq!(buttons(&View { console_link: false, ..PLAIN }, "management-root"), 1);
}

#[test]
fn those_are_called_who_are_to_be() {
    for (mention, call) in [
        ("here", "<!here>"),
        ("channel", "<!channel>"),
        ("U0123456789", "<@U0123456789>"),
        ("S0123456789", "<!subteam^S0123456789>"),
    ] {
        let mention = Mention::parse(mention).unwrap();
        assert_eq!(View { mention: Some(&mention), ..PLAIN }.call().as_deref(), Some(call));
    }
    assert_eq!(PLAIN.call(), None);
}

fn removals(count: usize) -> Draft {
    let (at, head) = (
        Moment::from_millis(1_770_091_506_000),
        Head { title: "log object removed".to_owned(), severity: Severity::High, place: None },
    );
    let terms = Terms { head, channel: "c".to_owned(), window: 900, repeats: Repeats::Summary, undeliverable: None };
    let mut group = Group::new(&terms);
    let entries: Vec<_> = (0..count)
        .map(|number| {
            let removal = Removal {
                bucket: "trailhook-logs".to_owned(),
                key: format!("AWSLogs/111122223333/CloudTrail/eu-central-1/2026/02/03/111122223333_CloudTrail_eu-central-1_20260203T0405Z_{number:016}.json.gz"),
                sequencer: String::new(),
                by: Some("AWS:AROAEXAMPLE:mallory".to_owned()),
                from: Some("203.0.113.66".to_owned()),
                at: Some(at),
                is_marker: false,
                is_told: true,
            };
            let values = vec![("Who", "AWS:AROAEXAMPLE:mallory".to_owned())];
            Entry { event_id: number.to_string(), time: Some(at), sample: Sample::Removal(RemovedLog::of(&removal)), values }
        })
        .collect();
    group.add(&entries, &terms, at);
    group.draft(Repeats::Summary, at).unwrap()
}

#[test]
fn a_removed_log_object_is_told() {
    for (name, count) in [("removed", 1), ("removed-several", 12)] {
        let message = compose(&removals(count), Shape::Whole, &PLAIN);
        assert_harmless(&message);
        golden(name, &message);
    }
}

/// Texts that an attacker may have in an event.
fn hostile() -> impl proptest::strategy::Strategy<Value = String> {
    prop_oneof![
        "[<>&`!@*_~|\\n\u{202e}a]{0,80}",
        any::<String>(),
        "[<&>]{5000}",
        "(<!channel>){1,400}",
        "(<@U0123456789>|@here|https://evil[.]example){1,40}",
        "[\u{0}-\u{1f}\u{200e}\u{2066}`]{1,300}",
    ]
}

proptest! {
    // Each case is large; a few of them touch every limit.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn hostile_events_fit_and_mention_nobody(
        texts in prop::collection::vec(hostile(), 12),
        parameters in 0..5_000_usize,
        is_long in any::<bool>(),
    ) {
        let long = if is_long { "<`&".repeat(90_000) } else { String::new() };
        // An event has at most 256 KB.
        let short = |text: &str| text.chars().take(20).collect::<String>();
        let many = (0..parameters).map(|number| {
            (format!("{}{number}", short(&texts[number % 12])), json!(short(&texts[(number + 5) % 12])))
        });
        let many: serde_json::Map<_, _> = many.collect();
        let record = json!({
            "eventTime": texts[0], "eventSource": texts[1], "eventName": texts[2], "awsRegion": texts[3],
            "sourceIPAddress": texts[4], "recipientAccountId": texts[5], "userAgent": long, "errorCode": texts[7],
            "errorMessage": texts[8], "eventID": texts[10], "requestParameters": many, "vpcEndpointId": texts[6],
            "additionalEventData": {"MFAUsed": texts[9]}, "resources": [{"ARN": texts[11]}],
            "userIdentity": {"type": texts[10], "arn": texts[9], "accountId": texts[8], "invokedBy": texts[7]},
        });
        let mut document = RuleDocument::new("r".repeat(129), "True");
        // The author's own words may hold code spans.
        document.description = texts[11].replace('`', "'");
        document.runbook_url = Some(format!("https://wiki.example/{}", "x".repeat(texts[0].len())));
        document.threshold = Some(Threshold { count: 2, window: Window::parse("5m").unwrap(), by: vec!["x".repeat(300)], distinct: None });
        document.labels = (0..20).map(|number| (format!("key{number}"), texts[number % 12].clone())).collect();
        let rules: Vec<_> = (0..9).map(|_| Rule::compile(document.clone()).unwrap()).collect();
        let event = Event::parse(record.to_string().as_bytes()).unwrap();
        for keep in [Keep::Shown, Keep::Parameters] {
            let alert = Alert { event: &event, rules: &rules.iter().collect::<Vec<_>>() };
            let sample = Sample::of(&alert, keep, &Display::default());
            let aliases = BTreeMap::from([(texts[5].clone(), texts[1].clone())]);
            let lost = Undeliverable { route: "r".repeat(64), reason: texts[7].clone() };
            for (count, undeliverable) in [(1, None), (9, None), (9, Some(lost))] {
                let entries = (0..count).map(|number| {
                    let value = |place: usize| texts[(number + place) % 12].clone();
                    let names = ["Actors", "Events", "From", "Accounts", "Regions", "Failed with"];
                    let values = names.iter().enumerate().map(|(place, name)| (*name, value(place))).collect();
                    let time = Some(Moment::from_millis(1_770_091_506_000 + i64::try_from(number).unwrap() * 86_400_000));
                    Entry { event_id: number.to_string(), time, sample: sample.clone(), values }
                });
                let head = Head::of(&alert, &Display::default());
                let terms = Terms { head, channel: "c".to_owned(), window: 900, repeats: Repeats::Summary, undeliverable };
                let mut group = Group::new(&terms);
                let entries: Vec<_> = entries.collect();
                group.add(&entries, &terms, Moment::from_millis(1_770_091_506_000));
                let draft = group.draft(Repeats::Summary, Moment::from_millis(1_770_091_506_000)).unwrap();
                assert_harmless(&compose(&draft, Shape::Whole, &View { account_aliases: &aliases, ..PLAIN }));
            }
        }
    }
}
