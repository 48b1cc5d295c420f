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

/// Flattens the members of an object. A value that is no object has no members and gives an empty map.
#[must_use]
pub fn flatten(json: &Json) -> Flat {
    let mut flat = Flat::new();
    let mut path = Vec::new();
    if let Json::Object(members) = json {
        for (key, value) in members {
            path.clear();
            path.extend_from_slice(key.as_bytes());
            descend(value, &mut path, &mut flat);
        }
    }
    flat
}

// Recursion is bounded by the depth that the reader of JSON admits.
fn descend(value: &Json, path: &mut Vec<u8>, flat: &mut Flat) {
    let leaf = match value {
        Json::Object(members) => {
            for (key, value) in members {
                with_segment(path, key.as_bytes(), |path| descend(value, path, flat));
            }
            return;
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                with_segment(path, index.to_string().as_bytes(), |path| descend(value, path, flat));
            }
            return;
        }
        Json::Null => Leaf::Null,
        Json::Bool(value) => Leaf::Bool(*value),
        Json::Int(value) => Leaf::Int(*value),
        Json::BigInt(value) => Leaf::BigInt(value.clone()),
        Json::Float(value) => Leaf::Float(*value),
        Json::Str(value) => Leaf::Str(value.clone()),
    };
    flat.insert(TextBuf::from_generalised(path.clone()), leaf);
}

fn with_segment(path: &mut Vec<u8>, segment: &[u8], body: impl FnOnce(&mut Vec<u8>)) {
    let length = path.len();
    path.push(b'.');
    path.extend_from_slice(segment);
    body(path);
    path.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        let flat = flatten(&Json::parse(text.as_bytes()).unwrap());
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
