//! Sets: how they are built and combined, and membership in what need not be built.

use super::{Evaluation, at};
use crate::language::error::{ErrorKind, RuleError};
use crate::language::expr::{Constant, Expr, ExprKind, Operator};
use crate::language::relation::{check_hashable, contains, same_or_equal};
use crate::language::span::Span;
use crate::language::value::{Value, View};

/// Whether an operator combines two values as sets: both are sets, or one is `keys()` or `items()` of a dict, which goes
/// with anything that has elements.
pub(super) fn are_combined(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> bool {
    (operator.is_of_sets() || operator == Operator::Subtract)
        && (matches!((left, right), (Value::Set(_), Value::Set(_))) || is_view(left) || is_view(right))
}

fn is_view(value: &Value<'_>) -> bool {
    matches!(value, Value::View(View::Keys, _) | Value::DictView(View::Keys, _)) || is_items(value)
}

fn is_items(value: &Value<'_>) -> bool {
    matches!(value, Value::View(View::Items, _) | Value::DictView(View::Items, _))
}

/// Of two operands of `&` the one whose elements are taken, and the one that is asked for them, as in CPython: equal
/// elements need not be the same, as in `{1} & {True}`.
fn taken_and_asked<'v, 'a>(left: &'v Value<'a>, right: &'v Value<'a>) -> (&'v Value<'a>, &'v Value<'a>) {
    let (view, other) = if is_view(left) { (left, right) } else { (right, left) };
    let other_is_set = matches!(other, Value::Set(_));
    if is_view(view) && !is_view(other) {
        let takes_view = other_is_set && view.elements() <= other.elements();
        return if takes_view { (view, other) } else { (other, view) };
    }
    if right.elements() <= left.elements() { (right, left) } else { (left, right) }
}

impl<'a> Evaluation<'a> {
    pub(super) fn add_to_set(&mut self, set: &mut Vec<Value<'a>>, value: Value<'a>) -> Result<(), ErrorKind> {
        self.hashable(&value)?;
        self.search(set.len(), &value)?;
        if !set.iter().any(|known| same_or_equal(known, &value)) {
            self.budget.elements(1)?;
            set.push(value);
        }
        Ok(())
    }

    /// `left & right` and the like, for values that [`are_combined`].
    pub(super) fn combined(
        &mut self,
        operator: Operator,
        left: &Value<'a>,
        right: &Value<'a>,
        span: Span,
    ) -> Result<Value<'a>, RuleError> {
        let mut built = Vec::new();
        match operator {
            Operator::Intersection => {
                let (taken, asked) = taken_and_asked(left, right);
                // An event looks a key up; anything else goes through its elements.
                let others = if matches!(asked, Value::View(..)) { 1 } else { asked.elements().unwrap_or_default() };
                for item in self.gather_of(taken, span)? {
                    at(self.search(others, &item), span)?;
                    if at(contains(asked, &item), span)? {
                        at(self.add_to_set(&mut built, item), span)?;
                    }
                }
            }
            Operator::Subtract => {
                built = self.distinct(left, span)?;
                for item in self.gather_of(right, span)? {
                    at(self.hashable(&item), span)?;
                    at(self.search(built.len(), &item), span)?;
                    built.retain(|known| !same_or_equal(known, &item));
                }
            }
            Operator::SymmetricDifference => {
                // Pairs of two dicts are told apart by their keys, so that those which are in both need not be hashable.
                let (left, right) = if is_items(left) && is_items(right) {
                    (self.gather_of(left, span)?, self.gather_of(right, span)?)
                } else {
                    (self.distinct(left, span)?, self.distinct(right, span)?)
                };
                for (items, others) in [(&left, &right), (&right, &left)] {
                    for item in items {
                        at(self.search(others.len(), item), span)?;
                        if !others.iter().any(|other| same_or_equal(other, item)) {
                            at(self.add_to_set(&mut built, item.clone()), span)?;
                        }
                    }
                }
            }
            _ => {
                built = self.distinct(left, span)?;
                for item in self.gather_of(right, span)? {
                    at(self.add_to_set(&mut built, item), span)?;
                }
            }
        }
        Ok(Value::Set(built.into()))
    }

    fn distinct(&mut self, value: &Value<'a>, span: Span) -> Result<Vec<Value<'a>>, RuleError> {
        let items = self.gather_of(value, span)?;
        // Keys and the elements of a set differ already, and so do the pairs of an event, whose values are all hashable.
        match value {
            Value::Set(_) | Value::View(View::Keys | View::Items, _) | Value::DictView(View::Keys, _) => Ok(items),
            _ => self.set_of(items, span),
        }
    }

    /// The first of each of the equal elements.
    pub(super) fn set_of(&mut self, items: Vec<Value<'a>>, span: Span) -> Result<Vec<Value<'a>>, RuleError> {
        let mut built = Vec::new();
        for item in items {
            at(self.add_to_set(&mut built, item), span)?;
        }
        Ok(built)
    }

    /// Whether a value can be a key, which is asked of all that it holds.
    pub(super) fn hashable(&mut self, value: &Value<'a>) -> Result<(), ErrorKind> {
        self.weigh(value, true)?;
        check_hashable(value)
    }

    /// Charges for looking for a value among others.
    pub(super) fn search(&mut self, others: usize, item: &Value<'a>) -> Result<(), ErrorKind> {
        let before = self.budget.left();
        self.weigh(item, true)?;
        let once = before - self.budget.left();
        self.budget.steps(others.saturating_mul(1 + once))
    }

    /// `item in right` where the right side need not be built: a generator gives elements until one fits, and a set of
    /// constants stands in the rule. `None` for any other right side, which was not evaluated.
    pub(super) fn in_unbuilt(
        &mut self,
        item: &Value<'a>,
        right: &'a Expr,
        span: Span,
    ) -> Result<Option<bool>, RuleError> {
        if let Some(generator) = right.generator() {
            return self.in_generator(item, generator).map(Some);
        }
        let ExprKind::Set(elements) = &right.kind else { return Ok(None) };
        let constant = |element: &'a Expr| match &element.kind {
            ExprKind::Constant(Constant::Tuple(_) | Constant::List(_)) => None,
            ExprKind::Constant(constant) => Some(Value::from(constant)),
            _ => None,
        };
        if !elements.iter().all(|element| constant(element).is_some()) {
            return Ok(None);
        }
        at(self.search(elements.len(), item), span)?;
        if matches!(item, Value::Set(_)) {
            return Ok(Some(false));
        }
        at(check_hashable(item), span)?;
        Ok(Some(elements.iter().filter_map(constant).any(|element| same_or_equal(item, &element))))
    }
}
