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

/// A word as it is, if there is nothing in it that Slack, or a reader, could take for anything else; otherwise a code span.
pub(super) fn word(text: &str, characters: usize) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'/';
    if !text.is_empty() && text.len() <= characters && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        code(text, characters)
    }
}

/// Lines that stand as they are written, in at most so many characters. Says how many of the lines are in it.
pub(super) fn code_lines(lines: impl Iterator<Item = String>, characters: usize) -> (String, usize) {
    const FENCE: &str = "```";
    let (mut block, mut count) = (FENCE.to_owned(), 0);
    // The last line break is taken away again.
    let mut room = (characters + 1).saturating_sub(2 * FENCE.len());
    for line in lines {
        let line = escape(&line.replace('`', "'"), room.saturating_sub(1));
        let length = line.chars().count() + 1;
        if length > room || line.is_empty() {
            break;
        }
        block.push_str(&line);
        block.push('\n');
        room -= length;
        count += 1;
    }
    (format!("{}{FENCE}", block.trim_end()), count)
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
        assert_eq!(
            (word("eu-west-1", 10), word("a_b", 10), word("", 1)),
            ("eu-west-1".to_owned(), "`a_b`".to_owned(), "(empty)".to_owned())
        );
    }

    #[test]
    fn lines_keep_within_their_room() {
        let lines = || ["a: `1`", "b: <2>", "c: 3"].map(str::to_owned).into_iter();
        assert_eq!(code_lines(lines(), 100), ("```a: '1'\nb: &lt;2&gt;\nc: 3```".to_owned(), 3));
        for room in 8..40 {
            let (block, count) = code_lines(lines(), room);
            assert!(block.chars().count() <= room && count <= 3, "{room}: {block}");
            assert_eq!(block.matches("```").count(), 2);
        }
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(code("<<<", 9), "`&lt;…`");
        assert_eq!(code("<<<", 12), "`&lt;&lt;&lt;`");
        assert_eq!(escape("abcd", 3), "ab…");
        assert_eq!(escape("&", 3), "…");
    }
}
