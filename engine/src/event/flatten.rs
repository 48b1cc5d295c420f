//! The flat view of an event, which is what a rule sees.

use indexmap::IndexMap;
use num_bigint::BigInt;

use super::json::Json;
use super::text::TextBuf;

/// A value at a leaf of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Leaf {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A larger integer.
    BigInt(Box<BigInt>),
    /// A floating-point number.
    Float(f64),
    /// A string.
    Str(TextBuf),
}

/// Flat keys and their values, in the order in which the document first has them.
///
/// The keys of nested objects are joined by `.`, elements of lists are keyed by their decimal index, empty objects and
/// lists vanish, `null` stays. A key that holds a `.` may collide with a path; the later value wins and the first place
/// stays, as it does in a Python `dict`.
pub type Flat = IndexMap<TextBuf, Leaf>;

/// Bytes of all flat keys of one event. A long key above many values stands in the key of each of them, so that a record of
/// some hundred kilobytes could take gigabytes; the keys of CloudTrail's records take less than the record.
pub const MAX_KEY_BYTES: usize = 8 * 1024 * 1024;

/// Flattens the members of an object. A value that is no object has no members and gives an empty map.
///
/// `None` if the flat keys take more than [`MAX_KEY_BYTES`].
#[must_use]
pub fn flatten(json: &Json) -> Option<Flat> {
    let mut flattening = Flattening { path: Vec::new(), left: MAX_KEY_BYTES, flat: Flat::new() };
    if let Json::Object(members) = json {
        for (key, value) in members {
            flattening.path.clear();
            flattening.path.extend_from_slice(key.as_bytes());
            flattening.descend(value)?;
        }
    }
    Some(flattening.flat)
}

struct Flattening {
    path: Vec<u8>,
    /// Bytes that further keys may take.
    left: usize,
    flat: Flat,
}

impl Flattening {
    // Recursion is bounded by the depth that the reader of JSON admits.
    fn descend(&mut self, value: &Json) -> Option<()> {
        let leaf = match value {
            Json::Object(members) => {
                return members.iter().try_for_each(|(key, value)| self.below(key.as_bytes(), value));
            }
            Json::Array(items) => {
                let mut items = items.iter().enumerate();
                return items.try_for_each(|(index, value)| self.below(index.to_string().as_bytes(), value));
            }
            Json::Null => Leaf::Null,
            Json::Bool(value) => Leaf::Bool(*value),
            Json::Int(value) => Leaf::Int(*value),
            Json::BigInt(value) => Leaf::BigInt(value.clone()),
            Json::Float(value) => Leaf::Float(*value),
            Json::Str(value) => Leaf::Str(value.clone()),
        };
        self.left = self.left.checked_sub(self.path.len())?;
        self.flat.insert(TextBuf::from_generalised(self.path.clone()), leaf);
        Some(())
    }

    fn below(&mut self, segment: &[u8], value: &Json) -> Option<()> {
        let length = self.path.len();
        self.path.push(b'.');
        self.path.extend_from_slice(segment);
        self.descend(value)?;
        self.path.truncate(length);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        let flat = flatten(&Json::parse(text.as_bytes()).unwrap()).unwrap();
        flat.iter().map(|(key, value)| format!("{key}={value:?}")).collect()
    }

    #[test]
    fn nested_values_are_keyed_by_their_path() {
        assert_eq!(
            keys(r#"{"a":{"b":[1,{"c":null}]},"d":{},"e":[[],{}],"":{"":true}}"#),
            ["a.b.0=Int(1)", "a.b.1.c=Null", ".=Bool(true)"]
        );
    }

    #[test]
    fn a_collision_keeps_the_first_place_and_the_last_value() {
        assert_eq!(keys(r#"{"a":{"b":1},"x":0,"a.b":2}"#), ["a.b=Int(2)", "x=Int(0)"]);
    }
}
