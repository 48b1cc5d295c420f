//! What AWS admits as tags.

use std::collections::BTreeMap;

use tfplugin::{Attribute, Diagnostic, Diagnostics, Path};

use crate::resource::{Labels, null};

/// The most tags that a parameter can have.
const MAX_TAGS: usize = 50;
/// The longest key, in characters.
const MAX_KEY: usize = 128;
/// The longest value, in characters.
const MAX_VALUE: usize = 256;

/// Whether a key is one that AWS alone sets.
pub(crate) fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// What AWS would refuse in tags that are configured in the map `at`.
pub(crate) fn faults(tags: &Labels, at: impl Into<Path>) -> Diagnostics {
    let at = at.into();
    let tags = tags.known().into_iter().flatten();
    tags.flat_map(|(key, value)| {
        let path = at.key(key);
        let value = match value {
            Attribute::Known(value) => value_fault(key, value),
            Attribute::Unknown => None,
            Attribute::Null => Some(null(&path)),
        };
        let faults = [key_fault(key), value];
        faults.into_iter().flatten().map(move |fault| fault.at(path.clone()))
    })
    .collect()
}

/// What is wrong with the number of all tags that a parameter will have.
pub(crate) fn number_fault(all: &BTreeMap<String, String>, of_provider: usize) -> Option<Diagnostic> {
    let number = all.len();
    let of_provider = match of_provider {
        0 => String::new(),
        number => format!(", {number} of them from the provider's default_tags"),
    };
    (number > MAX_TAGS).then(|| {
        Diagnostic::error("Too many tags")
            .detail(format!("The parameter would have {number} tags{of_provider}; AWS admits {MAX_TAGS}."))
            .at("tags")
    })
}

fn key_fault(key: &str) -> Option<Diagnostic> {
    let fault = |detail: String| Some(Diagnostic::error("The key of a tag cannot be used").detail(detail));
    let length = key.chars().count();
    match key.chars().find(|&character| !is_admitted(character)) {
        _ if key.is_empty() => fault("A key is empty. Give it 1 to 128 characters.".to_owned()),
        _ if length > MAX_KEY => fault(format!("The key \"{key}\" has {length} characters; AWS admits {MAX_KEY}.")),
        _ if is_reserved(key) => {
            fault(format!("The key \"{key}\" begins with \"aws:\", which AWS keeps for itself. Choose another one."))
        }
        Some(character) => fault(format!("The key {key:?} holds {character:?}. {ADMITTED}")),
        None => None,
    }
}

fn value_fault(key: &str, value: &str) -> Option<Diagnostic> {
    let fault = |detail: String| Some(Diagnostic::error("The value of a tag cannot be used").detail(detail));
    let length = value.chars().count();
    match value.chars().find(|&character| !is_admitted(character)) {
        _ if length > MAX_VALUE => {
            fault(format!("The value of \"{key}\" has {length} characters; AWS admits {MAX_VALUE}."))
        }
        Some(character) => fault(format!("The value of {key:?} holds {character:?}. {ADMITTED}")),
        None => None,
    }
}

const ADMITTED: &str = "AWS admits letters, digits, spaces and `_.:/=+-@`.";

/// AWS's pattern for both: `[\p{L}\p{Z}\p{N}_.:/=+\-@]`.
fn is_admitted(character: char) -> bool {
    let is_space = character.is_whitespace() && !character.is_control();
    character.is_alphanumeric() || is_space || "_.:/=+-@".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(key: &str, value: &str) -> Vec<String> {
        let tags = BTreeMap::from([(key.to_owned(), value.into())]);
        told(&faults(&tags.into(), "tags"))
    }

    fn told(faults: &Diagnostics) -> Vec<String> {
        faults.iter().map(|fault| format!("{}: {} {}", fault.path(), fault.summary(), fault.detail_text())).collect()
    }

    #[test]
    fn what_aws_admits_is_admitted() {
        for (key, value) in [
            ("team", ""),
            ("Zuständig für", "Sicherheit / Café"),
            ("a_.:/=+-@1", "x"),
            ("awsome", "aws:is fine as a value"),
            (&"k".repeat(128), &"v".repeat(256)),
            (&"ä".repeat(128), &"ä".repeat(256)),
        ] {
            assert_eq!(texts(key, value), Vec::<String>::new(), "{key} {value}");
        }
    }

    #[test]
    fn what_aws_refuses_is_told_at_the_tag() {
        for (key, value, text) in [
            ("", "x", "tags[\"\"]: The key of a tag cannot be used A key is empty. Give it 1 to 128 characters."),
            (
                "AWS:owner",
                "x",
                "tags[\"AWS:owner\"]: The key of a tag cannot be used The key \"AWS:owner\" begins with \"aws:\", which AWS keeps \
                 for itself. Choose another one.",
            ),
            (
                "a,b",
                "x",
                "tags[\"a,b\"]: The key of a tag cannot be used The key \"a,b\" holds ','. AWS admits letters, digits, spaces and \
                 `_.:/=+-@`.",
            ),
            (
                "a",
                "x\ny",
                "tags[\"a\"]: The value of a tag cannot be used The value of \"a\" holds '\\n'. AWS admits letters, digits, spaces \
                 and `_.:/=+-@`.",
            ),
        ] {
            assert_eq!(texts(key, value), [text]);
        }
        assert!(texts(&"k".repeat(129), "x")[0].ends_with("has 129 characters; AWS admits 128."));
        assert!(texts("a", &"v".repeat(257))[0].ends_with("The value of \"a\" has 257 characters; AWS admits 256."));
    }

    #[test]
    fn a_tag_that_is_null_or_unknown_hides_no_mistake_beside_it() {
        let tags = [("a", Attribute::Null), ("aws:b", Attribute::Unknown), ("c", "x,y".into()), ("d", "x".into())];
        let tags: Labels =
            tags.map(|(key, value)| (key.to_owned(), value)).into_iter().collect::<BTreeMap<_, _>>().into();
        let told = told(&faults(&tags, "tags"));
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("tags[\"a\"]: A value is null"), "{told:?}");
        assert!(told[1].starts_with("tags[\"aws:b\"]: The key of a tag cannot be used"), "{told:?}");
        assert!(told[2].starts_with("tags[\"c\"]: The value of a tag cannot be used"), "{told:?}");
    }

    #[test]
    fn more_than_fifty_are_too_many() {
        let all = |number: usize| (0..number).map(|at| (at.to_string(), String::new())).collect();
        assert_eq!(number_fault(&all(50), 50), None);
        assert_eq!(
            number_fault(&all(51), 0).unwrap().detail_text(),
            "The parameter would have 51 tags; AWS admits 50."
        );
        assert_eq!(
            number_fault(&all(60), 12).unwrap().detail_text(),
            "The parameter would have 60 tags, 12 of them from the provider's default_tags; AWS admits 50."
        );
    }
}
