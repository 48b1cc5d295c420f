//! Comparisons with values that a field never has.

use super::{Findings, Literal, pairs};
use crate::catalogue::{self, Form, Type};
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::eval::is_network;
use crate::language::expr::{Comparison, Constant, Expr, ExprKind};
use crate::language::method::Method;
use crate::language::read::{Access, Read};
use crate::language::span::Span;
use crate::similar::nearest;

impl<'e> Findings<'e> {
    pub(super) fn values(&mut self, expr: &'e Expr) {
        let pairs = pairs(expr);
        // Of a chain it is said that it is one; what is compared with what was not meant.
        let is_meant = pairs.len() == 1;
        for (left, operator, right) in pairs.into_iter().filter(|_| is_meant) {
            match operator {
                Comparison::Equal | Comparison::NotEqual | Comparison::Is | Comparison::IsNot => {
                    self.compared(expr, left, right, operator);
                    self.compared(expr, right, left, operator);
                }
                Comparison::In | Comparison::NotIn => {
                    // What is looked for in a text is a part of it.
                    if right.as_str_constant().is_none() {
                        self.compared(expr, left, right, operator);
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
        if let ExprKind::Call { receiver, method: Method::StartsWith, arguments } = &expr.kind
            && let (Some(read), [affix]) = (receiver.read(), arguments.positional.as_slice())
        {
            let literals = self.literals_of(affix);
            let operator = Comparison::Equal;
            let field = self.text(receiver);
            self.network(&Compared { whole: expr.span, field, read: &read, operator, literals: &literals });
        }
    }

    fn compared(&mut self, expr: &'e Expr, side: &'e Expr, other: &'e Expr, operator: Comparison) {
        let literals = self.literals_of(other);
        if let Some(case) = Case::of(side) {
            for literal in &literals {
                self.changed_case(case, *literal);
            }
        }
        let Some(read) = side.read() else { return };
        // `get` may give the literal itself.
        let is_default = |literal: &Literal<'_>| match read.access {
            Access::Get(Some(default)) => matches!(&default.kind, ExprKind::Constant(value) if value == literal.value),
            _ => false,
        };
        let comparison =
            Compared { whole: expr.span, field: self.text(side), read: &read, operator, literals: &literals };
        if self.collection(&comparison, other) || self.network(&comparison) || self.pattern(&comparison) {
            return;
        }
        for literal in literals.iter().filter(|literal| !is_default(literal)) {
            let _ = self.other_type(&comparison, *literal)
                || self.no_error(&comparison, *literal)
                || self.unknown_value(&read, *literal)
                || self.other_form(&read, *literal);
        }
    }

    /// `==` between a field and a list, which no field holds.
    fn collection(&mut self, comparison: &Compared<'_, 'e>, other: &Expr) -> bool {
        let is_collection = matches!(&other.kind, ExprKind::Constant(Constant::List(_) | Constant::Tuple(_)))
            || matches!(&other.kind, ExprKind::List(_) | ExprKind::Tuple(_) | ExprKind::Set(_));
        let operator = match comparison.operator {
            Comparison::Equal => "in",
            Comparison::NotEqual => "not in",
            _ => return false,
        };
        if !is_collection {
            return false;
        }
        let collection = self.text(other);
        let message = format!("`{}` is a single value and never equal to several", comparison.read.path);
        let suggestion = format!("{} {operator} {collection}", comparison.field);
        self.say(Diagnostic::warning(Code::NeverEqual, other.span, message).suggest_for(comparison.whole, suggestion));
        true
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
    fn other_type(&mut self, comparison: &Compared<'_, 'e>, literal: Literal<'_>) -> bool {
        let read = comparison.read;
        let path = &read.path;
        // Where the values are known they are strings.
        let r#type = match catalogue::allowed_values(path) {
            Some(_) => Some(Type::Text),
            None => catalogue::field(path).map(|field| field.r#type),
        };
        let (holds, suggestion) = match (r#type, literal.value) {
            (Some(Type::Text), Constant::Bool(value)) => {
                let text = if *value { "true" } else { "false" };
                let known = catalogue::allowed_values(path).is_some_and(|values| values.contains(&text));
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
        // What is equal need not be the same.
        let equality = match comparison.operator {
            Comparison::Is => Some("=="),
            Comparison::IsNot => Some("!="),
            _ => None,
        };
        self.say(match (suggestion, equality) {
            (Some(suggestion), Some(equality)) => {
                finding.suggest_for(comparison.whole, format!("{} {equality} {suggestion}", comparison.field))
            }
            (Some(suggestion), None) => finding.suggest(suggestion),
            (None, _) => finding,
        });
        true
    }

    /// `errorCode == "Success"`: where nothing failed there is no error code.
    fn no_error(&mut self, comparison: &Compared<'_, 'e>, literal: Literal<'_>) -> bool {
        let is_success = literal.as_str().is_some_and(|text| {
            ["success", "successful", "ok", "none", "null"].contains(&text.to_ascii_lowercase().as_str())
        });
        if comparison.read.path != "errorCode" || !is_success {
            return false;
        }
        let wanted = if comparison.is_negated() { "in" } else { "not in" };
        let suggestion = format!("{} {wanted} event", self.text(comparison.read.key));
        let message = "where nothing failed the event has no `errorCode`";
        let finding = Diagnostic::warning(Code::UnknownValue, literal.span, message);
        self.say(finding.suggest_for(comparison.is_of_one(), suggestion));
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
        let message = format!("`{}` is never {}", read.path, self.shown(literal.span));
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

    /// A value of another form than all that the field has.
    fn other_form(&mut self, read: &Read<'_>, literal: Literal<'_>) -> bool {
        let Some(text) = literal.as_str() else { return false };
        let shown = self.shown(literal.span);
        let finding = match catalogue::form(&read.path) {
            Some(Form::Region) if text.len() > 2 && !catalogue::is_region(&text) => {
                let message = format!("`{}` is never {shown}: regions look like `eu-west-1`", read.path);
                let finding = Diagnostic::warning(Code::UnknownValue, literal.span, message);
                match catalogue::meant_region(&text) {
                    Some(meant) => finding.suggest(self.quoted_like(literal.span, meant)),
                    None => finding,
                }
            }
            Some(Form::Account) if text.len() != 12 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
                let message = format!("{shown} is no account: accounts have 12 digits, and this has {}", text.len());
                Diagnostic::warning(Code::UnknownValue, literal.span, message)
            }
            _ => return false,
        };
        self.say(finding);
        true
    }

    fn network(&mut self, comparison: &Compared<'_, 'e>) -> bool {
        let is_address = |literal: &Literal<'_>| literal.as_str().is_some_and(|text| is_network(&text));
        let is_network =
            |literal: &&Literal<'_>| is_address(literal) && literal.as_str().is_some_and(|t| t.contains('/'));
        let Some(first) = comparison.literals.iter().find(is_network) else { return false };
        if comparison.read.path != "sourceIPAddress" {
            return false;
        }
        let finding =
            Diagnostic::warning(Code::NetworkInEquality, first.span, "an address is never equal to a network");
        let networks: Vec<_> = comparison.literals.iter().map(|literal| literal.span.of(self.source)).collect();
        let call = format!("{}in_cidr({}, {})", comparison.not(), comparison.field, networks.join(", "));
        let replaces = comparison.literals.iter().all(is_address).then_some(comparison.whole);
        self.say(finding.suggest_for(replaces, call));
        true
    }

    /// `==` with a pattern. Fields below `requestParameters` and the like may hold patterns themselves.
    fn pattern(&mut self, comparison: &Compared<'_, 'e>) -> bool {
        let is_pattern = |literal: &&Literal<'_>| literal.as_str().is_some_and(|text| text.contains('*'));
        let Some(first) = comparison.literals.iter().find(is_pattern) else { return false };
        let is_plain = catalogue::field(&comparison.read.path).is_some_and(|field| field.r#type == Type::Text);
        let Some(text) = first.as_str().filter(|_| is_plain) else { return false };
        let quoted = |part: &str| self.quoted_like(first.span, part);
        // Where the field is missing a method needs a string all the same.
        let field = match comparison.read.access {
            Access::Get(None) => format!("event.get({}, {})", self.text(comparison.read.key), quoted("")),
            _ => comparison.field.to_owned(),
        };
        // `.*` is the star of a regular expression.
        let text = text.strip_suffix(".*").map_or_else(|| text.to_string(), |beginning| format!("{beginning}*"));
        let middle = text.trim_matches('*');
        let is_simple = !middle.is_empty() && !middle.contains(['*', '?', '[']);
        let not = comparison.not();
        let suggestion = match (comparison.literals, text.starts_with('*'), text.ends_with('*')) {
            ([_], false, _) if is_simple => format!("{not}{field}.startswith({})", quoted(middle)),
            ([_], true, false) if is_simple => format!("{not}{field}.endswith({})", quoted(middle)),
            ([_], true, true) if is_simple => {
                format!("{} {} {field}", quoted(middle), if comparison.is_negated() { "not in" } else { "in" })
            }
            (literals, ..) => {
                let patterns: Vec<_> = literals.iter().map(|literal| literal.span.of(self.source)).collect();
                format!("{not}glob({}, {})", comparison.field, patterns.join(", "))
            }
        };
        let message = "`*` is a character like any other here, and not a pattern";
        let finding = Diagnostic::warning(Code::PatternInEquality, first.span, message);
        self.say(finding.suggest_for(comparison.whole, suggestion));
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

/// A field and what it is compared with.
struct Compared<'c, 'e> {
    /// The whole comparison.
    whole: Span,
    /// The field as it is written.
    field: &'e str,
    read: &'c Read<'e>,
    operator: Comparison,
    literals: &'c [Literal<'e>],
}

impl Compared<'_, '_> {
    fn is_negated(&self) -> bool {
        matches!(self.operator, Comparison::NotEqual | Comparison::NotIn | Comparison::IsNot)
    }

    /// What stands before a condition that is to say the same.
    fn not(&self) -> &'static str {
        if self.is_negated() { "not " } else { "" }
    }

    /// The whole comparison, if it is with a single value.
    fn is_of_one(&self) -> Option<Span> {
        (self.literals.len() == 1).then_some(self.whole)
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
            ExprKind::Call { method: Method::Lower | Method::CaseFold, .. } => Some(Self::Lower),
            ExprKind::Call { method: Method::Upper, .. } => Some(Self::Upper),
            ExprKind::Call { receiver, method: Method::Strip | Method::LeftStrip | Method::RightStrip, .. } => {
                Self::of(receiver)
            }
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
