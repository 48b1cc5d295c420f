//! Fields that may be missing, and values that may be `None`.

use super::known::Known;
use super::{Findings, pairs};
use crate::catalogue::{self, Type};
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::expr::{Comparison, Constant, Expr, ExprKind};
use crate::language::function::Builtin;
use crate::language::read::{Access, Read};

impl<'e> Findings<'e> {
    pub(super) fn presence(&mut self, expr: &'e Expr, known: &Known) {
        if let Some(read) = expr.read()
            && read.access == Access::Subscript
            && known.may_lack(&read.path)
            // Of the path of an object that is said.
            && !catalogue::field(&read.path).is_some_and(|field| matches!(field.r#type, Type::Object | Type::ObjectOrNull))
        {
            let default = if self.needs_text(expr) {
                format!(", {}", self.quoted_like(read.key.span, ""))
            } else {
                String::new()
            };
            let suggestion = format!("event.get({}{default})", self.text(read.key));
            let message = format!(
                "not every event has `{}`: where it is missing this raises, and the rule does not match",
                read.path
            );
            let path = read.path.into_owned();
            self.say_once(&path, || Diagnostic::warning(Code::MissingField, expr.span, message).suggest(suggestion));
        }
        match &expr.kind {
            ExprKind::Call { receiver, method, .. } => {
                self.of_none(receiver, known, &format!("has no method `{}`", method.name()), true);
            }
            ExprKind::Subscript { value, .. } | ExprKind::Slice { value, .. } => {
                self.of_none(value, known, "has no elements", true);
            }
            ExprKind::Builtin { function: Builtin::Len, arguments } => {
                if let Some(value) = arguments.positional.first() {
                    self.of_none(value, known, "has no length", true);
                }
            }
            _ => {}
        }
        for (left, operator, right) in pairs(expr) {
            match operator {
                Comparison::In | Comparison::NotIn => self.of_none(right, known, "holds nothing", true),
                Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                    for (side, other) in [(left, right), (right, left)] {
                        let is_text = other.as_str_constant().is_some();
                        self.of_none(side, known, "is neither less nor greater than anything", is_text);
                    }
                }
                _ => {}
            }
        }
    }

    /// `get` without a default where `None` would raise.
    fn of_none(&mut self, value: &Expr, known: &Known, why: &str, is_text: bool) {
        let Some(Read { path, key, access }) = value.read() else { return };
        let gives_none = match access {
            Access::Get(None) => true,
            Access::Get(Some(default)) => matches!(default.kind, ExprKind::Constant(Constant::None)),
            Access::Subscript => false,
        };
        if !gives_none || !known.may_be_none(&path) {
            return;
        }
        let default = if is_text { self.quoted_like(key.span, "") } else { "0".to_owned() };
        let suggestion = format!("event.get({}, {default})", self.text(key));
        let message = format!("not every event has `{path}`: this is then `None`, which {why}");
        self.say_once(&path, || Diagnostic::warning(Code::MethodOfNone, value.span, message).suggest(suggestion));
    }

    /// Whether what stands around a read needs a text.
    fn needs_text(&self, expr: &Expr) -> bool {
        let behind = self.source.get(expr.span.end..).unwrap_or_default().trim_start();
        let before = self.source.get(..expr.span.start).unwrap_or_default().trim_end();
        behind.starts_with(['.', '[']) || before.ends_with(" in") || before.ends_with("len(")
    }
}
