//! Conditions that are never or always true.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, pairs};
use crate::catalogue;
use crate::event::{Flat, Leaf, TextBuf};
use crate::language::Expression;
use crate::language::code::Code;
use crate::language::collect_fields;
use crate::language::diagnostic::Diagnostic;
use crate::language::equalities::{Equalities, narrow, necessary};
use crate::language::error::ErrorKind;
use crate::language::eval::Evaluation;
use crate::language::expr::{Comparison, Constant, Expr, ExprKind};
use crate::language::types::Types;
use crate::language::value::Value;

/// Steps of one condition that is tried out.
const MAX_TRIAL: usize = 1_000;
/// What is said of a rule whose value is always another one.
const NEVER_MATCHES: &str = "the rule never matches: its value is never `True`";
/// What trying a condition out costs beside its steps.
const TRIAL_COST: usize = 20;

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
        // The operands on one field alone, by the field.
        let mut tests: BTreeMap<String, Vec<&'e Expr>> = BTreeMap::new();
        for (place, operand) in operands.iter().enumerate() {
            let necessary = necessary(operand, is_and);
            let is_alternative = !necessary.is_empty();
            let before: BTreeSet<_> = known.keys().cloned().collect();
            narrow(&mut known, necessary);
            let field = only_field(operand);
            for (path, values) in &mut known {
                // Values that are new meet every test so far, those that stood here the new one.
                let asked = tests.get(path).filter(|_| !before.contains(path)).map_or(&[][..], Vec::as_slice);
                let new = field.as_ref().filter(|field| *field == path).map(|_| operand);
                for test in asked.iter().copied().chain(new) {
                    values.retain(|value| self.holds_for(test, path, value).is_none_or(|holds| holds == is_and));
                }
            }
            if let Some(field) = field {
                tests.entry(field).or_default().push(operand);
            }
            if let Some((path, _)) = known.iter().find(|(_, values)| values.is_empty()) {
                let last = operands.get(place.saturating_sub(1)).unwrap_or(operand);
                let span =
                    if place == 0 { operand.span } else { self.operator_between(last.span.end, operand.span.start) };
                let finding = if is_and {
                    let message = format!("never true: the conditions on `{path}` exclude one another");
                    Diagnostic::warning(Code::NeverTrue, span, message)
                } else {
                    let message = format!("always true: no value of `{path}` makes all of these false");
                    Diagnostic::warning(Code::AlwaysTrue, span, message)
                };
                // With alternatives on both sides the other operator is what was meant.
                let other = if is_and { "or" } else { "and" };
                self.say(if is_alternative { finding.suggest(other) } else { finding });
                return;
            }
        }
    }

    /// Whether a condition is true of an event with one field; `None` where it would cost too much to know.
    fn holds_for(&mut self, condition: &'e Expr, path: &str, value: &str) -> Option<bool> {
        let event = Flat::from_iter([(TextBuf::from(path), Leaf::Str(TextBuf::from(value)))]);
        self.try_out(condition, &event, MAX_TRIAL, is_true)
    }

    /// Evaluates a part of the rule out of the steps that the whole check has; `None` where they do not suffice. What raises
    /// holds nothing.
    pub(super) fn try_out(
        &mut self,
        part: &'e Expr,
        event: &Flat,
        most: usize,
        holds: fn(&Value<'_>) -> bool,
    ) -> Option<bool> {
        let Expression { patterns, locals, .. } = self.expression;
        let allowed = self.steps.min(most);
        let mut evaluation = Evaluation::bounded(event, patterns, *locals, allowed);
        let held = match evaluation.value(part) {
            Ok(value) => Some(holds(&value)),
            Err(error) if matches!(error.kind, ErrorKind::Budget | ErrorKind::Memory) => None,
            Err(_) => Some(false),
        };
        self.steps = self.steps.saturating_sub(allowed - evaluation.left() + TRIAL_COST);
        held
    }

    /// Findings about the rule as a whole.
    pub(super) fn whole(&mut self, root: &'e Expr, is_narrowed: bool) {
        if self.found.iter().any(|finding| finding.code == Code::NeverTrue) {
            return;
        }
        if !Types::of(root).has(Types::TRUE) {
            // A text behind `or` says why.
            if self.found.iter().any(|finding| finding.code == Code::LiteralOperand) {
                return;
            }
            let culprit = culprit(root);
            let finding = Diagnostic::warning(Code::NeverTrue, culprit.span, NEVER_MATCHES).hint(
                "A rule matches if its value is `True` itself; a string or a number that is not empty or zero does not match.",
            );
            self.say(match culprit.read() {
                // Every event has it: it can only be compared.
                Some(read) if catalogue::is_in_every_event(&read.path) => {
                    finding.suggest(format!("{} == {}", self.text(culprit), self.quoted_like(read.key.span, "…")))
                }
                Some(read) => finding.suggest(format!("{} in event", self.text(read.key))),
                None => finding,
            });
            return;
        }
        if self.expression.fields.is_empty() {
            self.without_fields(root, is_narrowed);
        } else if !is_narrowed
            && !self.found.iter().any(|finding| finding.code == Code::AlwaysTrue)
            && let Some(part) = self.always_true(root)
        {
            let mut fields = BTreeSet::new();
            collect_fields(part, &mut fields);
            let message = if fields.is_empty() {
                "always true: this reads nothing of the event"
            } else {
                "always true: this asks for what every event has"
            };
            let finding = Diagnostic::warning(Code::AlwaysTrue, part.span, message);
            self.say(finding.hint("The rule matches every event. Compare a field with the value that is meant."));
        }
    }

    /// The rule reads no field: its value is always the same.
    fn without_fields(&mut self, root: &'e Expr, is_narrowed: bool) {
        let is_match = |value: &Value<'_>| matches!(value, Value::Bool(true));
        match self.try_out(root, &Flat::new(), usize::MAX, is_match) {
            // `True` is how a rule is written whose exceptions or threshold say what it is about.
            Some(true) if is_narrowed => {}
            Some(true) => {
                let message = "the rule reads nothing of the event, and is always true";
                self.say(Diagnostic::warning(Code::AlwaysTrue, root.span, message));
            }
            Some(false) => {
                let finding = Diagnostic::warning(Code::NeverTrue, root.span, NEVER_MATCHES);
                self.say(finding.hint("The rule reads nothing of the event, and its value is always the same."));
            }
            None => {}
        }
    }
}

pub(super) fn is_true(value: &Value<'_>) -> bool {
    value.is_true()
}

/// The part that gives the rule a value other than a bool.
fn culprit(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::And(operands) => operands.last().map_or(expr, culprit),
        _ => expr,
    }
}

/// The field, if a condition reads one alone, and no variable of a comprehension around it.
fn only_field(condition: &Expr) -> Option<String> {
    let mut fields = BTreeSet::new();
    collect_fields(condition, &mut fields);
    let field = fields.pop_first().filter(|_| fields.is_empty())?;
    (field != "*" && !has_local(condition)).then_some(field)
}

/// Whether the value depends on the variable of a comprehension around it, or may.
fn has_local(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Local(_)) || expr.children().into_iter().any(has_local)
}
