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

/// Names in order, with what it takes to pass over most of them without a look.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: Vec<&'static str>,
    folded: Vec<Folded>,
}

/// A name without case and underscores, and how often each letter stands in it.
#[derive(Debug)]
struct Folded {
    text: Box<str>,
    letters: [u8; 32],
}

impl Folded {
    fn new(name: &str) -> Self {
        let text = fold(name);
        let mut letters = [0_u8; 32];
        for byte in text.bytes() {
            if let Some(count) = letters.get_mut(usize::from(byte & 31)) {
                *count = count.saturating_add(1);
            }
        }
        Self { text: text.into(), letters }
    }

    /// A lower bound of the edit distance: an edit changes at most two counts.
    fn at_least(&self, other: &Self) -> usize {
        let counts = self.letters.iter().zip(&other.letters);
        counts.map(|(left, right)| usize::from(left.abs_diff(*right))).sum::<usize>().div_ceil(2)
    }
}

impl Names {
    pub(crate) fn new(names: impl IntoIterator<Item = &'static str>) -> Self {
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        let folded = names.iter().map(|name| Folded::new(name)).collect();
        Self { names, folded }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.binary_search(&name).is_ok()
    }

    pub(crate) fn has_beginning(&self, prefix: &str) -> bool {
        let place = self.names.partition_point(|name| *name < prefix);
        self.names.get(place).is_some_and(|name| name.starts_with(prefix))
    }

    /// The nearest name, if one is near enough to have been meant.
    pub(crate) fn nearest(&self, name: &str) -> Option<&'static str> {
        let wanted = Folded::new(name);
        let allowed = (wanted.text.chars().count() / 4).clamp(1, 3);
        self.names
            .iter()
            .zip(&self.folded)
            .filter(|(_, folded)| wanted.at_least(folded) <= allowed)
            .map(|(name, folded)| (strsim::osa_distance(&wanted.text, &folded.text), *name))
            .filter(|(distance, _)| *distance <= allowed)
            .min()
            .map(|(_, name)| name)
    }
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
