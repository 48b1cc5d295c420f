//! Ends of lines, as Python reads them: a carriage return, with or without a line feed, is a line feed, also inside of
//! strings of several lines.

use std::borrow::Cow;

use super::span::Span;

/// A text whose lines end in a line feed, and the way back to the text that was given.
pub(super) struct Text<'s> {
    text: Cow<'s, str>,
    /// Where in `text` a character was left out before, in order.
    left_out: Vec<usize>,
}

impl<'s> Text<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        if !source.contains('\r') {
            return Self { text: Cow::Borrowed(source), left_out: Vec::new() };
        }
        let mut text = String::with_capacity(source.len());
        let mut left_out = Vec::new();
        let mut characters = source.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\r' if characters.peek() == Some(&'\n') => left_out.push(text.len()),
                '\r' => text.push('\n'),
                other => text.push(other),
            }
        }
        Self { text: Cow::Owned(text), left_out }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The same place in the text that was given.
    pub(super) fn original(&self, span: Span) -> Span {
        let shifted = |offset: usize| offset + self.left_out.partition_point(|place| *place < offset);
        Span::new(shifted(span.start), shifted(span.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_text_that_was_given() {
        let source = "a\r\nbb\r\rc\r\nd";
        let text = Text::new(source);
        assert_eq!(text.as_str(), "a\nbb\n\nc\nd");
        for word in ["a", "bb", "c", "d"] {
            let start = text.as_str().find(word).unwrap();
            let span = text.original(Span::new(start, start + word.len()));
            assert_eq!(span.of(source), word);
        }
    }
}
