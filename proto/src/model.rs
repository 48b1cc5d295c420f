//! Structs that mirror an object or a block.

use std::collections::BTreeMap;

use crate::convert::{FromValue, ToValue};
use crate::path::Step;
use crate::value::{Value, ValueError, ValueErrorKind};

/// A struct that mirrors a resource, a data source, provider configuration, a block, or an object.
///
/// [`model!`](crate::model) writes the implementation for a plain struct. By hand:
///
/// ```
/// use tfplugin::{Attribute, Model, ObjectReader, ObjectWriter, ValueError};
///
/// struct Window {
///     starts_at: Attribute<i64>,
///     days: Attribute<Vec<String>>,
/// }
///
/// impl Model for Window {
///     fn read(object: &ObjectReader<'_>) -> Result<Self, ValueError> {
///         Ok(Self {
///             starts_at: object.get("starts_at")?,
///             days: object.get("days")?,
///         })
///     }
///
///     fn write(&self, object: &mut ObjectWriter) {
///         object.set("starts_at", &self.starts_at);
///         object.set("days", &self.days);
///     }
/// }
/// ```
///
/// Which type a field has:
///
/// | in the schema | field |
/// |---|---|
/// | string, bool, int64, number | `Attribute<String>`, `Attribute<bool>`, `Attribute<i64>`, `Attribute<f64>` or `Attribute<Number>` |
/// | list or set of T | `Attribute<Vec<T>>`, `Attribute<BTreeSet<T>>`; `Attribute<Vec<Attribute<T>>>` to see which element is unknown |
/// | map of T | `Attribute<BTreeMap<String, T>>` |
/// | object, single block | `Attribute<M>` where `M: Model` |
/// | list or set of blocks | `Attribute<Vec<M>>`: unknown if a `dynamic` block's number is unknown, never null |
/// | dynamic | `Value` |
///
/// A field without `Attribute` around it is for places where the value is always known and set: arguments of functions,
/// state. A model with such a field can't be read from a plan in which the value is unknown.
pub trait Model: Sized + Send + Sync + 'static {
    /// Reads the attributes.
    ///
    /// # Errors
    ///
    /// [`ValueError`] of the first attribute that is not what the model has in its place.
    fn read(object: &ObjectReader<'_>) -> Result<Self, ValueError>;

    /// Writes the attributes. Those that are not written are null.
    fn write(&self, object: &mut ObjectWriter);
}

/// Provider configuration, or another object, without any attribute.
impl Model for () {
    fn read(_object: &ObjectReader<'_>) -> Result<Self, ValueError> {
        Ok(())
    }

    fn write(&self, _object: &mut ObjectWriter) {}
}

/// Gives the attributes of an object by name.
#[derive(Debug, Clone, Copy)]
pub struct ObjectReader<'a>(&'a BTreeMap<String, Value>);

impl<'a> ObjectReader<'a> {
    pub(crate) fn new(attributes: &'a BTreeMap<String, Value>) -> Self {
        Self(attributes)
    }

    /// The attribute or block `name`.
    ///
    /// # Errors
    ///
    /// [`ValueError`] if the value is no `T`, or the schema has nothing of this name.
    pub fn get<T: FromValue>(&self, name: &str) -> Result<T, ValueError> {
        let value = self.0.get(name).ok_or_else(|| ValueErrorKind::NoSuchAttribute(name.to_owned()))?;
        T::from_value(value).map_err(|error| error.within(Step::Attribute(name.to_owned())))
    }
}

/// Takes the attributes of an object by name.
#[derive(Debug, Default)]
pub struct ObjectWriter {
    attributes: BTreeMap<String, Value>,
    error: Option<ValueError>,
}

impl ObjectWriter {
    /// Sets the attribute or block `name`. A value that can't be one is reported when the object is used.
    pub fn set(&mut self, name: &str, value: &(impl ToValue + ?Sized)) {
        match value.to_value() {
            Ok(value) => {
                self.attributes.insert(name.to_owned(), value);
            }
            Err(error) => {
                self.error.get_or_insert(error.within(Step::Attribute(name.to_owned())));
            }
        }
    }

    pub(crate) fn finish(self) -> Result<Value, ValueError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(Value::Object(self.attributes)),
        }
    }
}

/// Implements [`Model`] for a struct with named fields.
///
/// All fields are listed; each is the attribute or block of the same name, or of the name given after `=`.
///
/// ```
/// use tfplugin::{Attribute, model};
///
/// struct Zone {
///     name: Attribute<String>,
///     records: Attribute<Vec<Record>>,
/// }
/// model!(Zone { name, records = "record" });
///
/// struct Record {
///     targets: Attribute<Vec<String>>,
///     time_to_live: Attribute<i64>,
/// }
/// model!(Record { targets, time_to_live });
/// ```
///
/// Attributes that several objects have in common are a model of their own, named behind `..` at the end:
///
/// ```
/// use tfplugin::{Attribute, model};
///
/// struct Labelled {
///     labels: Attribute<Vec<String>>,
/// }
/// model!(Labelled { labels });
///
/// struct Item {
///     name: Attribute<String>,
///     labelled: Labelled,
/// }
/// model!(Item { name, ..labelled });
/// ```
#[macro_export]
macro_rules! model {
    ($model:ident { $($field:ident $(= $name:literal)?),* $(,)? $(..$common:ident)? }) => {
        impl $crate::Model for $model {
            fn read(
                object: &$crate::ObjectReader<'_>,
            ) -> ::std::result::Result<Self, $crate::ValueError> {
                ::std::result::Result::Ok(Self {
                    $($field: object.get($crate::model!(@name $field $($name)?))?,)*
                    $($common: $crate::Model::read(object)?,)?
                })
            }

            fn write(&self, object: &mut $crate::ObjectWriter) {
                $(object.set($crate::model!(@name $field $($name)?), &self.$field);)*
                $($crate::Model::write(&self.$common, object);)?
            }
        }
    };
    (@name $field:ident) => { ::std::stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
}
