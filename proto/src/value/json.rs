//! The JSON form of values: stored state, and what the protocol allows beside MessagePack.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Type, Value, ValueError, ValueErrorKind};
use crate::path::Step;

impl Value {
    /// Reads the JSON form, e.g. of stored state.
    ///
    /// An attribute that is missing is null. Numbers have the precision of a double, unless they are 64-bit integers.
    ///
    /// # Errors
    ///
    /// [`ValueError`] if it is no value of type `ty`.
    pub fn from_json(json: &Json, ty: &Type) -> Result<Self, ValueError> {
        match (ty, json) {
            (_, Json::Null) => Ok(Self::Null),
            (Type::Bool, Json::Bool(value)) => Ok(Self::Bool(*value)),
            (Type::String, Json::String(text)) => Ok(Self::String(text.clone())),
            (Type::Number, Json::Number(number)) => {
                number.to_string().parse().map(Self::Number).map_err(|_| ValueErrorKind::NotFinite.into())
            }
            // A number that no double holds may be stored as text.
            (Type::Number, Json::String(text)) => {
                text.parse().map(Self::Number).map_err(|_| ValueErrorKind::NotFinite.into())
            }
            (Type::List(element), Json::Array(elements)) => Ok(Self::List(elements_from_json(elements, element)?)),
            (Type::Set(element), Json::Array(elements)) => Ok(Self::set(elements_from_json(elements, element)?)),
            (Type::Tuple(types), Json::Array(elements)) if types.len() == elements.len() => elements
                .iter()
                .zip(types)
                .enumerate()
                .map(|(index, (json, ty))| Self::from_json(json, ty).map_err(|e| e.within(Step::Index(index))))
                .collect::<Result<_, _>>()
                .map(Self::Tuple),
            (Type::Map(element), Json::Object(entries)) => entries
                .iter()
                .map(|(key, json)| {
                    let value = Self::from_json(json, element).map_err(|e| e.within(Step::Key(key.clone())))?;
                    Ok((key.clone(), value))
                })
                .collect::<Result<_, _>>()
                .map(Self::Map),
            (Type::Object(types), Json::Object(entries)) => object_from_json(entries, types),
            (Type::Dynamic, Json::Object(parts)) => {
                let ty = parts.get("type").and_then(Type::from_json);
                let (Some(ty), Some(json)) = (ty, parts.get("value")) else {
                    return Err(ValueError::expected("an object of `type` and `value`"));
                };
                Ok(Self::dynamic(Self::from_json(json, &ty)?, ty))
            }
            (ty, _) => Err(ValueError::expected(format!("a value of type {ty}"))),
        }
    }

    pub(crate) fn from_json_slice(json: &[u8], ty: &Type) -> Result<Self, ValueError> {
        let json: Json = serde_json::from_slice(json).map_err(|error| ValueErrorKind::Malformed(error.to_string()))?;
        Self::from_json(&json, ty)
    }
}

fn elements_from_json(elements: &[Json], ty: &Type) -> Result<Vec<Value>, ValueError> {
    elements
        .iter()
        .enumerate()
        .map(|(index, json)| Value::from_json(json, ty).map_err(|e| e.within(Step::Index(index))))
        .collect()
}

fn object_from_json(
    entries: &serde_json::Map<String, Json>,
    types: &BTreeMap<String, Type>,
) -> Result<Value, ValueError> {
    if let Some(name) = entries.keys().find(|name| !types.contains_key(*name)) {
        return Err(ValueErrorKind::NoSuchAttribute(name.clone()).into());
    }
    types
        .iter()
        .map(|(name, ty)| {
            let value = match entries.get(name) {
                Some(json) => Value::from_json(json, ty).map_err(|e| e.within(Step::Attribute(name.clone())))?,
                None => Value::Null,
            };
            Ok((name.clone(), value))
        })
        .collect::<Result<_, _>>()
        .map(Value::Object)
}
