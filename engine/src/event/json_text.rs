//! Writing JSON, so that what was read leniently reads back as it was.

use std::fmt::{self, Write as _};

use super::json::Json;
use super::text::{TextBuf, code_points};

/// Compact JSON in ASCII, as `json.dumps(value, separators=(",", ":"))` writes it: what was read leniently is written so
/// that it can be read back in the same way.
impl fmt::Display for Json {
    // Recursion is bounded by the depth that the reader admits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Int(value) => write!(f, "{value}"),
            Json::BigInt(value) => write!(f, "{value}"),
            Json::Float(value) if value.is_nan() => f.write_str("NaN"),
            Json::Float(value) if value.is_infinite() => {
                f.write_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Json::Float(value) => write!(f, "{value:?}"),
            Json::Str(text) => write_string(text, f),
            Json::Array(items) => {
                f.write_str("[")?;
                for (position, item) in items.iter().enumerate() {
                    f.write_str(if position > 0 { "," } else { "" })?;
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Json::Object(members) => {
                f.write_str("{")?;
                for (position, (key, value)) in members.iter().enumerate() {
                    f.write_str(if position > 0 { "," } else { "" })?;
                    write_string(key, f)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn write_string(text: &TextBuf, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for code_point in code_points(text.as_bytes()) {
        match code_point {
            b"\"" => f.write_str("\\\"")?,
            b"\\" => f.write_str("\\\\")?,
            [plain @ 0x20..=0x7E] => f.write_char(char::from(*plain))?,
            other => {
                let character = std::str::from_utf8(other).ok().and_then(|text| text.chars().next());
                let mut buffer = [0; 2];
                match (character, other) {
                    (Some(character), _) => {
                        for unit in character.encode_utf16(&mut buffer) {
                            write!(f, "\\u{unit:04x}")?;
                        }
                    }
                    // Three bytes that are no character are a surrogate.
                    (None, [_, middle, low]) => {
                        write!(f, "\\u{:04x}", 0xD000 | (u32::from(middle & 0x3F) << 6) | u32::from(low & 0x3F))?;
                    }
                    (None, _) => f.write_str("\\ufffd")?,
                }
            }
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        let text = r#"{"a":[1,-2.5,1e+16,123456789012345678901234567890,true,null,Infinity,-Infinity],"\u00e9\ud83d\ude00":"\"\\\ud800\n"}"#;
        let value = parse(text);
        assert_eq!(parse(&value.to_string()), value);
        assert!(value.to_string().contains(r#""\u00e9\ud83d\ude00":"\"\\\ud800\u000a""#), "{value}");
        assert_eq!(parse("[NaN]").to_string(), "[NaN]");
    }
}
