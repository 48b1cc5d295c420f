//! Conditions that ask for what every event has, and so are true of each.

use super::truth::is_true;
use super::{Findings, pairs};
use crate::catalogue;
use crate::event::Flat;
use crate::language::collect_fields;
use crate::language::expr::{Comparison, Constant, Expr, ExprKind};
use crate::language::function::{Builtin, Helper};
use crate::language::method::Method;
use crate::language::types::Types;
use crate::language::value::Value;

/// Steps of one part that is tried out.
const MAX_TRIAL: usize = 1_000;

/// What the value of a part is, whatever the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certain {
    /// `True` itself.
    True,
    /// Another value that is true as a condition.
    Truthy,
    /// A value that is false as a condition.
    Falsy,
}

impl Certain {
    fn of(truth: bool) -> Self {
        if truth { Self::True } else { Self::Falsy }
    }

    fn is_true(self) -> bool {
        self != Self::Falsy
    }
}

impl<'e> Findings<'e> {
    /// The part that makes the rule true of every event.
    pub(super) fn always_true(&mut self, root: &'e Expr) -> Option<&'e Expr> {
        if self.certain(root) != Some(Certain::True) {
            return None;
        }
        let mut part = root;
        // Of alternatives one is enough.
        while let ExprKind::Or(operands) = &part.kind {
            match operands.iter().find(|operand| self.certain(operand).is_some_and(Certain::is_true)) {
                Some(operand) => part = operand,
                None => break,
            }
        }
        Some(part)
    }

    // Recursion is bounded by the depth that the parser admits.
    fn certain(&mut self, expr: &'e Expr) -> Option<Certain> {
        match &expr.kind {
            ExprKind::And(operands) => {
                let each: Vec<_> = operands.iter().map(|operand| self.certain(operand)).collect();
                if each.contains(&Some(Certain::Falsy)) {
                    return Some(Certain::Falsy);
                }
                each.into_iter().reduce(Option::and).flatten()
            }
            ExprKind::Or(operands) => self.any_of(operands),
            ExprKind::Not(operand) => self.certain(operand).map(|value| Certain::of(!value.is_true())),
            ExprKind::If { condition, then, otherwise } => match self.certain(condition).map(Certain::is_true) {
                Some(true) => self.certain(then),
                Some(false) => self.certain(otherwise),
                None => self.certain(then).filter(|value| self.certain(otherwise) == Some(*value)),
            },
            ExprKind::Builtin { function: Builtin::Bool, arguments } if arguments.positional.len() == 1 => {
                let value = arguments.positional.first()?;
                self.certain(value).map(|value| Certain::of(value.is_true()))
            }
            ExprKind::Compare { .. } => {
                let known = match pairs(expr).as_slice() {
                    [(left, operator, right)] => compared(left, *operator, right),
                    _ => None,
                };
                known.map(Certain::of).or_else(|| self.without_event(expr))
            }
            ExprKind::Call { receiver, method: Method::StartsWith | Method::EndsWith, arguments } => {
                let is_any = matches!(arguments.positional.as_slice(), [affix] if is_text(affix, &[""]));
                (is_any && is_always_there(receiver)).then_some(Certain::True).or_else(|| self.without_event(expr))
            }
            ExprKind::Helper { helper: helper @ (Helper::Glob | Helper::Matches), arguments } => {
                let any: &[&str] = if *helper == Helper::Glob { &["*"] } else { &ANYTHING };
                let is_any = arguments.split_first().is_some_and(|(text, patterns)| {
                    is_always_there(text) && patterns.iter().any(|pattern| is_text(pattern, any))
                });
                is_any.then_some(Certain::True).or_else(|| self.without_event(expr))
            }
            _ if is_always_there(expr) => Some(Certain::Truthy),
            _ => self.without_event(expr),
        }
    }

    /// `or`: the first operand that is true gives the value.
    fn any_of(&mut self, operands: &'e [Expr]) -> Option<Certain> {
        // Whether the operands so far give no other true value than `True`.
        let mut are_bools = true;
        let mut are_false = true;
        for operand in operands {
            match self.certain(operand) {
                Some(Certain::True) if are_bools => return Some(Certain::True),
                Some(value) if value.is_true() => return Some(Certain::Truthy),
                Some(_) => {}
                None => {
                    are_false = false;
                    are_bools &= Types::of(operand).truthy() == Types::TRUE;
                }
            }
        }
        are_false.then_some(Certain::Falsy)
    }

    /// The value of a part that reads nothing of the event.
    fn without_event(&mut self, expr: &'e Expr) -> Option<Certain> {
        let mut fields = std::collections::BTreeSet::new();
        collect_fields(expr, &mut fields);
        if !fields.is_empty() {
            return None;
        }
        let event = Flat::new();
        let mut is = |holds| self.try_out(expr, &event, MAX_TRIAL, holds) == Some(true);
        // What raises is none of them.
        if is(|value| matches!(value, Value::Bool(true))) {
            Some(Certain::True)
        } else if is(is_true) {
            Some(Certain::Truthy)
        } else {
            is(|value| !value.is_true()).then_some(Certain::Falsy)
        }
    }
}

/// Regular expressions that every text fits.
const ANYTHING: [&str; 7] = ["", ".*", ".+", "^.*", "^.*$", "^.+$", "^"];

/// Whether this is a field that every event has, and that holds a text that is not empty.
fn is_always_there(expr: &Expr) -> bool {
    expr.read().is_some_and(|read| catalogue::is_in_every_event(&read.path))
}

fn is_text(expr: &Expr, texts: &[&str]) -> bool {
    expr.as_str_constant().is_some_and(|text| texts.contains(&&*text.to_string_lossy()))
}

/// What a comparison is for every event, if it only asks whether a field is there.
fn compared(left: &Expr, operator: Comparison, right: &Expr) -> Option<bool> {
    use Comparison::{Equal, In, Is, IsNot, NotEqual, NotIn};
    let is_negated = matches!(operator, NotEqual | NotIn | IsNot);
    let is_asked = match operator {
        In | NotIn if right.is_event() => {
            let key = left.as_str_constant()?.to_string_lossy();
            return catalogue::is_in_every_event(&key).then_some(!is_negated);
        }
        // Every text begins with the empty one.
        In | NotIn if is_text(left, &[""]) && is_always_there(right) => return Some(!is_negated),
        In | NotIn => match &right.kind {
            ExprKind::Constant(Constant::List(items) | Constant::Tuple(items)) => {
                is_always_there(left) && items.iter().all(is_nothing)
            }
            _ => false,
        },
        Equal | NotEqual | Is | IsNot => [(left, right), (right, left)].into_iter().any(|(field, other)| {
            is_always_there(field) && matches!(&other.kind, ExprKind::Constant(constant) if is_nothing(constant))
        }),
        _ => false,
    };
    is_asked.then_some(is_negated)
}

/// `None` and the empty text, which stand for a field that is not there.
fn is_nothing(constant: &Constant) -> bool {
    match constant {
        Constant::None => true,
        Constant::Str(text) => text.as_bytes().is_empty(),
        _ => false,
    }
}
