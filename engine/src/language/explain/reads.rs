//! What a clause reads, as far as its text says so.

use std::ops::Range;

use crate::language::expr::{Collection, Comparison, Comprehension, Constant, Expr, ExprKind};
use crate::language::function::{Builtin, Helper};
use crate::language::method::Method;

/// A thing that is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Read<'a> {
    /// A field by its flat key.
    Field(&'a str),
    /// A variable of a comprehension outside of the clause, or a key of one.
    Variable(&'a Expr),
}

/// All reads of a clause, in the order of the text, or nearly so. What varies inside of it is left out.
pub(super) fn reads(expr: &Expr) -> Vec<Read<'_>> {
    let mut found = Vec::new();
    collect(expr, &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(expr: &'a Expr, inner: &mut Vec<Range<usize>>, found: &mut Vec<Read<'a>>) {
    let is_outer = |slot: usize| !inner.iter().any(|slots| slots.contains(&slot));
    if let Some(path) = field(expr) {
        found.push(Read::Field(path));
        // The default of `get` may read further fields.
        if let ExprKind::Call { arguments, .. } = &expr.kind {
            arguments.positional.iter().skip(1).for_each(|default| collect(default, inner, found));
        }
        return;
    }
    match &expr.kind {
        ExprKind::Local(slot) if is_outer(*slot) => return found.push(Read::Variable(expr)),
        ExprKind::Subscript { .. } | ExprKind::Call { method: Method::Get, .. } => {
            if let Some((receiver, _)) = keyed(expr)
                && variable(receiver).is_none_or(is_outer)
            {
                return found.push(Read::Variable(expr));
            }
        }
        ExprKind::Compare { first, rest } => {
            if let [(operator, right)] = rest.as_slice()
                && let Some(path) = presence(first, *operator, right)
            {
                return found.push(Read::Field(path));
            }
        }
        ExprKind::Comprehension(comprehension) => {
            inner.push(slots(comprehension));
            expr.children().into_iter().for_each(|child| collect(child, inner, found));
            inner.pop();
            return;
        }
        _ => {}
    }
    expr.children().into_iter().for_each(|child| collect(child, inner, found));
}

pub(super) fn slots(comprehension: &Comprehension) -> Range<usize> {
    comprehension.first_local..comprehension.first_local + comprehension.locals
}

/// The flat key, if this is `event["key"]` or `event.get("key", …)`.
pub(super) fn field(expr: &Expr) -> Option<&str> {
    let (receiver, key) = access(expr)?;
    matches!(receiver.kind, ExprKind::Event).then_some(key)
}

/// Receiver and key, if this is `x["key"]` or `x.get("key", …)` of an element of the event, or of a part of it.
pub(super) fn keyed(expr: &Expr) -> Option<(&Expr, &str)> {
    let (receiver, key) = access(expr)?;
    let is_part = match &receiver.kind {
        ExprKind::Local(_) => true,
        ExprKind::Helper { helper: Helper::Sub, arguments } => {
            arguments.first().is_some_and(|of| matches!(of.kind, ExprKind::Event | ExprKind::Local(_)))
        }
        _ => false,
    };
    is_part.then_some((receiver, key))
}

/// The variable that a receiver is, or is a part of.
pub(super) fn variable(receiver: &Expr) -> Option<usize> {
    match &receiver.kind {
        ExprKind::Local(slot) => Some(*slot),
        ExprKind::Helper { arguments, .. } => arguments.first().and_then(variable),
        _ => None,
    }
}

fn access(expr: &Expr) -> Option<(&Expr, &str)> {
    match &expr.kind {
        ExprKind::Subscript { value, index } => Some((value, text(index)?)),
        ExprKind::Call { receiver, method: Method::Get, arguments } => {
            Some((receiver, text(arguments.positional.first()?)?))
        }
        _ => None,
    }
}

/// The flat key, if this is `"key" in event`.
pub(super) fn presence<'a>(left: &'a Expr, operator: Comparison, right: &Expr) -> Option<&'a str> {
    let is_membership = matches!(operator, Comparison::In | Comparison::NotIn);
    if is_membership && matches!(right.kind, ExprKind::Event) { text(left) } else { None }
}

/// The string, if this is one that stands in the rule.
pub(super) fn text(expr: &Expr) -> Option<&str> {
    std::str::from_utf8(expr.as_str_constant()?.as_bytes()).ok()
}

/// The operands of a clause whose values explain it and are no fields: they are worked out a second time to be shown.
pub(super) fn operands(expr: &Expr) -> Vec<&Expr> {
    let candidates: Vec<&Expr> = match &expr.kind {
        ExprKind::Compare { first, rest } => {
            std::iter::once(&**first).chain(rest.iter().map(|(_, right)| right)).collect()
        }
        ExprKind::Call { receiver, method, .. } if *method != Method::Get => vec![receiver],
        ExprKind::Builtin { function: Builtin::Any | Builtin::All, arguments } => {
            arguments.positional.iter().map(elements).collect()
        }
        ExprKind::Builtin { function: Builtin::Bool, arguments } => arguments.positional.iter().collect(),
        ExprKind::Helper { helper, arguments } if !matches!(helper, Helper::Values | Helper::Items | Helper::Sub) => {
            arguments.iter().take(1).collect()
        }
        ExprKind::IsInstance { value, .. } => vec![value],
        _ => Vec::new(),
    };
    candidates.into_iter().filter(|operand| is_worked_out(bare(operand))).collect()
}

/// What a comprehension goes through; anything else itself.
fn elements(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Comprehension(comprehension) => {
            comprehension.clauses.first().map_or(expr, |clause| elements(&clause.iterable))
        }
        _ => expr,
    }
}

/// Whether the value is neither in the text nor among the fields and variables that are shown anyhow.
fn is_worked_out(expr: &Expr) -> bool {
    let is_generator = |comprehension: &Comprehension| comprehension.collection == Collection::Generator;
    match &expr.kind {
        ExprKind::Constant(_) | ExprKind::Event | ExprKind::Local(_) => false,
        ExprKind::Comprehension(comprehension) if is_generator(comprehension) => false,
        ExprKind::Set(items) | ExprKind::List(items) | ExprKind::Tuple(items) => !items.iter().all(is_constant),
        _ => field(expr).is_none() && keyed(expr).is_none(),
    }
}

pub(super) fn is_constant(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Constant(_))
}

/// The field or variable below what only changes the form of its text: `event["x"].lower()`, `(event.get("x") or "")`. Any
/// other expression is given back as it is.
pub(super) fn bare(expr: &Expr) -> &Expr {
    let inner = match &expr.kind {
        ExprKind::Call { receiver, method, arguments }
            if arguments.iter().next().is_none()
                && matches!(
                    method,
                    Method::Lower
                        | Method::Upper
                        | Method::CaseFold
                        | Method::Strip
                        | Method::LeftStrip
                        | Method::RightStrip
                ) =>
        {
            bare(receiver)
        }
        ExprKind::Builtin { function: Builtin::Str, arguments } => match arguments.positional.as_slice() {
            [value] => bare(value),
            _ => expr,
        },
        ExprKind::Or(operands) => match operands.as_slice() {
            [value, Expr { kind: ExprKind::Constant(Constant::Str(default)), .. }] if default.as_bytes().is_empty() => {
                bare(value)
            }
            _ => expr,
        },
        _ => expr,
    };
    let is_read = field(inner).is_some() || keyed(inner).is_some() || matches!(inner.kind, ExprKind::Local(_));
    if is_read { inner } else { expr }
}
