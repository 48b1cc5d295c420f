//! From a draft to a message of Slack: the first of a conversation, its repeats, and words about the function itself.

use super::block::{Block, Message, Text};
use super::render::{VALUE, header, moment, plain_line, render, time};
use super::text::{code, escape};
use crate::alert::{AlertSample, Notice, Sample};
use crate::outbox::{Draft, DraftKind};

/// How much of a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All that there is to show.
    Whole,
    /// The least that tells what happened, for a Slack that refused the whole.
    Small,
}

/// Values of a field that are named.
const TOP: usize = 3;
/// Characters of the reason why a route did not deliver.
const REASON: usize = 400;
/// Characters of a notice.
const NOTICE: usize = 2_500;

/// The message of a draft.
#[must_use]
pub fn compose(draft: &Draft, shape: Shape) -> Message {
    let mut message = match (&draft.kind, draft.samples.first()) {
        (_, Some(Sample::Notice(notice))) => notice_message(draft, notice),
        (DraftKind::Opening, Some(Sample::Alert(first))) => opening(draft, first),
        (DraftKind::Reply { .. }, _) => reply(draft),
        (DraftKind::Summary { .. }, _) | (DraftKind::Opening, None) => summary(draft),
    };
    if let Some(lost) = &draft.undeliverable {
        let reason = format!("⚠ Undeliverable on route {}: {}", code(&lost.route, 80), escape(&lost.reason, REASON));
        message.blocks.insert(0, Block::Context { elements: vec![Text::markup(reason)] });
        message.text = format!("Undeliverable on route {}: {}", escape(&lost.route, 80), message.text);
    }
    match shape {
        Shape::Whole => message,
        Shape::Small => Message { blocks: vec![Block::paragraph(message.text.clone())], text: message.text },
    }
}

/// One alert, and how many more there are like it.
fn opening(draft: &Draft, first: &AlertSample) -> Message {
    let mut message = render(first);
    if draft.count > 1 {
        let title = header(draft.head.severity, &draft.head.title, &format!(" ×{}", draft.count));
        if let Some(header @ Block::Header { .. }) = message.blocks.first_mut() {
            *header = Block::Header { text: Text::plain(title) };
        }
        let more = format!("*{} like it*{}; this is one of them.", number(draft.count, "alert"), span(draft));
        message.blocks.insert(1, Block::paragraph(more));
        let end = message.blocks.len() - 1;
        message.blocks.splice(end..end, top(draft));
        message.text = format!("{} ({} like it)", message.text, number(draft.count, "alert"));
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
    Message { text: plain_line(&format!("{title}: {}", unmarked(&more))), blocks }
}

/// Repeats in a message of their own.
fn summary(draft: &Draft) -> Message {
    let (what, since) = match draft.kind {
        DraftKind::Summary { opened } => {
            (format!("{} more", draft.count), format!(" since the first was told, {}", moment(opened)))
        }
        DraftKind::Opening | DraftKind::Reply { .. } => (number(draft.count, "alert"), String::new()),
    };
    let title = header(draft.head.severity, &draft.head.title, &format!(", {what}"));
    let mut blocks = vec![
        Block::Header { text: Text::plain(title.clone()) },
        Block::paragraph(format!("*{what}*{since}{}", span(draft))),
    ];
    blocks.extend(top(draft));
    blocks.extend(lines(draft));
    Message { text: plain_line(&title), blocks }
}

fn notice_message(draft: &Draft, notice: &Notice) -> Message {
    let title = format!("⚙ Trailhook: {}", draft.head.title);
    let blocks = vec![
        Block::Header { text: Text::plain(title.chars().take(150).collect::<String>()) },
        Block::paragraph(escape(&notice.text, NOTICE)),
    ];
    Message { text: plain_line(&format!("{title}: {}", notice.text)), blocks }
}

/// `3 alerts`
fn number(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// From when to when they happened.
fn span(draft: &Draft) -> String {
    match draft.times {
        Some((first, last)) if first.as_seconds() == last.as_seconds() => format!(", {}", moment(first)),
        Some((first, last)) => format!(", {} to {}", moment(first), moment(last)),
        None => String::new(),
    }
}

/// A text with times as programs without mark-up show them.
fn unmarked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, token)) = rest.split_once("<!date^") {
        out.push_str(before);
        let (token, behind) = token.split_once('>').unwrap_or((token, ""));
        out.push_str(token.rsplit('|').next().unwrap_or_default());
        rest = behind;
    }
    out + rest
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
        format!("• {}: {}", top.field, values.join(", "))
    };
    // What all have in common is shown in full where one of them is.
    let is_told = |top: &crate::outbox::Top<'_>| {
        let is_common = top.others == 0 && matches!(top.values.as_slice(), [(_, count)] if *count == draft.count);
        !(is_common && draft.kind == DraftKind::Opening)
    };
    let lines: Vec<_> = draft.top.top(TOP).into_iter().filter(is_told).map(line).collect();
    (!lines.is_empty()).then(|| Block::paragraph(format!("*Most frequent*\n{}", lines.join("\n"))))
}

/// One line for each alert that was kept.
fn lines(draft: &Draft) -> Option<Block> {
    let line = |sample: &Sample| match sample {
        Sample::Alert(sample) => {
            let facts = &sample.facts;
            let from =
                facts.source_address.as_deref().map(|from| format!(" from {}", code(from, 60))).unwrap_or_default();
            let error =
                facts.error.as_ref().map(|(error, _)| format!(", failed with {}", code(error, 60))).unwrap_or_default();
            let (actor, name) = (code(&facts.actor, VALUE / 3), code(&facts.event_name, VALUE / 3));
            Some(format!("• {}: {actor} called {name}{from}{error}", time(&facts.time)))
        }
        Sample::Notice(_) => None,
    };
    let lines: Vec<_> = draft.samples.iter().filter_map(line).collect();
    let title = match draft.count.saturating_sub(u64::try_from(lines.len()).unwrap_or(u64::MAX)) {
        0 => "*They are*",
        _ => "*Some of them*",
    };
    (!lines.is_empty()).then(|| Block::paragraph(format!("{title}\n{}", lines.join("\n"))))
}
