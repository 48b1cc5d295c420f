//! The MessagePack form of values.
//!
//! Both directions walk the type, not the value: what is read has every attribute of the type, and so has what is written.

use std::collections::BTreeMap;

use rmp::encode;
use rmpv::ValueRef;
use rmpv::decode::read_value_ref_with_max_depth;

use super::{Number, Type, Value, ValueError, ValueErrorKind};
use crate::path::Step;

/// Deeper values are refused. Types are bounded by their own limit; this one also holds for values of dynamic type.
const MAX_DEPTH: usize = 256;

/// The smallest extension: type 0 with one byte.
const UNKNOWN: [u8; 3] = [0xd4, 0, 0];

pub(super) fn decode(mut bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    let raw = read_value_ref_with_max_depth(&mut bytes, MAX_DEPTH).map_err(|error| malformed(error.to_string()))?;
    if !bytes.is_empty() {
        return Err(malformed("more than one value"));
    }
    read(raw, ty)
}

fn malformed(what: impl Into<String>) -> ValueError {
    ValueErrorKind::Malformed(what.into()).into()
}

fn read(raw: ValueRef<'_>, ty: &Type) -> Result<Value, ValueError> {
    match (ty, raw) {
        (_, ValueRef::Nil) => Ok(Value::Null),
        // Every extension is an unknown value. Refinements ("not null", "starts with") may always be ignored.
        (_, ValueRef::Ext(..)) => Ok(Value::Unknown),
        (Type::Dynamic, ValueRef::Array(parts)) => read_dynamic(parts),
        (Type::Bool, ValueRef::Boolean(value)) => Ok(Value::Bool(value)),
        (Type::Number, raw) => read_number(&raw).map(Value::Number),
        (Type::String, ValueRef::String(text)) => match text.into_str() {
            Some(text) => Ok(Value::String(text.to_owned())),
            None => Err(malformed("text that is not UTF-8")),
        },
        (Type::List(element), ValueRef::Array(elements)) => {
            read_elements(elements, |_| Some(&**element)).map(Value::List)
        }
        (Type::Set(element), ValueRef::Array(elements)) => {
            read_elements(elements, |_| Some(&**element)).map(Value::set)
        }
        (Type::Tuple(types), ValueRef::Array(elements)) => {
            if types.len() != elements.len() {
                return Err(ValueError::expected(format!("a tuple of {}", types.len())));
            }
            read_elements(elements, |index| types.get(index)).map(Value::Tuple)
        }
        (Type::Map(element), ValueRef::Map(entries)) => entries
            .into_iter()
            .map(|(key, raw)| {
                let key = read_key(&key)?;
                let value = read(raw, element).map_err(|e| e.within(Step::Key(key.clone())))?;
                Ok((key, value))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Type::Object(types), ValueRef::Map(entries)) => read_object(entries, types),
        (ty, _) => Err(ValueError::expected(format!("a value of type {ty}"))),
    }
}

fn read_elements<'t>(
    elements: Vec<ValueRef<'_>>,
    ty: impl Fn(usize) -> Option<&'t Type>,
) -> Result<Vec<Value>, ValueError> {
    elements
        .into_iter()
        .enumerate()
        .map(|(index, raw)| match ty(index) {
            Some(ty) => read(raw, ty).map_err(|e| e.within(Step::Index(index))),
            None => Err(malformed("too many elements")),
        })
        .collect()
}

fn read_object(
    entries: Vec<(ValueRef<'_>, ValueRef<'_>)>,
    types: &BTreeMap<String, Type>,
) -> Result<Value, ValueError> {
    let mut attributes = BTreeMap::new();
    for (key, raw) in entries {
        let name = read_key(&key)?;
        let Some(ty) = types.get(&name) else {
            return Err(ValueErrorKind::NoSuchAttribute(name).into());
        };
        let value = read(raw, ty).map_err(|e| e.within(Step::Attribute(name.clone())))?;
        attributes.insert(name, value);
    }
    for name in types.keys() {
        if !attributes.contains_key(name) {
            attributes.insert(name.clone(), Value::Null);
        }
    }
    Ok(Value::Object(attributes))
}

fn read_key(raw: &ValueRef<'_>) -> Result<String, ValueError> {
    match raw {
        ValueRef::String(text) => text.as_str().map(str::to_owned).ok_or_else(|| malformed("a key that is not UTF-8")),
        _ => Err(malformed("a key that is not a string")),
    }
}

/// An integer, a double, or decimal text where neither holds the number.
fn read_number(raw: &ValueRef<'_>) -> Result<Number, ValueError> {
    let number = match raw {
        ValueRef::Integer(integer) => match (integer.as_i64(), integer.as_u64()) {
            (Some(signed), _) => Ok(Number::from(signed)),
            (None, Some(unsigned)) => Ok(Number::from(unsigned)),
            (None, None) => return Err(malformed("an integer of no size")),
        },
        ValueRef::F32(double) => Number::exactly(f64::from(*double)),
        ValueRef::F64(double) => Number::exactly(*double),
        ValueRef::String(text) => text.as_str().unwrap_or_default().parse(),
        _ => return Err(ValueError::expected("a value of type number")),
    };
    number.map_err(|_| ValueErrorKind::NotFinite.into())
}

/// The type as JSON, then the value.
fn read_dynamic(parts: Vec<ValueRef<'_>>) -> Result<Value, ValueError> {
    let Ok([ty, value]) = <[ValueRef<'_>; 2]>::try_from(parts) else {
        return Err(malformed("a value of dynamic type has two parts"));
    };
    let json = match &ty {
        ValueRef::Binary(bytes) => bytes,
        ValueRef::String(text) => text.as_bytes(),
        _ => return Err(malformed("a dynamic type that is not bytes")),
    };
    let ty = serde_json::from_slice(json)
        .ok()
        .as_ref()
        .and_then(Type::from_json)
        .ok_or_else(|| malformed("a dynamic type that is no type"))?;
    Ok(match read(value, &ty)? {
        // Null and unknown carry no type of their own here.
        plain @ (Value::Null | Value::Unknown | Value::Dynamic(_)) => plain,
        value => Value::Dynamic(Box::new((ty, value))),
    })
}

pub(super) fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, ValueError> {
    let mut out = Vec::new();
    write(&mut out, value, ty)?;
    Ok(out)
}

fn write(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), ValueError> {
    match (ty, value) {
        (_, Value::Null) => {
            encode::write_nil(out).map_err(too_large)?;
        }
        (_, Value::Unknown) => out.extend_from_slice(&UNKNOWN),
        (Type::Dynamic, Value::Dynamic(typed)) => {
            let (ty, value) = &**typed;
            encode::write_array_len(out, 2).map_err(too_large)?;
            encode::write_bin(out, ty.to_json().to_string().as_bytes()).map_err(too_large)?;
            write(out, value, ty)?;
        }
        (Type::Bool, Value::Bool(value)) => encode::write_bool(out, *value).map_err(too_large)?,
        (Type::Number, Value::Number(number)) => match number.as_i64() {
            Some(integer) => {
                encode::write_sint(out, integer).map_err(too_large)?;
            }
            // Decimal text is exact, a double mostly is not.
            None => encode::write_str(out, &number.to_string()).map_err(too_large)?,
        },
        (Type::String, Value::String(text)) => encode::write_str(out, text).map_err(too_large)?,
        (Type::List(element), Value::List(elements)) | (Type::Set(element), Value::Set(elements)) => {
            encode::write_array_len(out, length(elements.len())?).map_err(too_large)?;
            for (index, value) in elements.iter().enumerate() {
                write(out, value, element).map_err(|e| e.within(Step::Index(index)))?;
            }
        }
        (Type::Tuple(types), Value::Tuple(elements)) if types.len() == elements.len() => {
            encode::write_array_len(out, length(elements.len())?).map_err(too_large)?;
            for (index, (value, ty)) in elements.iter().zip(types).enumerate() {
                write(out, value, ty).map_err(|e| e.within(Step::Index(index)))?;
            }
        }
        (Type::Map(element), Value::Map(entries)) => {
            encode::write_map_len(out, length(entries.len())?).map_err(too_large)?;
            for (key, value) in entries {
                encode::write_str(out, key).map_err(too_large)?;
                write(out, value, element).map_err(|e| e.within(Step::Key(key.clone())))?;
            }
        }
        (Type::Object(types), Value::Object(attributes)) => {
            if let Some(name) = attributes.keys().find(|name| !types.contains_key(*name)) {
                return Err(ValueErrorKind::NoSuchAttribute(name.clone()).into());
            }
            encode::write_map_len(out, length(types.len())?).map_err(too_large)?;
            for (name, ty) in types {
                encode::write_str(out, name).map_err(too_large)?;
                write(out, attributes.get(name).unwrap_or(&Value::Null), ty)
                    .map_err(|e| e.within(Step::Attribute(name.clone())))?;
            }
        }
        (ty, _) => return Err(ValueError::expected(format!("a value of type {ty}"))),
    }
    Ok(())
}

fn length(length: usize) -> Result<u32, ValueError> {
    u32::try_from(length).map_err(too_large)
}

fn too_large(error: impl std::fmt::Display) -> ValueError {
    malformed(error.to_string())
}
