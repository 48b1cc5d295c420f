//! Python's meaning of identity, equality, order and membership.

use std::cmp::Ordering;
use std::rc::Rc;

use super::error::ErrorKind;
use super::expr::Comparison;
use super::number::Number;
use super::value::{Range, Value, View};

/// `left == right`, which never raises.
pub(crate) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    if let (Some(left), Some(right)) = (left.as_number(), right.as_number()) {
        return left.compare(&right) == Some(Ordering::Equal);
    }
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Str(left), Value::Str(right)) => left.bytes() == right.bytes(),
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| same_or_equal(&left, &right))
        }
        (Value::Range(left), Value::Range(right)) => {
            let ends = |range: &Range| (range.get(0), range.get(range.length.wrapping_sub(1)));
            left.length == right.length && ends(left) == ends(right)
        }
        (Value::Dict(_) | Value::Event(_), Value::Dict(_) | Value::Event(_)) => equal_dicts(left, right),
        _ if is_set_like(left) && is_set_like(right) => {
            left.elements() == right.elements() && elements(left).all(|item| holds(right, &item))
        }
        _ => false,
    }
}

/// `left == right` as a rule writes it. It raises where pairs of a dict are compared as a set and cannot be hashed, which
/// nothing else than a dict that the rule built can hold.
pub(crate) fn compared_equal(left: &Value<'_>, right: &Value<'_>) -> Result<bool, ErrorKind> {
    if is_set_like(left) && is_set_like(right) {
        // A set leaves the comparison to the view on its other side.
        let (inner, outer) = if matches!(left, Value::Set(_)) { (right, left) } else { (left, right) };
        return Ok(left.elements() == right.elements() && included(inner, outer)?);
    }
    Ok(equal(left, right))
}

fn included(inner: &Value<'_>, outer: &Value<'_>) -> Result<bool, ErrorKind> {
    for item in elements(inner) {
        if !contains(outer, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn elements<'v, 'a>(value: &'v Value<'a>) -> impl Iterator<Item = Value<'a>> + 'v {
    (0..value.elements().unwrap_or_default()).filter_map(|index| value.element(index))
}

pub(crate) fn is_set_like(value: &Value<'_>) -> bool {
    matches!(
        value,
        Value::Set(_) | Value::View(View::Keys | View::Items, _) | Value::DictView(View::Keys | View::Items, _)
    )
}

fn equal_dicts(left: &Value<'_>, right: &Value<'_>) -> bool {
    left.elements() == right.elements()
        && elements(left).all(|key| match (lookup(left, &key), lookup(right, &key)) {
            (Some(left), Some(right)) => same_or_equal(&left, &right),
            _ => false,
        })
}

/// The value of a key of a dict or an event.
pub(crate) fn lookup<'a>(dict: &Value<'a>, key: &Value<'a>) -> Option<Value<'a>> {
    match dict {
        Value::Event(sub) => match key {
            Value::Str(key) => sub.get(key.bytes()),
            _ => None,
        },
        Value::Dict(pairs) => {
            pairs.iter().find(|(candidate, _)| same_or_equal(candidate, key)).map(|(_, value)| value.clone())
        }
        _ => None,
    }
}

/// `left is right`.
///
/// Objects of Python that are the same wherever they come from: `None`, `True`, `False`, small integers, the empty
/// string and strings of one Latin-1 character, the empty tuple, the event, and `json`'s one `NaN`; any other NaN is told
/// by its payload. What else could be the same is refused before it gets here.
pub(crate) fn same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Event(left), Value::Event(right)) => std::ptr::eq(left.flat(), right.flat()),
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => match (left, right) {
            (Number::Int(left), Number::Int(right)) => left == right && (-5..=256).contains(left),
            (Number::Float(left), Number::Float(right)) => left.is_nan() && left.to_bits() == right.to_bits(),
            _ => false,
        },
        (Value::Str(left), Value::Str(right)) => {
            let (left, right) = (left.bytes(), right.bytes());
            is_interned(left) && left == right
        }
        (Value::Tuple(left), Value::Tuple(right)) => left.len() == 0 && right.len() == 0,
        _ => false,
    }
}

fn is_interned(bytes: &[u8]) -> bool {
    match bytes {
        [] | [0..=0x7F] => true,
        // U+0080 to U+00FF.
        [0xC2..=0xC3, _] => true,
        _ => false,
    }
}

pub(crate) fn same_or_equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    same(left, right) || equal(left, right)
}

/// Whether a collection has an element, by identity or equality. An event is asked for its key.
fn holds(container: &Value<'_>, item: &Value<'_>) -> bool {
    match (container, item) {
        (Value::View(View::Keys, sub), Value::Str(key)) => return sub.flat().contains_key(key.bytes()),
        (Value::View(View::Items, sub), Value::Tuple(pair)) if pair.len() == 2 => {
            return match (pair.get(0), pair.get(1)) {
                (Some(Value::Str(key)), Some(value)) => {
                    sub.get(key.bytes()).is_some_and(|found| same_or_equal(&value, &found))
                }
                _ => false,
            };
        }
        (Value::View(View::Keys | View::Items, _), _) => return false,
        _ => {}
    }
    elements(container).any(|candidate| same_or_equal(item, &candidate))
}

/// `item in dict.items()`: a pair is taken apart and its key looked up, which must be hashable; anything else is not there.
fn holds_pair(dict: &Value<'_>, item: &Value<'_>) -> Result<bool, ErrorKind> {
    let Value::Tuple(pair) = item else { return Ok(false) };
    let (2, Some(key), Some(value)) = (pair.len(), pair.get(0), pair.get(1)) else { return Ok(false) };
    check_hashable(&key)?;
    Ok(lookup(dict, &key).is_some_and(|known| same_or_equal(&known, &value)))
}

/// `item in container`.
pub(crate) fn contains(container: &Value<'_>, item: &Value<'_>) -> Result<bool, ErrorKind> {
    match container {
        Value::Str(text) => match item {
            Value::Str(item) => Ok(memchr::memmem::find(text.bytes(), item.bytes()).is_some()),
            other => Err(ErrorKind::InStringNeedsString { left: other.type_name() }),
        },
        Value::Event(sub) | Value::View(View::Keys, sub) => {
            check_hashable(item)?;
            Ok(matches!(item, Value::Str(key) if sub.flat().contains_key(key.bytes())))
        }
        // A set is looked for as if it were frozen, which no element is.
        Value::Set(_) if matches!(item, Value::Set(_)) => Ok(false),
        Value::Set(_) | Value::Dict(_) | Value::DictView(View::Keys, _) => {
            check_hashable(item)?;
            Ok(holds(container, item))
        }
        Value::View(View::Items, sub) => holds_pair(&Value::Event(sub.clone()), item),
        Value::DictView(View::Items, pairs) => holds_pair(&Value::Dict(Rc::clone(pairs)), item),
        Value::Range(range) => Ok(match item.as_number() {
            Some(Number::Int(value)) => range.holds(value),
            Some(_) => holds(container, item),
            None => false,
        }),
        Value::List(_) | Value::Tuple(_) | Value::View(View::Values, _) | Value::DictView(View::Values, _) => {
            Ok(holds(container, item))
        }
        Value::None | Value::Bool(_) | Value::Number(_) => {
            Err(ErrorKind::NotAContainer { right: container.type_name() })
        }
    }
}

/// Only what can be a key of a dict: no list, set or dict, and no tuple that holds one.
pub(crate) fn check_hashable(value: &Value<'_>) -> Result<(), ErrorKind> {
    match value {
        Value::Tuple(items) => items.iter().try_for_each(|item| check_hashable(&item)),
        Value::List(_) | Value::Set(_) | Value::Dict(_) | Value::Event(_) => {
            Err(ErrorKind::Unhashable { value: value.type_name() })
        }
        Value::View(View::Keys | View::Items, _) | Value::DictView(View::Keys | View::Items, _) => {
            Err(ErrorKind::Unhashable { value: value.type_name() })
        }
        _ => Ok(()),
    }
}

/// `left OP right` for the four orderings.
pub(crate) fn ordered(operator: Comparison, left: &Value<'_>, right: &Value<'_>) -> Result<bool, ErrorKind> {
    let ordering = match (left, right) {
        (Value::Str(left), Value::Str(right)) => Some(left.bytes().cmp(right.bytes())),
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            // Elements are told apart by equality; only the first that differ are put in order.
            let differing = left.iter().zip(right.iter()).find(|(left, right)| !same_or_equal(left, right));
            match differing {
                Some((left, right)) => return ordered(operator, &left, &right),
                None => Some(left.len().cmp(&right.len())),
            }
        }
        _ if is_set_like(left) && is_set_like(right) => return ordered_sets(operator, left, right),
        _ => match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) => left.compare(&right),
            _ => {
                return Err(ErrorKind::NotOrdered {
                    operator: operator.symbol(),
                    left: left.type_name(),
                    right: right.type_name(),
                });
            }
        },
    };
    // NaN stands in no order to anything.
    Ok(ordering.is_some_and(|ordering| match operator {
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
        _ => false,
    }))
}

/// Sets are ordered by inclusion; a larger one is never looked for in a smaller.
fn ordered_sets(operator: Comparison, left: &Value<'_>, right: &Value<'_>) -> Result<bool, ErrorKind> {
    let (inner, outer) = match operator {
        Comparison::Less | Comparison::LessOrEqual => (left, right),
        _ => (right, left),
    };
    let fits = match operator {
        Comparison::Less | Comparison::Greater => inner.elements() < outer.elements(),
        _ => inner.elements() <= outer.elements(),
    };
    Ok(fits && included(inner, outer)?)
}
