//! Text that came from outside, made harmless.
//!
//! Slack reads `&`, `<` and `>` as markup: `<!channel>` calls everybody, `<https://a|b>` is a link that shows something
//! else. `*`, `_`, `~` and the back-tick have no escape at all, so what an event holds stands in code spans, in which
//! only the back-tick ends them.

/// Escapes what Slack reads as markup, and cuts what comes out to a number of characters: an escape takes up to five, and
/// Slack's limits count them.
pub(super) fn escape(text: &str, characters: usize) -> String {
    let mut out = String::with_capacity(text.len().min(characters));
    let mut length = 0;
    // What stands before each character, so that a cut makes room for its ellipsis.
    let mut room_for_ellipsis = 0;
    for character in text.chars() {
        let plain = visible(character);
        let mut buffer = [0; 4];
        let (part, part_length): (&str, _) = match plain {
            '&' => ("&amp;", 5),
            '<' => ("&lt;", 4),
            '>' => ("&gt;", 4),
            other => (other.encode_utf8(&mut buffer), 1),
        };
        if length + part_length > characters {
            out.truncate(room_for_ellipsis);
            out.push('…');
            return out;
        }
        if length < characters {
            room_for_ellipsis = out.len();
        }
        out.push_str(part);
        length += part_length;
    }
    out
}

/// A code span around at most so many characters. Empty text is shown as such.
pub(super) fn code(text: &str, characters: usize) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    format!("`{}`", escape(&text.replace('`', "'"), characters))
}

/// Line breaks become spaces. Other control characters, and those that turn the direction of writing around, would let
/// an event draw something else than it holds.
fn visible(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        control if control.is_control() => '\u{FFFD}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("<!channel> & <https://a|b>", 99), "&lt;!channel&gt; &amp; &lt;https://a|b&gt;");
        assert_eq!(code("a`b` *c*\n\u{1b}[31m\u{202E}d", 40), "`a'b' *c* \u{FFFD}[31m\u{FFFD}d`");
        assert_eq!(code("", 10), "(empty)");
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(code("<<<", 9), "`&lt;…`");
        assert_eq!(code("<<<", 12), "`&lt;&lt;&lt;`");
        assert_eq!(escape("abcd", 3), "ab…");
        assert_eq!(escape("&", 3), "…");
    }
}
