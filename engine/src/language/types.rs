//! The types that the value of an expression can have, as far as its form and the catalogue of fields tell.

use std::ops::{BitAnd, BitOr};

use super::expr::{Collection, Constant, Expr, ExprKind, Operator};
use super::function::{Builtin, Helper};
use super::method::Method;
use super::read::Access;
use crate::catalogue::{self, Type};

/// A set of types, in which `True` and `False` count as two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Types(u16);

impl BitOr for Types {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Types {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Types {
    pub(crate) const NONE: Self = Self(1);
    pub(crate) const TRUE: Self = Self(1 << 1);
    pub(crate) const FALSE: Self = Self(1 << 2);
    pub(crate) const INT: Self = Self(1 << 3);
    pub(crate) const FLOAT: Self = Self(1 << 4);
    pub(crate) const STR: Self = Self(1 << 5);
    pub(crate) const LIST: Self = Self(1 << 6);
    pub(crate) const TUPLE: Self = Self(1 << 7);
    pub(crate) const SET: Self = Self(1 << 8);
    pub(crate) const DICT: Self = Self(1 << 9);
    /// Ranges and views.
    pub(crate) const OTHER: Self = Self(1 << 10);

    const BOOL: Self = Self(Self::TRUE.0 | Self::FALSE.0);
    const NUMBER: Self = Self(Self::INT.0 | Self::FLOAT.0);
    const LEAF: Self = Self(Self::NONE.0 | Self::BOOL.0 | Self::NUMBER.0 | Self::STR.0);
    const NOTHING: Self = Self(0);
    const ANY: Self = Self((1 << 11) - 1);

    const NAMES: [(Self, &str); 10] = [
        (Self::NONE, "NoneType"),
        (Self::BOOL, "bool"),
        (Self::INT, "int"),
        (Self::FLOAT, "float"),
        (Self::STR, "str"),
        (Self::LIST, "list"),
        (Self::TUPLE, "tuple"),
        (Self::SET, "set"),
        (Self::DICT, "dict"),
        (Self::OTHER, "object"),
    ];

    pub(crate) fn has(self, other: Self) -> bool {
        (self & other) != Self::NOTHING
    }

    /// Python's names of the types.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(types, _)| self.has(*types)).map(|(_, name)| name)
    }

    /// Those of the values that are true as a condition.
    pub(crate) fn truthy(self) -> Self {
        Self(self.0 & !(Self::NONE.0 | Self::FALSE.0))
    }

    /// Those of the values that are false as a condition.
    fn falsy(self) -> Self {
        Self(self.0 & !Self::TRUE.0)
    }

    /// The types of an expression's value.
    // Recursion is bounded by the depth that the parser admits.
    pub(crate) fn of(expr: &Expr) -> Self {
        match &expr.kind {
            ExprKind::Constant(constant) => Self::of_constant(constant),
            ExprKind::Event => Self::DICT,
            ExprKind::Local(_) => Self::ANY,
            ExprKind::Subscript { value, .. } => match expr.read() {
                Some(read) => Self::of_field(&read.path),
                None if value.is_event() => Self::LEAF,
                None if Self::of(value) == Self::STR => Self::STR,
                None => Self::ANY,
            },
            ExprKind::Slice { value, .. } => Self::of(value) & (Self::STR | Self::LIST | Self::TUPLE | Self::OTHER),
            ExprKind::Call { receiver, method, arguments } => match (method, expr.read()) {
                (Method::Get, Some(read)) => {
                    let default = match read.access {
                        Access::Get(Some(default)) => Self::of(default),
                        _ => Self::NONE,
                    };
                    Self::of_field(&read.path) | default
                }
                (Method::Get, None) if receiver.is_event() => {
                    Self::LEAF | arguments.positional.get(1).map_or(Self::NONE, Self::of)
                }
                _ => Self::of_method(*method),
            },
            ExprKind::Builtin { function, arguments } => {
                Self::of_builtin(*function, arguments.iter().map(Self::of).reduce(BitOr::bitor))
            }
            ExprKind::Helper { helper, .. } => match helper {
                Helper::Values | Helper::Items => Self::LIST,
                Helper::Sub => Self::DICT,
                _ => Self::BOOL,
            },
            ExprKind::IsInstance { .. } | ExprKind::Not(_) | ExprKind::Compare { .. } => Self::BOOL,
            ExprKind::And(operands) => Self::of_operands(operands, Self::falsy),
            ExprKind::Or(operands) => Self::of_operands(operands, Self::truthy),
            ExprKind::If { then, otherwise, .. } => Self::of(then) | Self::of(otherwise),
            ExprKind::Sign { .. } => Self::NUMBER,
            ExprKind::Arithmetic { operator, left, right } => match operator {
                Operator::Add | Operator::Multiply => {
                    let both = Self::of(left) | Self::of(right);
                    let sequences = Self::STR | Self::LIST | Self::TUPLE;
                    Self(Self::NUMBER.0 | (both & sequences).0)
                }
                _ => Self::NUMBER | Self::SET,
            },
            ExprKind::List(_) => Self::LIST,
            ExprKind::Tuple(_) => Self::TUPLE,
            ExprKind::Set(_) => Self::SET,
            ExprKind::Dict(_) => Self::DICT,
            ExprKind::Comprehension(comprehension) => match comprehension.collection {
                Collection::List => Self::LIST,
                Collection::Set => Self::SET,
                Collection::Dict => Self::DICT,
                Collection::Generator => Self::OTHER,
            },
            ExprKind::Join(_) => Self::STR,
        }
    }

    fn of_operands(operands: &[Expr], passed_on: impl Fn(Self) -> Self) -> Self {
        let Some((last, others)) = operands.split_last() else { return Self::NOTHING };
        others.iter().map(|operand| passed_on(Self::of(operand))).fold(Self::of(last), BitOr::bitor)
    }

    fn of_constant(constant: &Constant) -> Self {
        match constant {
            Constant::None => Self::NONE,
            Constant::Bool(true) => Self::TRUE,
            Constant::Bool(false) => Self::FALSE,
            Constant::Int(_) | Constant::BigInt(_) => Self::INT,
            Constant::Float(_) => Self::FLOAT,
            Constant::Str(_) => Self::STR,
            Constant::List(_) => Self::LIST,
            Constant::Tuple(_) => Self::TUPLE,
        }
    }

    fn of_field(path: &str) -> Self {
        match catalogue::field(path).map(|field| field.r#type) {
            // `null` stands in place of many a text.
            Some(Type::Text) => Self::STR | Self::NONE,
            Some(Type::Bool) => Self::BOOL | Self::NONE,
            _ => Self::LEAF,
        }
    }

    fn of_method(method: Method) -> Self {
        match method {
            Method::StartsWith
            | Method::EndsWith
            | Method::IsDigit
            | Method::IsAlpha
            | Method::IsAlnum
            | Method::IsNumeric
            | Method::IsDecimal
            | Method::IsUpper
            | Method::IsLower
            | Method::IsSpace => Self::BOOL,
            Method::Find | Method::RightFind | Method::Index | Method::RightIndex | Method::Count => Self::INT,
            Method::Split | Method::RightSplit | Method::SplitLines => Self::LIST,
            Method::Keys | Method::Values | Method::Items => Self::OTHER,
            // Of a dict that the rule built, which can hold anything.
            Method::Get => Self::ANY,
            Method::Partition | Method::RightPartition => Self::TUPLE,
            _ => Self::STR,
        }
    }

    fn of_builtin(function: Builtin, arguments: Option<Self>) -> Self {
        match function {
            Builtin::Any | Builtin::All | Builtin::Bool => Self::BOOL,
            Builtin::Len | Builtin::Int => Self::INT,
            Builtin::Float => Self::FLOAT,
            Builtin::Str => Self::STR,
            // Of one argument an element of it, of several one of them.
            Builtin::Min | Builtin::Max => {
                let collections = Self::STR | Self::LIST | Self::TUPLE | Self::SET | Self::DICT | Self::OTHER;
                match arguments {
                    Some(arguments) if !arguments.has(collections) => arguments,
                    _ => Self::ANY,
                }
            }
            Builtin::Sum => Self::NUMBER | Self::LIST | Self::TUPLE,
            Builtin::Sorted | Builtin::List => Self::LIST,
            Builtin::Abs | Builtin::Round => Self::NUMBER,
            Builtin::Tuple => Self::TUPLE,
            Builtin::Set => Self::SET,
            Builtin::Range => Self::OTHER,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Expression;

    #[track_caller]
    fn assert_types(source: &str, names: &[&str]) {
        let expression = Expression::parse(source).unwrap();
        assert_eq!(Types::of(&expression.root).names().collect::<Vec<_>>(), names, "{source}");
    }

    #[test]
    fn the_form_tells_the_types() {
        assert_types("event['eventName'] == 'A' and event.get('errorCode')", &["NoneType", "bool", "str"]);
        assert_types("event.get('errorCode') or event['readOnly']", &["NoneType", "bool", "str"]);
        assert_types("1 if event else 'x'", &["int", "str"]);
        assert_types("len(event) + 1.5", &["int", "float"]);
        assert_types(
            "event['eventName'][0]",
            &["NoneType", "bool", "int", "float", "str", "list", "tuple", "set", "dict", "object"],
        );
        assert!(!Types::of(&Expression::parse("event['readOnly'] and 'x'").unwrap().root).has(Types::TRUE));
        assert!(Types::of(&Expression::parse("'x' and event['readOnly']").unwrap().root).has(Types::TRUE));
    }
}
