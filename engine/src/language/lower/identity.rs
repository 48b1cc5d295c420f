//! `is` and `is not`: which objects are the same is a matter of Python's inside, but for the singletons.

use ruff_python_ast::{self as python, CmpOp};
use ruff_text_size::Ranged;

use super::Lowering;
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::span::Span;

impl Lowering<'_> {
    pub(super) fn check_identities(&mut self, compare: &python::ExprCompare) {
        let sides: Vec<&python::Expr> = std::iter::once(&*compare.left).chain(&compare.comparators).collect();
        for (operator, pair) in compare.ops.iter().zip(sides.windows(2)) {
            if let [left, right] = pair {
                self.check_identity(*operator, left, right);
            }
        }
    }

    fn check_identity(&mut self, operator: CmpOp, left: &python::Expr, right: &python::Expr) {
        let equality = match operator {
            CmpOp::Is => "==",
            CmpOp::IsNot => "!=",
            _ => return,
        };
        let is_single =
            |side: &python::Expr| matches!(side, python::Expr::NoneLiteral(_) | python::Expr::BooleanLiteral(_));
        // A value of the event is never the same object as a literal, which `is` then says of equal ones, too.
        let known = is_single(left)
            || is_single(right)
            || (self.is_field(left) && right.is_literal_expr())
            || (left.is_literal_expr() && self.is_field(right));
        if known {
            return;
        }
        let between = Span::new(left.range().end().to_usize(), right.range().start().to_usize());
        let text = between.of(self.source);
        let start = between.start + text.find("is").unwrap_or_default();
        let span = Span::new(start, start + operator.as_str().len());
        let message = format!("`{}` compares objects, not values", operator.as_str());
        self.faults.push(Diagnostic::error(Code::Unsupported, span, message).suggest(equality));
    }

    /// `event[…]`, or `event.get(…)` without a default.
    fn is_field(&self, tree: &python::Expr) -> bool {
        match tree {
            python::Expr::Subscript(subscript) => self.is_event(&subscript.value),
            python::Expr::Call(call) => match &*call.func {
                python::Expr::Attribute(attribute) => {
                    self.is_event(&attribute.value)
                        && attribute.attr.as_str() == "get"
                        && call.arguments.args.len() == 1
                }
                _ => false,
            },
            _ => false,
        }
    }
}
