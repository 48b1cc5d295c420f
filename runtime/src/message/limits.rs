//! What every message must hold, whatever an event says.

use serde_json::Value;

use super::block::Message;
use super::view::View;

/// A view without aliases and mention.
pub(super) const PLAIN: View<'static> =
    View { account_aliases: &std::collections::BTreeMap::new(), mention: None, console_link: true };

/// Holds that Slack takes a message, that nobody is called by it, and that each code span that is opened is closed.
pub(super) fn assert_harmless(message: &Message) {
    assert_fits(message);
    let sent = serde_json::to_string(message).unwrap();
    // Whatever Slack would read as markup is a date of ours.
    for markup in sent.split('<').skip(1) {
        assert!(markup.starts_with("!date^"), "<{markup}");
    }
    for text in sent.split("mrkdwn") {
        assert_eq!(text.matches('`').count() % 2, 0, "{text}");
    }
}

/// The limits of Slack that a message of ours could touch.
fn assert_fits(message: &Message) {
    let message = serde_json::to_value(message).unwrap();
    let length = |value: &Value| value["text"].as_str().unwrap().chars().count();
    assert!(length(&message) <= 4_000);
    let mut sum = 0;
    let blocks = message["blocks"].as_array().unwrap();
    assert!((1..=50).contains(&blocks.len()));
    for (list, most) in [("fields", 10), ("elements", 10)] {
        for block in blocks.iter().filter(|block| !block[list].is_null()) {
            assert!((1..=most).contains(&block[list].as_array().unwrap().len()), "{block}");
        }
    }
    for block in message["blocks"].as_array().unwrap() {
        for button in block["elements"].as_array().into_iter().flatten().filter(|element| element["type"] == "button") {
            let (text, url) = (length(&button["text"]), button["url"].as_str().unwrap().chars().count());
            assert!((1..=75).contains(&text) && (1..=3_000).contains(&url), "{button}");
            sum += text + url;
        }
        let (texts, limit): (Vec<&Value>, _) = match block["type"].as_str().unwrap() {
            "header" => (vec![&block["text"]], 150),
            "actions" => (Vec::new(), 0),
            "context" => (block["elements"].as_array().unwrap().iter().collect(), 3_000),
            _ => {
                for field in block["fields"].as_array().into_iter().flatten() {
                    assert!(length(field) <= 2_000, "{field}");
                    sum += length(field);
                }
                assert!(block["fields"].as_array().is_none_or(|fields| fields.len() <= 10));
                (block.get("text").into_iter().collect(), 3_000)
            }
        };
        for text in texts {
            assert!((1..=limit).contains(&length(text)), "{text}");
            sum += length(text);
        }
    }
    assert!(sum <= 12_000, "{sum}");
}
