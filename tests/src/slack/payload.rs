//! The limits that Slack holds a message to.

use serde_json::Value;

use super::Endpoint;

/// The most blocks of a message.
const BLOCKS: usize = 50;
/// The most characters of the top-level text: Slack cuts there, which a sender should not leave to it.
const TEXT: usize = 40_000;
/// The most characters of a section's text.
const SECTION: usize = 3_000;
/// The most fields of a section, and their characters.
const FIELDS: (usize, usize) = (10, 2_000);
/// The most characters of a header.
const HEADER: usize = 150;
/// The most elements of a context block.
const CONTEXT: usize = 10;
/// The most elements of an actions block.
const ACTIONS: usize = 25;
/// The most characters of a block's id.
const BLOCK_ID: usize = 255;
/// The most characters of a button's text and of its address.
const BUTTON: (usize, usize) = (75, 3_000);
/// The characters of all blocks together, above which Slack refuses a message that keeps every other limit.
const TOTAL: usize = 13_200;

/// Why Slack refuses a message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the body is no JSON object")]
    NoObject,
    #[error("neither text nor blocks")]
    Empty,
    #[error("text: {0} characters, at most {TEXT}")]
    LongText(usize),
    #[error("{0}: {1}")]
    Block(String, String),
    #[error("the blocks add up to {0} characters, at most {TOTAL}")]
    LongBlocks(usize),
}

impl Fault {
    /// The word that Slack answers with.
    pub(super) fn word(&self, endpoint: Endpoint) -> &'static str {
        match (self, endpoint) {
            (Self::NoObject, Endpoint::Webhook) => "invalid_payload",
            (Self::NoObject, Endpoint::Api) => "invalid_json",
            (Self::Empty, Endpoint::Webhook) => "missing_text_or_fallback_or_attachments",
            (Self::Empty, Endpoint::Api) => "no_text",
            (Self::LongText(_), _) => "msg_too_long",
            (Self::Block(..), _) => "invalid_blocks",
            (Self::LongBlocks(_), _) => "msg_blocks_too_long",
        }
    }
}

/// Whether Slack would show this message.
pub(super) fn check(body: &Value) -> Result<(), Fault> {
    let Value::Object(message) = body else {
        return Err(Fault::NoObject);
    };
    let text = message.get("text").and_then(Value::as_str).unwrap_or_default();
    if text.chars().count() > TEXT {
        return Err(Fault::LongText(text.chars().count()));
    }
    let blocks = match message.get("blocks") {
        None | Some(Value::Null) => &[],
        Some(Value::Array(blocks)) => blocks.as_slice(),
        Some(_) => return Err(block("blocks", "not an array")),
    };
    if text.is_empty() && blocks.is_empty() {
        return Err(Fault::Empty);
    }
    if blocks.len() > BLOCKS {
        return Err(block("blocks", format!("{} blocks, at most {BLOCKS}", blocks.len())));
    }
    let mut ids: Vec<&str> = Vec::new();
    for (index, value) in blocks.iter().enumerate() {
        let place = format!("blocks[{index}]");
        check_block(&place, value)?;
        if let Some(id) = value["block_id"].as_str() {
            at_most(&format!("{place}.block_id"), id, BLOCK_ID)?;
            if ids.contains(&id) {
                return Err(block(format!("{place}.block_id"), format!("{id:?} twice")));
            }
            ids.push(id);
        }
    }
    let total: usize = blocks.iter().map(characters).sum();
    if total > TOTAL {
        return Err(Fault::LongBlocks(total));
    }
    Ok(())
}

fn check_block(place: &str, value: &Value) -> Result<(), Fault> {
    match value["type"].as_str() {
        Some("section") => check_section(place, value),
        Some("header") => check_text(&format!("{place}.text"), &value["text"], HEADER, true),
        Some("context") => each(place, value, CONTEXT, check_context_element),
        Some("actions") => each(place, value, ACTIONS, check_button),
        Some("divider" | "image" | "markdown" | "rich_text") => Ok(()),
        Some(other) => Err(block(place, format!("no block of type {other:?}"))),
        None => Err(block(place, "no type")),
    }
}

fn check_section(place: &str, value: &Value) -> Result<(), Fault> {
    let fields = value.get("fields").and_then(Value::as_array);
    if value.get("text").is_none() && fields.is_none_or(Vec::is_empty) {
        return Err(block(place, "a section needs text or fields"));
    }
    if let Some(text) = value.get("text") {
        check_text(&format!("{place}.text"), text, SECTION, false)?;
    }
    let (most, characters) = FIELDS;
    let fields = fields.map_or(&[][..], Vec::as_slice);
    if fields.len() > most {
        return Err(block(format!("{place}.fields"), format!("{}, at most {most}", fields.len())));
    }
    for (index, field) in fields.iter().enumerate() {
        check_text(&format!("{place}.fields[{index}]"), field, characters, false)?;
    }
    match value.get("accessory") {
        Some(accessory) if accessory["type"] == "button" => check_button(&format!("{place}.accessory"), accessory),
        _ => Ok(()),
    }
}

fn each(place: &str, value: &Value, most: usize, check: fn(&str, &Value) -> Result<(), Fault>) -> Result<(), Fault> {
    let place = format!("{place}.elements");
    let elements = value["elements"].as_array().map_or(&[][..], Vec::as_slice);
    if elements.is_empty() || elements.len() > most {
        return Err(block(place, format!("{}, at least 1 and at most {most}", elements.len())));
    }
    for (index, element) in elements.iter().enumerate() {
        check(&format!("{place}[{index}]"), element)?;
    }
    Ok(())
}

fn check_context_element(place: &str, value: &Value) -> Result<(), Fault> {
    if value["type"] == "image" {
        return Ok(());
    }
    check_text(place, value, SECTION, false)
}

fn check_button(place: &str, value: &Value) -> Result<(), Fault> {
    if value["type"] != "button" {
        return Ok(());
    }
    let (text, url) = BUTTON;
    check_text(&format!("{place}.text"), &value["text"], text, true)?;
    match value.get("url").map(|url| url.as_str()) {
        None => Ok(()),
        Some(Some(address)) if address.starts_with("https://") || address.starts_with("http://") => {
            at_most(&format!("{place}.url"), address, url)
        }
        Some(_) => Err(block(format!("{place}.url"), "not an address")),
    }
}

/// A text object: `{"type": "plain_text" | "mrkdwn", "text": "..."}`.
fn check_text(place: &str, value: &Value, most: usize, plain_only: bool) -> Result<(), Fault> {
    let text = value["text"].as_str().unwrap_or_default();
    match value["type"].as_str() {
        Some("plain_text") => {}
        Some("mrkdwn") if !plain_only => {}
        _ => return Err(block(place, "not the kind of text that belongs here")),
    }
    if text.is_empty() {
        return Err(block(place, "an empty text"));
    }
    at_most(place, text, most)
}

fn at_most(place: &str, text: &str, most: usize) -> Result<(), Fault> {
    match text.chars().count() {
        count if count > most => Err(block(place, format!("{count} characters, at most {most}"))),
        _ => Ok(()),
    }
}

fn block(place: impl Into<String>, fault: impl Into<String>) -> Fault {
    Fault::Block(place.into(), fault.into())
}

/// The characters of every text below a block.
fn characters(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| match field {
                Value::String(text) if name == "text" => text.chars().count(),
                other => characters(other),
            })
            .sum(),
        Value::Array(values) => values.iter().map(characters).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn section(characters: usize) -> Value {
        json!({ "type": "section", "text": { "type": "mrkdwn", "text": "x".repeat(characters) } })
    }

    fn refused(message: &Value) -> String {
        check(message).unwrap_err().to_string()
    }

    #[test]
    fn messages_within_the_limits_pass() {
        let button = json!({
            "type": "button", "text": { "type": "plain_text", "text": "Open" }, "url": "https://example.com/", "action_id": "a",
        });
        let messages = [
            json!({ "text": "hello" }),
            json!({ "text": "t", "blocks": vec![json!({ "type": "divider" }); 50] }),
            json!({ "blocks": [section(3000), section(3000), section(3000), section(3000)] }),
            json!({ "blocks": [
                { "type": "header", "text": { "type": "plain_text", "text": "h".repeat(150) } },
                { "type": "section", "fields": vec![json!({ "type": "mrkdwn", "text": "f" }); 10] },
                { "type": "context", "elements": [{ "type": "mrkdwn", "text": "c" }] },
                { "type": "actions", "elements": [button] },
            ] }),
        ];
        for message in &messages {
            assert_eq!(check(message), Ok(()), "{message}");
        }
    }

    #[test]
    fn limits_count_characters_and_not_bytes() {
        let text = json!({ "type": "plain_text", "text": "ü".repeat(150) });
        assert_eq!(check(&json!({ "blocks": [{ "type": "header", "text": text }] })), Ok(()));
    }

    #[test]
    fn each_limit_is_held_and_its_place_named() {
        let header = json!({ "type": "header", "text": { "type": "plain_text", "text": "h".repeat(151) } });
        let markdown_header = json!({ "type": "header", "text": { "type": "mrkdwn", "text": "h" } });
        let fields = json!({ "type": "section", "fields": vec![json!({ "type": "mrkdwn", "text": "f" }); 11] });
        let button = json!({ "type": "actions", "elements": [
            { "type": "button", "text": { "type": "plain_text", "text": "b".repeat(76) } },
        ] });
        let cases = [
            (json!([]), "the body is no JSON object"),
            (json!({ "text": "" }), "neither text nor blocks"),
            (json!({ "text": "x".repeat(40_001) }), "text: 40001 characters, at most 40000"),
            (json!({ "blocks": vec![json!({ "type": "divider" }); 51] }), "blocks: 51 blocks, at most 50"),
            (json!({ "blocks": [section(3001)] }), "blocks[0].text: 3001 characters, at most 3000"),
            (json!({ "blocks": [section(1), section(0)] }), "blocks[1].text: an empty text"),
            (json!({ "blocks": [header] }), "blocks[0].text: 151 characters, at most 150"),
            (json!({ "blocks": [markdown_header] }), "blocks[0].text: not the kind of text that belongs here"),
            (json!({ "blocks": [fields] }), "blocks[0].fields: 11, at most 10"),
            (json!({ "blocks": [button] }), "blocks[0].elements[0].text: 76 characters, at most 75"),
            (
                json!({ "blocks": [{ "type": "context", "elements": [] }] }),
                "blocks[0].elements: 0, at least 1 and at most 10",
            ),
            (json!({ "blocks": [{ "type": "table" }] }), "blocks[0]: no block of type \"table\""),
            (
                json!({ "blocks": [section(3000), section(3000), section(3000), section(3000), section(1201)] }),
                "the blocks add up to 13201 characters, at most 13200",
            ),
        ];
        for (message, fault) in &cases {
            assert_eq!(&refused(message), fault);
        }
    }
}
