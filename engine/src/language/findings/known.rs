//! What is known of an event at a place of the rule, because the parts before it were true, or did not raise.

use std::collections::BTreeMap;

use super::pairs;
use crate::catalogue;
use crate::language::equalities::{self, Equalities};
use crate::language::expr::{Comparison, Constant, Expr, ExprKind};
use crate::language::method::Method;
use crate::language::read::{Access, Read};

/// What a field is known to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Presence {
    /// The key exists; its value may be `null`.
    Key,
    /// A value other than `None`.
    Value,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    fields: BTreeMap<String, Presence>,
    equal: Equalities,
}

impl Known {
    /// Whether the event may lack the field.
    pub(super) fn may_lack(&self, path: &str) -> bool {
        !self.fields.contains_key(path) && self.is_optional(path)
    }

    /// Whether `get` may give `None`.
    pub(super) fn may_be_none(&self, path: &str) -> bool {
        self.fields.get(path) != Some(&Presence::Value) && self.is_optional(path)
    }

    fn is_optional(&self, path: &str) -> bool {
        // Of a field that does not exist, that is said.
        if !catalogue::field(path).is_some_and(|field| field.optional) {
            return false;
        }
        match path.split_once('.') {
            Some(("userIdentity", below)) => !self.equal.get("userIdentity.type").is_some_and(|types| {
                !types.is_empty() && types.iter().all(|r#type| catalogue::identity_carries(r#type, below))
            }),
            // Which parameters and results an event carries is a matter of its name.
            Some(("requestParameters" | "additionalEventData" | "serviceEventDetails", _)) => {
                !self.equal.contains_key("eventName")
            }
            // A failed call has no results, but a sign-in does.
            Some(("responseElements", "ConsoleLogin")) => {
                !self.equal.get("eventName").is_some_and(|names| names.iter().all(|name| name == "ConsoleLogin"))
            }
            _ => true,
        }
    }

    /// Takes in that an expression was evaluated and had this truth.
    pub(super) fn assume(&mut self, expr: &Expr, truth: bool) {
        equalities::narrow(&mut self.equal, equalities::necessary(expr, truth));
        self.facts(expr, truth);
    }

    fn note(&mut self, path: &str, presence: Presence) {
        let known = self.fields.entry(path.to_owned()).or_insert(presence);
        *known = presence.max(*known);
    }

    fn facts(&mut self, expr: &Expr, truth: bool) {
        match (&expr.kind, truth) {
            (ExprKind::And(operands), true) | (ExprKind::Or(operands), false) => {
                operands.iter().for_each(|operand| self.facts(operand, truth));
            }
            (ExprKind::And(operands), false) | (ExprKind::Or(operands), true) => self.of_any(operands, truth),
            (ExprKind::Not(operand), _) => self.facts(operand, !truth),
            (ExprKind::Compare { rest, .. }, _) => {
                self.evaluated(expr);
                if truth || rest.len() == 1 {
                    for (left, operator, right) in pairs(expr) {
                        self.comparison(left, operator, right, truth);
                    }
                }
            }
            _ => {
                self.evaluated(expr);
                if truth {
                    self.true_value(expr);
                }
            }
        }
    }

    /// What holds whichever of the operands had this truth.
    fn of_any(&mut self, operands: &[Expr], truth: bool) {
        let mut each = operands.iter().map(|operand| {
            let mut known = Self::default();
            known.facts(operand, truth);
            known.fields
        });
        let Some(mut common) = each.next() else { return };
        for other in each {
            common.retain(|path, presence| {
                other.get(path).is_some_and(|found| {
                    *presence = (*presence).min(*found);
                    true
                })
            });
        }
        for (path, presence) in common {
            self.note(&path, presence);
        }
        if let Some(first) = operands.first() {
            self.evaluated(first);
        }
    }

    fn comparison(&mut self, left: &Expr, operator: Comparison, right: &Expr, truth: bool) {
        use Comparison::{Equal, In, Is, IsNot, NotEqual, NotIn};
        match (operator, truth) {
            (In, true) | (NotIn, false) if right.is_event() => {
                if let Some(key) = left.as_str_constant() {
                    self.note(&key.to_string_lossy(), Presence::Key);
                }
            }
            // `"part" in event.get("field", "")`
            (In, true) | (NotIn, false) if left.as_str_constant().is_some_and(|part| !part.as_bytes().is_empty()) => {
                if let Some(read) = right.read() {
                    self.holds_beyond_default(&read);
                }
            }
            (Equal | In | Is, true) | (NotEqual | NotIn | IsNot, false) => {
                // An empty default is a part of every text.
                let is_part = matches!(operator, In | NotIn) && right.as_str_constant().is_some();
                if let Some(read) = left.read()
                    && !(is_part && matches!(read.access, Access::Get(Some(_))))
                    && admits(right, &read) == Some(false)
                {
                    self.note(&read.path, Presence::Value);
                }
            }
            (NotEqual | IsNot, true) | (Equal | Is, false) => {
                // Different from what `get` gives where there is nothing.
                if let Some(read) = left.read()
                    && let ExprKind::Constant(other) = &right.kind
                {
                    match (other, default(&read)) {
                        (Constant::None, None | Some(Constant::None)) => self.note(&read.path, Presence::Value),
                        (other, Some(default)) if other == default => self.note(&read.path, Presence::Key),
                        _ => {}
                    }
                }
            }
            (NotIn | In, _) => {}
            // An order to anything is raised for `None`.
            _ => {
                for read in [left, right].into_iter().filter_map(Expr::read) {
                    if matches!(read.access, Access::Get(None) | Access::Subscript) {
                        self.note(&read.path, Presence::Value);
                    }
                }
            }
        }
    }

    fn true_value(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::IsInstance { value, .. } => {
                if let Some(read) = value.read()
                    && matches!(read.access, Access::Get(None) | Access::Subscript)
                {
                    self.note(&read.path, Presence::Value);
                }
            }
            ExprKind::Call { receiver, method: Method::StartsWith | Method::EndsWith, .. } => {
                if let Some(read) = receiver.read() {
                    self.holds_beyond_default(&read);
                }
            }
            _ => {
                if let Some(read) = expr.read() {
                    self.holds_beyond_default(&read);
                }
            }
        }
    }

    /// The field had a value that an empty default has not.
    fn holds_beyond_default(&mut self, read: &Read<'_>) {
        let empty = match read.access {
            Access::Subscript | Access::Get(None) => true,
            Access::Get(Some(_)) => match default(read) {
                Some(Constant::None | Constant::Bool(false)) => true,
                Some(Constant::Str(text)) => text.as_bytes().is_empty(),
                _ => false,
            },
        };
        if empty {
            self.note(&read.path, Presence::Value);
        }
    }

    /// What was read on the way, without a doubt, and did not raise.
    fn evaluated(&mut self, expr: &Expr) {
        if let Some(read) = expr.read()
            && read.access == Access::Subscript
        {
            self.note(&read.path, Presence::Key);
        }
        if let ExprKind::Call { receiver, .. } = &expr.kind
            && let Some(read) = receiver.read()
            && matches!(read.access, Access::Subscript | Access::Get(None))
        {
            self.note(&read.path, Presence::Value);
        }
        match &expr.kind {
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                operands.iter().take(1).for_each(|operand| self.evaluated(operand));
            }
            ExprKind::If { condition, .. } => self.evaluated(condition),
            ExprKind::Compare { first, rest } => {
                self.evaluated(first);
                rest.iter().take(1).for_each(|(_, right)| self.evaluated(right));
            }
            ExprKind::Comprehension(comprehension) => {
                comprehension.clauses.iter().take(1).for_each(|clause| self.evaluated(&clause.iterable));
            }
            _ => expr.children().into_iter().for_each(|child| self.evaluated(child)),
        }
    }
}

/// The constant that `get` gives where the field is missing; `None` where there is none, or it is computed.
fn default<'e>(read: &Read<'e>) -> Option<&'e Constant> {
    match read.access {
        Access::Get(Some(default)) => match &default.kind {
            ExprKind::Constant(constant) => Some(constant),
            _ => None,
        },
        _ => None,
    }
}

/// Whether what `get` gives for a missing field is among the other side's values; `None` where that is not known.
fn admits(other: &Expr, read: &Read<'_>) -> Option<bool> {
    let absent = match read.access {
        Access::Subscript => return Some(false),
        Access::Get(None) => &Constant::None,
        Access::Get(Some(_)) => default(read)?,
    };
    match &other.kind {
        ExprKind::Constant(Constant::List(items) | Constant::Tuple(items)) => Some(items.contains(absent)),
        // A part of a text.
        ExprKind::Constant(constant) => Some(constant == absent),
        _ => None,
    }
}
