//! The closed expression language, as a tree. What is not here cannot run.

use num_bigint::BigInt;

use super::function::{Builtin, Helper};
use super::method::Method;
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
    /// The variable of a comprehension, by its place in the frame.
    Local(usize),
    /// `value[index]`
    Subscript {
        value: Box<Expr>,
        index: Box<Expr>,
    },
    /// `value[start:stop:step]`
    Slice {
        value: Box<Expr>,
        bounds: Box<[Option<Expr>; 3]>,
    },
    /// `receiver.method(arguments)`
    Call {
        receiver: Box<Expr>,
        method: Method,
        arguments: Arguments,
    },
    /// `len(x)` and the like.
    Builtin {
        function: Builtin,
        arguments: Arguments,
    },
    /// `isinstance(x, (str, int))`
    IsInstance {
        value: Box<Expr>,
        types: Box<[TypeName]>,
    },
    /// `matches(x, "…")` and the like.
    Helper {
        helper: Helper,
        arguments: Vec<Expr>,
    },
    /// `a and b and …`
    And(Vec<Expr>),
    /// `a or b or …`
    Or(Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `-a` or `+a`
    Sign {
        operand: Box<Expr>,
        negative: bool,
    },
    /// `a + b` and the like.
    Arithmetic {
        operator: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `a < b <= c`: the first operand, then each operator with its right side.
    Compare {
        first: Box<Expr>,
        rest: Vec<(Comparison, Expr)>,
    },
    /// `then if condition else otherwise`
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `(a, b)`
    Tuple(Vec<Expr>),
    /// `{a, b}`
    Set(Vec<Expr>),
    /// `{a: b}`
    Dict(Vec<(Expr, Expr)>),
    /// `[… for … in …]`, `{…}`, `{…: …}` or `(…)`
    Comprehension(Box<Comprehension>),
    /// `f"…{a}…"`: texts and the expressions between them.
    Join(Vec<Expr>),
}

/// What a comprehension builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    List,
    Set,
    Dict,
    /// Consumed where it stands, one element at a time.
    Generator,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comprehension {
    pub(crate) collection: Collection,
    /// Of a dict alone; its element is then the value.
    pub(crate) key: Option<Expr>,
    pub(crate) element: Expr,
    /// At least one.
    pub(crate) clauses: Vec<Clause>,
    /// The variables of all clauses: places in the frame from `first_local` on.
    pub(crate) first_local: usize,
    pub(crate) locals: usize,
}

impl Comprehension {
    /// What is evaluated for each element that the clauses let pass.
    pub(crate) fn results(&self) -> impl Iterator<Item = &Expr> {
        self.key.iter().chain([&self.element])
    }
}

/// `for target in iterable if condition if …`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause {
    pub(crate) target: Target,
    pub(crate) iterable: Expr,
    pub(crate) conditions: Vec<Expr>,
}

/// What an element is bound to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    Local(usize),
    Tuple(Vec<Target>),
}

/// The arguments of a call, by place and by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Expr>,
    pub(crate) named: Vec<(&'static str, Expr)>,
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

/// The types that `isinstance` can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypeName {
    Str,
    Int,
    Float,
    Bool,
    List,
    Tuple,
    Set,
    Dict,
}

impl TypeName {
    pub(crate) const ALL: [Self; 8] =
        [Self::Str, Self::Int, Self::Float, Self::Bool, Self::List, Self::Tuple, Self::Set, Self::Dict];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Set => "set",
            Self::Dict => "dict",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Intersection,
    Union,
    SymmetricDifference,
}

impl Operator {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Modulo => "%",
            Self::Intersection => "&",
            Self::Union => "|",
            Self::SymmetricDifference => "^",
        }
    }

    /// Whether this is an operator of sets and of nothing else in the language.
    pub(crate) fn is_of_sets(self) -> bool {
        matches!(self, Self::Intersection | Self::Union | Self::SymmetricDifference)
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

impl Arguments {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Expr> {
        self.positional.iter().chain(self.named.iter().map(|(_, value)| value))
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

    /// The parts of this expression, in the order of the text or nearly so.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Constant(_) | ExprKind::Event | ExprKind::Local(_) => Vec::new(),
            ExprKind::Subscript { value, index } => vec![value, index],
            ExprKind::Slice { value, bounds } => std::iter::once(&**value).chain(bounds.iter().flatten()).collect(),
            ExprKind::Call { receiver, arguments, .. } => {
                std::iter::once(&**receiver).chain(arguments.iter()).collect()
            }
            ExprKind::Builtin { arguments, .. } => arguments.iter().collect(),
            ExprKind::Helper { arguments, .. } => arguments.iter().collect(),
            ExprKind::IsInstance { value, .. } => vec![value],
            ExprKind::And(parts)
            | ExprKind::Or(parts)
            | ExprKind::List(parts)
            | ExprKind::Tuple(parts)
            | ExprKind::Set(parts)
            | ExprKind::Join(parts) => parts.iter().collect(),
            ExprKind::Dict(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
            ExprKind::Not(operand) | ExprKind::Sign { operand, .. } => vec![operand],
            ExprKind::Arithmetic { left, right, .. } => vec![left, right],
            ExprKind::If { condition, then, otherwise } => vec![then, condition, otherwise],
            ExprKind::Compare { first, rest } => {
                std::iter::once(&**first).chain(rest.iter().map(|(_, right)| right)).collect()
            }
            ExprKind::Comprehension(comprehension) => {
                let clauses = comprehension.clauses.iter();
                let clauses = clauses.flat_map(|clause| std::iter::once(&clause.iterable).chain(&clause.conditions));
                comprehension.results().chain(clauses).collect()
            }
        }
    }
}
