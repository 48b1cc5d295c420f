//! The values of an evaluation, and Python's meaning of truth, length and elements.
//!
//! A value borrows from the event or from the rule wherever it can; only what the rule itself builds is owned, and shared.

use std::rc::Rc;

use super::error::ErrorKind;
use super::expr::Constant;
use super::number::Number;
use crate::event::{Flat, Leaf, count_code_points};

#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    None,
    Bool(bool),
    Number(Number),
    Str(Text<'a>),
    List(Items<'a>),
    Tuple(Items<'a>),
    /// Elements that are all different, in the order in which they came.
    Set(Rc<[Value<'a>]>),
    /// Pairs whose keys are all different.
    Dict(Rc<[(Value<'a>, Value<'a>)]>),
    Range(Range),
    Event(Sub<'a>),
    View(View, Sub<'a>),
    /// `keys()` and the like of a dict that the rule built.
    DictView(View, Rc<[(Value<'a>, Value<'a>)]>),
}

/// An event, or a part of one that a helper made.
#[derive(Debug, Clone)]
pub(crate) enum Sub<'a> {
    Borrowed(&'a Flat),
    Shared(Rc<Flat>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Keys,
    Values,
    Items,
}

/// `range(start, stop, step)`; the step is not zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub(crate) start: i64,
    pub(crate) step: i64,
    pub(crate) length: usize,
}

/// A string in generalised UTF-8.
#[derive(Debug, Clone)]
pub(crate) enum Text<'a> {
    Borrowed(&'a [u8]),
    Shared(Rc<[u8]>),
}

/// The elements of a list or tuple.
#[derive(Debug, Clone)]
pub(crate) enum Items<'a> {
    Constant(&'a [Constant]),
    /// Key and value at a position of the event.
    Entry(&'a Flat, usize),
    Shared(Rc<[Value<'a>]>),
}

impl Text<'_> {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

impl<'a> Items<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Constant(items) => items.len(),
            Self::Entry(..) => 2,
            Self::Shared(items) => items.len(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Self::Constant(items) => items.get(index).map(Value::from),
            Self::Entry(flat, position) => {
                let (key, leaf) = flat.get_index(*position)?;
                [Value::Str(Text::Borrowed(key.as_bytes())), Value::from(leaf)].into_iter().nth(index)
            }
            Self::Shared(items) => items.get(index).cloned(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Value<'a>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl Range {
    pub(crate) fn get(self, index: usize) -> Option<i64> {
        let index = i64::try_from(index).ok().filter(|_| index < self.length)?;
        // The product may leave 64 bits where the sum comes back to them.
        Some(self.start.wrapping_add(index.wrapping_mul(self.step)))
    }

    pub(crate) fn holds(self, value: i64) -> bool {
        let distance = i128::from(value) - i128::from(self.start);
        let step = i128::from(self.step);
        distance % step == 0 && usize::try_from(distance / step).is_ok_and(|index| index < self.length)
    }
}

impl<'a> Sub<'a> {
    pub(crate) fn flat(&self) -> &Flat {
        match self {
            Self::Borrowed(flat) => flat,
            Self::Shared(flat) => flat,
        }
    }

    /// The value at a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Value<'a>> {
        match self {
            Self::Borrowed(flat) => flat.get(key).map(Value::from),
            Self::Shared(flat) => flat.get(key).map(owned),
        }
    }

    /// Key and value at a position.
    pub(crate) fn at(&self, index: usize) -> Option<(Value<'a>, Value<'a>)> {
        match self {
            Self::Borrowed(flat) => {
                flat.get_index(index).map(|(key, leaf)| (Value::Str(Text::Borrowed(key.as_bytes())), Value::from(leaf)))
            }
            Self::Shared(flat) => {
                flat.get_index(index).map(|(key, leaf)| (Value::Str(Text::Shared(key.as_bytes().into())), owned(leaf)))
            }
        }
    }
}

/// A copy that outlives the sub-event it comes from.
pub(crate) fn owned<'a>(leaf: &Leaf) -> Value<'a> {
    match leaf {
        Leaf::Null => Value::None,
        Leaf::Bool(value) => Value::Bool(*value),
        Leaf::Int(value) => Value::int(*value),
        Leaf::BigInt(value) => Value::Number(Number::Big(Rc::new((**value).clone()))),
        Leaf::Float(value) => Value::float(*value),
        Leaf::Str(value) => Value::Str(Text::Shared(value.as_bytes().into())),
    }
}

impl<'a> From<&'a Constant> for Value<'a> {
    fn from(constant: &'a Constant) -> Self {
        match constant {
            Constant::None => Self::None,
            Constant::Bool(value) => Self::Bool(*value),
            Constant::Int(value) => Self::int(*value),
            Constant::BigInt(value) => Self::Number(Number::Big(Rc::new((**value).clone()))),
            Constant::Float(value) => Self::float(*value),
            Constant::Str(value) => Self::Str(Text::Borrowed(value.as_bytes())),
            Constant::List(items) => Self::List(Items::Constant(items)),
            Constant::Tuple(items) => Self::Tuple(Items::Constant(items)),
        }
    }
}

impl<'a> From<&'a Leaf> for Value<'a> {
    fn from(leaf: &'a Leaf) -> Self {
        match leaf {
            Leaf::Str(value) => Self::Str(Text::Borrowed(value.as_bytes())),
            other => owned(other),
        }
    }
}

impl<'a> Value<'a> {
    pub(crate) fn int(value: i64) -> Self {
        Self::Number(Number::Int(value))
    }

    pub(crate) fn float(value: f64) -> Self {
        Self::Number(Number::Float(value))
    }

    /// A length or a position.
    pub(crate) fn size(value: usize) -> Self {
        Self::int(i64::try_from(value).unwrap_or(i64::MAX))
    }

    pub(crate) fn text(bytes: Vec<u8>) -> Self {
        Self::Str(Text::Shared(bytes.into()))
    }

    pub(crate) fn list(items: Vec<Value<'a>>) -> Self {
        Self::List(Items::Shared(items.into()))
    }

    pub(crate) fn tuple(items: Vec<Value<'a>>) -> Self {
        Self::Tuple(Items::Shared(items.into()))
    }

    /// Python's name of the type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Number(Number::Float(_)) => "float",
            Self::Number(_) => "int",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Set(_) => "set",
            Self::Dict(_) | Self::Event(_) => "dict",
            Self::Range(_) => "range",
            Self::View(View::Keys, _) | Self::DictView(View::Keys, _) => "dict_keys",
            Self::View(View::Values, _) | Self::DictView(View::Values, _) => "dict_values",
            Self::View(View::Items, _) | Self::DictView(View::Items, _) => "dict_items",
        }
    }

    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Number(Number::Int(value)) => *value != 0,
            Self::Number(Number::Big(_)) => true,
            Self::Number(Number::Float(value)) => *value != 0.0,
            Self::Str(text) => !text.bytes().is_empty(),
            other => other.elements() != Some(0),
        }
    }

    /// The number of elements, or of characters; `None` for what has no length.
    pub(crate) fn len(&self) -> Option<usize> {
        match self {
            Self::Str(text) => Some(count_code_points(text.bytes())),
            other => other.elements(),
        }
    }

    /// The number of elements of a collection; strings are none here.
    pub(crate) fn elements(&self) -> Option<usize> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items.len()),
            Self::Set(items) => Some(items.len()),
            Self::Dict(pairs) | Self::DictView(_, pairs) => Some(pairs.len()),
            Self::Range(range) => Some(range.length),
            Self::Event(sub) | Self::View(_, sub) => Some(sub.flat().len()),
            Self::None | Self::Bool(_) | Self::Number(_) | Self::Str(_) => None,
        }
    }

    /// The element that iteration gives at a position; of a dict the key. `None` beyond the end, and for what is no collection.
    pub(crate) fn element(&self, index: usize) -> Option<Value<'a>> {
        let of_pair = |view: View, (key, value): (Value<'a>, Value<'a>)| match view {
            View::Keys => key,
            View::Values => value,
            View::Items => Value::tuple(vec![key, value]),
        };
        match self {
            Self::List(items) | Self::Tuple(items) => items.get(index),
            Self::Set(items) => items.get(index).cloned(),
            Self::Dict(pairs) => pairs.get(index).map(|(key, _)| key.clone()),
            Self::DictView(view, pairs) => pairs.get(index).map(|pair| of_pair(*view, pair.clone())),
            Self::Range(range) => range.get(index).map(Self::int),
            Self::Event(sub) => sub.at(index).map(|(key, _)| key),
            Self::View(View::Items, Sub::Borrowed(flat)) => {
                (index < flat.len()).then_some(Self::Tuple(Items::Entry(flat, index)))
            }
            Self::View(view, sub) => sub.at(index).map(|pair| of_pair(*view, pair)),
            Self::None | Self::Bool(_) | Self::Number(_) | Self::Str(_) => None,
        }
    }

    /// The number that this value is in arithmetic: `True` is 1.
    pub(crate) fn as_number(&self) -> Option<Number> {
        match self {
            Self::Bool(value) => Some(Number::Int(i64::from(*value))),
            Self::Number(number) => Some(number.clone()),
            _ => None,
        }
    }

    /// An index or slice bound. Integers beyond 64 bits are clamped, which slices do too and an index never reaches.
    pub(crate) fn as_index(&self) -> Option<i64> {
        match self.as_number()? {
            Number::Int(value) => Some(value),
            Number::Big(value) => Some(if value.sign() == num_bigint::Sign::Minus { i64::MIN } else { i64::MAX }),
            Number::Float(_) => None,
        }
    }
}

/// A number of times, negative for no limit. It must fit the machine's integers, as in CPython.
pub(crate) fn limit(value: Option<&Value<'_>>) -> Result<usize, ErrorKind> {
    let Some(value) = value else { return Ok(usize::MAX) };
    match value.as_number() {
        Some(Number::Int(count)) => Ok(usize::try_from(count).unwrap_or(usize::MAX)),
        Some(Number::Big(_)) => Err(ErrorKind::IntegerTooLarge),
        _ => Err(ErrorKind::IndexNotInteger { index: value.type_name() }),
    }
}
