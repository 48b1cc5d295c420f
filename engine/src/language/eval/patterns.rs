//! Regular expressions, compiled once for a rule.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use crate::event::TextBuf;

/// The most that one compiled expression may take, in bytes.
const MAX_COMPILED: usize = 256 * 1024;

/// Regular expressions of one rule. Compiling one can take milliseconds.
const MAX_PATTERNS: usize = 32;

/// The [`cost`]s of the regular expressions of one rule, together.
const MAX_COST: usize = 8 * 1024;

/// The regular expressions of a rule, by their text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns {
    cost: usize,
    compiled: BTreeMap<TextBuf, Regex>,
}

/// Two rules of the same text have the same patterns.
impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.compiled.keys().eq(other.compiled.keys())
    }
}

impl Patterns {
    /// Compiles an expression; what is wrong with it, in one line, if it cannot be.
    pub(crate) fn add(&mut self, text: &TextBuf) -> Result<(), String> {
        if self.compiled.contains_key(text.as_bytes()) {
            return Ok(());
        }
        if self.compiled.len() >= MAX_PATTERNS {
            return Err(format!("a rule has at most {MAX_PATTERNS} different regular expressions"));
        }
        self.cost = self.cost.saturating_add(cost(text.as_bytes()));
        if self.cost > MAX_COST {
            return Err("the regular expressions of the rule are too large, all together".to_owned());
        }
        let built =
            RegexBuilder::new(&text.to_string_lossy()).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build();
        match built {
            Ok(regex) => {
                self.compiled.insert(text.clone(), regex);
                Ok(())
            }
            Err(regex::Error::CompiledTooBig(_)) => Err("the regular expression is too large".to_owned()),
            Err(error) => {
                // The error draws the pattern over several lines; its last one says what is wrong.
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
                Err(format!("the regular expression does not parse: {reason}"))
            }
        }
    }

    pub(super) fn get(&self, text: &[u8]) -> Option<&Regex> {
        self.compiled.get(text)
    }
}

/// What reading a regular expression costs, roughly: its bytes, and more where a class or a range may stand. `MAX_COMPILED`
/// bounds only what comes behind it, and twenty thousand times `\pL` take seconds, and hundreds of megabytes, before.
fn cost(text: &[u8]) -> usize {
    text.iter().map(|byte| if matches!(byte, b'\\' | b'[' | b'-') { 32 } else { 1 }).sum()
}
