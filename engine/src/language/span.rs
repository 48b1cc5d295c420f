//! Places in the text of a rule.

/// A part of a rule's text: bytes from `start` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// A part of a text.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The text of this part; empty if the span does not lie on character boundaries of this text.
    #[must_use]
    pub fn of(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or_default()
    }

    /// The same place counted in characters.
    #[must_use]
    pub fn in_characters(self, source: &str) -> (usize, usize) {
        let count = |end: usize| source.get(..end).map_or(0, |text| text.chars().count());
        (count(self.start), count(self.end))
    }

    /// Line and column of the start, both counted from 1, the column in characters.
    #[must_use]
    pub fn line_and_column(self, source: &str) -> (usize, usize) {
        let before = source.get(..self.start).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
        (line, column)
    }
}

impl From<ruff_text_size::TextRange> for Span {
    fn from(range: ruff_text_size::TextRange) -> Self {
        Self::new(range.start().to_usize(), range.end().to_usize())
    }
}
