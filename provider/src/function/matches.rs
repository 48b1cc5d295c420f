//! `matches(expression, event)`

use tfplugin::{Arguments, Function, FunctionError, Signature, Type, Value};

use super::{event, event_parameter, expression, expression_parameter};

pub(crate) struct Matches;

impl Function for Matches {
    fn name(&self) -> String {
        "matches".to_owned()
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::Bool)
            .summary("Whether a rule's expression matches an event")
            .describe(
                "Evaluates an expression over an event, with the engine that decides in production: `true` if its value is `True`. An \
                 expression that raises an error on the event does not match it; the function `explain` says why. It is meant for \
                 `check` blocks, preconditions and `terraform test`.",
            )
            .parameter(expression_parameter())
            .parameter(event_parameter())
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        Ok(Value::Bool(expression(arguments, 0)?.evaluate(&event(arguments, 1)?).is_match()))
    }
}
