//! Whether a model fits a schema.

use super::{Problem, Schema};
use crate::convert::{FromValue, ToValue};
use crate::model::Model;
use crate::path::Path;
use crate::value::{Number, Type, Value, ValueError};

impl Schema {
    /// Where `M` does not mirror the schema: an attribute that it lacks, has too much, or reads as another type.
    ///
    /// It reads an object in which everything is set, writes it, and compares.
    /// [`check_provider`](crate::check_provider) does this for everything that a provider has.
    pub fn check_model<M: Model>(&self) -> Vec<Problem> {
        let sample = match self.conform(sample(&self.object_type())) {
            Ok(sample) => sample,
            Err(error) => return vec![problem(&error)],
        };
        let written = M::from_value(&sample).and_then(|model| model.to_value()).and_then(|value| self.conform(value));
        let written = match written {
            Ok(written) => written,
            Err(error) => return vec![problem(&error)],
        };
        let mut problems = Vec::new();
        sample.walk(&mut Path::root(), &mut |path, value| {
            // What is inside a set has no path of its own; the comparison below covers it.
            let addressable = sample.at(path) == Some(value);
            let lost = written.at(path).is_none_or(Value::is_null);
            let seen = problems.iter().any(|one: &Problem| path.is_within(one.path()));
            if addressable && lost && !seen {
                problems.push(Problem::new(path.clone(), "the model reads it, or should, but does not write it"));
            }
        });
        if problems.is_empty() && written != sample {
            problems.push(Problem::new(Path::root(), "the model writes something else than it read"));
        }
        problems
    }
}

fn problem(error: &ValueError) -> Problem {
    Problem::new(error.path().clone(), format!("the model does not fit: {}", error.kind()))
}

/// A value of the type in which everything is set.
fn sample(ty: &Type) -> Value {
    match ty {
        Type::String | Type::Dynamic => Value::String("sample".to_owned()),
        Type::Number => Value::Number(Number::from(1_i64)),
        Type::Bool => Value::Bool(true),
        Type::List(element) => Value::List(vec![sample(element)]),
        Type::Set(element) => Value::set([sample(element)]),
        Type::Map(element) => Value::Map([("key".to_owned(), sample(element))].into()),
        Type::Object(attributes) => Value::object(attributes.iter().map(|(name, ty)| (name, sample(ty)))),
        Type::Tuple(elements) => Value::Tuple(elements.iter().map(sample).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{list_block, set, string};
    use super::*;
    use crate::{Attribute, model};

    struct Outer {
        name: Attribute<String>,
        tags: Attribute<Vec<String>>,
        inner: Attribute<Vec<Inner>>,
    }
    model!(Outer { name, tags, inner });

    struct Inner {
        text: Attribute<String>,
    }
    model!(Inner { text });

    fn schema() -> Schema {
        Schema::new()
            .attribute(string("name").required())
            .attribute(set("tags", Type::String).optional())
            .block(list_block("inner").attribute(string("text").required()))
    }

    fn only(schema: &Schema, expected: &str) {
        let problems = schema.check_model::<Outer>();
        assert!(
            problems.len() == 1 && problems[0].to_string().contains(expected),
            "expected one problem with {expected:?}, found {problems:?}"
        );
    }

    #[test]
    fn finds_where_a_model_is_no_mirror() {
        assert_eq!(schema().check_model::<Outer>(), []);
        only(&schema().attribute(string("more").optional()), "`more`");
        only(
            &Schema::new()
                .attribute(string("name").required())
                .block(list_block("inner").attribute(string("text").required())),
            "`tags`",
        );
        let other = Schema::new()
            .attribute(string("name").required())
            .attribute(set("tags", Type::Bool).optional())
            .block(list_block("inner").attribute(string("text").required()));
        only(&other, "`tags`: the model does not fit: a string is required");
        let deeper = Schema::new()
            .attribute(string("name").required())
            .attribute(set("tags", Type::String).optional())
            .block(list_block("inner").attribute(string("text").required()).attribute(string("more").optional()));
        only(&deeper, "`inner[0].more`");
    }
}
