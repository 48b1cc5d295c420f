//! Conditions whose form does not mean what it seems to.

use super::{Findings, pairs};
use crate::language::code::Code;
use crate::language::diagnostic::Diagnostic;
use crate::language::expr::{Comparison, Constant, Expr, ExprKind};
use crate::language::function::Helper;
use crate::language::method::Method;
use crate::language::span::Span;

impl<'e> Findings<'e> {
    pub(super) fn shape(&mut self, expr: &'e Expr) {
        match &expr.kind {
            ExprKind::Or(operands) => self.literal_operands(expr, operands, "or"),
            ExprKind::And(operands) => self.literal_operands(expr, operands, "and"),
            ExprKind::Compare { first, rest } => {
                for (left, operator, right) in pairs(expr) {
                    self.substring_for_member(left, operator, right);
                    self.identity_of_literal(left, operator, right);
                }
                self.chained_membership(first, rest);
            }
            ExprKind::Call { method: Method::StartsWith | Method::EndsWith, arguments, .. } => {
                self.parentheses_not_tuple(arguments.positional.first());
            }
            ExprKind::Helper { helper: helper @ (Helper::Glob | Helper::InCidr), arguments } => {
                self.patterns(*helper, arguments);
            }
            _ => {}
        }
    }

    /// `in_cidr(text, ["…"])` and `glob("…*", text)`, which answer `False` whatever the event holds.
    fn patterns(&mut self, helper: Helper, arguments: &'e [Expr]) {
        let name = helper.name();
        let Some((text, patterns)) = arguments.split_first() else { return };
        if text.as_str_constant().is_some() && patterns.iter().all(|pattern| pattern.as_str_constant().is_none()) {
            let message = format!("`{name}` takes the string first, and then what it is to fit");
            self.say(Diagnostic::warning(Code::ArgumentType, text.span, message));
        }
        for pattern in patterns {
            if !matches!(&pattern.kind, ExprKind::Constant(Constant::List(_) | Constant::Tuple(_))) {
                continue;
            }
            let items: Vec<_> = self.literals_of(pattern).iter().map(|literal| literal.span.of(self.source)).collect();
            let message = format!("`{name}` takes what it is to fit one by one, and fits no list");
            let finding = Diagnostic::warning(Code::ArgumentType, pattern.span, message);
            self.say(if items.is_empty() { finding } else { finding.suggest(items.join(", ")) });
        }
    }

    /// `field == "A" or "B"`: the second part stands by itself and is no condition.
    fn literal_operands(&mut self, expr: &Expr, operands: &[Expr], operator: &str) {
        let literals: Vec<&Expr> = operands.iter().filter(|operand| operand.as_str_constant().is_some()).collect();
        let Some(first) = literals.first() else { return };
        let message = format!("a string beside `{operator}` is no condition of its own: nothing is compared with it");
        let finding = Diagnostic::warning(Code::LiteralOperand, first.span, message);
        // `== "A" or "B"`, and `!= "A" and "B"`.
        let (equality, membership) =
            if operator == "or" { (Comparison::Equal, "in") } else { (Comparison::NotEqual, "not in") };
        let compared = operands.iter().find_map(|operand| match pairs(operand).as_slice() {
            [(field, found, value)] if *found == equality && value.as_str_constant().is_some() => {
                Some((*field, *value))
            }
            _ => None,
        });
        let is_all = operands.len() == literals.len() + 1;
        self.say(match compared {
            Some((field, value)) => {
                let values = std::iter::once(value).chain(literals.iter().copied());
                let values: Vec<_> = values.map(|part| self.text(part)).collect();
                let suggestion = format!("{} {membership} [{}]", self.text(field), values.join(", "));
                finding.suggest_for(is_all.then_some(expr.span), suggestion)
            }
            None => finding,
        });
    }

    /// `field in ("A")`: parentheses alone make no tuple, so this looks for a part of a text.
    fn substring_for_member(&mut self, left: &Expr, operator: Comparison, right: &Expr) {
        // A literal on the left is meant to be looked for in a text.
        let is_looked_for = matches!(left.kind, ExprKind::Constant(_));
        if !matches!(operator, Comparison::In | Comparison::NotIn) || is_looked_for || right.as_str_constant().is_none()
        {
            return;
        }
        // Of two strings without a comma that is said.
        if self.found.iter().any(|finding| finding.span == right.span) {
            return;
        }
        let tuple = format!("({},)", self.text(right));
        if let Some(span) = self.parenthesised(right.span) {
            let message = "parentheses around one string make no tuple: this is true for every part of the string, too";
            self.say(Diagnostic::warning(Code::SubstringForMember, span, message).suggest(tuple));
        } else if left.read().is_some() {
            let message = "`in` a string looks for a part of it: this is true for every part of the string, too";
            self.say(Diagnostic::warning(Code::SubstringForMember, right.span, message).suggest(tuple));
        }
    }

    /// `startswith(("A"))`, which works all the same.
    fn parentheses_not_tuple(&mut self, affix: Option<&Expr>) {
        let Some(affix) = affix.filter(|affix| affix.as_str_constant().is_some()) else { return };
        // The first pair of parentheses may be those of the call.
        let Some(span) = self.parenthesised(affix.span) else { return };
        let before = self.source.get(..span.start).unwrap_or_default().trim_end();
        let behind = self.source.get(span.end..).unwrap_or_default().trim_start();
        if before.ends_with('(') && behind.starts_with([')', ',']) {
            let message = "parentheses around one string make no tuple; a string is taken as well";
            let tuple = format!("({},)", self.text(affix));
            self.say(Diagnostic::info(Code::ParenthesesNotTuple, span, message).suggest(tuple));
        }
    }

    /// The parentheses directly around a part of the rule.
    fn parenthesised(&self, span: Span) -> Option<Span> {
        let before = self.source.get(..span.start)?.trim_end();
        let behind = self.source.get(span.end..)?;
        let close = behind.len() - behind.trim_start().len();
        (before.ends_with('(') && behind.trim_start().starts_with(')'))
            .then(|| Span::new(before.len() - 1, span.end + close + 1))
    }

    /// `a in b == c` is `a in b and b == c`.
    fn chained_membership(&mut self, first: &'e Expr, rest: &'e [(Comparison, Expr)]) {
        let is_order = |operator: &Comparison| {
            use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
            matches!(operator, Less | LessOrEqual | Greater | GreaterOrEqual | Equal)
        };
        if rest.len() < 2 || rest.iter().all(|(operator, _)| is_order(operator)) {
            return;
        }
        let Some(((_, before), (operator, last))) = rest.first().zip(rest.get(1)) else { return };
        let start = self.operator_between(before.span.end, last.span.start).start;
        let span = Span::new(start, last.span.end);
        let first_pair = Span::new(first.span.start, before.span.end).of(self.source);
        let message = format!(
            "comparisons are chained: this is `{first_pair}` and `{} {}`",
            self.text(before),
            span.of(self.source)
        );
        let message = if message.len() > 200 {
            "comparisons are chained: the middle one is compared twice".to_owned()
        } else {
            message
        };
        let finding = Diagnostic::warning(Code::ChainedMembership, span, message);
        let truth = match (&last.kind, operator) {
            (ExprKind::Constant(Constant::Bool(value)), Comparison::Equal | Comparison::Is) => Some(*value),
            (ExprKind::Constant(Constant::Bool(value)), Comparison::NotEqual | Comparison::IsNot) => Some(!value),
            _ => None,
        };
        self.say(match truth {
            Some(true) => finding.hint(format!("A comparison is true or false by itself: write `{first_pair}`.")),
            Some(false) => finding.hint(format!("The opposite is written `not ({first_pair})`, or `not in` for `in`.")),
            None => finding.hint("Join two comparisons by `and`, or put parentheses around the first."),
        });
    }

    /// `is "A"`, which no value of an event ever is.
    fn identity_of_literal(&mut self, left: &Expr, operator: Comparison, right: &Expr) {
        let equality = match operator {
            Comparison::Is => "==",
            Comparison::IsNot => "!=",
            _ => return,
        };
        let is_value = |side: &Expr| matches!(&side.kind, ExprKind::Constant(constant) if !matches!(constant, Constant::None | Constant::Bool(_)));
        if is_value(left) || is_value(right) {
            let span = self.operator_between(left.span.end, right.span.start);
            let symbol = operator.symbol();
            let always = if operator == Comparison::Is { "never true" } else { "always true" };
            let message =
                format!("`{symbol}` asks for the same object, which is {always} between a field and a literal");
            self.say(Diagnostic::warning(Code::IdentityOfLiteral, span, message).suggest(equality));
        }
    }

    /// The operator in the text between two operands, without parentheses and blanks around it.
    pub(super) fn operator_between(&self, start: usize, end: usize) -> Span {
        let between = Span::new(start, end).of(self.source);
        let is_around = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
        // A comment behind an operand is passed over.
        let mut offset = 0;
        for line in between.split_inclusive('\n') {
            let code = line.split('#').next().unwrap_or_default();
            let operator = code.trim_matches(is_around);
            if !operator.is_empty() {
                let start = start + offset + code.find(operator).unwrap_or_default();
                return Span::new(start, start + operator.len());
            }
            offset += line.len();
        }
        Span::new(start, end)
    }
}
