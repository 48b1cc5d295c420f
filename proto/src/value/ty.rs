//! Terraform's types.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value as Json, json};

/// Deeper types are refused; no configuration has them.
const MAX_DEPTH: usize = 64;

/// The type of a value: a Terraform type constraint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Text.
    String,
    /// A decimal number.
    Number,
    /// `true` or `false`.
    Bool,
    /// Elements of one type, in order.
    List(Box<Type>),
    /// Different elements of one type, in no order.
    Set(Box<Type>),
    /// Elements of one type under string keys.
    Map(Box<Type>),
    /// Named attributes, each of its own type.
    Object(BTreeMap<String, Type>),
    /// A fixed number of elements, each of its own type.
    Tuple(Vec<Type>),
    /// Of any type: the value brings its type along.
    Dynamic,
}

impl Type {
    /// A list of `element`.
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of `element`.
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of `element`.
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object of the given attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, ty)| (name.into(), ty)).collect())
    }

    /// `true` if this type or one inside it is [`Type::Dynamic`].
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
        }
    }

    /// `true` if a set is somewhere in it whose elements are of dynamic type.
    pub(crate) fn has_dynamic_in_set(&self) -> bool {
        match self {
            Self::Dynamic | Self::String | Self::Number | Self::Bool => false,
            Self::Set(element) => element.has_dynamic(),
            Self::List(element) | Self::Map(element) => element.has_dynamic_in_set(),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic_in_set),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic_in_set),
        }
    }

    /// The form of the protocol, e.g. `["list","string"]`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Object(attributes) => {
                let attributes: serde_json::Map<_, _> =
                    attributes.iter().map(|(name, ty)| (name.clone(), ty.to_json())).collect();
                json!(["object", attributes])
            }
            Self::Tuple(elements) => {
                let elements: Vec<_> = elements.iter().map(Self::to_json).collect();
                json!(["tuple", elements])
            }
        }
    }

    /// Reads the form of the protocol; `None` if it is no type, or one that is nested too deeply.
    pub fn from_json(json: &Json) -> Option<Self> {
        Self::from_json_within(json, MAX_DEPTH)
    }

    fn from_json_within(json: &Json, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        let (kind, argument) = match json {
            Json::String(name) => {
                return match name.as_str() {
                    "string" => Some(Self::String),
                    "number" => Some(Self::Number),
                    "bool" => Some(Self::Bool),
                    "dynamic" => Some(Self::Dynamic),
                    _ => None,
                };
            }
            // An object may name its optional attributes in a third place; values always have them.
            Json::Array(parts) => (parts.first()?.as_str()?, parts.get(1)?),
            _ => return None,
        };
        let inner = |json: &Json| Self::from_json_within(json, depth);
        match kind {
            "list" => Some(Self::list(inner(argument)?)),
            "set" => Some(Self::set(inner(argument)?)),
            "map" => Some(Self::map(inner(argument)?)),
            "tuple" => Some(Self::Tuple(argument.as_array()?.iter().map(inner).collect::<Option<_>>()?)),
            "object" => Some(Self::Object(
                argument
                    .as_object()?
                    .iter()
                    .map(|(name, ty)| Some((name.clone(), inner(ty)?)))
                    .collect::<Option<_>>()?,
            )),
            _ => None,
        }
    }
}

/// As one writes it in configuration: `list(string)`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::Dynamic => f.write_str("any"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Object(_) => f.write_str("object"),
            Self::Tuple(_) => f.write_str("tuple"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_form_comes_back() {
        let text =
            r#"["object",{"a":["list",["map","number"]],"b":["tuple",["bool","dynamic"]],"c":["set","string"]}]"#;
        let json: Json = serde_json::from_str(text).expect("JSON");
        let ty = Type::from_json(&json).expect("a type");
        assert_eq!(ty.to_json().to_string(), text);
        assert!(ty.has_dynamic());
        assert!(!ty.has_dynamic_in_set());
    }

    #[test]
    fn refuses_what_is_no_type() {
        let deep = (0..MAX_DEPTH).fold(json!("string"), |inner, _| json!(["list", inner]));
        for json in [json!("text"), json!(["list"]), json!(["object", []]), json!(7), deep] {
            assert_eq!(Type::from_json(&json), None, "{json}");
        }
    }
}
