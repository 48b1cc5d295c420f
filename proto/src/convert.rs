//! Between [`Value`] and Rust's types.

use std::collections::{BTreeMap, BTreeSet};

use crate::path::Step;
use crate::value::{Number, Value, ValueError, ValueErrorKind};
use crate::{Attribute, Model, ObjectReader, ObjectWriter};

/// What can be read from a value.
///
/// Implemented for `String`, `bool`, the integers and `f64`, [`Number`], [`Value`], `Vec<T>` (list, set or tuple),
/// `BTreeSet<T>`, `BTreeMap<String, T>`, `Option<T>` (null is `None`), [`Attribute<T>`], and every [`Model`] (object or
/// block).
///
/// Of these, [`Attribute`] and [`Value`] alone can hold an unknown value.
pub trait FromValue: Sized {
    /// Reads `value`.
    ///
    /// # Errors
    ///
    /// [`ValueError`], with a path below `value`, if it is something else, or null or unknown where `Self` can't be.
    fn from_value(value: &Value) -> Result<Self, ValueError>;
}

/// What can be made into a value. Implemented for the same types as [`FromValue`].
pub trait ToValue {
    /// Makes the value.
    ///
    /// # Errors
    ///
    /// [`ValueError`] for a double that is infinite or not a number.
    fn to_value(&self) -> Result<Value, ValueError>;
}

/// The error for null, unknown, or another type.
fn unsuitable(value: &Value, expected: &str) -> ValueError {
    match value {
        value if value.is_null() => ValueErrorKind::Null.into(),
        value if value.is_unknown() => ValueErrorKind::Unknown.into(),
        _ => ValueError::expected(expected),
    }
}

impl<T: FromValue> FromValue for Attribute<T> {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        match value {
            value if value.is_null() => Ok(Self::Null),
            value if value.is_unknown() => Ok(Self::Unknown),
            known => match T::from_value(known) {
                Ok(value) => Ok(Self::Known(value)),
                // `T` has no place for what is unknown inside.
                Err(error) if *error.kind() == ValueErrorKind::Unknown => Ok(Self::Unknown),
                Err(error) => Err(error),
            },
        }
    }
}

impl<T: ToValue> ToValue for Attribute<T> {
    fn to_value(&self) -> Result<Value, ValueError> {
        match self {
            Self::Null => Ok(Value::Null),
            Self::Unknown => Ok(Value::Unknown),
            Self::Known(value) => value.to_value(),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        match value {
            value if value.is_null() => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Result<Value, ValueError> {
        self.as_ref().map_or(Ok(Value::Null), T::to_value)
    }
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        Ok(value.clone())
    }
}

impl ToValue for Value {
    fn to_value(&self) -> Result<Value, ValueError> {
        Ok(self.clone())
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            other => Err(unsuitable(other, "a string")),
        }
    }
}

impl ToValue for String {
    fn to_value(&self) -> Result<Value, ValueError> {
        Ok(Value::String(self.clone()))
    }
}

impl ToValue for &str {
    fn to_value(&self) -> Result<Value, ValueError> {
        Ok(Value::String((*self).to_owned()))
    }
}

impl ToValue for str {
    fn to_value(&self) -> Result<Value, ValueError> {
        Ok(Value::String(self.to_owned()))
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        match value {
            Value::Bool(value) => Ok(*value),
            other => Err(unsuitable(other, "`true` or `false`")),
        }
    }
}

impl ToValue for bool {
    fn to_value(&self) -> Result<Value, ValueError> {
        Ok(Value::Bool(*self))
    }
}

impl FromValue for Number {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        match value {
            Value::Number(number) => Ok(number.clone()),
            other => Err(unsuitable(other, "a number")),
        }
    }
}

impl ToValue for Number {
    fn to_value(&self) -> Result<Value, ValueError> {
        Ok(Value::Number(self.clone()))
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl FromValue for $integer {
            fn from_value(value: &Value) -> Result<Self, ValueError> {
                Number::from_value(value)?
                    .as_i64()
                    .and_then(|integer| integer.try_into().ok())
                    .ok_or_else(|| ValueError::expected(format!(
                        "a whole number from {} to {}", <$integer>::MIN, <$integer>::MAX
                    )))
            }
        }

        impl ToValue for $integer {
            fn to_value(&self) -> Result<Value, ValueError> {
                Ok(Value::Number(Number::from(i64::from(*self))))
            }
        }
    )*};
}

integers!(i64, i32, u32, u16, u8);

impl FromValue for f64 {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        let double = Number::from_value(value)?.as_f64();
        if double.is_finite() { Ok(double) } else { Err(ValueError::expected("a smaller number")) }
    }
}

impl ToValue for f64 {
    fn to_value(&self) -> Result<Value, ValueError> {
        match Number::try_from(*self) {
            Ok(number) => Ok(Value::Number(number)),
            Err(_) => Err(ValueErrorKind::NotFinite.into()),
        }
    }
}

fn elements<T: FromValue, C: FromIterator<T>>(value: &Value) -> Result<C, ValueError> {
    let elements = value.as_sequence().ok_or_else(|| unsuitable(value, "a list"))?;
    let is_set = matches!(value, Value::Set(_));
    elements
        .iter()
        .enumerate()
        .map(|(index, element)| {
            T::from_value(element).map_err(|error| {
                // The elements of a set have no position that the user could count.
                if is_set { ValueError::new(error.kind().clone()) } else { error.within(Step::Index(index)) }
            })
        })
        .collect()
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        elements(value)
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn to_value(&self) -> Result<Value, ValueError> {
        let elements = self
            .iter()
            .enumerate()
            .map(|(index, element)| element.to_value().map_err(|error| error.within(Step::Index(index))));
        elements.collect::<Result<_, _>>().map(Value::List)
    }
}

impl<T: FromValue + Ord> FromValue for BTreeSet<T> {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        elements(value)
    }
}

impl<T: ToValue> ToValue for BTreeSet<T> {
    fn to_value(&self) -> Result<Value, ValueError> {
        let elements: Vec<_> = self.iter().map(T::to_value).collect::<Result<_, _>>()?;
        Ok(Value::set(elements))
    }
}

impl<T: FromValue> FromValue for BTreeMap<String, T> {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        let (Value::Map(entries) | Value::Object(entries)) = value else {
            return Err(unsuitable(value, "a map"));
        };
        entries
            .iter()
            .map(|(key, value)| match T::from_value(value) {
                Ok(value) => Ok((key.clone(), value)),
                Err(error) => Err(error.within(Step::Key(key.clone()))),
            })
            .collect()
    }
}

impl<T: ToValue> ToValue for BTreeMap<String, T> {
    fn to_value(&self) -> Result<Value, ValueError> {
        self.iter()
            .map(|(key, value)| match value.to_value() {
                Ok(value) => Ok((key.clone(), value)),
                Err(error) => Err(error.within(Step::Key(key.clone()))),
            })
            .collect::<Result<_, _>>()
            .map(Value::Map)
    }
}

impl<M: Model> FromValue for M {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        match value {
            Value::Object(attributes) => M::read(&ObjectReader::new(attributes)),
            other => Err(unsuitable(other, "an object")),
        }
    }
}

impl<M: Model> ToValue for M {
    fn to_value(&self) -> Result<Value, ValueError> {
        let mut writer = ObjectWriter::default();
        self.write(&mut writer);
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Path;

    #[test]
    fn an_unknown_element_makes_the_list_unknown_unless_it_has_a_place() {
        let list = Value::List(vec!["a".into(), Value::Unknown]);
        assert_eq!(Attribute::<Vec<String>>::from_value(&list), Ok(Attribute::Unknown));
        let elements = Attribute::<Vec<Attribute<String>>>::from_value(&list).expect("a list");
        assert_eq!(elements, Attribute::Known(vec!["a".into(), Attribute::Unknown]));
        assert_eq!(elements.to_value(), Ok(list));
    }

    #[test]
    fn a_null_element_is_refused_where_it_is() {
        let list = Value::List(vec!["a".into(), Value::Null]);
        let error = Attribute::<Vec<String>>::from_value(&list).expect_err("null");
        assert_eq!((error.path(), error.kind()), (&Path::root().index(1), &ValueErrorKind::Null));
        let set = Value::set([Value::Null]);
        let error = Attribute::<Vec<String>>::from_value(&set).expect_err("null");
        assert_eq!(error.path(), &Path::root());
    }

    #[test]
    fn integers_are_whole_and_within_their_size() {
        let number = |text: &str| Value::Number(text.parse().expect("a number"));
        assert_eq!(u8::from_value(&number("255")), Ok(255));
        assert_eq!(u16::from_value(&number("1e3")), Ok(1000));
        for text in ["256", "-1", "0.5", "1e30"] {
            let error = u8::from_value(&number(text)).expect_err("too large");
            assert_eq!(error.to_string(), "a whole number from 0 to 255 is required");
        }
    }

    #[test]
    fn a_double_that_is_no_number_is_no_value() {
        let error = vec![1.0, f64::NAN].to_value().expect_err("not a number");
        assert_eq!((error.path(), error.kind()), (&Path::root().index(1), &ValueErrorKind::NotFinite));
    }
}
