//! Patterns with `*`, `?` and `[…]`, for use outside of rules.

use super::eval::Glob;

/// A pattern over a whole text, case-sensitive, as the helper `glob` has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Glob);

/// A pattern with a `[` that is not closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern \"{0}\" has a `[` that is not closed; write `[[]` for the character itself")]
pub struct PatternError(String);

impl Pattern {
    /// Takes a pattern apart.
    ///
    /// # Errors
    ///
    /// [`PatternError`] for a `[` that is not closed.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        let glob = Glob::compile(pattern.as_bytes());
        if glob.is_closed() { Ok(Self(glob)) } else { Err(PatternError(pattern.to_owned())) }
    }

    /// Whether the whole text fits.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        self.0.fits(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_about_the_whole_text() {
        let pattern = Pattern::parse("baseline/*").unwrap();
        assert!(pattern.fits("baseline/root-activity") && !pattern.fits("my-baseline/root-activity"));
        assert!(Pattern::parse("a[b").is_err() && Pattern::parse("a[[]b").unwrap().fits("a[b"));
    }
}
