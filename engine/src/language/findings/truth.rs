//! Conditions that are never or always true.

use std::collections::BTreeSet;

use super::{Findings, pairs};
use crate::event::{Flat, Leaf, TextBuf};
use crate::language::code::Code;
use crate::language::collect_fields;
use crate::language::diagnostic::Diagnostic;
use crate::language::equalities::{Equalities, narrow, necessary};
use crate::language::expr::{Comparison, Constant, Expr, ExprKind};
use crate::language::types::Types;

impl<'e> Findings<'e> {
    pub(super) fn truth(&mut self, expr: &'e Expr) {
        match &expr.kind {
            ExprKind::And(operands) => self.contradiction(operands, true),
            ExprKind::Or(operands) => self.contradiction(operands, false),
            _ => {}
        }
        for (_, operator, right) in pairs(expr) {
            let is_empty = match &right.kind {
                ExprKind::Constant(Constant::List(items) | Constant::Tuple(items)) => items.is_empty(),
                _ => false,
            };
            match operator {
                Comparison::In if is_empty => {
                    let message = "nothing is in an empty list: this is never true";
                    self.say(Diagnostic::warning(Code::NeverTrue, right.span, message));
                }
                Comparison::NotIn if is_empty => {
                    let message = "nothing is in an empty list: this is always true";
                    self.say(Diagnostic::warning(Code::AlwaysTrue, right.span, message));
                }
                _ => {}
            }
        }
    }

    /// `and` of conditions that exclude one another, or `or` of such whose opposites do.
    fn contradiction(&mut self, operands: &'e [Expr], is_and: bool) {
        let mut known = Equalities::new();
        for (place, operand) in operands.iter().enumerate() {
            narrow(&mut known, necessary(operand, is_and));
            let mut empty = known.iter().find(|(_, values)| values.is_empty()).map(|(path, _)| path.clone());
            if empty.is_none() {
                empty = self.excluded(operands.get(..=place).unwrap_or_default(), &mut known, is_and);
            }
            let Some(path) = empty else { continue };
            let before = operands.get(place.saturating_sub(1)).unwrap_or(operand);
            let span =
                if place == 0 { operand.span } else { self.operator_between(before.span.end, operand.span.start) };
            // With alternatives on both sides the other operator is what was meant.
            let is_alternative = !necessary(operand, is_and).is_empty();
            let finding = if is_and {
                let message = format!("never true: the conditions on `{path}` exclude one another");
                let finding = Diagnostic::warning(Code::NeverTrue, span, message);
                if is_alternative { finding.suggest("or") } else { finding }
            } else {
                let message = format!("always true: no value of `{path}` makes all of these false");
                let finding = Diagnostic::warning(Code::AlwaysTrue, span, message);
                if is_alternative { finding.suggest("and") } else { finding }
            };
            self.say(finding);
            return;
        }
    }

    /// Leaves out the values for which another operand on the same field alone has the wrong truth; the field that is left
    /// without any.
    fn excluded(&self, operands: &'e [Expr], known: &mut Equalities, is_and: bool) -> Option<String> {
        for (path, values) in known {
            for operand in operands {
                let mut fields = BTreeSet::new();
                collect_fields(operand, &mut fields);
                if fields.len() != 1 || !fields.contains(path) || has_local(operand) {
                    continue;
                }
                values.retain(|value| self.holds_for(operand, path, value) == is_and);
                if values.is_empty() {
                    return Some(path.clone());
                }
            }
        }
        None
    }

    /// Whether a condition is true of an event with one field.
    fn holds_for(&self, condition: &'e Expr, path: &str, value: &str) -> bool {
        let event = Flat::from_iter([(TextBuf::from(path), Leaf::Str(TextBuf::from(value)))]);
        self.expression.value_of(condition, &event, |value| value.is_ok_and(|value| value.is_true()))
    }

    /// Findings about the rule as a whole.
    pub(super) fn whole(&mut self, root: &'e Expr) {
        if self.found.iter().any(|finding| finding.code == Code::NeverTrue) {
            return;
        }
        let message = "the rule never matches: its value is never `True`";
        if !Types::of(root).has(Types::TRUE) {
            // A text behind `or` says why.
            if self.found.iter().any(|finding| finding.code == Code::LiteralOperand) {
                return;
            }
            let culprit = culprit(root);
            let finding = Diagnostic::warning(Code::NeverTrue, culprit.span, message).hint(
                "A rule matches if its value is `True` itself; a string or a number that is not empty or zero does not match.",
            );
            self.say(match culprit.read() {
                Some(read) => finding.suggest(format!("{} in event", self.text(read.key))),
                None => finding,
            });
            return;
        }
        // `True` by itself is how a rule for everything is written.
        let is_literal = matches!(root.kind, ExprKind::Constant(_));
        if is_literal || !self.expression.fields.is_empty() {
            return;
        }
        let is_true = self.expression.value_of(root, &Flat::new(), |value| value.is_ok_and(|value| value.is_true()));
        self.say(if is_true {
            let message = "the rule reads nothing of the event, and is always true";
            Diagnostic::warning(Code::AlwaysTrue, root.span, message)
        } else {
            Diagnostic::warning(Code::NeverTrue, root.span, message)
                .hint("The rule reads nothing of the event, and its value is always the same.")
        });
    }
}

/// The part that gives the rule a value other than a bool.
fn culprit(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::And(operands) => operands.last().map_or(expr, culprit),
        _ => expr,
    }
}

/// Whether the value depends on the variable of a comprehension around it, or may.
fn has_local(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Local(_)) || expr.children().into_iter().any(has_local)
}
