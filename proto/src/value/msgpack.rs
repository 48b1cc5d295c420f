//! The MessagePack form of values.
//!
//! Both directions walk the type, not the value: what is read has every attribute of the type, and so has what is
//! written.

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
    Ok(Value::dynamic(read(value, &ty)?, ty))
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

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

    use super::*;
    use crate::Path;

    fn bytes(value: &rmpv::Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, value).expect("encodable");
        bytes
    }

    fn number(text: &str) -> Value {
        Value::Number(text.parse().expect("a number"))
    }

    /// A type and a value of it.
    fn typed() -> impl Strategy<Value = (Type, Value)> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(|value| (Type::Bool, Value::Bool(value))),
            any::<String>().prop_map(|value| (Type::String, Value::String(value))),
            any::<i64>().prop_map(|value| (Type::Number, Value::from(value))),
            "-?[0-9]{1,30}(\\.[0-9]{1,30})?".prop_map(|text| (Type::Number, number(&text))),
            Just((Type::String, Value::Null)),
            Just((Type::Bool, Value::Unknown)),
            Just((Type::Dynamic, Value::Unknown)),
            Just((Type::Dynamic, Value::Dynamic(Box::new((Type::Number, Value::Unknown))))),
            Just((Type::Dynamic, Value::Dynamic(Box::new((Type::Bool, Value::Null))))),
            any::<String>()
                .prop_map(|text| (Type::Dynamic, Value::Dynamic(Box::new((Type::String, Value::String(text)))))),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                // A list of one element repeated, since all have the same type.
                (inner.clone(), 0..4_usize).prop_map(|((ty, value), count)| {
                    (Type::list(ty), Value::List(std::iter::repeat_n(value, count).collect()))
                }),
                inner.clone().prop_map(|(ty, value)| (Type::set(ty), Value::set([value]))),
                (inner.clone(), any::<String>())
                    .prop_map(|((ty, value), key)| (Type::map(ty), Value::Map([(key, value)].into()))),
                vec(inner.clone(), 0..4).prop_map(|elements| {
                    let (types, values) = elements.into_iter().unzip();
                    (Type::Tuple(types), Value::Tuple(values))
                }),
                btree_map("[a-z_]{1,8}", inner, 0..4).prop_map(|attributes| {
                    let types = attributes.iter().map(|(name, (ty, _))| (name, ty.clone()));
                    let types = Type::object(types);
                    (types, Value::object(attributes.into_iter().map(|(name, (_, value))| (name, value))))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_come_back((ty, value) in typed()) {
            let encoded = encode(&value, &ty).expect("a value of the type");
            prop_assert_eq!(decode(&encoded, &ty), Ok(value.clone()));
            prop_assert_eq!(value.clone().conform(&ty), Ok(value));
        }

        #[test]
        fn nothing_that_is_sent_can_do_harm(noise in vec(any::<u8>(), 0..64), (ty, _) in typed()) {
            let _ = decode(&noise, &ty);
        }
    }

    #[test]
    fn every_extension_is_unknown() {
        // A plain one, a refined one as Terraform sends it ("starts with dep-"), and one of a later day.
        let refined = b"\x82\x01\xc2\x02\xa4dep-".to_vec();
        for (kind, payload) in [(0, vec![0]), (12, refined), (99, vec![1, 2, 3])] {
            let encoded = bytes(&rmpv::Value::Ext(kind, payload));
            assert_eq!(decode(&encoded, &Type::String), Ok(Value::Unknown));
            assert_eq!(decode(&encoded, &Type::Dynamic), Ok(Value::Unknown));
            assert_eq!(decode(&encoded, &Type::list(Type::Bool)), Ok(Value::Unknown));
        }
        assert_eq!(encode(&Value::Unknown, &Type::String), Ok(vec![0xd4, 0, 0]));
    }

    #[test]
    fn numbers_have_three_forms() {
        let cases = [
            (rmpv::Value::from(-3), "-3"),
            (rmpv::Value::from(u64::MAX), "18446744073709551615"),
            (rmpv::Value::from(0.5), "0.5"),
            (rmpv::Value::from(2.0_f32), "2"),
            (rmpv::Value::from("12345678901234567890123"), "12345678901234567890123"),
        ];
        for (sent, meant) in cases {
            assert_eq!(decode(&bytes(&sent), &Type::Number), Ok(number(meant)));
        }
        let written = encode(&number("0.1"), &Type::Number).expect("a number");
        assert_eq!(written, bytes(&"0.1".into()), "a double would be another number");
        assert_eq!(encode(&number("7"), &Type::Number), Ok(vec![7]));
        for nonsense in [rmpv::Value::from(f64::INFINITY), "x".into()] {
            assert!(decode(&bytes(&nonsense), &Type::Number).is_err());
        }
    }

    #[test]
    fn an_object_has_every_attribute_of_its_type_and_no_other() {
        let ty = Type::object([("a", Type::String), ("b", Type::list(Type::Bool))]);
        let whole = Value::object([("a", Value::from("x")), ("b", Value::Null)]);
        let part = Value::object([("a", Value::from("x"))]);
        let encoded = encode(&part, &ty).expect("an object");
        assert_eq!(encoded, encode(&whole, &ty).expect("an object"));
        assert_eq!(decode(&encoded, &ty), Ok(whole));

        let more = Value::object([("c", Value::Null)]);
        let error = encode(&more, &ty).expect_err("too much");
        assert_eq!(*error.kind(), ValueErrorKind::NoSuchAttribute("c".into()));
    }

    #[test]
    fn errors_say_where_and_never_what() {
        let ty = Type::object([("a", Type::list(Type::map(Type::Number)))]);
        let secret = Value::Map([("k".to_owned(), Value::from("hunter2"))].into());
        let value = Value::object([("a", Value::List(vec![secret]))]);
        let error = encode(&value, &ty).expect_err("a string is no number");
        assert_eq!(error.path(), &Path::from("a").index(0).key("k"));
        assert_eq!(error.to_string(), "`a[0][\"k\"]`: a value of type number is required");
    }

    #[test]
    fn what_is_no_single_value_is_refused() {
        for bytes in [&b""[..], b"\xc0\xc0", b"\xa5ab", b"\xa2\xff\xfe", b"\xdd\xff\xff\xff\xff"] {
            assert!(decode(bytes, &Type::list(Type::String)).is_err(), "{bytes:?}");
        }
        let deep = [vec![0x91; 100_000], vec![0xc0]].concat();
        assert!(decode(&deep, &Type::Dynamic).is_err());
    }
}
