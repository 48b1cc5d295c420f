//! Texts for one line of output. What an event holds may be megabytes, may hold ends of lines, and may turn the direction
//! of writing around: here it is cut, and what cannot be seen becomes an escape.

use std::borrow::Cow;

use crate::language::span::Span;

/// Where a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// As it is.
    Bare,
    /// Between quotation marks, which are escaped inside.
    Quoted,
}

/// At most so many characters of a text, with an ellipsis where something is missing.
pub(super) fn visible(text: &str, place: Place, characters: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    let mut room_for_ellipsis = 0;
    for character in text.chars() {
        let before = out.len();
        push(&mut out, character, place);
        length += out.get(before..).unwrap_or_default().chars().count();
        if length > characters {
            out.truncate(room_for_ellipsis);
            out.push('…');
            return out;
        }
        if length < characters {
            room_for_ellipsis = out.len();
        }
    }
    out
}

fn push(out: &mut String, character: char, place: Place) {
    match character {
        '"' | '\\' if place == Place::Quoted => out.extend(['\\', character]),
        ' '..='~' => out.push(character),
        // A mark that belongs to the letter before it is escaped only where no letter is before it.
        other => out.extend(String::from_iter(['a', other]).escape_debug().skip(1)),
    }
}

/// The text of a part of a rule, on one line.
pub(super) fn written(span: Span, source: &str) -> Cow<'_, str> {
    let text = span.of(source);
    let line = one_line(text);
    if line == text { Cow::Borrowed(text) } else { Cow::Owned(line) }
}

/// A part of a rule on one line: comments are left out, and white space between words is one blank. Texts between quotation
/// marks stay as they are.
fn one_line(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => string_length(rest, first),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            other => other.len_utf8(),
        };
        let (part, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match first {
            '#' => {}
            blank if blank.is_whitespace() || blank == '\\' => {
                if !out.ends_with([' ', '(', '[', '{']) && !out.is_empty() {
                    out.push(' ');
                }
            }
            _ => {
                // A bracket that stood on a line of its own.
                if matches!(first, ')' | ']' | '}' | ',') && out.ends_with(' ') {
                    out.pop();
                }
                out.push_str(part);
            }
        }
        rest = behind;
    }
    out.truncate(out.trim_end().len());
    out
}

/// The bytes of the string literal at the start of a text, its quotation marks included.
fn string_length(text: &str, mark: char) -> usize {
    let triple: String = [mark; 3].iter().collect();
    let end = if text.starts_with(&triple) { triple } else { mark.to_string() };
    let mut at = end.len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(&end) {
            return at + end.len();
        }
        let mut characters = rest.chars();
        let first = characters.next();
        at += first.map_or(1, char::len_utf8);
        if first == Some('\\') {
            at += characters.next().map_or(0, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stays_invisible() {
        assert_eq!(visible("a\nb\u{1b}[0m\u{202e}\u{200b}", Place::Bare, 80), r"a\nb\u{1b}[0m\u{202e}\u{200b}");
        assert_eq!(visible("é日🔥e\u{301} \u{2028}", Place::Bare, 80), "é日🔥e\u{301} \\u{2028}");
        assert_eq!(visible("\"\\'", Place::Quoted, 80), r#"\"\\'"#);
        assert_eq!(visible("\"\\'", Place::Bare, 80), r#""\'"#);
    }

    #[test]
    fn what_is_cut_says_so_and_keeps_its_bound() {
        assert_eq!(visible("abcd", Place::Bare, 4), "abcd");
        assert_eq!(visible("abcde", Place::Bare, 4), "abc…");
        assert_eq!(visible("ab\n\n", Place::Bare, 4), "ab…");
        assert_eq!(visible("\n", Place::Bare, 1), "…");
    }

    #[test]
    fn a_rule_of_several_lines_becomes_one() {
        assert_eq!(
            one_line("a  in [ # why\n  'x  # y',\n  \"\"\"z\n\"w\"\"\",\n]"),
            "a in ['x  # y', \"\"\"z\n\"w\"\"\",]"
        );
        assert_eq!(one_line("not\n\t(\n  a\n)"), "not (a)");
        assert_eq!(one_line(r"'it\'s' == 'x"), r"'it\'s' == 'x");
    }
}
