//! One input of the target `evaluate`: a rule and an event.

use std::fmt;

use arbitrary::{Arbitrary, Unstructured};

use crate::{event, grammar};

/// A rule's text and an event's JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct Case {
    /// The text of the rule.
    pub rule: String,
    /// The JSON of the event.
    pub event: Vec<u8>,
}

/// The line between the rule and the event of a case that is written out.
const SEPARATOR: &[u8] = b"\n---\n";

impl Case {
    /// The case that bytes stand for: rule and event written out, where the bytes hold a line `---` and the rule is UTF-8;
    /// otherwise each byte chooses how the rule, and then the event, goes on.
    pub fn of(bytes: &[u8]) -> Self {
        Self::written(bytes).unwrap_or_else(|| {
            let mut choices = Unstructured::new(bytes);
            let rule = grammar::rule(&mut choices).unwrap_or_default();
            Self { rule, event: event::json(&mut choices).unwrap_or_default().into_bytes() }
        })
    }

    fn written(bytes: &[u8]) -> Option<Self> {
        let cut = bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR)?;
        let (rule, rest) = bytes.split_at(cut);
        let rule = String::from_utf8(rule.to_vec()).ok()?;
        Some(Self { rule, event: rest[SEPARATOR.len()..].to_vec() })
    }
}

/// As a case is written out.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = String::from_utf8_lossy(&self.event);
        write!(f, "{}{}{event}", self.rule, String::from_utf8_lossy(SEPARATOR))
    }
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(choices: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self::of(choices.bytes(choices.len())?))
    }

    fn arbitrary_take_rest(choices: Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self::of(choices.take_rest()))
    }
}
