//! The RPC of functions.

use super::{Service, guard};
use crate::FunctionError;
use crate::function::{Function, arguments_from_wire};
use crate::generated::tfplugin6::{DynamicValue, call_function};
use crate::provider::Provider;

impl<P: Provider> Service<P> {
    pub(super) fn call(&self, request: &call_function::Request) -> call_function::Response {
        let outcome = match self.catalog.functions.get(&request.name) {
            Some(function) => guard::catch_panic_in(|| call(&**function, request)).unwrap_or_else(|panic| {
                Err(FunctionError::new(format!("the provider has a bug and panicked: {panic}")))
            }),
            None => Err(FunctionError::new(format!("this version of the provider has no function `{}`", request.name))),
        };
        match outcome {
            Ok(result) => call_function::Response { result: Some(result), error: None },
            Err(error) => call_function::Response { result: None, error: Some(error.to_wire()) },
        }
    }
}

fn call(function: &dyn Function, request: &call_function::Request) -> Result<DynamicValue, FunctionError> {
    let signature = function.signature();
    let arguments = arguments_from_wire(&signature, &request.arguments)?;
    let result = function.call(&arguments)?;
    result.conform(&signature.result).and_then(|result| result.to_wire(&signature.result)).map_err(|error| {
        FunctionError::new(format!("the result is not of the function's type: {error} This is a bug in the provider"))
    })
}
