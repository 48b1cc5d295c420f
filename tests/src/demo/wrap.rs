//! Lines that are broken where a terminal ends, and keep their margin and their style.

const RESET: &str = "\u{1b}[0m";

/// The bar that a message has at its left.
const BAR: &str = "┃ ";

/// Where the values of a message's fields begin, seen from the bar.
const VALUES: usize = 14;

/// Breaks a line at its spaces into parts of at most `width` characters. A word that is longer has a part of its own.
///
/// Further parts begin below the first one's text: behind the bar of a message, and there below the value of a field or the
/// text of a list's entry.
pub(crate) fn wrap(line: &str, width: usize) -> Vec<String> {
    let margin = margin(line);
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut length = 0;
    let mut style = String::new();
    let mut spaces = String::new();
    for word in line.split_inclusive(' ') {
        let text = word.trim_end_matches(' ');
        let visible = visible_length(text);
        if length > 0 && length + spaces.len() + visible > width && visible > 0 {
            if !style.is_empty() {
                part.push_str(RESET);
            }
            parts.push(std::mem::replace(&mut part, format!("{margin}{style}")));
            length = margin.chars().count();
        } else {
            part.push_str(&spaces);
            length += spaces.len();
        }
        part.push_str(text);
        length += visible;
        follow(&mut style, text);
        spaces = " ".repeat(word.len() - text.len());
    }
    parts.push(part);
    parts
}

fn margin(line: &str) -> String {
    let Some(text) = line.strip_prefix(BAR) else {
        return " ".repeat(line.len() - line.trim_start_matches(' ').len());
    };
    let below = match text {
        _ if text.starts_with("  ") => VALUES,
        _ if text.starts_with("• ") => 2,
        _ => 0,
    };
    format!("{BAR}{}", " ".repeat(below))
}

/// The parts of a text: what is shown, and the escape sequences between.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let Some((shown, behind)) = current.split_once('\u{1b}') else {
            rest = None;
            return Some((current, None));
        };
        let (sequence, behind) = behind.split_once('m').unwrap_or((behind, ""));
        rest = Some(behind);
        Some((shown, Some(sequence)))
    })
}

fn visible_length(text: &str) -> usize {
    pieces(text).map(|(shown, _)| shown.chars().count()).sum()
}

/// Keeps the sequences that are in force behind the text.
fn follow(style: &mut String, text: &str) {
    for sequence in pieces(text).filter_map(|(_, sequence)| sequence) {
        if sequence == "[0" {
            style.clear();
        } else {
            *style = format!("{style}\u{1b}{sequence}m");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces() {
        assert_eq!(wrap("one two three", 9), ["one two", "three"]);
        assert_eq!(wrap("one two three", 13), ["one two three"]);
        assert_eq!(wrap("  a bbb", 5), ["  a", "  bbb"]);
        assert_eq!(wrap("a muchtoolong b", 5), ["a", "muchtoolong", "b"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("a  ·  b", 80), ["a  ·  b"]);
    }

    #[test]
    fn the_bar_and_the_indentation_stay() {
        assert_eq!(wrap("┃ one two", 5), ["┃ one", "┃ two"]);
        assert_eq!(wrap("┃ • one two", 7), ["┃ • one", "┃   two"]);
        let below = format!("┃ {}value", " ".repeat(14));
        assert_eq!(wrap("┃   Who         some value", 23), ["┃   Who         some", &below]);
    }

    #[test]
    fn styles_have_no_width_and_do_not_reach_the_bar() {
        let (dim, reset) = ("\u{1b}[2m", RESET);
        let line = format!("┃ {dim}one two{reset} end");
        assert_eq!(wrap(&line, 9), [format!("┃ {dim}one two{reset}"), "┃ end".to_owned()]);
        assert_eq!(wrap(&line, 6), [format!("┃ {dim}one{reset}"), format!("┃ {dim}two{reset}"), "┃ end".to_owned()]);
    }
}
