//! Values as Terraform knows them: typed, possibly null, possibly not known yet.

mod conform;
mod error;
mod json;
mod msgpack;
mod number;
mod ty;

use std::collections::BTreeMap;

pub use error::{ValueError, ValueErrorKind};
pub use number::{NotANumber, Number};
pub use ty::Type;

use crate::generated::tfplugin6::DynamicValue;
use crate::path::{Path, Step};

/// A value of any type.
///
/// Product code mostly meets the typed layer ([`Attribute`](crate::Attribute) and [`Model`](crate::Model)); this is
/// what lies below, and what attributes of dynamic type hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Not set.
    #[default]
    Null,
    /// Known only after apply.
    Unknown,
    /// `true` or `false`.
    Bool(bool),
    /// A decimal number.
    Number(Number),
    /// Text.
    String(String),
    /// Elements of one type, in order.
    List(Vec<Value>),
    /// Elements of one type, sorted, so that equal sets are equal values. [`Value::set`] sorts.
    Set(Vec<Value>),
    /// Elements that each have their own type.
    Tuple(Vec<Value>),
    /// Elements of one type under string keys.
    Map(BTreeMap<String, Value>),
    /// Named attributes; also blocks.
    Object(BTreeMap<String, Value>),
    /// The value of an attribute of type [`Type::Dynamic`]: the type it has, and the value. Null and unknown may have a
    /// type too, which Terraform wants back; without one they are [`Value::Null`] and [`Value::Unknown`] themselves.
    Dynamic(Box<(Type, Value)>),
}

impl Value {
    /// A set of the given elements. Equal ones are one; of those that are not known yet, each may become another.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        let mut elements: Vec<_> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::Set(elements)
    }

    /// An object of the given attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// `true` for [`Value::Null`], whatever its type.
    pub fn is_null(&self) -> bool {
        matches!(self.without_type(), Self::Null)
    }

    /// `true` for [`Value::Unknown`], whatever its type; a list with an unknown element is known.
    pub fn is_unknown(&self) -> bool {
        matches!(self.without_type(), Self::Unknown)
    }

    /// `true` if nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        let mut known = true;
        self.walk(&mut Path::root(), &mut |_, value| {
            known &= !value.is_unknown();
        });
        known
    }

    /// What `path` points at. Elements of sets have no path.
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.steps().iter().try_fold(self, |value, step| match (value.without_type(), step) {
            (Self::Object(attributes), Step::Attribute(name)) => attributes.get(name),
            (Self::Map(elements), Step::Key(key)) => elements.get(key),
            (Self::List(elements) | Self::Tuple(elements), Step::Index(index)) => elements.get(*index),
            _ => None,
        })
    }

    /// Like [`at`](Self::at), to change it.
    pub(crate) fn at_mut(&mut self, path: &Path) -> Option<&mut Value> {
        path.steps().iter().try_fold(self, |value, step| match (value, step) {
            (Self::Object(attributes), Step::Attribute(name)) => attributes.get_mut(name),
            (Self::Map(elements), Step::Key(key)) => elements.get_mut(key),
            (Self::List(elements) | Self::Tuple(elements), Step::Index(index)) => elements.get_mut(*index),
            _ => None,
        })
    }

    /// The attributes of an object; `None` for anything else.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Object(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// The elements of a list, set or tuple; `None` for anything else.
    pub fn as_sequence(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// The value behind a [`Value::Dynamic`].
    fn without_type(&self) -> &Value {
        match self {
            Self::Dynamic(typed) => &typed.1,
            other => other,
        }
    }

    /// Calls `visit` with every value in it, itself first.
    pub(crate) fn walk(&self, path: &mut Path, visit: &mut impl FnMut(&Path, &Value)) {
        visit(path, self);
        match self {
            Self::List(elements) | Self::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    element.walk(&mut path.index(index), visit);
                }
            }
            Self::Set(elements) => {
                for element in elements {
                    element.walk(path, visit);
                }
            }
            Self::Map(elements) => {
                for (key, element) in elements {
                    element.walk(&mut path.key(key), visit);
                }
            }
            Self::Object(attributes) => {
                for (name, attribute) in attributes {
                    attribute.walk(&mut path.attribute(name), visit);
                }
            }
            Self::Dynamic(typed) => typed.1.walk(path, visit),
            Self::Null | Self::Unknown | Self::Bool(_) | Self::Number(_) | Self::String(_) => {}
        }
    }

    /// Replaces everything that is unknown by null, and says where that was.
    pub(crate) fn take_unknown(&mut self, path: &Path, found: &mut Vec<Path>) {
        match self {
            Self::Unknown => {
                found.push(path.clone());
                *self = Self::Null;
            }
            Self::List(elements) | Self::Tuple(elements) => {
                for (index, element) in elements.iter_mut().enumerate() {
                    element.take_unknown(&path.index(index), found);
                }
            }
            Self::Set(elements) => {
                for element in elements.iter_mut() {
                    element.take_unknown(path, found);
                }
                elements.sort();
            }
            Self::Map(elements) => {
                for (key, element) in elements {
                    element.take_unknown(&path.key(key.as_str()), found);
                }
            }
            Self::Object(attributes) => {
                for (name, attribute) in attributes {
                    attribute.take_unknown(&path.attribute(name.as_str()), found);
                }
            }
            Self::Dynamic(typed) => typed.1.take_unknown(path, found),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => {}
        }
    }

    /// Takes numbers from `original` where this value has them rounded to a double: Terraform compares all digits, and
    /// a model with `f64` has not got them.
    pub(crate) fn restore_digits(&mut self, original: &Value) {
        match (self, original) {
            (Self::Number(number), Self::Number(original)) => {
                let rounded = Number::try_from(original.as_f64());
                if rounded.as_ref() == Ok(number) {
                    *number = original.clone();
                }
            }
            (Self::List(elements), Self::List(originals))
            | (Self::Tuple(elements), Self::Tuple(originals))
            | (Self::Set(elements), Self::Set(originals)) => {
                for (element, original) in elements.iter_mut().zip(originals) {
                    element.restore_digits(original);
                }
            }
            (Self::Map(entries), Self::Map(originals)) | (Self::Object(entries), Self::Object(originals)) => {
                for (name, entry) in entries {
                    if let Some(original) = originals.get(name) {
                        entry.restore_digits(original);
                    }
                }
            }
            (Self::Dynamic(typed), Self::Dynamic(original)) => typed.1.restore_digits(&original.1),
            _ => {}
        }
    }

    /// Reads a value of the protocol. A missing value is null.
    ///
    /// # Errors
    ///
    /// [`ValueError`] if it is no value of type `ty`.
    pub fn from_wire(wire: Option<&DynamicValue>, ty: &Type) -> Result<Self, ValueError> {
        match wire {
            Some(wire) if !wire.msgpack.is_empty() => msgpack::decode(&wire.msgpack, ty),
            Some(wire) if !wire.json.is_empty() => Self::from_json_slice(&wire.json, ty),
            _ => Ok(Self::Null),
        }
    }

    /// Writes a value of the protocol. The type decides what is written: an attribute that the value lacks is null.
    ///
    /// # Errors
    ///
    /// [`ValueError`] if it is no value of type `ty`.
    pub fn to_wire(&self, ty: &Type) -> Result<DynamicValue, ValueError> {
        Ok(DynamicValue { msgpack: msgpack::encode(self, ty)?.into(), ..DynamicValue::default() })
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}
