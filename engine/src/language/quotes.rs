//! Strings in what is suggested, in the quotation marks that the rule itself has: it often stands in a string of HCL, into
//! which the other ones cannot be pasted.

use super::span::Span;

/// A string in the quotation marks that stand at a place of the rule; without any there, in those of the rule's first
/// string; and without a string, in single ones.
pub(crate) fn quoted_like(source: &str, place: Span, text: &str) -> String {
    quoted(text, quote_at(source, place))
}

/// The quotation mark of [`quoted_like`].
pub(crate) fn quote_at(source: &str, place: Span) -> char {
    first_quote(place.of(source)).or_else(|| first_quote(source)).unwrap_or('\'')
}

/// The first quotation mark, but for those of comments.
fn first_quote(text: &str) -> Option<char> {
    text.lines().find_map(|line| line.chars().take_while(|c| *c != '#').find(|c| matches!(c, '\'' | '"')))
}

fn quoted(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            _ if character == quote => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_are_those_of_the_place_or_else_of_the_rule() {
        let quoted = |source: &str, place: &str| {
            let start = source.find(place).unwrap();
            quoted_like(source, Span::new(start, start + place.len()), "a'b\"c\\")
        };
        assert_eq!(quoted("event['x'] == \"it's\"", "['x']"), r#"'a\'b"c\\'"#);
        assert_eq!(quoted("event['x'] == \"it's\"", "\"it's\""), r#""a'b\"c\\""#);
        assert_eq!(quoted("# isn't it\nevent.x == r\"y\"", "event.x"), r#""a'b\"c\\""#);
        assert_eq!(quoted("event.x", "event.x"), r#"'a\'b"c\\'"#);
    }
}
