//! What a function is.

use crate::convert::{FromValue, ToValue};
use crate::generated::tfplugin6::{self, StringKind, function};
use crate::value::{Type, Value, ValueError, ValueErrorKind};

/// A function of the provider: `provider::NAME::FUNCTION(…)` in Terraform 1.8 and later.
///
/// Functions are pure: Terraform calls them several times and compares. The provider is not configured.
pub trait Function: Send + Sync + 'static {
    /// Its name, without a prefix.
    fn name(&self) -> String;

    /// Parameters and result.
    fn signature(&self) -> Signature;

    /// Computes the result.
    ///
    /// # Errors
    ///
    /// [`FunctionError`], which may point at an argument.
    fn call(&self, arguments: &Arguments) -> Result<Value, FunctionError>;
}

/// The parameters and the result of a [`Function`].
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) variadic: Option<Parameter>,
    pub(crate) result: Type,
    summary: String,
    description: String,
    deprecated: Option<String>,
}

impl Signature {
    /// Without parameters, with a result of this type.
    pub fn returning(result: Type) -> Self {
        Self {
            parameters: Vec::new(),
            variadic: None,
            result,
            summary: String::new(),
            description: String::new(),
            deprecated: None,
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Takes any number of further arguments.
    #[must_use]
    pub fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// One line of plain text.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// What it does, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Warns everyone who uses it; `message` says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecated = Some(message.into());
        self
    }

    /// What it does, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// One line of plain text.
    pub fn summary_text(&self) -> &str {
        &self.summary
    }

    /// The parameters in order, without the variadic one.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameter of all further arguments.
    pub fn variadic_parameter(&self) -> Option<&Parameter> {
        self.variadic.as_ref()
    }

    /// What its users are warned with.
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecated.as_deref()
    }

    /// The type of the result.
    pub fn result(&self) -> &Type {
        &self.result
    }

    /// The parameter of the argument at `index`.
    pub(crate) fn parameter_of(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }

    pub(crate) fn to_wire(&self) -> tfplugin6::Function {
        tfplugin6::Function {
            parameters: self.parameters.iter().map(Parameter::to_wire).collect(),
            variadic_parameter: self.variadic.as_ref().map(Parameter::to_wire),
            r#return: Some(function::Return { r#type: self.result.to_json().to_string().into() }),
            summary: self.summary.clone(),
            description: self.description.clone(),
            description_kind: StringKind::Markdown.into(),
            deprecation_message: self.deprecated.clone().unwrap_or_default(),
        }
    }
}

/// A parameter of a [`Function`].
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub(crate) name: String,
    pub(crate) ty: Type,
    description: String,
    allow_null: bool,
    allow_unknown: bool,
}

impl Parameter {
    /// A parameter that is neither null nor unknown when the function is called.
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self { name: name.into(), ty, description: String::new(), allow_null: false, allow_unknown: false }
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Calls the function with null too.
    #[must_use]
    pub fn allow_null(mut self) -> Self {
        self.allow_null = true;
        self
    }

    /// Calls the function with unknown values too.
    #[must_use]
    pub fn allow_unknown(mut self) -> Self {
        self.allow_unknown = true;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// What it is, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// `true` if the function is called with null, too.
    pub fn is_null_allowed(&self) -> bool {
        self.allow_null
    }

    fn to_wire(&self) -> function::Parameter {
        function::Parameter {
            name: self.name.clone(),
            r#type: self.ty.to_json().to_string().into(),
            allow_null_value: self.allow_null,
            allow_unknown_values: self.allow_unknown,
            description: self.description.clone(),
            description_kind: StringKind::Markdown.into(),
        }
    }
}

/// The arguments of one call, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Arguments(Vec<Value>);

impl Arguments {
    /// The given arguments.
    pub fn new(values: impl IntoIterator<Item = Value>) -> Self {
        Self(values.into_iter().collect())
    }

    /// The argument at `index`, counted from 0.
    ///
    /// # Errors
    ///
    /// [`FunctionError`] at the argument if it is no `T`.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, FunctionError> {
        let value = self.0.get(index).unwrap_or(&Value::Null);
        T::from_value(value).map_err(|error| FunctionError::of_argument(index, &error))
    }

    /// The argument at `index` and all after it: those of the variadic parameter.
    ///
    /// # Errors
    ///
    /// [`FunctionError`] at the first argument that is no `T`.
    pub fn rest<T: FromValue>(&self, index: usize) -> Result<Vec<T>, FunctionError> {
        (index..self.0.len()).map(|index| self.get(index)).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// `true` if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why a function has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    text: String,
    argument: Option<usize>,
}

impl FunctionError {
    /// An error of the whole call. Terraform adds a full stop after the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// Points at the argument at `index`, counted from 0.
    #[must_use]
    pub fn at_argument(mut self, index: usize) -> Self {
        self.argument = Some(index);
        self
    }

    /// The argument that it points at.
    pub fn argument(&self) -> Option<usize> {
        self.argument
    }

    fn of_argument(index: usize, error: &ValueError) -> Self {
        Self::new(error.to_string()).at_argument(index)
    }

    pub(crate) fn to_wire(&self) -> tfplugin6::FunctionError {
        tfplugin6::FunctionError {
            text: self.text.trim_end_matches('.').to_owned(),
            function_argument: self.argument.and_then(|index| i64::try_from(index).ok()),
        }
    }
}

/// So that `?` works on the result of [`ToValue::to_value`].
impl From<ValueError> for FunctionError {
    fn from(error: ValueError) -> Self {
        Self::new(error.to_string())
    }
}

/// The result of a function, from any Rust value.
///
/// # Errors
///
/// [`FunctionError`] for a double that is infinite or not a number.
pub fn result(value: &(impl ToValue + ?Sized)) -> Result<Value, FunctionError> {
    value.to_value().map_err(FunctionError::from)
}

/// Reads the arguments of a call.
pub(crate) fn arguments_from_wire(
    signature: &Signature,
    wire: &[tfplugin6::DynamicValue],
) -> Result<Arguments, FunctionError> {
    wire.iter()
        .enumerate()
        .map(|(index, wire)| {
            let parameter = signature
                .parameter_of(index)
                .ok_or_else(|| FunctionError::new("there are more arguments than parameters").at_argument(index))?;
            match Value::from_wire(Some(wire), &parameter.ty) {
                Ok(value) if value.is_null() && !parameter.allow_null => {
                    Err(FunctionError::of_argument(index, &ValueErrorKind::Null.into()))
                }
                Ok(value) => Ok(value),
                Err(error) => Err(FunctionError::of_argument(index, &error)),
            }
        })
        .collect::<Result<Vec<_>, _>>()
        .and_then(|values| {
            if values.len() < signature.parameters.len() {
                return Err(FunctionError::new("there are fewer arguments than parameters"));
            }
            Ok(Arguments(values))
        })
}
