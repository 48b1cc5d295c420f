//! What the evaluation by Python's `eval` with the event as a local variable refuses.

use super::Findings;
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::expr::{Collection, Expr, ExprKind};

impl<'e> Findings<'e> {
    /// `event` inside a generator: its body is a function of its own there, which does not see the variable.
    pub(super) fn scope(&mut self, expr: &'e Expr) {
        let ExprKind::Comprehension(comprehension) = &expr.kind else { return };
        if comprehension.collection != Collection::Generator {
            return;
        }
        // The first iterable is evaluated outside.
        let inner = comprehension.clauses.iter().enumerate().flat_map(|(place, clause)| {
            let iterable = (place > 0).then_some(&clause.iterable);
            iterable.into_iter().chain(&clause.conditions)
        });
        let first = inner.chain(comprehension.results()).filter_map(event).min_by_key(|event| event.span.start);
        if let Some(event) = first {
            let message = "works here; Python's `eval` with the event as a local variable raises `NameError`";
            self.say_once("", || Diagnostic::info(Code::EventInGenerator, event.span, message));
        }
    }
}

/// The first mention of the event.
fn event(expr: &Expr) -> Option<&Expr> {
    if expr.is_event() {
        return Some(expr);
    }
    expr.children().into_iter().find_map(event)
}
