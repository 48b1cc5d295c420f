//! What an explanation needs of an evaluation besides values.

use super::{Evaluation, at};
use crate::language::error::RuleError;
use crate::language::span::Span;
use crate::language::value::Value;

impl<'a> Evaluation<'a> {
    /// Pays for a node whose parts the caller evaluates one by one, as `value` pays when it does that itself.
    pub(crate) fn enter(&mut self, span: Span) -> Result<(), RuleError> {
        at(self.budget.steps(1), span)
    }

    /// What a variable is bound to, or was when its comprehension ended.
    pub(crate) fn variable(&self, slot: usize) -> Option<Value<'a>> {
        self.frame.get(slot).cloned().flatten()
    }
}
