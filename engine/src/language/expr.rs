//! The closed expression language, as a tree. What is not here cannot run.

use num_bigint::BigInt;

use super::span::Span;
use crate::event::TextBuf;

/// An expression and its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExprKind {
    Constant(Constant),
    /// `event`
    Event,
    /// `value[index]`
    Subscript {
        value: Box<Expr>,
        index: Box<Expr>,
    },
    /// `value[start:stop:step]`
    Slice {
        value: Box<Expr>,
        start: Option<Box<Expr>>,
        stop: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
    /// `receiver.method(arguments)`
    Call {
        receiver: Box<Expr>,
        method: Method,
        arguments: Vec<Expr>,
    },
    /// `a and b and …`
    And(Vec<Expr>),
    /// `a or b or …`
    Or(Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `a < b <= c`: the first operand, then each operator with its right side.
    Compare {
        first: Box<Expr>,
        rest: Vec<(Comparison, Expr)>,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `(a, b)`
    Tuple(Vec<Expr>),
}

/// A value that stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Constant {
    None,
    Bool(bool),
    Int(i64),
    BigInt(Box<BigInt>),
    Float(f64),
    Str(TextBuf),
    List(Box<[Constant]>),
    Tuple(Box<[Constant]>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    StartsWith,
    EndsWith,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    Is,
    IsNot,
}

impl Comparison {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Is => "is",
            Self::IsNot => "is not",
        }
    }
}

impl Expr {
    /// The text, if this is a string that stands in the rule.
    pub(crate) fn as_str_constant(&self) -> Option<&TextBuf> {
        match &self.kind {
            ExprKind::Constant(Constant::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// The number of elements, if this is a list that stands in the rule.
    pub(crate) fn list_length(&self) -> Option<usize> {
        match &self.kind {
            ExprKind::Constant(Constant::List(items)) => Some(items.len()),
            ExprKind::List(items) => Some(items.len()),
            _ => None,
        }
    }

    /// The parts of this expression, in the order of the text.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Constant(_) | ExprKind::Event => Vec::new(),
            ExprKind::Subscript { value, index } => vec![value, index],
            ExprKind::Slice { value, start, stop, step } => {
                let bounds = [start, stop, step].into_iter().flatten().map(|bound| &**bound);
                std::iter::once(&**value).chain(bounds).collect()
            }
            ExprKind::Call { receiver, arguments, .. } => std::iter::once(&**receiver).chain(arguments).collect(),
            ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::List(parts) | ExprKind::Tuple(parts) => {
                parts.iter().collect()
            }
            ExprKind::Not(operand) => vec![operand],
            ExprKind::Compare { first, rest } => {
                std::iter::once(&**first).chain(rest.iter().map(|(_, right)| right)).collect()
            }
        }
    }
}
