//! The values of an evaluation, with Python's meaning of truth, equality, order and membership.
//!
//! A value borrows from the event or from the rule wherever it can; only what the rule itself builds is owned, and shared.

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::{BigInt, Sign};

use super::error::ErrorKind;
use super::expr::{Comparison, Constant};
use crate::event::{Flat, Leaf};

#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    BigInt(&'a BigInt),
    Float(f64),
    Str(Text<'a>),
    List(Items<'a>),
    Tuple(Items<'a>),
    Event(&'a Flat),
}

/// A string in generalised UTF-8.
#[derive(Debug, Clone)]
pub(crate) enum Text<'a> {
    Borrowed(&'a [u8]),
    Shared(Rc<[u8]>),
}

impl Text<'_> {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

/// The elements of a list or tuple.
#[derive(Debug, Clone)]
pub(crate) enum Items<'a> {
    Constant(&'a [Constant]),
    Shared(Rc<[Value<'a>]>),
}

impl<'a> Items<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Constant(items) => items.len(),
            Self::Shared(items) => items.len(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Self::Constant(items) => items.get(index).map(Value::from),
            Self::Shared(items) => items.get(index).cloned(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Value<'a>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl<'a> From<&'a Constant> for Value<'a> {
    fn from(constant: &'a Constant) -> Self {
        match constant {
            Constant::None => Self::None,
            Constant::Bool(value) => Self::Bool(*value),
            Constant::Int(value) => Self::Int(*value),
            Constant::BigInt(value) => Self::BigInt(value),
            Constant::Float(value) => Self::Float(*value),
            Constant::Str(value) => Self::Str(Text::Borrowed(value.as_bytes())),
            Constant::List(items) => Self::List(Items::Constant(items)),
            Constant::Tuple(items) => Self::Tuple(Items::Constant(items)),
        }
    }
}

impl<'a> From<&'a Leaf> for Value<'a> {
    fn from(leaf: &'a Leaf) -> Self {
        match leaf {
            Leaf::Null => Self::None,
            Leaf::Bool(value) => Self::Bool(*value),
            Leaf::Int(value) => Self::Int(*value),
            Leaf::BigInt(value) => Self::BigInt(value),
            Leaf::Float(value) => Self::Float(*value),
            Leaf::Str(value) => Self::Str(Text::Borrowed(value.as_bytes())),
        }
    }
}

impl Value<'_> {
    /// Python's name of the type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::BigInt(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Event(_) => "dict",
        }
    }

    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::BigInt(value) => value.sign() != Sign::NoSign,
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.bytes().is_empty(),
            Self::List(items) | Self::Tuple(items) => items.len() != 0,
            Self::Event(flat) => !flat.is_empty(),
        }
    }

    /// The number that this value is in arithmetic: `True` is 1.
    fn as_number(&self) -> Option<Number<'_>> {
        match self {
            Self::Bool(value) => Some(Number::Int(i64::from(*value))),
            Self::Int(value) => Some(Number::Int(*value)),
            Self::BigInt(value) => Some(Number::Big(value)),
            Self::Float(value) => Some(Number::Float(*value)),
            _ => None,
        }
    }

    /// An index or slice bound. Integers beyond 64 bits are clamped, which slices do too and an index never reaches.
    pub(crate) fn as_index(&self) -> Option<i64> {
        match self {
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Int(value) => Some(*value),
            Self::BigInt(value) => Some(if value.sign() == Sign::Minus { i64::MIN } else { i64::MAX }),
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
enum Number<'a> {
    Int(i64),
    Big(&'a BigInt),
    Float(f64),
}

/// `None` if one of them is NaN.
fn compare_numbers(left: Number<'_>, right: Number<'_>) -> Option<Ordering> {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
        (Number::Big(left), Number::Big(right)) => Some(left.cmp(right)),
        // A big integer lies outside of 64 bits, so its sign decides.
        (Number::Int(_), Number::Big(right)) => Some(sign_against_zero(right).reverse()),
        (Number::Big(left), Number::Int(_)) => Some(sign_against_zero(left)),
        (Number::Float(left), Number::Float(right)) => left.partial_cmp(&right),
        (left, Number::Float(right)) => compare_with_float(left, right),
        (Number::Float(left), right) => compare_with_float(right, left).map(Ordering::reverse),
    }
}

fn sign_against_zero(value: &BigInt) -> Ordering {
    if value.sign() == Sign::Minus { Ordering::Less } else { Ordering::Greater }
}

/// Exact: the float is taken apart, the integer is never rounded.
fn compare_with_float(left: Number<'_>, right: f64) -> Option<Ordering> {
    if right.is_nan() {
        return None;
    }
    if right.is_infinite() {
        return Some(if right > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = big_from_whole(right.trunc());
    let ordering = match left {
        Number::Int(left) => BigInt::from(left).cmp(&whole),
        Number::Big(left) => left.cmp(&whole),
        Number::Float(left) => return left.partial_cmp(&right),
    };
    let fraction = right.fract();
    Some(ordering.then_with(|| 0.0_f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal)))
}

/// The integer that a finite float without a fraction is.
fn big_from_whole(whole: f64) -> BigInt {
    const MANTISSA_BITS: u64 = 52;
    let bits = whole.to_bits();
    let biased_exponent = (bits >> MANTISSA_BITS) & 0x7FF;
    if biased_exponent == 0 {
        return BigInt::ZERO;
    }
    let mantissa = BigInt::from((bits & ((1 << MANTISSA_BITS) - 1)) | (1 << MANTISSA_BITS));
    let zero_shift = 1023 + MANTISSA_BITS;
    let magnitude = if biased_exponent >= zero_shift {
        mantissa << (biased_exponent - zero_shift)
    } else {
        mantissa >> (zero_shift - biased_exponent)
    };
    if whole < 0.0 { -magnitude } else { magnitude }
}

/// `left == right`, which never raises.
pub(crate) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    if let (Some(left), Some(right)) = (left.as_number(), right.as_number()) {
        return compare_numbers(left, right) == Some(Ordering::Equal);
    }
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Str(left), Value::Str(right)) => left.bytes() == right.bytes(),
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| same_or_equal(&left, &right))
        }
        // There is one event, and a dict equals itself.
        (Value::Event(_), Value::Event(_)) => true,
        _ => false,
    }
}

/// `left is right`.
///
/// Objects of Python that are the same wherever they come from: `None`, `True`, `False`, small integers, the empty
/// string and strings of one Latin-1 character, the empty tuple, the event, and `json`'s one `NaN`. What else could be
/// the same is refused before it gets here.
pub(crate) fn same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::None, Value::None) | (Value::Event(_), Value::Event(_)) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right && (-5..=256).contains(left),
        (Value::Float(left), Value::Float(right)) => left.is_nan() && right.is_nan(),
        (Value::Str(left), Value::Str(right)) => {
            let (left, right) = (left.bytes(), right.bytes());
            left == right && is_interned(left)
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

fn same_or_equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    same(left, right) || equal(left, right)
}

/// `item in container`.
pub(crate) fn contains(container: &Value<'_>, item: &Value<'_>) -> Result<bool, ErrorKind> {
    match container {
        Value::Str(text) => match item {
            Value::Str(item) => Ok(memchr::memmem::find(text.bytes(), item.bytes()).is_some()),
            other => Err(ErrorKind::InStringNeedsString { left: other.type_name() }),
        },
        Value::List(items) | Value::Tuple(items) => Ok(items.iter().any(|candidate| same_or_equal(item, &candidate))),
        Value::Event(flat) => {
            check_hashable(item)?;
            Ok(matches!(item, Value::Str(key) if flat.contains_key(key.bytes())))
        }
        other => Err(ErrorKind::NotAContainer { right: other.type_name() }),
    }
}

/// Only what can be a key of a dict: no list, no event, and no tuple that holds one.
pub(crate) fn check_hashable(value: &Value<'_>) -> Result<(), ErrorKind> {
    match value {
        Value::List(_) | Value::Event(_) => Err(ErrorKind::Unhashable { value: value.type_name() }),
        Value::Tuple(items) => items.iter().try_for_each(|item| check_hashable(&item)),
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
        _ => match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) => compare_numbers(left, right),
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
