//! A value in short form, which is made at once so that nothing large is kept.

use std::rc::Rc;

use num_bigint::BigInt;

use super::visible::{Place, visible};
use crate::event::to_string_lossy;
use crate::language::number::{Number, float_repr};
use crate::language::value::{Text, Value};

/// Characters of a text that are kept; what is shown of them is no longer.
const TEXT: usize = 80;
/// Elements of a collection that are shown.
const ELEMENTS: usize = 3;
/// What stands for a value that is not shown; no text stands so without quotation marks.
const HIDDEN: &str = "hidden";
/// Bits of the largest integer whose digits are shown.
const INTEGER_BITS: u64 = 256;

/// The short form of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Glimpse {
    None,
    Bool(bool),
    Number(String),
    /// The beginning of a text, and whether it goes on.
    Text(String, bool),
    /// What has elements.
    Collection(String),
    /// What is not shown.
    Hidden,
}

impl Glimpse {
    pub(super) fn of(value: &Value<'_>) -> Self {
        match value {
            Value::None => Self::None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(Number::Int(value)) => Self::Number(value.to_string()),
            Value::Number(Number::Big(value)) => Self::Number(integer(value)),
            Value::Number(Number::Float(value)) => Self::Number(float_repr(*value)),
            Value::Str(text) => Self::text(text),
            other => Self::Collection(collection(other)),
        }
    }

    fn text(text: &Text<'_>) -> Self {
        let bytes = text.bytes();
        // No code point takes more than four bytes. One that is cut in its middle lies behind what is kept.
        let head = to_string_lossy(bytes.get(..4 * TEXT + 4).unwrap_or(bytes));
        let kept: String = head.chars().take(TEXT).collect();
        let cut = kept.len() < bytes.len() && kept.chars().count() == TEXT;
        Self::Text(kept, cut)
    }

    /// The same of a secret: a text, or what may hold one. A secret is neither empty nor a number, which policies about secrets
    /// are made of.
    pub(super) fn hidden(self) -> Self {
        match self {
            Self::Text(text, _) if !text.is_empty() => Self::Hidden,
            Self::Collection(_) => Self::Hidden,
            other => other,
        }
    }

    /// As Python writes it, texts in quotation marks.
    pub(super) fn literal(&self) -> String {
        match self {
            Self::None => "None".to_owned(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Number(text) | Self::Collection(text) => text.clone(),
            Self::Text(text, cut) => quoted(text, *cut),
            Self::Hidden => HIDDEN.to_owned(),
        }
    }

    /// In a sentence, as CloudTrail writes it. A text stands there bare if nobody could take it for something else than a
    /// name, an address or the like.
    pub(super) fn word(&self) -> String {
        const WORDS_OF_OURS: [&str; 5] = ["absent", "empty", HIDDEN, "null", "or"];
        match self {
            Self::None => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(text) | Self::Collection(text) => text.clone(),
            Self::Text(text, _) if text.is_empty() => "empty".to_owned(),
            Self::Hidden => HIDDEN.to_owned(),
            Self::Text(text, cut) => {
                let is_plain = |character: char| character.is_alphanumeric() || "_-./:@+=*$".contains(character);
                if text.chars().all(is_plain) && !WORDS_OF_OURS.contains(&text.as_str()) {
                    format!("{}{}", visible(text, Place::Bare, TEXT), if *cut { "…" } else { "" })
                } else {
                    quoted(text, *cut)
                }
            }
        }
    }
}

fn quoted(text: &str, cut: bool) -> String {
    format!("\"{}{}\"", visible(text, Place::Quoted, TEXT), if cut { "…" } else { "" })
}

fn integer(value: &Rc<BigInt>) -> String {
    let bits = value.bits();
    if bits <= INTEGER_BITS { value.to_string() } else { format!("an integer of {bits} bits") }
}

fn collection(value: &Value<'_>) -> String {
    let (open, close) = match value {
        Value::Tuple(_) => ("(", ")"),
        Value::Set(_) => ("{", "}"),
        Value::Dict(_) | Value::Event(_) => return format!("{{{} keys}}", value.elements().unwrap_or_default()),
        _ => ("[", "]"),
    };
    let count = value.elements().unwrap_or_default();
    let mut parts: Vec<String> =
        (0..count.min(ELEMENTS)).filter_map(|index| value.element(index)).map(|element| part(&element)).collect();
    if count > ELEMENTS {
        parts.push(format!("… {} more", count - ELEMENTS));
    }
    format!("{open}{}{close}", parts.join(", "))
}

/// An element of a collection; one that has elements of its own is told by its type.
fn part(value: &Value<'_>) -> String {
    const PART: usize = 40;
    match Glimpse::of_part(value) {
        Glimpse::Text(text, cut) => {
            let shown = visible(&text, Place::Quoted, PART);
            format!("\"{shown}{}\"", if cut && !shown.ends_with('…') { "…" } else { "" })
        }
        other => other.literal(),
    }
}

impl Glimpse {
    fn of_part(value: &Value<'_>) -> Self {
        match value.elements() {
            Some(count) => Self::Collection(format!("{} of {count}", value.type_name())),
            None => Self::of(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Glimpse {
        Glimpse::of(&Value::text(text.as_bytes().to_vec()))
    }

    #[test]
    fn texts_are_bare_only_where_they_cannot_be_mistaken() {
        for (value, word) in [
            ("StopLogging", "StopLogging"),
            ("arn:aws:iam::1:user/a", "arn:aws:iam::1:user/a"),
            ("203.0.113.7", "203.0.113.7"),
            ("", "empty"),
            ("absent", "\"absent\""),
            ("x, eventName is StopLogging", "\"x, eventName is StopLogging\""),
            ("a\nb", "\"a\\nb\""),
        ] {
            assert_eq!(text(value).word(), word);
        }
        assert_eq!((text("").literal().as_str(), Glimpse::None.literal().as_str()), ("\"\"", "None"));
    }

    #[test]
    fn long_values_are_cut() {
        let long = text(&"日".repeat(100_000));
        assert_eq!(long.literal().chars().count(), 83);
        assert!(long.literal().ends_with("…\""), "{}", long.literal());
        assert_eq!(text(&"x".repeat(80)).word(), "x".repeat(80));
        assert_eq!(text(&"x".repeat(81)).word(), format!("{}…", "x".repeat(80)));
        assert!(text(&"\u{202e}".repeat(80)).literal().chars().count() <= 83);
        let big = BigInt::from(2).pow(60_000);
        assert_eq!(Glimpse::of(&Value::Number(Number::Big(big.into()))).literal(), "an integer of 60001 bits");
    }

    #[test]
    fn collections_show_their_beginning() {
        let list = Value::list((0..5).map(Value::int).collect());
        assert_eq!(Glimpse::of(&list).literal(), "[0, 1, 2, … 2 more]");
        let nested = Value::tuple(vec![list, Value::text(vec![b'x'; 99])]);
        assert_eq!(Glimpse::of(&nested).literal(), format!("(list of 5, \"{}…\")", "x".repeat(39)));
    }
}
