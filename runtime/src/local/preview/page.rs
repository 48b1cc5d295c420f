//! The page that a browser draws.

use serde_json::{Value, json};

/// Draws messages as Slack does, by its own script; it asks nothing of the network.
const PAGE: &str = include_str!("page.html");
/// Where the messages stand in it.
const PLACE: &str = r#"<script type="application/json" id="messages">[]</script>"#;

/// The colours of Slack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::local) enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// What the page calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The page with these messages. A message may have `replies`, which are drawn as its thread.
pub(super) fn page(messages: &[Value]) -> String {
    let items: Vec<_> = messages
        .iter()
        .map(|message| {
            let mut message = message.clone();
            let replies = message.as_object_mut().and_then(|members| members.remove("replies"));
            json!({"app": "Trailhook", "time": "4:05 AM", "message": message, "replies": replies.unwrap_or(json!([]))})
        })
        .collect();
    // No text of a message can end the script that holds it.
    let items = Value::Array(items).to_string().replace('<', "\\u003c");
    PAGE.replace(PLACE, &PLACE.replace("[]", &items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_gets_out_of_its_place() {
        assert_eq!(PAGE.matches(PLACE).count(), 1);
        let page = page(&[json!({"text": "</script><script>alert(1)</script>", "blocks": []})]);
        assert!(!page.contains("</script><script>") && page.contains("\\u003c/script>"));
    }
}
