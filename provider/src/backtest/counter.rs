//! How often each text occurs, in bounded memory.

use std::collections::BTreeMap;

/// Different texts that are told apart; who or what does something often is among the first of them.
const MOST: usize = 10_000;

/// Characters of a text that are kept. An ARN has at most 2,048, and nobody reads longer ones in a plan.
const LENGTH: usize = 256;

/// Counts texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counter(BTreeMap<String, u64>);

impl Counter {
    pub(super) fn count(&mut self, text: &str) {
        self.add_one(clip(text), 1);
    }

    pub(super) fn add(&mut self, other: Self) {
        for (text, count) in other.0 {
            self.add_one(text, count);
        }
    }

    fn add_one(&mut self, text: String, count: u64) {
        if let Some(sum) = self.0.get_mut(&text) {
            *sum += count;
        } else if self.0.len() < MOST {
            self.0.insert(text, count);
        }
    }

    /// The most frequent texts, and of equally frequent ones the first by name.
    pub(crate) fn top(&self, number: usize) -> Vec<(&str, u64)> {
        let mut all: Vec<_> = self.0.iter().map(|(text, count)| (text.as_str(), *count)).collect();
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all.truncate(number);
        all
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
        assert_eq!(counter.top(2), [("b", 2), ("c", 2)]);
        assert_eq!(counter.top(9).last(), Some(&("a", 1)));
    }

    #[test]
    fn memory_is_bounded() {
        let mut counter = Counter::default();
        counter.count(&"é".repeat(100_000));
        for number in 0..2 * MOST {
            counter.count(&number.to_string());
        }
        counter.count("0");
        assert_eq!(counter.0.len(), MOST);
        assert_eq!(counter.top(1), [("0", 2)]);
        assert_eq!(counter.0.keys().map(|text| text.chars().count()).max(), Some(LENGTH));
    }
}
