//! Comparisons with values that a field never has.

use super::{Findings, Literal, pairs};
use crate::catalogue::{self, Type};
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::eval::is_network;
use crate::language::expr::{Comparison, Constant, Expr, ExprKind};
use crate::language::method::Method;
use crate::language::read::{Access, Read};
use crate::similar::nearest;

impl<'e> Findings<'e> {
    pub(super) fn values(&mut self, expr: &'e Expr) {
        let pairs = pairs(expr);
        // Of a chain it is said that it is one; what is compared with what was not meant.
        let is_meant = pairs.len() == 1;
        for (left, operator, right) in pairs.into_iter().filter(|_| is_meant) {
            match operator {
                Comparison::Equal | Comparison::NotEqual | Comparison::Is | Comparison::IsNot => {
                    self.compared(left, right, operator);
                    self.compared(right, left, operator);
                }
                Comparison::In | Comparison::NotIn => {
                    // What is looked for in a text is a part of it.
                    if right.as_str_constant().is_none() {
                        self.compared(left, right, operator);
                    }
                    self.part_in_changed_case(left, right);
                }
                Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                    self.ordered(left, right, operator);
                    self.ordered(right, left, operator);
                }
            }
        }
        if let ExprKind::Call { receiver, method: Method::StartsWith | Method::EndsWith, arguments } = &expr.kind
            && let (Some(case), Some(affix)) = (Case::of(receiver), arguments.positional.first())
        {
            for literal in self.literals_of(affix) {
                self.changed_case(case, literal);
            }
        }
    }

    fn compared(&mut self, side: &'e Expr, other: &'e Expr, operator: Comparison) {
        let literals = self.literals_of(other);
        if let Some(case) = Case::of(side) {
            for literal in &literals {
                self.changed_case(case, *literal);
            }
        }
        let Some(read) = side.read() else { return };
        for literal in literals {
            // `get` may give the literal itself.
            if matches!(read.access, Access::Get(Some(default)) if matches!(&default.kind, ExprKind::Constant(value) if value == literal.value))
            {
                continue;
            }
            let _ = self.other_type(&read, literal)
                || self.no_error(&read, operator, literal)
                || self.unknown_value(&read, literal)
                || self.network(&read, side, literal)
                || self.pattern(&read, side, literal);
        }
    }

    /// An order between a text and a number, which raises.
    fn ordered(&mut self, side: &'e Expr, other: &'e Expr, operator: Comparison) {
        let (Some(read), ExprKind::Constant(Constant::Int(_) | Constant::BigInt(_) | Constant::Float(_))) =
            (side.read(), &other.kind)
        else {
            return;
        };
        if catalogue::field(&read.path).is_some_and(|field| field.r#type == Type::Text) {
            let message =
                format!("`{}` is a string: `{}` between it and a number raises", read.path, operator.symbol());
            let suggestion = self.quoted_like(read.key.span, self.text(other));
            self.say(Diagnostic::warning(Code::NeverEqual, other.span, message).suggest(suggestion));
        }
    }

    /// A value of a type that JSON does not have there.
    fn other_type(&mut self, read: &Read<'_>, literal: Literal<'_>) -> bool {
        let path = &read.path;
        let (holds, suggestion) = match (catalogue::field(path).map(|field| field.r#type), literal.value) {
            (Some(Type::Text), Constant::Bool(value)) => {
                let text = if *value { "true" } else { "false" };
                let known = catalogue::allowed_values(path).is_none_or(|values| values.contains(&text));
                ("a string", known.then(|| self.quoted_like(read.key.span, text)))
            }
            (Some(Type::Text), Constant::Int(_) | Constant::BigInt(_) | Constant::Float(_)) => {
                ("a string", Some(self.quoted_like(read.key.span, literal.span.of(self.source))))
            }
            (Some(Type::Bool), Constant::Str(text)) => {
                let text = text.to_string_lossy().to_ascii_lowercase();
                let meant = match text.as_str() {
                    "true" => Some("True".to_owned()),
                    "false" => Some("False".to_owned()),
                    _ => None,
                };
                ("`True` or `False`", meant)
            }
            _ => return false,
        };
        let found = match literal.value {
            Constant::Str(_) => "a string",
            Constant::Bool(_) => "a bool",
            _ => "a number",
        };
        let message = format!("`{path}` is {holds} and never equal to {found}");
        let finding = Diagnostic::warning(Code::NeverEqual, literal.span, message);
        self.say(match suggestion {
            Some(suggestion) => finding.suggest(suggestion),
            None => finding,
        });
        true
    }

    /// `errorCode == "Success"`: where nothing failed there is no error code.
    fn no_error(&mut self, read: &Read<'_>, operator: Comparison, literal: Literal<'_>) -> bool {
        let is_success = literal.as_str().is_some_and(|text| {
            ["success", "successful", "ok", "none", "null"].contains(&text.to_ascii_lowercase().as_str())
        });
        if read.path != "errorCode" || !is_success {
            return false;
        }
        let wanted = if matches!(operator, Comparison::NotEqual | Comparison::NotIn) { "in" } else { "not in" };
        let suggestion = format!("{} {wanted} event", self.text(read.key));
        let message = "where nothing failed the event has no `errorCode`";
        self.say(Diagnostic::warning(Code::UnknownValue, literal.span, message).suggest(suggestion));
        true
    }

    fn unknown_value(&mut self, read: &Read<'_>, literal: Literal<'_>) -> bool {
        let (Some(values), Some(text)) = (catalogue::allowed_values(&read.path), literal.as_str()) else {
            return false;
        };
        if values.contains(&&*text) {
            return false;
        }
        let same = values.iter().copied().find(|value| value.eq_ignore_ascii_case(&text));
        let meant = same.or_else(|| nearest(&text, values.iter().copied()));
        let message = format!("`{}` is never {}", read.path, literal.span.of(self.source));
        let finding = Diagnostic::warning(Code::UnknownValue, literal.span, message);
        let finding = match meant {
            Some(meant) => finding.suggest(self.quoted_like(literal.span, meant)),
            None => {
                let values: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
                finding.hint(format!("CloudTrail writes {}.", values.join(", ")))
            }
        };
        self.say(finding);
        true
    }

    fn network(&mut self, read: &Read<'_>, side: &Expr, literal: Literal<'_>) -> bool {
        let is_network = literal.as_str().is_some_and(|text| text.contains('/') && is_network(&text));
        if read.path != "sourceIPAddress" || !is_network {
            return false;
        }
        let suggestion = format!("in_cidr({}, {})", self.text(side), literal.span.of(self.source));
        let message = "an address is never equal to a network";
        self.say(Diagnostic::warning(Code::NetworkInEquality, literal.span, message).suggest(suggestion));
        true
    }

    /// `==` with a pattern. Fields below `requestParameters` and the like may hold patterns themselves.
    fn pattern(&mut self, read: &Read<'_>, side: &Expr, literal: Literal<'_>) -> bool {
        let Some(text) = literal.as_str() else { return false };
        let is_plain = catalogue::field(&read.path).is_some_and(|field| field.r#type == Type::Text);
        if !is_plain || !text.contains('*') {
            return false;
        }
        let quoted = |part: &str| self.quoted_like(literal.span, part);
        let middle = text.trim_matches('*');
        let field = self.text(side);
        let suggestion = match (text.starts_with('*'), text.ends_with('*')) {
            _ if middle.is_empty() || middle.contains(['*', '?', '[']) => format!("glob({field}, {})", quoted(&text)),
            (false, _) => format!("{field}.startswith({})", quoted(middle)),
            (true, false) => format!("{field}.endswith({})", quoted(middle)),
            (true, true) => format!("{} in {field}", quoted(middle)),
        };
        let message = "`*` is a character like any other here, and not a pattern";
        self.say(Diagnostic::warning(Code::PatternInEquality, literal.span, message).suggest(suggestion));
        true
    }

    /// `"Login" in text.lower()`.
    fn part_in_changed_case(&mut self, part: &'e Expr, text: &'e Expr) {
        if let (Some(case), ExprKind::Constant(value)) = (Case::of(text), &part.kind) {
            self.changed_case(case, Literal { value, span: part.span });
        }
    }

    fn changed_case(&mut self, case: Case, literal: Literal<'_>) {
        let Some(text) = literal.as_str() else { return };
        let changed = case.change(&text);
        if changed != text {
            let message = format!("the other side is {}, so this is never found in it", case.name());
            let suggestion = self.quoted_like(literal.span, &changed);
            self.say(Diagnostic::warning(Code::NeverEqual, literal.span, message).suggest(suggestion));
        }
    }
}

/// What a method does to the letters of a text.
#[derive(Clone, Copy)]
enum Case {
    Lower,
    Upper,
}

impl Case {
    fn of(expr: &Expr) -> Option<Self> {
        match &expr.kind {
            ExprKind::Call { method: Method::Lower, .. } => Some(Self::Lower),
            ExprKind::Call { method: Method::Upper, .. } => Some(Self::Upper),
            _ => None,
        }
    }

    fn change(self, text: &str) -> String {
        match self {
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Lower => "in lower case",
            Self::Upper => "in upper case",
        }
    }
}
