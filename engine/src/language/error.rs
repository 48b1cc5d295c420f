//! What can go wrong while a rule is evaluated over an event.

use std::fmt;

use super::span::Span;

/// An exception of Python, or a bound of the language, met while a rule was evaluated. The rule does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// What happened.
    pub kind: ErrorKind,
    /// The part of the rule in which it happened.
    pub span: Span,
}

/// The kinds of [`RuleError`]. Names of types are Python's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `event[k]` and the event has no such key.
    MissingKey,
    /// A list or an event was used as a key.
    Unhashable {
        /// The type of the key.
        value: &'static str,
    },
    /// `value[…]` on something without elements.
    NotSubscriptable {
        /// The type of the value.
        value: &'static str,
    },
    /// An index or slice bound that is no integer.
    IndexNotInteger {
        /// The type of the index.
        index: &'static str,
    },
    /// An index beyond the end.
    IndexOutOfRange,
    /// A slice with step 0.
    ZeroStep,
    /// A method on a value that does not have it, as in `None.startswith("x")`.
    NoSuchMethod {
        /// The type of the value.
        value: &'static str,
        /// The method.
        method: &'static str,
    },
    /// `startswith` or `endswith` with something that is neither a string nor a tuple of strings.
    PrefixNotString {
        /// The method.
        method: &'static str,
        /// The type of the argument, or of the element of the tuple.
        argument: &'static str,
    },
    /// `x in "text"` where `x` is no string.
    InStringNeedsString {
        /// The type of the left side.
        left: &'static str,
    },
    /// `x in y` where `y` has no elements.
    NotAContainer {
        /// The type of the right side.
        right: &'static str,
    },
    /// `<`, `<=`, `>`, `>=` between types that have no order.
    NotOrdered {
        /// The operator.
        operator: &'static str,
        /// The type of the left side.
        left: &'static str,
        /// The type of the right side.
        right: &'static str,
    },
    /// An operator between types that do not have it, as in `1 + "x"`.
    NoSuchOperation {
        /// The operator.
        operator: &'static str,
        /// The type of the left side.
        left: &'static str,
        /// The type of the right side.
        right: &'static str,
    },
    /// A sign before something that is no number.
    NotSigned {
        /// The type of the operand.
        operand: &'static str,
    },
    /// A division by zero.
    DivisionByZero,
    /// An integer beyond the range of floats.
    FloatOverflow,
    /// An integer beyond 64 bits where a number of times was asked for.
    IntegerTooLarge,
    /// NaN or an infinity where an integer was asked for.
    NotFinite {
        /// The value: `NaN` or `infinity`.
        value: &'static str,
    },
    /// An argument of a type that the function or method does not take.
    BadArgument {
        /// The function or method.
        function: &'static str,
        /// The type of the argument.
        argument: &'static str,
    },
    /// An argument of the right type with a value that has no meaning there, as in `int("x")`.
    BadValue {
        /// The function or method.
        function: &'static str,
    },
    /// More arguments than the method of this type takes, as in `[1].count(1, 0)`, which a string takes.
    TooManyArguments {
        /// The type of the value.
        value: &'static str,
        /// The method.
        method: &'static str,
    },
    /// `min`, `max` of nothing.
    Empty {
        /// The function.
        function: &'static str,
    },
    /// `index` and `rindex` of something that is not there.
    NotFound {
        /// The method.
        method: &'static str,
    },
    /// Iteration over something without elements.
    NotIterable {
        /// The type of the value.
        value: &'static str,
    },
    /// `len` of something without a length.
    NoLength {
        /// The type of the value.
        value: &'static str,
    },
    /// An element that cannot be taken apart into the targets of a `for`.
    CannotUnpack {
        /// The type of the element.
        value: &'static str,
    },
    /// An element with more or fewer parts than the targets of a `for`.
    UnpackMismatch,
    /// A variable of a comprehension that has no value yet.
    Unbound,
    /// What CPython can do and this language does not, met in a value: the text of a list, `"%" % x`, a range beyond its bound.
    Unsupported {
        /// What it is.
        what: &'static str,
    },
    /// The evaluation took more steps than one event may cost.
    Budget,
    /// The evaluation built more than one event may cost.
    Memory,
}

impl ErrorKind {
    /// The class of CPython's exception; `BudgetExceeded`, `MemoryExceeded` and `Unsupported` for our own bounds.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::MissingKey => "KeyError",
            Self::IndexOutOfRange => "IndexError",
            Self::ZeroStep
            | Self::BadValue { .. }
            | Self::Empty { .. }
            | Self::NotFound { .. }
            | Self::UnpackMismatch
            | Self::NotFinite { value: "NaN" } => "ValueError",
            Self::DivisionByZero => "ZeroDivisionError",
            Self::FloatOverflow | Self::IntegerTooLarge | Self::NotFinite { .. } => "OverflowError",
            Self::Unbound => "UnboundLocalError",
            Self::Unsupported { .. } => "Unsupported",
            Self::Memory => "MemoryExceeded",
            Self::NoSuchMethod { .. } => "AttributeError",
            Self::Unhashable { .. }
            | Self::NotSubscriptable { .. }
            | Self::IndexNotInteger { .. }
            | Self::PrefixNotString { .. }
            | Self::InStringNeedsString { .. }
            | Self::NotAContainer { .. }
            | Self::NotOrdered { .. }
            | Self::NoSuchOperation { .. }
            | Self::NotSigned { .. }
            | Self::BadArgument { .. }
            | Self::TooManyArguments { .. }
            | Self::NotIterable { .. }
            | Self::NoLength { .. }
            | Self::CannotUnpack { .. } => "TypeError",
            Self::Budget => "BudgetExceeded",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingKey => f.write_str("the event has no such field"),
            Self::Unhashable { value } => write!(f, "a {value} cannot be a key"),
            Self::NotSubscriptable { value } => write!(f, "a {value} has no elements"),
            Self::IndexNotInteger { index } => write!(f, "the index is a {index}, not an integer"),
            Self::IndexOutOfRange => f.write_str("the index is out of range"),
            Self::ZeroStep => f.write_str("the step of a slice is zero"),
            Self::NoSuchMethod { value, method } => write!(f, "a {value} has no method `{method}`"),
            Self::PrefixNotString { method, argument } => {
                write!(f, "`{method}` takes a string or a tuple of strings, not a {argument}")
            }
            Self::InStringNeedsString { left } => write!(f, "`in` a string takes a string, not a {left}"),
            Self::NotAContainer { right } => write!(f, "`in` a {right} has no meaning"),
            Self::NotOrdered { operator, left, right } => {
                write!(f, "`{operator}` has no meaning between {left} and {right}")
            }
            Self::NoSuchOperation { operator, left, right } => {
                write!(f, "`{operator}` has no meaning between {left} and {right}")
            }
            Self::NotSigned { operand } => write!(f, "a {operand} has no sign"),
            Self::DivisionByZero => f.write_str("division by zero"),
            Self::FloatOverflow => f.write_str("the integer is beyond the range of floats"),
            Self::IntegerTooLarge => f.write_str("the integer is too large for a number of times"),
            Self::NotFinite { value } => write!(f, "{value} is no integer"),
            Self::BadArgument { function, argument } => write!(f, "`{function}` does not take a {argument}"),
            Self::BadValue { function } => write!(f, "`{function}` cannot make sense of the value"),
            Self::TooManyArguments { value, method } => write!(f, "`{method}` of a {value} takes one argument"),
            Self::Empty { function } => write!(f, "`{function}` of nothing"),
            Self::NotFound { method } => write!(f, "`{method}` did not find what it looked for"),
            Self::NotIterable { value } => write!(f, "a {value} has no elements to go through"),
            Self::NoLength { value } => write!(f, "a {value} has no length"),
            Self::CannotUnpack { value } => write!(f, "a {value} cannot be taken apart"),
            Self::UnpackMismatch => f.write_str("an element has another number of parts than the `for` has variables"),
            Self::Unbound => f.write_str("the variable has no value yet"),
            Self::Unsupported { what } => write!(f, "the rule language has no {what}"),
            Self::Budget => f.write_str("the rule took more steps than one event may cost"),
            Self::Memory => f.write_str("the rule built more than one event may cost"),
        }
    }
}

impl RuleError {
    pub(crate) fn new(kind: ErrorKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// One line for a log: the class, what happened, and the part of the rule in which it did.
    #[must_use]
    pub fn describe(&self, source: &str) -> String {
        let (line, column) = self.span.line_and_column(source);
        format!("{}: {} in `{}` (line {line}, column {column})", self.kind.class(), self.kind, self.span.of(source))
    }
}
