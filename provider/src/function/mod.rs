//! The functions, one a file: the engine for `output`, `check` blocks, preconditions and `terraform test`.

mod explain;
mod fields;
mod flatten;
mod matches;
mod split_rules;

pub(crate) use explain::Explain;
pub(crate) use fields::Fields;
pub(crate) use flatten::Flatten;
pub(crate) use matches::Matches;
pub(crate) use split_rules::SplitRules;

use tfplugin::{Arguments, FunctionError, Parameter, Type};
use trailhook_engine::event::Event;
use trailhook_engine::language::{Expression, Outcome};
use trailhook_engine::read_test_event;

fn expression_parameter() -> Parameter {
    Parameter::new("expression", Type::String).describe(
        "An expression of the rule language, as `trailhook_rule` takes it. One with an error fails the call, and the error is shown \
         with its place.",
    )
}

fn event_parameter() -> Parameter {
    Parameter::new("event", Type::String).describe(
        "One CloudTrail record as JSON text: `file(\"${path.module}/event.json\")`, or `jsonencode({ eventName = \"StopLogging\" })`. Text and \
         not an object, because Terraform's numbers do not tell `1` from `1.0`.",
    )
}

/// The expression at `index`. What is wrong with it is told with its excerpt.
fn expression(arguments: &Arguments, index: usize) -> Result<Expression, FunctionError> {
    let source: String = arguments.get(index)?;
    Expression::parse(&source).map_err(|found| {
        let told =
            found.iter().map(|fault| format!("{}  [{}]\n\n{}", fault.message, fault.code, fault.excerpt(&source)));
        let told: Vec<_> = told.collect();
        // Terraform ends the text with a full stop, which would stand beside the caret.
        let errors = if told.len() == 1 { "one error".to_owned() } else { format!("{} errors", told.len()) };
        FunctionError::new(format!("{}\n\nThe expression has {errors}", told.join("\n\n"))).at_argument(index)
    })
}

/// The event at `index`, read as the event of a rule's test is.
fn event(arguments: &Arguments, index: usize) -> Result<Event, FunctionError> {
    let text: String = arguments.get(index)?;
    read_test_event(&text).map_err(|error| FunctionError::new(error.to_string()).at_argument(index))
}

/// What a rule says of an event, in words that follow its name.
fn verdict(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Match => "matches",
        Outcome::NoMatch => "does not match",
        Outcome::NonBool => "is neither True nor False, which does not match",
        Outcome::Error(_) => "errs, which does not match",
    }
}
