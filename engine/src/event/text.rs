//! Strings as Python holds them: sequences of code points, lone surrogates included.
//!
//! CloudTrail data may hold `\ud800` without its pair, which JSON and Python accept and Rust's `str` does not. A text is
//! therefore kept as *generalised UTF-8*: UTF-8 in which a surrogate is encoded like any other code point of three bytes.
//! Its byte order is the order of code points, and searching bytes finds only whole code points, so comparing, prefix
//! tests and substring tests work on the bytes as they are.

use std::borrow::{Borrow, Cow};
use std::fmt;

/// An owned text in generalised UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TextBuf(Box<[u8]>);

impl TextBuf {
    /// The bytes, in generalised UTF-8.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text with each lone surrogate shown as U+FFFD.
    #[must_use]
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        to_string_lossy(&self.0)
    }

    /// Takes bytes that the caller knows to be generalised UTF-8.
    pub(crate) fn from_generalised(bytes: Vec<u8>) -> Self {
        Self(bytes.into_boxed_slice())
    }
}

impl From<&str> for TextBuf {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl From<String> for TextBuf {
    fn from(text: String) -> Self {
        Self(text.into_bytes().into_boxed_slice())
    }
}

/// Lets maps be asked with a slice; equal texts have equal bytes, so the hashes agree.
impl Borrow<[u8]> for TextBuf {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for TextBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string_lossy(), f)
    }
}

impl fmt::Display for TextBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string_lossy())
    }
}

/// Appends one code point, a surrogate too.
pub(crate) fn push_code_point(out: &mut Vec<u8>, code_point: u32) {
    if let Some(c) = char::from_u32(code_point) {
        let mut buffer = [0; 4];
        out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
    } else {
        // Only surrogates (U+D800 to U+DFFF) get here; they take three bytes.
        let [_, _, high, low] = code_point.to_be_bytes();
        out.push(0xE0 | (high >> 4));
        out.push(0x80 | ((high & 0x0F) << 2) | (low >> 6));
        out.push(0x80 | (low & 0x3F));
    }
}

/// The number of code points.
pub(crate) fn count_code_points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| starts_code_point(**byte)).count()
}

/// The byte offset of the code point with this number; the length of the text for the number of code points and more.
pub(crate) fn byte_offset(bytes: &[u8], code_point: usize) -> usize {
    if bytes.is_ascii() {
        return code_point.min(bytes.len());
    }
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| starts_code_point(**byte))
        .nth(code_point)
        .map_or(bytes.len(), |(offset, _)| offset)
}

/// The code points as slices of the text, first to last.
pub(crate) fn code_points(bytes: &[u8]) -> CodePoints<'_> {
    CodePoints { rest: bytes }
}

/// What [`code_points`] goes through.
#[derive(Debug, Clone)]
pub(crate) struct CodePoints<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for CodePoints<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (_, tail) = self.rest.split_first()?;
        let length = 1 + tail.iter().take_while(|byte| !starts_code_point(**byte)).count();
        let (head, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(head)
    }
}

impl DoubleEndedIterator for CodePoints<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let start = self.rest.iter().rposition(|byte| starts_code_point(*byte))?;
        let (rest, last) = self.rest.split_at(start);
        self.rest = rest;
        Some(last)
    }
}

/// The text for people: lone surrogates become U+FFFD.
pub(crate) fn to_string_lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let mut out = String::with_capacity(bytes.len());
            for code_point in code_points(bytes) {
                out.push_str(std::str::from_utf8(code_point).unwrap_or("\u{FFFD}"));
            }
            Cow::Owned(out)
        }
    }
}

fn starts_code_point(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code_points: &[u32]) -> Vec<u8> {
        let mut out = Vec::new();
        for code_point in code_points {
            push_code_point(&mut out, *code_point);
        }
        out
    }

    #[test]
    fn a_surrogate_is_one_code_point_of_three_bytes() {
        let bytes = text(&[0x61, 0xD800, 0x10_FFFF]);
        assert_eq!(bytes.len(), 1 + 3 + 4);
        assert_eq!(count_code_points(&bytes), 3);
        assert_eq!(byte_offset(&bytes, 2), 4);
        assert_eq!(byte_offset(&bytes, 9), bytes.len());
        assert_eq!(to_string_lossy(&bytes), "a\u{FFFD}\u{10FFFF}");
    }

    #[test]
    fn code_points_come_from_both_ends() {
        let bytes = text(&[0x61, 0xD800, 0x10_FFFF, 0xE9]);
        let mut points = code_points(&bytes);
        assert_eq!((points.next(), points.next_back()), (Some(&b"a"[..]), Some("é".as_bytes())));
        assert_eq!(
            (points.next_back(), points.next_back()),
            (Some("\u{10FFFF}".as_bytes()), Some(&text(&[0xD800])[..]))
        );
        assert_eq!((points.next(), points.next_back()), (None, None));
    }

    #[test]
    fn byte_order_is_code_point_order() {
        let points = [0x00, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFF, 0x1_0000, 0x10_FFFF];
        assert!(points.windows(2).all(|pair| text(&pair[..1]) < text(&pair[1..])));
    }
}
