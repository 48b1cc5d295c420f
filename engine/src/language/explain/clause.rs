//! The tree that an explanation is.

use std::borrow::Cow;

use super::glimpse::Glimpse;
use super::secret::field_glimpse;
use crate::event::{Event, Leaf};
use crate::language::expr::Expr;
use crate::language::value::Value;
use crate::language::{Expression, Outcome, RuleError, Span};

/// Why an expression says what it says of an event.
///
/// [`Display`](std::fmt::Display) draws the tree, one clause a line; [`Explanation::line`] tells in one line what decided.
#[derive(Debug, Clone)]
pub struct Explanation<'a> {
    pub(super) expression: &'a Expression,
    pub(super) event: &'a Event,
    pub(super) outcome: Outcome,
    pub(super) root: Clause<'a>,
}

/// A part of a rule that is true or false by itself, or is made of such parts.
#[derive(Debug, Clone)]
pub struct Clause<'a> {
    pub(super) source: &'a str,
    pub(super) expr: &'a Expr,
    pub(super) kind: ClauseKind,
    pub(super) role: Role,
    pub(super) truth: Truth,
    pub(super) observed: Vec<Observed<'a>>,
    pub(super) parts: Vec<Clause<'a>>,
}

/// What a clause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClauseKind {
    /// `a and b`: the parts are the operands.
    And,
    /// `a or b`: the parts are the operands.
    Or,
    /// `not a`: one part.
    Not,
    /// `a if b else c`: three parts, told apart by their [`Role`].
    If,
    /// `any(…)`. Over a comprehension, the parts are those of the element that decided, if one did; over a list that stands
    /// in the rule, the elements.
    Any,
    /// `all(…)`, with parts as those of `any`.
    All,
    /// `a == b` and the like.
    Comparison,
    /// The call of a method, a function or a helper.
    Call,
    /// Any other value.
    Value,
}

/// What a clause is in the one that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// An operand, or the whole rule.
    Operand,
    /// What decides between two others, or whether an element takes part.
    Condition,
    /// What counts if the condition is true.
    Then,
    /// What counts if the condition is false.
    Else,
    /// What `any` or `all` ask of each element.
    Element,
}

/// What a clause said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// `True`.
    True,
    /// `False`.
    False,
    /// A value that is no bool, and which of them it counts as in an operator.
    Value {
        /// Whether it counts as true.
        truthy: bool,
        /// The value in short form, as Python writes it.
        shown: String,
    },
    /// Python would have raised, here or in a part.
    Error(RuleError),
    /// It was not evaluated, because others had decided already.
    NotReached,
}

/// A value that a clause read.
#[derive(Debug, Clone)]
pub struct Observed<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) origin: Origin<'a>,
    /// `None` for a field that is absent.
    pub(super) glimpse: Option<Glimpse>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Origin<'a> {
    Field(Option<&'a Leaf>),
    Computed,
}

impl<'a> Explanation<'a> {
    /// What the expression says, as [`Expression::evaluate`] does.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The whole rule.
    #[must_use]
    pub fn root(&self) -> &Clause<'a> {
        &self.root
    }
}

impl<'a> Clause<'a> {
    /// What the clause is.
    #[must_use]
    pub fn kind(&self) -> ClauseKind {
        self.kind
    }

    /// What it is in the clause that holds it.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Its place in [`Expression::source`].
    #[must_use]
    pub fn span(&self) -> Span {
        self.expr.span
    }

    /// The text of the rule, as it was written.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.expr.span.of(self.source)
    }

    /// What it said.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The values that it read, those left out that its parts read; not all of them if they are very many.
    #[must_use]
    pub fn observed(&self) -> &[Observed<'a>] {
        &self.observed
    }

    /// The clauses that it is made of, in the order of the rule. A clause that was not reached is not taken apart.
    #[must_use]
    pub fn parts(&self) -> &[Clause<'a>] {
        &self.parts
    }

    pub(super) fn is_reached(&self) -> bool {
        self.truth != Truth::NotReached
    }
}

impl Truth {
    pub(super) fn of(value: &Value<'_>, glimpse: impl FnOnce() -> Glimpse) -> Self {
        match value {
            Value::Bool(true) => Self::True,
            Value::Bool(false) => Self::False,
            other => Self::Value { truthy: other.is_true(), shown: glimpse().literal() },
        }
    }

    /// Whether it counts as true or as false; `None` if it has no value.
    #[must_use]
    pub fn truthy(&self) -> Option<bool> {
        match self {
            Self::True => Some(true),
            Self::False => Some(false),
            Self::Value { truthy, .. } => Some(*truthy),
            Self::Error(_) | Self::NotReached => None,
        }
    }
}

impl<'a> Observed<'a> {
    pub(super) fn field(path: &'a str, leaf: Option<&'a Leaf>) -> Self {
        let glimpse = leaf.map(|leaf| field_glimpse(path, leaf));
        Self { name: path.into(), origin: Origin::Field(leaf), glimpse }
    }

    pub(super) fn computed(name: impl Into<Cow<'a, str>>, glimpse: Glimpse) -> Self {
        Self { name: name.into(), origin: Origin::Computed, glimpse: Some(glimpse) }
    }

    /// The flat key of a field; the text of the rule, on one line, for a variable or an operand that was worked out.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is a field of the event.
    #[must_use]
    pub fn is_field(&self) -> bool {
        matches!(self.origin, Origin::Field(_))
    }

    /// Whether the value is not shown, because it is a secret by the name of its field.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.glimpse == Some(Glimpse::Hidden)
    }

    /// The value of a field, whole, even if it is a secret; `None` where the field is absent, and for what was worked out.
    #[must_use]
    pub fn leaf(&self) -> Option<&'a Leaf> {
        match self.origin {
            Origin::Field(leaf) => leaf,
            Origin::Computed => None,
        }
    }

    /// The value in short form, as Python writes it: one line without control characters. `hidden` stands for
    /// a text that is a secret by the name of its field. `None` where a field is absent.
    #[must_use]
    pub fn shown(&self) -> Option<String> {
        self.glimpse.as_ref().map(Glimpse::literal)
    }
}
