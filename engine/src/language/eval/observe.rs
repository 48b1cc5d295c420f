//! What an explanation needs of an evaluation besides values.

use std::ops::ControlFlow;

use super::{Evaluation, at};
use crate::language::error::RuleError;
use crate::language::expr::Comprehension;
use crate::language::span::Span;
use crate::language::value::Value;

impl<'a> Evaluation<'a> {
    /// Pays for a node whose parts the caller evaluates one by one, as `value` pays when it does that itself.
    pub(crate) fn enter(&mut self, span: Span) -> Result<(), RuleError> {
        at(self.budget.steps(1), span)
    }

    /// Goes to the first element that counts as `wanted`, and leaves the variables bound to it. Whether there is one; none
    /// is found either when the evaluation errs.
    pub(crate) fn find_element(&mut self, comprehension: &'a Comprehension, wanted: bool) -> bool {
        let mut found = false;
        let walked = self.walk(comprehension, &mut |_, value| {
            found = value.is_true() == wanted;
            Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        walked.is_ok() && found
    }

    /// What a variable is bound to, or was when its comprehension ended.
    pub(crate) fn variable(&self, slot: usize) -> Option<Value<'a>> {
        self.frame.get(slot).cloned().flatten()
    }
}
