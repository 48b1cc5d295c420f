//! What Python knows of characters, where it differs from Rust or Rust does not know it.

use super::unicode_tables::{ALPHABETIC, DECIMAL, DIGIT, FOLDED, NUMERIC, TITLED};

/// The code point of one encoded character, surrogates included.
pub(super) fn code_point(encoded: &[u8]) -> u32 {
    match encoded {
        [one] => u32::from(*one),
        [first, rest @ ..] => {
            let mask = match rest.len() {
                1 => 0x1F,
                2 => 0x0F,
                _ => 0x07,
            };
            rest.iter().fold(u32::from(first & mask), |value, byte| (value << 6) | u32::from(byte & 0x3F))
        }
        [] => 0,
    }
}

/// `str.isspace` of one character: what `strip` and `split` take for blank.
pub(super) fn is_space(code_point: u32) -> bool {
    matches!(
        code_point,
        0x09..=0x0D | 0x1C..=0x20 | 0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000
    )
}

/// Where `str.splitlines` parts a text. A carriage return takes a line feed behind it along.
pub(super) fn is_line_break(code_point: u32) -> bool {
    matches!(code_point, 0x0A..=0x0D | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029)
}

pub(super) fn is_alphabetic(code_point: u32) -> bool {
    holds(&ALPHABETIC, code_point)
}

pub(super) fn is_decimal(code_point: u32) -> bool {
    holds(&DECIMAL, code_point)
}

pub(super) fn is_digit(code_point: u32) -> bool {
    holds(&DIGIT, code_point)
}

pub(super) fn is_numeric(code_point: u32) -> bool {
    holds(&NUMERIC, code_point)
}

fn range_of(table: &[(u32, u32)], code_point: u32) -> Option<(u32, u32)> {
    let behind = table.partition_point(|(first, _)| *first <= code_point);
    table.get(behind.checked_sub(1)?).copied().filter(|(_, last)| code_point <= *last)
}

fn holds(table: &[(u32, u32)], code_point: u32) -> bool {
    range_of(table, code_point).is_some()
}

/// The value of a decimal digit of any script. Each run of the table begins with a zero.
pub(super) fn decimal_digit(character: char) -> Option<u32> {
    let code_point = u32::from(character);
    range_of(&DECIMAL, code_point).map(|(first, _)| (code_point - first) % 10)
}

fn mapped(table: &[(u32, &'static str)], character: char) -> Option<&'static str> {
    let index = table.binary_search_by_key(&u32::from(character), |(code_point, _)| *code_point).ok()?;
    table.get(index).map(|(_, to)| *to)
}

/// Appends what `str.casefold` makes of a character.
pub(super) fn push_folded(character: char, out: &mut String) {
    match mapped(&FOLDED, character) {
        Some(to) => out.push_str(to),
        None => out.extend(character.to_lowercase()),
    }
}

/// Appends what `str.title` makes of the first character of a word.
pub(super) fn push_titled(character: char, out: &mut String) {
    match mapped(&TITLED, character) {
        Some(to) => out.push_str(to),
        None => out.extend(character.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        for table in [&ALPHABETIC[..], &DECIMAL, &DIGIT, &NUMERIC] {
            assert!(table.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
        for table in [&FOLDED[..], &TITLED] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
    }

    #[test]
    fn digits_of_every_script_have_values() {
        assert_eq!(decimal_digit('٣'), Some(3));
        assert_eq!(decimal_digit('９'), Some(9));
        assert_eq!(decimal_digit('𝟘'), Some(0));
        assert_eq!(decimal_digit('𝟡'), Some(9));
        assert_eq!(decimal_digit('²'), None);
    }
}
