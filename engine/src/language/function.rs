//! The functions of the language: Python's own, and helpers for what CloudTrail's events need.

/// A function of Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builtin {
    Len,
    Str,
    Int,
    Float,
    Bool,
    Any,
    All,
    Min,
    Max,
    Sum,
    Sorted,
    Abs,
    Round,
    List,
    Tuple,
    Set,
    Range,
}

/// What the language knows of a function.
pub(crate) struct Signature {
    pub(crate) function: Builtin,
    pub(crate) name: &'static str,
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// Arguments that may be given by name alone or as well.
    pub(crate) named: &'static [&'static str],
}

const fn signature(function: Builtin, name: &'static str, least: usize, most: usize) -> Signature {
    Signature { function, name, least, most, named: &[] }
}

pub(crate) const BUILTINS: [Signature; 17] = [
    signature(Builtin::Len, "len", 1, 1),
    signature(Builtin::Str, "str", 0, 1),
    signature(Builtin::Int, "int", 0, 2),
    signature(Builtin::Float, "float", 0, 1),
    signature(Builtin::Bool, "bool", 0, 1),
    signature(Builtin::Any, "any", 1, 1),
    signature(Builtin::All, "all", 1, 1),
    Signature { named: &["default"], ..signature(Builtin::Min, "min", 1, usize::MAX) },
    Signature { named: &["default"], ..signature(Builtin::Max, "max", 1, usize::MAX) },
    signature(Builtin::Sum, "sum", 1, 2),
    Signature { named: &["reverse"], ..signature(Builtin::Sorted, "sorted", 1, 1) },
    signature(Builtin::Abs, "abs", 1, 1),
    signature(Builtin::Round, "round", 1, 2),
    signature(Builtin::List, "list", 0, 1),
    signature(Builtin::Tuple, "tuple", 0, 1),
    signature(Builtin::Set, "set", 0, 1),
    signature(Builtin::Range, "range", 1, 3),
];

impl Builtin {
    pub(crate) fn name(self) -> &'static str {
        BUILTINS.iter().find(|signature| signature.function == self).map_or("", |signature| signature.name)
    }

    /// Whether the function takes an iterable to its end or until it knows, so that a generator may stand there.
    pub(crate) fn consumes(self) -> bool {
        matches!(
            self,
            Self::Any
                | Self::All
                | Self::Min
                | Self::Max
                | Self::Sum
                | Self::Sorted
                | Self::List
                | Self::Tuple
                | Self::Set
        )
    }
}

/// A function that Python does not have. Helpers never raise on values of an event: where one has no meaning, the answer is
/// `False` or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Helper {
    /// `values(event, "a.*.b")`: the values at all paths that fit.
    Values,
    /// `items(event, "resources")`: a sub-event for each element of a list.
    Items,
    /// `sub(event, "requestParameters.policyDocument")`: what stands below a path, JSON in a string included.
    Sub,
    /// `matches(text, "regular expression")`
    Matches,
    /// `glob(text, "pattern*", …)`
    Glob,
    /// `in_cidr(address, "10.0.0.0/8", …)`
    InCidr,
    /// `is_ip(text)`
    IsIp,
    /// `is_public_ip(text)`
    IsPublicIp,
}

pub(crate) const HELPERS: [(Helper, &str, usize, usize); 8] = [
    (Helper::Values, "values", 2, 2),
    (Helper::Items, "items", 2, 2),
    (Helper::Sub, "sub", 2, 2),
    (Helper::Matches, "matches", 2, 2),
    (Helper::Glob, "glob", 2, usize::MAX),
    (Helper::InCidr, "in_cidr", 2, usize::MAX),
    (Helper::IsIp, "is_ip", 1, 1),
    (Helper::IsPublicIp, "is_public_ip", 1, 1),
];

impl Helper {
    pub(crate) fn name(self) -> &'static str {
        HELPERS.iter().find(|(helper, ..)| *helper == self).map_or("", |(_, name, ..)| name)
    }
}
