//! The values by which alerts are grouped, and events counted.

use std::borrow::Cow;

use super::json::Json;
use super::{Event, Leaf};

impl Event {
    /// The value of a field by which alerts are grouped or events counted: `actor` is who did it, any other name a flat key. A
    /// field that the event has not got is the empty string.
    #[must_use]
    pub fn grouping_value(&self, field: &str) -> Cow<'_, str> {
        if field == "actor" {
            return self.actor().unwrap_or_default();
        }
        match self.flat().get(field.as_bytes()) {
            None => Cow::Borrowed(""),
            Some(Leaf::Str(text)) => text.to_string_lossy(),
            Some(leaf) => Cow::Owned(leaf.to_string()),
        }
    }
}

/// As JSON has it, except that a string stands without quotation marks.
impl std::fmt::Display for Leaf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => Json::Null.fmt(f),
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::BigInt(value) => value.fmt(f),
            Self::Float(value) => Json::Float(*value).fmt(f),
            Self::Str(text) => f.write_str(&text.to_string_lossy()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Event;

    #[test]
    fn every_kind_of_value_can_group() {
        let event = Event::parse(
            br#"{"a":{"text":"x","number":7,"flag":true,"nothing":null,"half":0.5},"userIdentity":{"arn":"arn:1"}}"#,
        )
        .unwrap();
        for (field, value) in [
            ("a.text", "x"),
            ("a.number", "7"),
            ("a.flag", "true"),
            ("a.nothing", "null"),
            ("a.half", "0.5"),
            ("a", ""),
            ("absent", ""),
            ("actor", "arn:1"),
        ] {
            assert_eq!(event.grouping_value(field), value, "{field}");
        }
    }
}
