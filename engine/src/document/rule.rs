//! The published form of a rule.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::codec::{self, DocumentError, EncodeError};

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
#[error("\"{found}\" is not one of {allowed}")]
pub struct UnknownWord {
    found: String,
    allowed: String,
}

fn word<T: Copy>(text: &str, words: &[(T, &str)]) -> Result<T, UnknownWord> {
    words.iter().find(|(_, word)| *word == text).map(|(value, _)| *value).ok_or_else(|| UnknownWord {
        found: text.to_owned(),
        allowed: words.iter().map(|(_, word)| format!("\"{word}\"")).collect::<Vec<_>>().join(", "),
    })
}

impl Action {
    const WORDS: [(Self, &'static str); 3] =
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
    const WORDS: [(Self, &'static str); 5] = [
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

/// One rule as it stands in `{namespace}/rules/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDocument {
    /// The rule's name, which is also the last segment of the parameter.
    pub name: String,
    /// What the match means, for the people who read the alert.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The condition, in the rule language.
    pub expression: String,
    /// What happens with an event for which the rule is true.
    #[serde(default)]
    pub action: Action,
    /// How grave a match is.
    #[serde(default)]
    pub severity: Severity,
    /// Words of the users' own, by which routes can choose.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Whether the rule takes part at all.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl RuleDocument {
    /// The text of the parameter.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if it is longer than a parameter can be.
    pub fn encode(&self) -> Result<String, EncodeError> {
        codec::encode(self)
    }

    /// Reads the text of a parameter. The expression is not looked at.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] if the text is not a rule, or of a newer schema.
    pub fn decode(text: &str) -> Result<Self, DocumentError> {
        codec::decode(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

    fn document() -> impl Strategy<Value = RuleDocument> {
        let action = prop_oneof![Just(Action::Alert), Just(Action::Ignore), Just(Action::Record)];
        let severity = (0..5_usize).prop_map(|index| Severity::WORDS[index].0);
        let labels = prop::collection::btree_map(".{0,8}", ".{0,8}", 0..4);
        let texts = (".{0,20}", ".{0,200}", "[{}a]{0,40}");
        (texts, action, severity, labels, any::<bool>()).prop_map(
            |((name, description, expression), action, severity, labels, enabled)| RuleDocument {
                name,
                description,
                expression,
                action,
                severity,
                labels,
                enabled,
            },
        )
    }

    proptest! {
        #[test]
        fn a_document_comes_back_as_it_was(document in document()) {
            let text = document.encode().unwrap();
            assert_eq!(RuleDocument::decode(&text).unwrap(), document);
            assert!(!text.contains("{{"));
        }
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let read = RuleDocument::decode(r#"{"schema":1,"name":"a","expression":"True","later":[1]}"#).unwrap();
        assert_eq!((read.action, read.severity, read.enabled), (Action::Alert, Severity::Medium, true));
    }

    #[test]
    fn an_unknown_word_lists_the_known_ones() {
        assert_eq!(
            Severity::parse("High").unwrap_err().to_string(),
            "\"High\" is not one of \"info\", \"low\", \"medium\", \"high\", \"critical\""
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
