//! A log object that somebody removed.

use super::block::{Block, Message, Text};
use super::render::{header, moment, plain_line};
use super::text::code;
use crate::alert::{RemovedLog, truncate};
use crate::outbox::Draft;

/// Characters of a key, of the 2,000 that a field has.
const KEY: usize = 600;
/// Characters of a name.
const NAME: usize = 200;

/// The first message of a conversation about removed objects.
pub(super) fn opening(draft: &Draft, removed: &RemovedLog) -> Message {
    let title = header(draft.head.severity, &draft.head.title, "");
    let what = if removed.is_marker {
        "Somebody hid an object of the log bucket behind a delete marker; its versions are still there."
    } else {
        "Somebody removed an object of the log bucket, or a version of one, for good."
    };
    let field = |label: &str, value: String| Text::markup(format!("*{label}*\n{value}"));
    let or_unknown = |text: Option<&str>| text.map_or_else(|| "not recorded".to_owned(), |text| code(text, NAME));
    let fields = vec![
        field("Object", code(&removed.key, KEY)),
        field("Bucket", code(&removed.bucket, NAME)),
        field("Who", or_unknown(removed.by.as_deref())),
        field("From", or_unknown(removed.from.as_deref())),
        field("When", removed.at.map_or_else(|| "not recorded".to_owned(), moment)),
    ];
    let blocks = vec![
        Block::Header { text: Text::plain(title.clone()) },
        Block::paragraph(what),
        Block::Section { text: None, fields },
    ];
    let by = removed.by.as_deref().map(|by| format!(" by {}", truncate(by, 100))).unwrap_or_default();
    let text = plain_line(&format!("{title}: {}{by}", truncate(&removed.key, 300)));
    Message { text, blocks }
}

/// One of several.
pub(super) fn line(removed: &RemovedLog) -> String {
    let at = removed.at.map(|at| format!("{}: ", moment(at))).unwrap_or_default();
    let by = removed.by.as_deref().map(|by| format!(" by {}", code(by, 100))).unwrap_or_default();
    // The folders above it are those of the account, the region and the day.
    let name = removed.key.rsplit('/').next().unwrap_or(&removed.key);
    format!("• {at}{}{by}", code(name, 200))
}
