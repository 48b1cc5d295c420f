//! From a draft to JSON: for SNS, and for the dead-letter queue.

use serde_json::{Value, json};

use super::console::event_link;
use super::render::severity_word;
use crate::alert::{AlertSample, Notice, Sample, Time, truncate};
use crate::outbox::{Draft, DraftKind};

/// Bytes of a body. SNS and SQS take 262,144 with the attributes, which have room beside this.
const MAX_BODY: usize = 250_000;

/// The version of the form.
const VERSION: u32 = 1;

/// A message of SNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The line that a subscriber by mail sees: at most 100 characters of ASCII.
    pub subject: String,
    /// JSON.
    pub body: String,
    /// By which subscriptions can choose; at most ten, none of them empty.
    pub attributes: Vec<(&'static str, String)>,
}

/// The message of a draft for SNS.
#[must_use]
pub fn letter(draft: &Draft) -> Letter {
    let (head, kind) = (&draft.head, kind(draft));
    let more = if draft.count == 1 { String::new() } else { format!(" (x{})", draft.count) };
    let subject = match kind {
        "notice" => format!("Trailhook: {}", head.title),
        _ => format!("{}: {}{more}", severity_word(head.severity), head.title),
    };
    let is_printable = |c: char| c.is_ascii() && !c.is_ascii_control();
    let subject = subject.chars().map(|c| if is_printable(c) { c } else { '?' }).take(100).collect();
    let mut attributes =
        vec![("kind", kind.to_owned()), ("severity", head.severity.as_str().to_owned()), ("rule", head.title.clone())];
    if let Some((account, region)) = &head.place {
        attributes.extend([("account", account.clone()), ("region", region.clone())]);
    }
    for (_, value) in &mut attributes {
        *value = value
            .chars()
            .map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { '?' } else { c })
            .collect();
    }
    attributes.retain(|(_, value)| !value.is_empty());
    Letter { subject, body: body(draft, &Value::Null), attributes }
}

/// What a draft tells, as JSON of at most [`MAX_BODY`] bytes. Records go first where it would be longer.
#[must_use]
pub(crate) fn body(draft: &Draft, dead: &Value) -> String {
    let mut value = document(draft);
    if let (Value::Object(members), Value::Object(more)) = (&mut value, dead) {
        members.extend(more.clone());
    }
    let mut text = plain_json(&value);
    for place in (0..draft.samples.len()).rev() {
        if text.len() <= MAX_BODY {
            break;
        }
        if let Some(alert) = value["alerts"].get_mut(place) {
            alert["event"] = Value::Null;
            alert["event_cut"] = true.into();
        }
        text = plain_json(&value);
    }
    text
}

/// JSON without the two characters that SQS and SNS do not take
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
fn plain_json(value: &Value) -> String {
    let text = value.to_string();
    text.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff")
}

fn kind(draft: &Draft) -> &'static str {
    match (draft.samples.first(), &draft.kind) {
        (Some(Sample::Notice(_)), _) => "notice",
        (_, DraftKind::Opening) => "alert",
        (_, DraftKind::Reply { .. } | DraftKind::Summary { .. }) => "repeats",
    }
}

fn document(draft: &Draft) -> Value {
    let top = draft.top.top(usize::MAX).into_iter().map(|top| {
        let values: Vec<_> = top.values.iter().map(|(value, count)| json!({"value": value, "count": count})).collect();
        (top.field.to_owned(), json!({"values": values, "others": top.others}))
    });
    json!({
        "version": VERSION,
        "kind": kind(draft),
        "rule": draft.head.title,
        "severity": draft.head.severity.as_str(),
        "count": draft.count,
        "first": draft.times.map(|(first, _)| first.to_string()),
        "last": draft.times.map(|(_, last)| last.to_string()),
        "alerts": draft.samples.iter().map(sample).collect::<Vec<_>>(),
        "top": top.collect::<serde_json::Map<_, _>>(),
        "undeliverable": draft.undeliverable.as_ref().map(|lost| json!({"route": lost.route, "reason": lost.reason})),
    })
}

fn sample(sample: &Sample) -> Value {
    match sample {
        Sample::Notice(Notice { title, text, detail }) => json!({"notice": title, "text": text, "detail": detail}),
        Sample::Removal(removed) => json!({
            "removed": {
                "bucket": removed.bucket, "key": removed.key, "by": removed.by, "source_address": removed.from,
                "time": removed.at.map(|at| at.to_string()), "delete_marker": removed.is_marker,
            },
        }),
        Sample::Alert(alert) => alert_document(alert),
    }
}

fn alert_document(alert: &AlertSample) -> Value {
    let facts = &alert.facts;
    let rule = |rule: &crate::alert::NamedRule| {
        json!({
            "name": rule.name, "severity": rule.severity.as_str(), "description": rule.description,
            "runbook_url": rule.runbook_url,
        })
    };
    let (error_code, error_message) = match &facts.error {
        Some((code, message)) => (Some(code), message.as_ref()),
        None => (None, None),
    };
    json!({
        "rules": alert.rules.iter().map(rule).collect::<Vec<_>>(),
        "severity": alert.severity.as_str(),
        "labels": alert.labels,
        "actor": facts.actor.name,
        "actor_kind": facts.actor.kind,
        "actor_detail": facts.actor.detail,
        "actor_account": facts.actor.account,
        "event_name": facts.event_name,
        "service": facts.service,
        "account": facts.account,
        "region": facts.region,
        "source_address": facts.source_address,
        "user_agent": facts.user_agent.as_deref().map(|agent| truncate(agent, 1_000)),
        "time": match &facts.time {
            Time::At(at) => Some(at.to_string()),
            Time::Unreadable(text) => Some(text.clone()),
            Time::Absent => None,
        },
        "error_code": error_code,
        "error_message": error_message,
        "event_id": facts.event_id,
        "why": alert.why,
        "threshold": alert.threshold,
        "console_url": facts.event_id.as_deref().and_then(|id| event_link(&facts.region, id)),
        "more": facts.more.iter().map(|(name, value)| (name.as_ref(), value)).collect::<std::collections::BTreeMap<_, _>>(),
        "event": alert.event,
        "event_cut": alert.event.is_none(),
    })
}
