//! `explain(expression, event)`

use tfplugin::{Arguments, Function, FunctionError, Signature, Type, Value};

use super::{event, event_parameter, expression, expression_parameter, verdict};

pub(crate) struct Explain;

impl Function for Explain {
    fn name(&self) -> String {
        "explain".to_owned()
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::String)
            .summary("Why a rule's expression matches an event, or does not")
            .describe(
                "Evaluates an expression over an event, and tells the verdict, the clauses that decided, and every clause with the \
                 values that it read; `hidden` stands for those that are secrets by the names of their fields (password, secret, \
                 token, credential, passphrase, private key). It is meant for the `error_message` of a `check` block or of a test. The text may change \
                 between versions: decide with `matches`.",
            )
            .parameter(expression_parameter())
            .parameter(event_parameter())
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let (expression, event) = (expression(arguments, 0)?, event(arguments, 1)?);
        let explanation = expression.explain(&event);
        // Terraform wraps lines of messages that begin without a blank.
        let tree: String = explanation.to_string().lines().map(|line| format!("\n  {}", line.trim_end())).collect();
        let (verdict, line) = (verdict(explanation.outcome()), explanation.line());
        Ok(Value::String(format!("The expression {verdict}: {line}\n{tree}\n")))
    }
}
