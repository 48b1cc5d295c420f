//! How often each text occurs, in bounded memory.

use std::collections::BTreeMap;

/// Bytes that the different texts may take. A million names of roles fit; behind that there is no counting who does something
/// most often.
const MOST_BYTES: usize = 128 * 1024 * 1024;

/// What a text takes beside its characters, roughly.
const COST: usize = 64;

/// Characters of a text that are kept. An ARN has at most 2,048, and nobody reads longer ones in a plan.
const LENGTH: usize = 256;

/// Counts texts. The result does not depend on their order: it counts all of them, or gives up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Counter {
    /// How often each text occurs, and the bytes that they take.
    Counts(BTreeMap<String, u64>, usize),
    /// The different texts take more than there is room for. Which of them came first says nothing of which occur most often.
    TooMany,
}

impl Default for Counter {
    fn default() -> Self {
        Self::Counts(BTreeMap::new(), 0)
    }
}

impl Counter {
    pub(super) fn count(&mut self, text: &str) {
        self.add_one(clip(text), 1);
    }

    pub(super) fn add(&mut self, other: Self) {
        match other {
            Self::Counts(counts, _) => counts.into_iter().for_each(|(text, count)| self.add_one(text, count)),
            Self::TooMany => *self = Self::TooMany,
        }
    }

    fn add_one(&mut self, text: String, count: u64) {
        let Self::Counts(counts, bytes) = self else { return };
        if let Some(sum) = counts.get_mut(&text) {
            *sum += count;
            return;
        }
        *bytes += COST + text.len();
        if *bytes > MOST_BYTES {
            *self = Self::TooMany;
        } else {
            counts.insert(text, count);
        }
    }

    /// The most frequent texts, and of equally frequent ones the first by name; `None` if there were too many to count.
    pub(crate) fn top(&self, number: usize) -> Option<Vec<(&str, u64)>> {
        let Self::Counts(counts, _) = self else { return None };
        let mut all: Vec<_> = counts.iter().map(|(text, count)| (text.as_str(), *count)).collect();
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all.truncate(number);
        Some(all)
    }
}

/// As much of a text as is kept.
pub(super) fn clip(text: &str) -> String {
    text.chars().take(LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first_and_then_the_alphabet() {
        let mut counter = Counter::default();
        for text in ["b", "c", "a", "c"] {
            counter.count(text);
        }
        let mut other = Counter::default();
        other.count("b");
        counter.add(other);
        assert_eq!(counter.top(2).unwrap(), [("b", 2), ("c", 2)]);
        assert_eq!(counter.top(9).unwrap().last(), Some(&("a", 1)));
    }

    /// What comes of parts that are added in this order.
    fn sum<'a>(parts: impl IntoIterator<Item = &'a Counter>) -> Counter {
        let mut sum = Counter::default();
        parts.into_iter().for_each(|part| sum.add(part.clone()));
        sum
    }

    #[test]
    fn of_many_texts_the_most_frequent_is_found_wherever_it_stands() {
        let mut parts: Vec<_> = (0..50).map(|_| Counter::default()).collect();
        for number in 0..25_000 {
            parts[number / 500].count(&format!("role/{number}"));
        }
        parts[49].count("role/24999");
        let (forward, backward) = (sum(&parts), sum(parts.iter().rev()));
        assert_eq!(forward.top(2).unwrap(), [("role/24999", 2), ("role/0", 1)]);
        assert_eq!(forward, backward);
    }

    #[test]
    fn memory_is_bounded_and_the_bound_knows_no_order() {
        let long = |number: usize| format!("{number:07}{}", "é".repeat(100_000));
        let mut many = Counter::default();
        many.count(&long(0));
        let Counter::Counts(counts, bytes) = &many else { panic!("{many:?}") };
        let kept = counts.keys().next().unwrap();
        assert_eq!((kept.chars().count(), *bytes), (LENGTH, COST + kept.len()));

        let fit = MOST_BYTES / bytes;
        (1..fit).for_each(|number| many.add_one(long(number).chars().take(LENGTH).collect(), 1));
        assert!(many.top(1).is_some());
        let (mut known, mut new) = (Counter::default(), Counter::default());
        known.count(&long(0));
        new.count("x".repeat(LENGTH).as_str());
        assert_eq!(sum([&many, &known]).top(1).unwrap()[0].1, 2);
        assert_eq!(sum([&many, &new, &known]).top(1), None);
        assert_eq!(sum([&new, &known, &many]), sum([&many, &new, &known]));
    }
}
