//! How documents become the text of a parameter, and back.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The version of the form that this build writes, and the newest that it reads.
pub const SCHEMA: u64 = 1;

/// The most that Parameter Store's advanced tier holds, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 8 * 1024;

/// Why a parameter's text is not a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The text is not JSON, or lacks `schema`.
    #[error("the document is not readable: {0}")]
    Unreadable(String),
    /// A newer version of the product wrote the document.
    #[error(
        "the document has schema {found}, and this version reads up to {SCHEMA}; update it to the version that wrote the document"
    )]
    NewerSchema {
        /// The version in the document.
        found: u64,
    },
    /// A field is missing or holds something else than it should.
    #[error("the document is not valid: {0}")]
    Invalid(String),
}

/// Why a document cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The text is longer than a parameter can be.
    #[error("the document has {bytes} bytes; Parameter Store holds {MAX_DOCUMENT_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A value that JSON cannot hold.
    #[error("the document cannot be written as JSON: {0}")]
    NotJson(String),
}

/// Something that is published as the text of one parameter.
pub trait Document: Serialize + DeserializeOwned {
    /// The text of the parameter: compact JSON with sorted keys, so that equal documents have equal texts.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the text is longer than a parameter can be.
    fn encode(&self) -> Result<String, EncodeError> {
        encode(self)
    }

    /// Reads the text of a parameter. What its fields mean, such as a rule's expression, is not looked at.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] if the text is no such document, or of a newer schema.
    fn decode(text: &str) -> Result<Self, DocumentError> {
        decode(text)
    }
}

/// Writes a document: compact JSON with sorted keys, so that equal documents have equal bytes.
///
/// Parameter Store refuses a value that holds two opening braces in a row, because it reads them as a reference to
/// another parameter; the first of two equal braces is therefore written as an escape, which JSON reads back as the brace.
fn encode(document: &impl Serialize) -> Result<String, EncodeError> {
    let mut value = serde_json::to_value(document).map_err(|error| EncodeError::NotJson(error.to_string()))?;
    if let Value::Object(members) = &mut value {
        members.insert("schema".to_owned(), SCHEMA.into());
    }
    let mut text = String::new();
    write_sorted(&value, &mut text);
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(EncodeError::TooLarge { bytes: text.len() });
    }
    Ok(text)
}

/// Reads a document of this schema or an older one. Fields that this version does not know are passed over.
fn decode<T: DeserializeOwned>(text: &str) -> Result<T, DocumentError> {
    let value: Value = serde_json::from_str(text).map_err(|error| DocumentError::Unreadable(error.to_string()))?;
    match value.get("schema").and_then(Value::as_u64) {
        Some(found @ 1..) if found > SCHEMA => Err(DocumentError::NewerSchema { found }),
        Some(1..) => serde_json::from_value(value).map_err(|error| DocumentError::Invalid(error.to_string())),
        _ => Err(DocumentError::Unreadable("the field `schema` is missing or no positive integer".to_owned())),
    }
}

fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (position, (key, value)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write_sorted(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_sorted(item, out);
            }
            out.push(']');
        }
        Value::String(text) => write_string(text, out),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
    }
}

fn write_string(text: &str, out: &mut String) {
    let quoted = Value::from(text).to_string();
    let mut characters = quoted.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('{', Some('{')) => out.push_str("\\u007b"),
            ('}', Some('}')) => out.push_str("\\u007d"),
            _ => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop, prop_oneof, proptest};
    use std::collections::BTreeMap;

    #[test]
    fn keys_are_sorted_and_schema_is_added() {
        let document = serde_json::json!({"b": [1, {"z": null, "a": "{{}}}"}], "a": true});
        assert_eq!(
            encode(&document).unwrap(),
            r#"{"a":true,"b":[1,{"a":"\u007b{\u007d\u007d}","z":null}],"schema":1}"#
        );
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let read = |text: &str| decode::<BTreeMap<String, Value>>(text).unwrap_err();
        for (text, told) in [
            ("{", "the document is not readable: EOF while parsing an object at line 1 column 1"),
            ("[]", "the document is not readable: the field `schema` is missing or no positive integer"),
            (r#"{"schema":"1"}"#, "the document is not readable: the field `schema` is missing or no positive integer"),
            (r#"{"schema":0}"#, "the document is not readable: the field `schema` is missing or no positive integer"),
            (
                r#"{"schema":2}"#,
                "the document has schema 2, and this version reads up to 1; update it to the version that wrote the document",
            ),
        ] {
            assert_eq!(read(text).to_string(), told);
        }
        let invalid = decode::<Vec<u8>>(r#"{"schema":1}"#).unwrap_err().to_string();
        assert_eq!(invalid, "the document is not valid: invalid type: map, expected a sequence");
        assert_eq!(read(r#"{"schema":2}"#), DocumentError::NewerSchema { found: 2 });
    }

    #[test]
    fn the_size_is_that_of_the_written_text() {
        let document = |length: usize| BTreeMap::from([("a", "x".repeat(length))]);
        let frame = r#"{"a":"","schema":1}"#.len();
        assert!(encode(&document(MAX_DOCUMENT_BYTES - frame)).is_ok());
        assert_eq!(
            encode(&document(MAX_DOCUMENT_BYTES - frame + 1)),
            Err(EncodeError::TooLarge { bytes: MAX_DOCUMENT_BYTES + 1 })
        );
    }

    proptest! {
        #[test]
        fn no_text_holds_two_opening_braces_and_all_come_back(
            members in prop::collection::btree_map(any::<String>(), prop_oneof!["[{}a\\\\\"]{0,20}", any::<String>()], 0..5)
        ) {
            let text = encode(&members).unwrap();
            assert!(!text.contains("{{"), "{text}");
            let mut read: BTreeMap<String, Value> = decode(&text).unwrap();
            if !members.contains_key("schema") {
                read.remove("schema");
            }
            for (key, value) in members.iter().filter(|(key, _)| *key != "schema") {
                assert_eq!(read.get(key).and_then(Value::as_str), Some(value.as_str()));
            }
        }
    }
}
