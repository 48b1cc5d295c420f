//! `fields(expression)`

use tfplugin::{Arguments, Function, FunctionError, Signature, Type, Value};

use super::{expression, expression_parameter};

pub(crate) struct Fields;

impl Function for Fields {
    fn name(&self) -> String {
        "fields".to_owned()
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::list(Type::String))
            .summary("The fields that a rule's expression reads")
            .describe("The fields of the event that an expression reads, by their flat keys, sorted. `*` stands for fields whose keys the \
                 expression works out.")
            .parameter(expression_parameter())
    }

    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError> {
        let expression = expression(arguments, 0)?;
        tfplugin::result(&expression.fields().map(str::to_owned).collect::<Vec<_>>())
    }
}
