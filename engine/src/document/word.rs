//! The words of the configuration: what happens with a match, and how grave it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::similar::nearest;

/// What happens with an event for which a rule is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// People are told.
    #[default]
    Alert,
    /// Nobody is told, whatever the other rules say.
    Ignore,
    /// A dry run: the match is counted and goes no further.
    Record,
}

/// How grave a match is, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a line.
    Info,
    /// Worth a look some day.
    Low,
    /// Worth a look today.
    #[default]
    Medium,
    /// Worth a look now.
    High,
    /// Worth waking somebody.
    Critical,
}

/// A text that is none of the words of a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is not one of {allowed}{}", .meant.map(|meant| format!("; did you mean \"{meant}\"?")).unwrap_or_default())]
pub struct UnknownWord {
    found: String,
    allowed: String,
    meant: Option<&'static str>,
}

/// The value of a word.
pub(crate) fn word<T: Copy>(text: &str, words: &[(T, &'static str)]) -> Result<T, UnknownWord> {
    words.iter().find(|(_, word)| *word == text).map(|(value, _)| *value).ok_or_else(|| UnknownWord {
        found: text.to_owned(),
        allowed: words.iter().map(|(_, word)| format!("\"{word}\"")).collect::<Vec<_>>().join(", "),
        meant: nearest(text.trim(), words.iter().map(|(_, word)| *word)),
    })
}

impl Action {
    pub(super) const WORDS: [(Self, &'static str); 3] =
        [(Self::Alert, "alert"), (Self::Ignore, "ignore"), (Self::Record, "record")];

    /// Takes a word of the configuration.
    ///
    /// # Errors
    ///
    /// [`UnknownWord`], which lists the words that there are.
    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        word(text, &Self::WORDS)
    }

    /// The word of the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Ignore => "ignore",
            Self::Record => "record",
        }
    }
}

impl Severity {
    pub(super) const WORDS: [(Self, &'static str); 5] = [
        (Self::Info, "info"),
        (Self::Low, "low"),
        (Self::Medium, "medium"),
        (Self::High, "high"),
        (Self::Critical, "critical"),
    ];

    /// Takes a word of the configuration.
    ///
    /// # Errors
    ///
    /// [`UnknownWord`], which lists the words that there are.
    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        word(text, &Self::WORDS)
    }

    /// The word of the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_lists_the_known_ones() {
        assert_eq!(
            Severity::parse("High").unwrap_err().to_string(),
            "\"High\" is not one of \"info\", \"low\", \"medium\", \"high\", \"critical\"; did you mean \"high\"?"
        );
        assert_eq!(
            Action::parse("IGNORE").unwrap_err().to_string(),
            "\"IGNORE\" is not one of \"alert\", \"ignore\", \"record\"; did you mean \"ignore\"?"
        );
        assert_eq!(
            Action::parse("drop").unwrap_err().to_string(),
            "\"drop\" is not one of \"alert\", \"ignore\", \"record\""
        );
    }

    #[test]
    fn words_and_values_agree() {
        assert!(Severity::WORDS.iter().all(|(value, word)| value.as_str() == *word));
        assert!(Action::WORDS.iter().all(|(value, word)| value.as_str() == *word));
    }
}
