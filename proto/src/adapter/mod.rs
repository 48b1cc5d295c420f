//! From typed handlers to values: what the service calls.

mod data_source;
mod list;
mod resource;

pub(crate) use data_source::{AnyDataSource, DataSourceAdapter};
pub(crate) use list::{AnyList, Events, ListAdapter};
pub(crate) use resource::{AnyResource, Apply, ResourceAdapter};

use crate::convert::{FromValue, ToValue};
use crate::path::Path;
use crate::schema::Schema;
use crate::value::{Value, ValueErrorKind};
use crate::{Cx, Diagnostic, Model};

/// The model of a configuration; `None` if that was reported, or a place of the model is unknown.
pub(crate) fn read_config<M: Model, C>(cx: &Cx<C>, config: &Value) -> Option<M> {
    match M::from_value(config) {
        Ok(model) => Some(model),
        Err(error) if *error.kind() == ValueErrorKind::Unknown => {
            tracing::debug!(path = %error.path(), "not looked at: the value is not known yet");
            None
        }
        Err(error) => {
            cx.report(Diagnostic::from(error));
            None
        }
    }
}

/// The model of something that is wholly known; `None` if it is not, which was reported.
fn read_known<M: Model, C>(cx: &Cx<C>, value: &Value) -> Option<M> {
    M::from_value(value).map_err(|error| cx.report(Diagnostic::from(error))).ok()
}

/// What a handler answered, as state: in the shape of the schema, without write-only values, nothing unknown.
/// `original` is what the handler was given.
///
/// What had to be repaired is reported as a bug, and the rest is kept: an answer that is lost is an object that is
/// lost.
fn state_of<M: Model, C>(cx: &Cx<C>, schema: &Schema, model: &M, original: &Value, unknown: Unknown) -> Value {
    let bug = |what: String| cx.report(Diagnostic::bug(what));
    let mut state = match model.to_value().and_then(|value| schema.conform(value)) {
        Ok(state) => state,
        Err(error) => {
            bug(format!("The new state does not fit the schema: {error}."));
            salvage(schema, model, original)
        }
    };
    state.restore_digits(original);
    schema.root().clear_write_only(&mut state);
    let mut open = Vec::new();
    state.take_unknown(&Path::root(), &mut open);
    if unknown == Unknown::IsBug {
        for path in open {
            bug(format!("`{path}` is still unknown after the operation."));
        }
    }
    // Blocks that were unknown became null.
    schema.root().fill_blocks(&mut state);
    state
}

/// Whether an unknown value in state was to be expected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    IsBug,
    /// The operation failed before the value was made.
    IsFine,
}

/// The attributes that fit the schema, and the original ones in place of the others.
fn salvage<M: Model>(schema: &Schema, model: &M, original: &Value) -> Value {
    let mut attributes = original.as_object().cloned().unwrap_or_default();
    if let Ok(Value::Object(answered)) = model.to_value() {
        for (name, value) in answered {
            let alone = schema.conform(Value::object([(name.as_str(), value)]));
            if let Ok(Value::Object(mut alone)) = alone {
                attributes.extend(alone.remove_entry(&name));
            }
        }
    }
    schema.conform(Value::Object(attributes)).unwrap_or_else(|_| original.clone())
}
