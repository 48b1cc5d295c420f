//! Patterns that stand in the text of a rule, compiled once.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use super::glob::Glob;
use super::network::Cidr;
use crate::event::TextBuf;

/// The most that one compiled expression may take, in bytes.
const MAX_COMPILED: usize = 256 * 1024;

/// Regular expressions of one rule. Compiling one can take milliseconds.
const MAX_PATTERNS: usize = 32;

/// The [`cost`]s of the regular expressions of one rule, together.
const MAX_COST: usize = 8 * 1024;

/// The regular expressions, globs and networks of a rule, by their text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns {
    cost: usize,
    expressions: BTreeMap<TextBuf, Regex>,
    globs: BTreeMap<TextBuf, Glob>,
    networks: BTreeMap<TextBuf, Cidr>,
}

/// Two rules of the same text have the same patterns.
impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.expressions.keys().eq(other.expressions.keys())
            && self.globs.keys().eq(other.globs.keys())
            && self.networks.keys().eq(other.networks.keys())
    }
}

impl Patterns {
    /// Compiles a regular expression; what is wrong with it, in one line, if it cannot be.
    pub(crate) fn add_expression(&mut self, text: &TextBuf) -> Result<(), String> {
        if self.expressions.contains_key(text.as_bytes()) {
            return Ok(());
        }
        if self.expressions.len() >= MAX_PATTERNS {
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
                self.expressions.insert(text.clone(), regex);
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

    /// Compiles a glob; what is wrong with it, if something is.
    pub(crate) fn add_glob(&mut self, text: &TextBuf) -> Result<(), String> {
        let glob = Glob::compile(text.as_bytes());
        if !glob.is_closed() {
            return Err(format!("the pattern \"{text}\" has a `[` that is not closed"));
        }
        self.globs.insert(text.clone(), glob);
        Ok(())
    }

    /// Reads a network; what is wrong with it, if something is.
    pub(crate) fn add_network(&mut self, text: &TextBuf) -> Result<(), String> {
        let network = Cidr::parse(text.as_bytes())
            .ok_or_else(|| format!("\"{text}\" is neither an address nor a network such as \"10.0.0.0/8\""))?;
        self.networks.insert(text.clone(), network);
        Ok(())
    }

    pub(super) fn expression(&self, text: &[u8]) -> Option<&Regex> {
        self.expressions.get(text)
    }

    pub(super) fn glob(&self, text: &[u8]) -> Option<&Glob> {
        self.globs.get(text)
    }

    pub(super) fn network(&self, text: &[u8]) -> Option<Cidr> {
        self.networks.get(text).copied()
    }
}

/// What reading a regular expression costs, roughly: its bytes, and more where a class or a range may stand. `MAX_COMPILED`
/// bounds only what comes behind it, and twenty thousand times `\pL` take seconds, and hundreds of megabytes, before.
fn cost(text: &[u8]) -> usize {
    text.iter().map(|byte| if matches!(byte, b'\\' | b'[' | b'-') { 32 } else { 1 }).sum()
}
