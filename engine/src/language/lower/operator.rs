//! Operators between two values.

use ruff_python_ast as python;

use super::Lowering;
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::expr::{Collection, Constant, Expr, ExprKind, Operator};
use crate::language::function::Builtin;
use crate::language::method::Method;
use crate::language::span::Span;

impl Lowering<'_> {
    pub(super) fn arithmetic(&mut self, operation: &python::ExprBinOp, span: Span) -> Option<ExprKind> {
        let operator = match operation.op {
            python::Operator::Add => Operator::Add,
            python::Operator::Sub => Operator::Subtract,
            python::Operator::Mult => Operator::Multiply,
            python::Operator::Div => Operator::Divide,
            python::Operator::FloorDiv => Operator::FloorDivide,
            python::Operator::Mod => Operator::Modulo,
            python::Operator::BitAnd => Operator::Intersection,
            python::Operator::BitOr => Operator::Union,
            python::Operator::BitXor => Operator::SymmetricDifference,
            other => return self.no_operator(other, span),
        };
        if operator == Operator::Modulo
            && matches!(&*operation.left, python::Expr::StringLiteral(_) | python::Expr::FString(_))
        {
            return self.unsupported("formatting with `%`", span);
        }
        let left = self.boxed(&operation.left);
        let right = self.boxed(&operation.right);
        let (left, right) = (left?, right?);
        if operator.is_of_sets() && !can_combine(&left, &right) {
            return self.no_operator(operation.op, span);
        }
        Some(ExprKind::Arithmetic { operator, left, right })
    }

    fn no_operator<T>(&mut self, operator: python::Operator, span: Span) -> Option<T> {
        let message = format!("the rule language has no operator `{}`", operator.as_str());
        let fault = Diagnostic::error(Code::Unsupported, span, message);
        // `a == 1 & b == 2` compares `1 & b`, which is hardly ever meant.
        self.refuse(match operator {
            python::Operator::BitAnd => fault.hint("Conditions are joined with `and`; `&` is for sets."),
            python::Operator::BitOr => fault.hint("Conditions are joined with `or`; `|` is for sets."),
            python::Operator::BitXor => fault.hint("`^` is for sets."),
            _ => fault,
        })
    }
}

/// What the form of an operand tells of its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A set, or a variable, which may hold one.
    Set,
    /// `keys()` or `items()`, which go with anything that has elements.
    View,
    Sequence,
    Other,
}

fn can_combine(left: &Expr, right: &Expr) -> bool {
    !matches!(
        (form(left), form(right)),
        (Form::Other, _)
            | (_, Form::Other)
            | (Form::Sequence, Form::Sequence | Form::Set)
            | (Form::Set, Form::Sequence)
    )
}

fn form(expr: &Expr) -> Form {
    match &expr.kind {
        ExprKind::Set(_) | ExprKind::Local(_) | ExprKind::Builtin { function: Builtin::Set, .. } => Form::Set,
        ExprKind::Comprehension(comprehension) => match comprehension.collection {
            Collection::Set => Form::Set,
            Collection::List => Form::Sequence,
            Collection::Dict | Collection::Generator => Form::Other,
        },
        ExprKind::Arithmetic { operator, .. } if operator.is_of_sets() => Form::Set,
        ExprKind::Arithmetic { operator: Operator::Subtract, left, right } if can_combine(left, right) => Form::Set,
        ExprKind::Call { method: Method::Keys | Method::Items, .. } => Form::View,
        ExprKind::List(_)
        | ExprKind::Tuple(_)
        | ExprKind::Constant(Constant::List(_) | Constant::Tuple(_))
        | ExprKind::Builtin { function: Builtin::List | Builtin::Tuple | Builtin::Sorted, .. } => Form::Sequence,
        ExprKind::If { then, otherwise, .. } if form(then) == form(otherwise) => form(then),
        _ => Form::Other,
    }
}
