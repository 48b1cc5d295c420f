//! Making what product code built into a value of a type.

use std::collections::BTreeMap;

use super::{Type, Value, ValueError, ValueErrorKind};
use crate::path::Step;

impl Value {
    /// The same value as type `ty` has it: a sequence becomes the list, set or tuple of the type, an object gets its
    /// missing attributes as null, a value for a dynamic type gets its type.
    ///
    /// # Errors
    ///
    /// [`ValueError`] if that would change what the value says.
    pub fn conform(self, ty: &Type) -> Result<Self, ValueError> {
        match (ty, self) {
            (_, plain @ (Self::Null | Self::Unknown)) => Ok(plain),
            (Type::Dynamic, value) => value.conform_dynamic(),
            (ty, Self::Dynamic(typed)) => typed.1.conform(ty),
            (Type::Bool, value @ Self::Bool(_))
            | (Type::Number, value @ Self::Number(_))
            | (Type::String, value @ Self::String(_)) => Ok(value),
            (Type::List(element), Self::List(elements) | Self::Set(elements) | Self::Tuple(elements)) => {
                Ok(Self::List(conform_elements(elements, element)?))
            }
            (Type::Set(element), Self::List(elements) | Self::Set(elements) | Self::Tuple(elements)) => {
                Ok(Self::set(conform_elements(elements, element)?))
            }
            (Type::Tuple(types), Self::List(elements) | Self::Tuple(elements)) if types.len() == elements.len() => {
                elements
                    .into_iter()
                    .zip(types)
                    .enumerate()
                    .map(|(index, (value, ty))| value.conform(ty).map_err(|e| e.within(Step::Index(index))))
                    .collect::<Result<_, _>>()
                    .map(Self::Tuple)
            }
            (Type::Map(element), Self::Map(entries) | Self::Object(entries)) => entries
                .into_iter()
                .map(|(key, value)| match value.conform(element) {
                    Ok(value) => Ok((key, value)),
                    Err(error) => Err(error.within(Step::Key(key))),
                })
                .collect::<Result<_, _>>()
                .map(Self::Map),
            (Type::Object(types), Self::Map(entries) | Self::Object(entries)) => conform_object(entries, types),
            (ty, _) => Err(ValueError::expected(format!("a value of type {ty}"))),
        }
    }

    /// A value of dynamic type that is of type `ty`.
    pub(super) fn dynamic(value: Self, ty: Type) -> Self {
        // Of dynamic type within dynamic type: it has said already what it is.
        if ty == Type::Dynamic { value } else { Self::Dynamic(Box::new((ty, value))) }
    }

    fn conform_dynamic(self) -> Result<Self, ValueError> {
        match self {
            Self::Dynamic(typed) => {
                let (ty, value) = *typed;
                Ok(Self::dynamic(value.conform(&ty)?, ty))
            }
            value => {
                let ty = value.natural_type();
                let value = value.conform(&ty)?;
                Ok(Self::Dynamic(Box::new((ty, value))))
            }
        }
    }

    /// The type that Terraform would give a literal like this.
    fn natural_type(&self) -> Type {
        let of_entries = |entries: &BTreeMap<String, Value>| {
            Type::object(entries.iter().map(|(name, value)| (name, value.natural_type())))
        };
        match self {
            Self::Null | Self::Unknown => Type::Dynamic,
            Self::Bool(_) => Type::Bool,
            Self::Number(_) => Type::Number,
            Self::String(_) => Type::String,
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => {
                Type::Tuple(elements.iter().map(Self::natural_type).collect())
            }
            Self::Map(entries) | Self::Object(entries) => of_entries(entries),
            Self::Dynamic(typed) => typed.0.clone(),
        }
    }
}

fn conform_elements(elements: Vec<Value>, ty: &Type) -> Result<Vec<Value>, ValueError> {
    elements
        .into_iter()
        .enumerate()
        .map(|(index, value)| value.conform(ty).map_err(|e| e.within(Step::Index(index))))
        .collect()
}

fn conform_object(mut entries: BTreeMap<String, Value>, types: &BTreeMap<String, Type>) -> Result<Value, ValueError> {
    let attributes = types
        .iter()
        .map(|(name, ty)| {
            let value = entries.remove(name).unwrap_or(Value::Null);
            match value.conform(ty) {
                Ok(value) => Ok((name.clone(), value)),
                Err(error) => Err(error.within(Step::Attribute(name.clone()))),
            }
        })
        .collect::<Result<_, _>>()?;
    match entries.into_keys().next() {
        Some(name) => Err(ValueErrorKind::NoSuchAttribute(name).into()),
        None => Ok(Value::Object(attributes)),
    }
}
