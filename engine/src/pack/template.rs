//! `${name}` in the expressions of a pack: the place of a parameter's value, which is put there as a literal of Python.
//!
//! What it looks like is nothing that Python knows, so one that is left in the text is an error of the rule language.

use std::collections::BTreeMap;

/// Puts values in their places.
pub(super) fn fill(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        filled.push_str(before);
        match behind.split_once('}').and_then(|(name, after)| Some((values.get(name)?, after))) {
            Some((literal, after)) => {
                filled.push_str(literal);
                rest = after;
            }
            None => {
                filled.push_str("${");
                rest = behind;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// A text as a literal that Python reads back as that text, whatever it holds.
pub(super) fn literal(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ if character.is_alphanumeric() => quoted.push(character),
            // Whoever reads the rule shall see what is there, and no line may end within it.
            _ => quoted.push_str(&format!("\\U{:08x}", u32::from(character))),
        }
    }
    quoted.push('"');
    quoted
}

/// What is wrong with a text of a pack: a parameter that it does not have, or one inside of a string or a comment.
#[cfg(test)]
pub(super) fn faults(text: &str, parameters: &[&str]) -> Vec<String> {
    // A name as long as the placeholder, so that the places stay.
    let mut names = text.to_owned();
    let mut places = Vec::new();
    let mut faults = Vec::new();
    for (start, _) in text.match_indices("${") {
        let Some((name, _)) = text.get(start + 2..).and_then(|behind| behind.split_once('}')) else {
            return vec![format!("`${{` at {start} is not closed")];
        };
        if !parameters.contains(&name) {
            faults.push(format!("`{name}` is no parameter"));
        }
        let place = crate::language::Span::new(start, start + name.len() + 3);
        names.replace_range(place.start..place.end, &format!("__{name}_"));
        places.push(place);
    }
    let outside = crate::language::names(&names);
    let inside = places.into_iter().filter(|place| !outside.contains(place));
    faults.extend(inside.map(|place| format!("`{}` stands inside a string or a comment", place.of(text))));
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::language::{Expression, Outcome};
    use proptest::prelude::proptest;

    #[test]
    fn values_stand_as_literals() {
        let values = BTreeMap::from([("name", literal("a\"b")), ("flag", "True".to_owned())]);
        assert_eq!(fill("x == ${name} or ${flag}", &values), "x == \"a\\\"b\" or True");
        assert_eq!(fill("${other} ${name", &values), "${other} ${name");
    }

    #[test]
    fn a_place_is_outside_of_strings_and_known() {
        let parameters = ["name"];
        assert!(faults("event['a'] == ${name} # fine", &parameters).is_empty());
        assert_eq!(faults("event['a'] == ${nam}", &parameters), ["`nam` is no parameter"]);
        assert_eq!(faults("event['a'] == ${name", &parameters), ["`${` at 14 is not closed"]);
        for text in ["event['a'] == 'x${name}'", "event['a'] # ${name}", "'''\n${name}'''"] {
            assert_eq!(faults(text, &parameters), ["`${name}` stands inside a string or a comment"], "{text}");
        }
    }

    proptest! {
        #[test]
        fn python_reads_a_literal_as_the_text_that_it_is_of(text in proptest::prelude::any::<String>()) {
            let expression = format!("event['a'] == {}", literal(&text));
            let event = serde_json::json!({"a": text}).to_string();
            let event = Event::parse(event.as_bytes()).unwrap();
            assert_eq!(Expression::parse(&expression).unwrap().evaluate(&event), Outcome::Match, "{expression}");
        }
    }
}
