//! `flatten(event)`

use tfplugin::{Arguments, Function, FunctionError, Number, Signature, Type, Value};
use trailhook_engine::event::Leaf;

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
                 that a rule can read.",
            )
            .parameter(event_parameter())
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let event = event(arguments, 0)?;
        let (mut types, mut values) = (Vec::new(), Vec::new());
        for (key, leaf) in event.flat() {
            let key = key.to_string_lossy().into_owned();
            let (ty, value) = typed(leaf);
            types.push((key.clone(), ty));
            values.push((key, value));
        }
        Ok(Value::Dynamic(Box::new((Type::object(types), Value::object(values)))))
    }
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
