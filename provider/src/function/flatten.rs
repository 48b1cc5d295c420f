//! `flatten(event)`

use std::collections::HashMap;

use tfplugin::{Arguments, Function, FunctionError, Number, Signature, Type, Value};
use trailhook_engine::event::{Leaf, TextBuf};
use unicode_normalization::UnicodeNormalization as _;

use super::{event, event_parameter};

pub(crate) struct Flatten;

impl Function for Flatten {
    fn name(&self) -> String {
        "flatten".to_owned()
    }

    /// The result is an object: a map would have to turn every value into text, and `false` and `"false"` decide
    /// differently; JSON text would have to be decoded before anything can be done with it.
    fn signature(&self) -> Signature {
        Signature::returning(Type::Dynamic)
            .summary("An event as rules see it")
            .describe(
                "The flat view of an event, which is what `event` is in an expression: an object whose attributes are the paths, such \
                 as `provider::trailhook::flatten(file(\"${path.module}/event.json\"))[\"userIdentity.type\"]`. Strings, numbers, bools and null stay what \
                 they are; what no number of Terraform can hold (NaN, infinities) becomes a string. `keys(…)` lists the fields \
                 that a rule can read. Terraform composes letters and accents, so an event that has two fields whose names \
                 differ in that alone is an error.",
            )
            .parameter(event_parameter())
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let event = event(arguments, 0)?;
        let (mut types, mut values) = (Vec::new(), Vec::new());
        let mut seen = HashMap::new();
        for (path, leaf) in event.flat() {
            // Terraform would do the same, and then find two attributes of one name.
            let key: String = path.to_string_lossy().nfc().collect();
            if let Some(before) = seen.insert(key.clone(), path) {
                return Err(one_name(before, path).at_argument(0));
            }
            let (ty, value) = typed(leaf);
            types.push((key.clone(), ty));
            values.push((key, value));
        }
        Ok(Value::Dynamic(Box::new((Type::object(types), Value::object(values)))))
    }
}

/// Two fields that a rule tells apart and Terraform does not.
fn one_name(first: &TextBuf, second: &TextBuf) -> FunctionError {
    let shown = |path: &TextBuf| path.to_string_lossy().escape_default().to_string();
    FunctionError::new(format!(
        "the event has two fields that Terraform takes for one, because it composes letters and accents and knows no half of a \
         character: \"{}\" and \"{}\". Rules tell them apart; leave one of them out to flatten the event",
        shown(first),
        shown(second)
    ))
}

fn typed(leaf: &Leaf) -> (Type, Value) {
    let number = |text: String| match text.parse::<Number>() {
        Ok(number) => (Type::Number, Value::Number(number)),
        Err(_) => (Type::String, Value::String(text)),
    };
    match leaf {
        // A null of no particular type.
        Leaf::Null => (Type::Dynamic, Value::Null),
        Leaf::Bool(value) => (Type::Bool, Value::Bool(*value)),
        Leaf::Int(value) => number(value.to_string()),
        Leaf::BigInt(value) => number(value.to_string()),
        Leaf::Float(value) => number(value.to_string()),
        Leaf::Str(text) => (Type::String, Value::String(text.to_string_lossy().into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_terraform_takes_for_one_are_named() {
        let told = |event: &str| {
            let error = Flatten.call(&Arguments::new([Value::String(event.to_owned())])).unwrap_err();
            (error.argument(), error.to_string())
        };
        let (argument, text) = told("{\"caf\u{e9}\": 1, \"x\": 0, \"cafe\u{301}\": 2}");
        assert_eq!(argument, Some(0));
        assert!(text.contains(r#""caf\u{e9}" and "cafe\u{301}""#), "{text}");
        // A half of a pair has no character of its own.
        let (_, text) = told(r#"{"a\ud800": 1, "a\udc00": 2}"#);
        assert!(text.contains(r#""a\u{fffd}" and "a\u{fffd}""#), "{text}");
        // A composed name is the one by which Terraform can ask for it.
        let one = Flatten.call(&Arguments::new([Value::String("{\"cafe\u{301}\": 1}".to_owned())])).unwrap();
        let Value::Dynamic(one) = one else { panic!("{one:?}") };
        assert_eq!(one.0, Type::object([("caf\u{e9}".to_owned(), Type::Number)]));
    }

    #[test]
    fn values_stay_what_they_are() {
        let event = r#"{"a": {"b": [true, null]}, "n": 123456789012345678901234567890, "f": 1.50, "x": NaN, "s": "1", "e": {}}"#;
        let result = Flatten.call(&Arguments::new([Value::String(event.to_owned())])).unwrap();
        let Value::Dynamic(typed) = result else { panic!("{result:?}") };
        let string = |text: &str| Value::String(text.to_owned());
        let number = |text: &str| Value::Number(text.parse().unwrap());
        let expected = [
            ("a.b.0", Type::Bool, Value::Bool(true)),
            ("a.b.1", Type::Dynamic, Value::Null),
            ("n", Type::Number, number("123456789012345678901234567890")),
            ("f", Type::Number, number("1.5")),
            ("x", Type::String, string("NaN")),
            ("s", Type::String, string("1")),
        ];
        assert_eq!(typed.0, Type::object(expected.clone().map(|(key, ty, _)| (key, ty))));
        assert_eq!(typed.1, Value::object(expected.map(|(key, _, value)| (key, value))));
    }
}
