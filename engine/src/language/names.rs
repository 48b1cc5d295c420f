//! Names of other languages, and what they are here.

/// The function that does what a function of another language or of Python's modules does.
pub(crate) fn function_of_other_languages(name: &str) -> Option<&'static str> {
    Some(match name {
        "length" | "lenght" | "size" | "count" | "strlen" => "len",
        "__import__" | "match" | "search" | "fullmatch" | "regex" | "regexp" | "regex_match" => "matches(…)",
        "fnmatch" | "fnmatchcase" | "wildcard" => "glob(…)",
        "cidr_match" | "ip_network" | "cidrmatch" | "ip_in_cidr" => "in_cidr(…)",
        "ip_address" => "is_ip(…)",
        "string" => "str",
        _ => return None,
    })
}

/// The method that does what a method of another language does.
pub(crate) fn of_other_languages(name: &str) -> Option<&'static str> {
    Some(match name {
        "hasPrefix" | "has_prefix" | "starts_with" | "beginswith" => "startswith",
        "hasSuffix" | "has_suffix" | "ends_with" => "endswith",
        _ => return None,
    })
}
