//! "Did you mean": the nearest of the names that exist.

/// The candidate nearest to a name, if one is near enough to have been meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    let length = folded.chars().count();
    candidates
        .into_iter()
        // A name may be as long as the whole text, and the distance is at least that of the lengths.
        .filter(|candidate| fold(candidate).chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Case and underscores are the most common slips and count for nothing.
fn fold(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// The method that does what a method of another language does.
pub(crate) fn of_other_languages(name: &str) -> Option<&'static str> {
    Some(match name {
        "hasPrefix" | "has_prefix" | "starts_with" | "beginswith" => "startswith",
        "hasSuffix" | "has_suffix" | "ends_with" => "endswith",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_near_names_are_offered() {
        let methods = ["get", "startswith", "endswith"];
        assert_eq!(nearest("startwith", methods), Some("startswith"));
        assert_eq!(nearest("endsWith", methods), Some("endswith"));
        assert_eq!(nearest("starts_with", methods), Some("startswith"));
        assert_eq!(nearest("format", methods), None);
        assert_eq!(nearest("x", methods), None);
    }
}
