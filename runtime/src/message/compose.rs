//! From a draft to a message of Slack: the first of a conversation, its repeats, and words about the function itself.

use std::collections::BTreeSet;

use super::block::{Block, Message, Text};
use super::removal;
use super::render::{VALUE, header, moment, moments, plain_line, render, time};
use super::terminal::plain;
use super::text::{code, code_lines, escape, word};
use super::view::View;
use crate::alert::{AlertSample, Facts, Notice, Sample};
use crate::outbox::{Draft, DraftKind};

/// How much of a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All that there is to show.
    Whole,
    /// The least that tells what happened, for a Slack that refused the whole.
    Small,
}

/// Characters of a message. Slack refuses those above about 13,200 (`msg_blocks_too_long`).
const LONGEST: usize = 11_900;
/// Values of a field that are named.
const TOP: usize = 3;
/// Characters of the reason why a route did not deliver.
const REASON: usize = 400;
/// Characters of a notice.
const NOTICE: usize = 2_500;

/// The message of a draft.
#[must_use]
pub fn compose(draft: &Draft, shape: Shape, view: &View<'_>) -> Message {
    let mut message = match (&draft.kind, draft.samples.first()) {
        (_, Some(Sample::Notice(notice))) => notice_message(draft, notice),
        (DraftKind::Opening, Some(Sample::Alert(first))) => opening(draft, first, view),
        (DraftKind::Opening, Some(Sample::Removal(first))) if draft.count == 1 => removal::opening(draft, first),
        (DraftKind::Reply { .. }, _) => reply(draft),
        (DraftKind::Summary { .. } | DraftKind::Opening, _) => summary(draft),
    };
    let below_title = usize::from(matches!(message.blocks.first(), Some(Block::Header { .. })));
    if let Some(lost) = &draft.undeliverable {
        let (route, reason) = (code(&lost.route, 80), quoteless(&lost.reason, REASON));
        let why = format!("⚠\u{fe0f} *Undeliverable on route {route}*, so it is told here: {reason}");
        message.blocks.insert(below_title, Block::paragraph(why));
        message.text = format!("Undeliverable on route {}: {}", quoteless(&lost.route, 80), message.text);
    }
    fit(&mut message.blocks);
    if shape == Shape::Small {
        message.blocks = vec![Block::paragraph(message.text.clone())];
    }
    // Once for each conversation: who was called knows that there may be more.
    let is_first =
        matches!(draft.kind, DraftKind::Opening) && !matches!(draft.samples.first(), Some(Sample::Notice(_)));
    if let Some(call) = view.call().filter(|_| is_first) {
        let place = below_title.min(message.blocks.len());
        message.blocks.insert(if shape == Shape::Small { 0 } else { place }, Block::paragraph(call.clone()));
        message.text = format!("{call} {}", message.text);
    }
    message
}

/// Takes the longest paragraphs away until the rest is short enough: a message that Slack refuses tells less.
fn fit(blocks: &mut Vec<Block>) {
    let is_paragraph = |block: &Block| matches!(block, Block::Section { fields, .. } if fields.is_empty());
    while blocks.iter().map(Block::length).sum::<usize>() > LONGEST {
        let paragraphs = blocks.iter().enumerate().filter(|(_, block)| is_paragraph(block));
        let Some((longest, _)) = paragraphs.max_by_key(|(_, block)| block.length()) else { return };
        blocks.remove(longest);
    }
}

/// One alert, and how many more there are like it.
fn opening(draft: &Draft, first: &AlertSample, view: &View<'_>) -> Message {
    let mut message = render(first, view);
    if draft.count > 1 {
        let title = header(draft.head.severity, &draft.head.title, &format!(" ×{}", draft.count));
        if let Some(header @ Block::Header { .. }) = message.blocks.first_mut() {
            *header = Block::Header { text: Text::plain(title) };
        }
        let more = format!("*{}*{}; one of them:", number(draft.count, "alert"), span(draft));
        message.blocks.insert(1, Block::paragraph(more));
        // Below all facts, above buttons and small print.
        let is_end = |block: &Block| matches!(block, Block::Actions { .. } | Block::Context { .. });
        let end = message.blocks.iter().position(is_end).unwrap_or(message.blocks.len());
        message.blocks.splice(end..end, top(draft));
        message.text = format!("{} ({} in all)", message.text, number(draft.count, "alert"));
    }
    message
}

/// Repeats below the message that opened the thread, which need not say again what they are about.
fn reply(draft: &Draft) -> Message {
    let more = format!("{} more{}", draft.count, span(draft));
    let mut blocks = vec![Block::paragraph(format!("*{} more*{}", draft.count, span(draft)))];
    blocks.extend(top(draft));
    blocks.extend(lines(draft));
    let title = header(draft.head.severity, &draft.head.title, "");
    Message { text: plain_line(&format!("{title}: {}", plain(&more))), blocks }
}

/// Repeats in a message of their own.
fn summary(draft: &Draft) -> Message {
    let (what, since) = match draft.kind {
        DraftKind::Summary { opened } => {
            (format!("{} more", draft.count), format!("; the first was told {}", moment(opened)))
        }
        DraftKind::Opening | DraftKind::Reply { .. } => (number(draft.count, "alert"), String::new()),
    };
    let title = header(draft.head.severity, &draft.head.title, &format!(", {what}"));
    let mut blocks = vec![
        Block::Header { text: Text::plain(title.clone()) },
        Block::paragraph(format!("*{what}*{}{since}", span(draft))),
    ];
    blocks.extend(top(draft));
    blocks.extend(lines(draft));
    Message { text: plain_line(&title), blocks }
}

fn notice_message(draft: &Draft, notice: &Notice) -> Message {
    let title = format!("⚙\u{fe0f} Trailhook: {}", draft.head.title);
    let mut blocks = vec![
        Block::Header { text: Text::plain(title.chars().take(150).collect::<String>()) },
        Block::paragraph(quoteless(&notice.text, NOTICE)),
    ];
    if !notice.detail.is_empty() {
        let lines = notice.detail.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned);
        blocks.push(Block::paragraph(code_lines(lines, NOTICE).0));
    }
    Message { text: plain_line(&format!("{title}: {}", notice.text)), blocks }
}

/// A text of any origin outside of a code span: a back-tick in it would begin one.
fn quoteless(text: &str, characters: usize) -> String {
    escape(&text.replace('`', "'"), characters)
}

/// `3 alerts`
fn number(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// From when to when they happened.
fn span(draft: &Draft) -> String {
    match draft.times {
        Some((first, last)) => format!(", {}", moments(first, last)),
        None => String::new(),
    }
}

/// What the alerts have most often, where there are several.
fn top(draft: &Draft) -> Option<Block> {
    if draft.count < 2 {
        return None;
    }
    let line = |top: crate::outbox::Top<'_>| {
        let mut values: Vec<_> =
            top.values.iter().map(|(value, count)| format!("{} ×{count}", code(value, 80))).collect();
        if top.others > 0 {
            values.push(format!("others ×{}", top.others));
        }
        format!("*{}:* {}", top.field, values.join(", "))
    };
    // What all have in common is shown in full where one of them is.
    let is_told = |top: &crate::outbox::Top<'_>| {
        let is_common = top.others == 0 && matches!(top.values.as_slice(), [(_, count)] if *count == draft.count);
        !(is_common && draft.kind == DraftKind::Opening)
    };
    let lines: Vec<_> = draft.top.top(TOP).into_iter().filter(is_told).map(line).collect();
    (!lines.is_empty()).then(|| Block::paragraph(lines.join("\n")))
}

/// One line for each alert that was kept.
fn lines(draft: &Draft) -> Option<Block> {
    let facts = draft.samples.iter().filter_map(|sample| match sample {
        Sample::Alert(alert) => Some(&alert.facts),
        Sample::Notice(_) | Sample::Removal(_) => None,
    });
    let deed = |facts: &Facts| {
        let error =
            facts.error.as_ref().map(|(error, _)| format!(", failed with {}", code(error, 60))).unwrap_or_default();
        let (actor, name) = (code(&facts.actor.name, VALUE / 3), code(&facts.event_name, VALUE / 3));
        format!("{actor} called {} {name}{error}", word(&facts.service, 60))
    };
    let deeds: BTreeSet<_> = facts.map(deed).collect();
    // What all have done is said once.
    let common = deeds.first().filter(|_| deeds.len() == 1 && draft.samples.len() > 1);
    let line = |sample: &Sample| match sample {
        Sample::Alert(sample) => {
            let facts = &sample.facts;
            let from =
                facts.source_address.as_deref().map(|from| format!(" from {}", code(from, 60))).unwrap_or_default();
            let deed = if common.is_some() { String::new() } else { format!(": {}", deed(facts)) };
            Some(format!("• {}{deed}{from}", time(&facts.time)))
        }
        Sample::Removal(removed) => Some(removal::line(removed)),
        Sample::Notice(_) => None,
    };
    let lines: Vec<_> = draft.samples.iter().filter_map(line).collect();
    let title = match draft.count.saturating_sub(u64::try_from(lines.len()).unwrap_or(u64::MAX)) {
        0 => "*They are*",
        _ => "*Some of them*",
    };
    let title = common.map_or_else(|| title.to_owned(), |deed| format!("{title}: {deed}"));
    (!lines.is_empty()).then(|| Block::paragraph(format!("{title}\n{}", lines.join("\n"))))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::{ProptestConfig, any, prop, prop_oneof, proptest};
    use serde_json::{Value, json};
    use trailhook_engine::document::{RuleDocument, Severity};
    use trailhook_engine::event::Event;
    use trailhook_engine::{Alert, Rule};

    use super::super::json::letter;
    use super::super::limits::{PLAIN, assert_harmless};
    use super::*;
    use crate::alert::{Display, Head, Keep};
    use crate::clock::Moment;
    use crate::outbox::{Entry, Group, Repeats, Terms, Thread, Undeliverable};

    fn at(second: u64) -> Moment {
        Moment::from_millis(1_770_091_506_000).plus(Duration::from_secs(second))
    }

    fn record(second: u64) -> Value {
        json!({
            "eventID": format!("00000000-0000-4000-8000-{second:012}"), "eventTime": at(second).to_string(),
            "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "awsRegion": "eu-central-1",
            "sourceIPAddress": format!("203.0.113.{}", second % 7), "recipientAccountId": "111122223333",
            "errorCode": "Client.UnauthorizedOperation", "userIdentity": {"type": "IAMUser", "userName": "alice"},
        })
    }

    /// What is drafted of these records: as the first of a conversation, or as what comes behind it.
    fn draft(records: &[Value], repeats: Repeats, is_first: bool, undeliverable: Option<Undeliverable>) -> Draft {
        let description = "EC2 refused a call for want of permission".to_owned();
        let document = RuleDocument { description, severity: Severity::High, ..RuleDocument::new("refused", "True") };
        let rule = Rule::compile(document).unwrap();
        let entry = |record: &Value| {
            let event = Event::parse(record.to_string().as_bytes()).unwrap();
            let values = vec![("From", event.grouping_value("sourceIPAddress").into_owned())];
            let sample = Sample::of(&Alert { event: &event, rules: &[&rule] }, Keep::Event, &Display::default());
            let time = event.time().map(Moment::from);
            Entry { event_id: record["eventID"].to_string(), time, sample, values }
        };
        let head = Head { title: "refused".to_owned(), severity: Severity::High, place: None };
        let terms = Terms { head, channel: "c".to_owned(), window: 900, repeats, undeliverable };
        let mut group = Group::new(&terms);
        let thread = Some(Thread { channel: "C1".to_owned(), ts: "1.2".to_owned() });
        if !is_first {
            group.add(&[entry(&record(0))], &terms, at(0));
            let first = group.draft(repeats, at(0)).unwrap();
            assert!(group.posted(&first, thread, repeats, at(0)));
        }
        let entries: Vec<_> = records.iter().map(entry).collect();
        group.add(&entries, &terms, at(60));
        group.draft(repeats, at(3_600 * u64::from(repeats == Repeats::Summary) + 60)).unwrap()
    }

    fn flood() -> Vec<Value> {
        (60..90).map(record).collect()
    }

    fn json_of(message: &Message) -> String {
        serde_json::to_string_pretty(message).unwrap()
    }

    #[test]
    fn the_first_of_many_tells_how_many() {
        let draft = draft(&flood(), Repeats::Summary, true, None);
        insta::assert_snapshot!(json_of(&compose(&draft, Shape::Whole, &PLAIN)));
    }

    #[test]
    fn repeats_in_a_thread_say_only_what_is_new() {
        let draft = draft(&flood(), Repeats::Thread, false, None);
        insta::assert_snapshot!(json_of(&compose(&draft, Shape::Whole, &PLAIN)));
    }

    #[test]
    fn repeats_of_a_webhook_stand_for_themselves() {
        let draft = draft(&flood(), Repeats::Summary, false, None);
        insta::assert_snapshot!(json_of(&compose(&draft, Shape::Whole, &PLAIN)));
    }

    #[test]
    fn what_another_route_could_not_deliver_says_so() {
        let lost = Undeliverable { route: "archived".to_owned(), reason: "it is not taken there <!here>".to_owned() };
        let draft = draft(&[record(1)], Repeats::Summary, true, Some(lost));
        insta::assert_snapshot!(json_of(&compose(&draft, Shape::Whole, &PLAIN)));
    }

    #[test]
    fn the_smallest_form_is_one_line() {
        let draft = draft(&[record(1)], Repeats::Summary, true, None);
        insta::assert_snapshot!(json_of(&compose(&draft, Shape::Small, &PLAIN)));
    }

    #[test]
    fn a_notice_is_about_the_function() {
        let mut draft = draft(&[record(1)], Repeats::Summary, true, None);
        draft.head.title = "rule refused erred".to_owned();
        let text = "The rule refused erred on an event: KeyError <x>".to_owned();
        let detail = "error[TH0107]: unknown method\n\n  1 | event.x`\n    |      ^".to_owned();
        draft.samples = vec![Sample::Notice(Notice { title: draft.head.title.clone(), text, detail })];
        insta::assert_snapshot!(json_of(&compose(&draft, Shape::Whole, &PLAIN)));
    }

    #[test]
    fn sns_gets_json() {
        let letter = letter(&draft(&flood()[..2], Repeats::Summary, true, None));
        let body: Value = serde_json::from_str(&letter.body).unwrap();
        insta::assert_snapshot!(format!(
            "{}\n{:?}\n{}",
            letter.subject,
            letter.attributes,
            serde_json::to_string_pretty(&body).unwrap()
        ));
    }

    #[test]
    fn a_letter_keeps_within_what_sns_takes() {
        let mut record = record(1);
        record["requestParameters"] = json!({"a": "x".repeat(100_000), "b": "\u{0}".repeat(20_000)});
        let letter = letter(&draft(&vec![record; 5], Repeats::Summary, true, None));
        assert!(letter.body.len() < 256 * 1024 - 6_000, "{}", letter.body.len());
        let body: Value = serde_json::from_str(&letter.body).unwrap();
        assert_eq!((&body["alerts"][4]["event_cut"], &body["alerts"][4]["event"]), (&json!(true), &Value::Null));
        assert!(body["alerts"][4]["console_url"].is_string(), "the link stays");
    }

    proptest! {
        // Each case is large; a few of them touch every limit.
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn every_kind_is_harmless_whatever_the_events_say(
            texts in prop::collection::vec(
                prop_oneof!["[<>&`!@*_~|\n\u{202e}a]{0,80}", any::<String>(), "[<&>]{5000}", "(<!channel>){1,400}"], 8),
        ) {
            let hostile = json!({
                "eventID": texts[0], "eventTime": texts[1], "eventName": texts[2], "awsRegion": texts[3],
                "sourceIPAddress": texts[4], "errorCode": texts[5], "errorMessage": texts[6],
                "userIdentity": {"type": texts[7], "arn": texts[0]}, "userAgent": texts[1],
            });
            let lost = Undeliverable { route: "r".repeat(64), reason: texts[7].clone() };
            for repeats in [Repeats::Thread, Repeats::Summary, Repeats::AtOnce] {
                for (is_first, lost) in [(true, None), (false, None), (true, Some(&lost))] {
                    let draft = draft(&vec![hostile.clone(); 9], repeats, is_first, lost.cloned());
                    assert_harmless(&compose(&draft, Shape::Whole, &PLAIN));
                    assert_harmless(&compose(&draft, Shape::Small, &PLAIN));
                    assert!(letter(&draft).body.len() < 250_001);
                }
            }
        }
    }
}
