//! A Slack message as a terminal can show it: what people would read, without Slack.

use serde_json::Value;

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const CODE: &str = "\u{1b}[36m";
const RESET: &str = "\u{1b}[0m";

/// Draws the JSON form of a message with ANSI styles, ending in a newline. What has no text is passed over.
#[must_use]
pub fn draw(message: &Value) -> String {
    let mut out = String::new();
    for block in message.get("blocks").and_then(Value::as_array).into_iter().flatten() {
        match block.get("type").and_then(Value::as_str) {
            Some("header") => line(&mut out, "┃ ", &format!("{BOLD}{}{RESET}", text_of(block.get("text")))),
            Some("context") => {
                for element in block.get("elements").and_then(Value::as_array).into_iter().flatten() {
                    line(&mut out, "┃ ", &format!("{DIM}{}{RESET}", bare(&text_of(Some(element)))));
                }
            }
            Some("actions") => {
                for button in block.get("elements").and_then(Value::as_array).into_iter().flatten() {
                    let url = button
                        .get("url")
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .replace(char::is_control, "\u{fffd}");
                    let text = decode(&text_of(button.get("text")));
                    line(&mut out, "┃ ", &format!("{DIM}[{text}] {url}{RESET}"));
                }
            }
            _ => {
                if let Some(text) = block.get("text") {
                    line(&mut out, "┃ ", &styled(&text_of(Some(text))));
                }
                for field in block.get("fields").and_then(Value::as_array).into_iter().flatten() {
                    // A field is a label and its value below it; side by side they take less room.
                    let text = text_of(Some(field));
                    let (label, value) = text.split_once('\n').unwrap_or((text.as_str(), ""));
                    let padding = " ".repeat(15_usize.saturating_sub(label.chars().count()).max(1));
                    let value = value.replace('\n', " ");
                    line(&mut out, "┃   ", &styled(&format!("{label}{padding}{value}")));
                }
            }
        }
    }
    if out.is_empty() {
        line(&mut out, "┃ ", &styled(&text_of(Some(message))));
    }
    out
}

fn line(out: &mut String, margin: &str, text: &str) {
    for part in text.split('\n') {
        out.push_str(margin);
        out.push_str(part);
        out.push('\n');
    }
}

fn text_of(element: Option<&Value>) -> String {
    let text = element.and_then(|element| element.get("text")).and_then(Value::as_str).map(plain).unwrap_or_default();
    // Messages of a file may hold anything, and a terminal does what it is told.
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Takes date tokens for their plain text, and leaves the rest of the markup.
pub(super) fn plain(markup: &str) -> String {
    let mut out = String::new();
    let mut rest = markup;
    while let Some((before, token)) = rest.split_once("<!date^") {
        out.push_str(before);
        let (token, behind) = token.split_once('>').unwrap_or((token, ""));
        out.push_str(token.rsplit('|').next().unwrap_or_default());
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The text without marks of its own, for a line that has one style.
fn bare(markup: &str) -> String {
    decode(&markup.replace('`', ""))
}

/// Entities as their characters.
fn decode(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// `*bold*` and code spans as styles.
fn styled(markup: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    let mut in_bold = false;
    for character in markup.chars() {
        match character {
            '`' => {
                in_code = !in_code;
                out.push_str(if in_code { CODE } else { RESET });
            }
            '*' if !in_code => {
                in_bold = !in_bold;
                out.push_str(if in_bold { BOLD } else { RESET });
            }
            other => out.push(other),
        }
    }
    decode(&out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn blocks_become_lines() {
        let message = json!({"text": "x", "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "High: root"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "a &amp; `b*c*`"}},
            {"type": "section", "fields": [{"type": "mrkdwn", "text": "*When*\n<!date^1^{date}|2026-02-03>"}]},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]},
        ]});
        let drawn = draw(&message);
        let bare = [BOLD, DIM, CODE, RESET].iter().fold(drawn, |text, style| text.replace(style, ""));
        assert_eq!(bare, "┃ High: root\n┃ a & b*c*\n┃   When         2026-02-03\n┃ small\n");
    }

    #[test]
    fn a_message_without_blocks_is_its_text() {
        assert_eq!(draw(&json!({"text": "hello"})), "┃ hello\n");
    }
}
