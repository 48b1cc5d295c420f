//! What an event must be equal to for an expression to be true.

use std::collections::{BTreeMap, BTreeSet};

use super::expr::{Comparison, Constant, Expr, ExprKind};
use super::read::{Access, Read};

/// For each field the texts of which it must have one. A field without an entry may have any value or none.
pub(crate) type Equalities = BTreeMap<String, BTreeSet<String>>;

/// The equalities without which the expression cannot have this truth.
// Recursion is bounded by the depth that the parser admits.
pub(crate) fn necessary(expr: &Expr, truth: bool) -> Equalities {
    match (&expr.kind, truth) {
        (ExprKind::And(operands), true) | (ExprKind::Or(operands), false) => {
            let mut all = Equalities::new();
            for operand in operands {
                narrow(&mut all, necessary(operand, truth));
            }
            all
        }
        (ExprKind::Or(operands), true) | (ExprKind::And(operands), false) => {
            let mut each = operands.iter().map(|operand| necessary(operand, truth));
            let first = each.next().unwrap_or_default();
            each.fold(first, |mut common, mut other| {
                common.retain(|path, _| other.contains_key(path));
                for (path, values) in &mut common {
                    values.append(&mut other.remove(path).unwrap_or_default());
                }
                common
            })
        }
        (ExprKind::Not(operand), _) => necessary(operand, !truth),
        (ExprKind::Compare { first, rest }, _) => match (rest.as_slice(), truth) {
            ([(operator, right)], _) => of_comparison(first, *operator, right, truth),
            (_, true) => {
                let mut all = Equalities::new();
                let mut left: &Expr = first;
                for (operator, right) in rest {
                    narrow(&mut all, of_comparison(left, *operator, right, true));
                    left = right;
                }
                all
            }
            (_, false) => Equalities::new(),
        },
        _ => Equalities::new(),
    }
}

/// Adds conditions that hold together with those that are known.
pub(crate) fn narrow(all: &mut Equalities, more: Equalities) {
    for (path, values) in more {
        match all.get_mut(&path) {
            Some(known) => known.retain(|value| values.contains(value)),
            None => {
                all.insert(path, values);
            }
        }
    }
}

fn of_comparison(left: &Expr, operator: Comparison, right: &Expr, truth: bool) -> Equalities {
    let (read, other) = match (operator, truth) {
        (Comparison::Equal, true) | (Comparison::NotEqual, false) => match (left.read(), right.read()) {
            (Some(read), None) => (read, right),
            (None, Some(read)) => (read, left),
            _ => return Equalities::new(),
        },
        (Comparison::In, true) | (Comparison::NotIn, false) => match left.read() {
            // Membership in a text is no equality.
            Some(read) if right.as_str_constant().is_none() => (read, right),
            _ => return Equalities::new(),
        },
        _ => return Equalities::new(),
    };
    let Some(values) = texts(other) else { return Equalities::new() };
    if values.is_empty() || may_come_from_default(&read, &values) {
        return Equalities::new();
    }
    Equalities::from([(read.path.into_owned(), values)])
}

/// The texts of a literal or of a display of literals; `None` if it holds anything else.
fn texts(expr: &Expr) -> Option<BTreeSet<String>> {
    let text = |constant: &Constant| match constant {
        Constant::Str(text) => Some(text.to_string_lossy().into_owned()),
        _ => None,
    };
    match &expr.kind {
        ExprKind::Constant(Constant::List(items) | Constant::Tuple(items)) => items.iter().map(text).collect(),
        ExprKind::Constant(constant) => text(constant).map(|text| BTreeSet::from([text])),
        ExprKind::Set(items) => {
            items.iter().map(|item| item.as_str_constant().map(|text| text.to_string_lossy().into_owned())).collect()
        }
        _ => None,
    }
}

/// Whether the comparison can hold for an event without the field.
fn may_come_from_default(read: &Read<'_>, values: &BTreeSet<String>) -> bool {
    match read.access {
        Access::Subscript | Access::Get(None) => false,
        Access::Get(Some(default)) => match &default.kind {
            ExprKind::Constant(Constant::Str(text)) => values.contains(&*text.to_string_lossy()),
            ExprKind::Constant(_) => false,
            _ => true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Expression;

    #[track_caller]
    fn assert_necessary(source: &str, expected: &[(&str, &[&str])]) {
        let expression = Expression::parse(source).unwrap();
        let expected: Equalities = expected
            .iter()
            .map(|(path, values)| ((*path).to_owned(), values.iter().map(ToString::to_string).collect()))
            .collect();
        assert_eq!(necessary(&expression.root, true), expected, "{source}");
    }

    #[test]
    fn conditions_that_must_hold_are_found() {
        assert_necessary("event['a'] == 'x' and 'y' == event.get('b', '')", &[("a", &["x"]), ("b", &["y"])]);
        assert_necessary("event['a'] in ('x', 'y') and event['a'] != 'x'", &[("a", &["x", "y"])]);
        assert_necessary("event['a'] == 'x' or event['a'] in {'y'}", &[("a", &["x", "y"])]);
        assert_necessary("not (event['a'] != 'x' or event['b'] not in ['y'])", &[("a", &["x"]), ("b", &["y"])]);
        assert_necessary("event['a'] == 'x' and event['a'] == 'y'", &[("a", &[])]);
    }

    #[test]
    fn what_may_hold_without_them_has_none() {
        for source in [
            "event['a'] == 'x' or event['b'] == 'y'",
            "event.get('a', 'x') == 'x'",
            "event.get('a', event['b']) == 'x'",
            "event['a'] == event['b']",
            "event['a'] in 'x'",
            "event['a'] in ['x', 1]",
            "not event['a'] == 'x'",
            "event['a'] != 'x'",
        ] {
            assert_necessary(source, &[]);
        }
    }
}
