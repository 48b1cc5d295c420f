//! The methods of the language: names, and how many arguments each takes.

/// A method of strings, lists and tuples, or of the event and other dicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Keys,
    Values,
    Items,
    StartsWith,
    EndsWith,
    Lower,
    Upper,
    CaseFold,
    Capitalize,
    SwapCase,
    Title,
    Strip,
    LeftStrip,
    RightStrip,
    Split,
    RightSplit,
    Partition,
    RightPartition,
    SplitLines,
    Replace,
    Find,
    RightFind,
    Index,
    RightIndex,
    Count,
    Join,
    RemovePrefix,
    RemoveSuffix,
    IsDigit,
    IsAlpha,
    IsAlnum,
    IsNumeric,
    IsDecimal,
    IsUpper,
    IsLower,
    IsSpace,
}

/// What the language knows of a method.
pub(crate) struct Signature {
    pub(crate) method: Method,
    pub(crate) name: &'static str,
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// Arguments that may be given by name, with their places.
    pub(crate) named: &'static [(&'static str, usize)],
}

const fn signature(method: Method, name: &'static str, least: usize, most: usize) -> Signature {
    Signature { method, name, least, most, named: &[] }
}

/// Methods of the event and other dicts.
pub(crate) const DICT: [Signature; 4] = [
    signature(Method::Get, "get", 1, 2),
    signature(Method::Keys, "keys", 0, 0),
    signature(Method::Values, "values", 0, 0),
    signature(Method::Items, "items", 0, 0),
];

/// Methods of strings. `count` and `index` belong to lists and tuples too.
pub(crate) const STR: [Signature; 33] = [
    signature(Method::StartsWith, "startswith", 1, 3),
    signature(Method::EndsWith, "endswith", 1, 3),
    signature(Method::Lower, "lower", 0, 0),
    signature(Method::Upper, "upper", 0, 0),
    signature(Method::CaseFold, "casefold", 0, 0),
    signature(Method::Capitalize, "capitalize", 0, 0),
    signature(Method::SwapCase, "swapcase", 0, 0),
    signature(Method::Title, "title", 0, 0),
    signature(Method::Strip, "strip", 0, 1),
    signature(Method::LeftStrip, "lstrip", 0, 1),
    signature(Method::RightStrip, "rstrip", 0, 1),
    Signature { named: &[("sep", 0), ("maxsplit", 1)], ..signature(Method::Split, "split", 0, 2) },
    Signature { named: &[("sep", 0), ("maxsplit", 1)], ..signature(Method::RightSplit, "rsplit", 0, 2) },
    signature(Method::Partition, "partition", 1, 1),
    signature(Method::RightPartition, "rpartition", 1, 1),
    Signature { named: &[("keepends", 0)], ..signature(Method::SplitLines, "splitlines", 0, 1) },
    Signature { named: &[("count", 2)], ..signature(Method::Replace, "replace", 2, 3) },
    signature(Method::Find, "find", 1, 3),
    signature(Method::RightFind, "rfind", 1, 3),
    signature(Method::Index, "index", 1, 3),
    signature(Method::RightIndex, "rindex", 1, 3),
    signature(Method::Count, "count", 1, 3),
    signature(Method::Join, "join", 1, 1),
    signature(Method::RemovePrefix, "removeprefix", 1, 1),
    signature(Method::RemoveSuffix, "removesuffix", 1, 1),
    signature(Method::IsDigit, "isdigit", 0, 0),
    signature(Method::IsAlpha, "isalpha", 0, 0),
    signature(Method::IsAlnum, "isalnum", 0, 0),
    signature(Method::IsNumeric, "isnumeric", 0, 0),
    signature(Method::IsDecimal, "isdecimal", 0, 0),
    signature(Method::IsUpper, "isupper", 0, 0),
    signature(Method::IsLower, "islower", 0, 0),
    signature(Method::IsSpace, "isspace", 0, 0),
];

impl Method {
    pub(crate) fn name(self) -> &'static str {
        let mut all = DICT.iter().chain(&STR);
        all.find(|signature| signature.method == self).map_or("", |signature| signature.name)
    }

    pub(crate) fn is_of_dict(self) -> bool {
        matches!(self, Self::Get | Self::Keys | Self::Values | Self::Items)
    }

    pub(crate) fn is_of_sequence(self) -> bool {
        matches!(self, Self::Count | Self::Index)
    }
}
