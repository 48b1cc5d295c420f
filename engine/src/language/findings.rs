//! What is suspicious about a rule that parses: it would run, and not do what was meant.

use super::diagnostic::{Code, Diagnostic};
use super::expr::{Comparison, Constant, Expr, ExprKind};
use super::function::{Builtin, Helper};
use super::method::Method;
use super::span::Span;

/// The findings about an expression, in the order of the text. None of them changes a verdict.
pub(super) fn find(source: &str, root: &Expr) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    look(source, root, &mut found);
    if found.is_empty() && !can_be_true(root) {
        found.push(
            Diagnostic::warning(Code::NeverTrue, root.span, "the rule never matches: its value is never `True`")
                .hint("A rule matches if its value is `True` itself; a text or a number that is not empty or zero does not match."),
        );
    }
    found.sort_by_key(|diagnostic| diagnostic.span);
    found
}

fn look(source: &str, expr: &Expr, found: &mut Vec<Diagnostic>) {
    match &expr.kind {
        ExprKind::Or(operands) => found.extend(literal_operands(source, operands)),
        ExprKind::Compare { first, rest } => {
            let mut left: &Expr = first;
            for (operator, right) in rest {
                if matches!(operator, Comparison::In | Comparison::NotIn) {
                    found.extend(substring_for_member(source, left, right));
                }
                left = right;
            }
        }
        _ => {}
    }
    for child in expr.children() {
        look(source, child, found);
    }
}

/// `field == "A" or "B"`: the second part stands by itself and is no condition.
fn literal_operands(source: &str, operands: &[Expr]) -> Option<Diagnostic> {
    let literals: Vec<&Expr> = operands.iter().filter(|operand| operand.as_str_constant().is_some()).collect();
    let first = literals.first()?;
    let message = "a text after `or` is no condition: the part before it is not compared with it";
    let fault = Diagnostic::warning(Code::LiteralOperand, first.span, message);
    let compared = operands.iter().find_map(|operand| match &operand.kind {
        ExprKind::Compare { first, rest } => match rest.as_slice() {
            [(Comparison::Equal, right)] if right.as_str_constant().is_some() => Some((first, right)),
            _ => None,
        },
        _ => None,
    });
    Some(match compared {
        Some((field, value)) => {
            let values: Vec<_> =
                std::iter::once(value).chain(literals.iter().copied()).map(|part| part.span.of(source)).collect();
            fault.suggest(format!("{} in [{}]", field.span.of(source), values.join(", ")))
        }
        None => fault,
    })
}

/// `field in ("A")`: parentheses alone make no tuple, so this looks for a part of a text.
fn substring_for_member(source: &str, left: &Expr, right: &Expr) -> Option<Diagnostic> {
    right.as_str_constant()?;
    // A literal on the left is meant to be looked for in a text.
    if matches!(left.kind, ExprKind::Constant(_)) {
        return None;
    }
    let before = source.get(..right.span.start)?.trim_end();
    let behind = source.get(right.span.end..)?;
    let close = behind.len() - behind.trim_start().len();
    if !before.ends_with('(') || !behind.trim_start().starts_with(')') {
        return None;
    }
    let span = Span::new(before.len() - 1, right.span.end + close + 1);
    let message = "parentheses around one text make no tuple: this is true for every part of the text, too";
    Some(Diagnostic::warning(Code::SubstringForMember, span, message).suggest(format!("({},)", right.span.of(source))))
}

/// Whether an expression can have the value `True`, as far as its form tells.
fn can_be_true(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Constant(constant) => *constant == Constant::Bool(true),
        ExprKind::Not(_) | ExprKind::Compare { .. } | ExprKind::IsInstance { .. } => true,
        ExprKind::Local(_) | ExprKind::Subscript { .. } => true,
        // `and` gives its last operand, or one that is false.
        ExprKind::And(operands) => operands.last().is_some_and(can_be_true),
        ExprKind::Or(operands) => operands.iter().any(can_be_true),
        ExprKind::If { then, otherwise, .. } => can_be_true(then) || can_be_true(otherwise),
        ExprKind::Helper { helper, .. } => !matches!(helper, Helper::Values | Helper::Items | Helper::Sub),
        ExprKind::Builtin { function, .. } => {
            matches!(function, Builtin::Any | Builtin::All | Builtin::Bool | Builtin::Min | Builtin::Max)
        }
        ExprKind::Call { method, .. } => matches!(
            method,
            Method::Get
                | Method::StartsWith
                | Method::EndsWith
                | Method::IsDigit
                | Method::IsAlpha
                | Method::IsAlnum
                | Method::IsNumeric
                | Method::IsDecimal
                | Method::IsUpper
                | Method::IsLower
                | Method::IsSpace
        ),
        ExprKind::Event
        | ExprKind::Slice { .. }
        | ExprKind::Sign { .. }
        | ExprKind::Arithmetic { .. }
        | ExprKind::List(_)
        | ExprKind::Tuple(_)
        | ExprKind::Set(_)
        | ExprKind::Dict(_)
        | ExprKind::Comprehension(_)
        | ExprKind::Join(_) => false,
    }
}
