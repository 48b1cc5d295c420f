//! What the alerts of a group have most often, counted exactly in bounded room.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Different values of one field that are counted each by itself.
const MAX_VALUES: usize = 16;
/// Characters of a value that are kept.
const MAX_CHARACTERS: usize = 80;

/// How often each value of some fields came.
///
/// The first 16 different values of a field are counted each by itself and exactly; all later ones together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopValues(BTreeMap<String, Counts>);

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Counts {
    values: Vec<(String, u64)>,
    #[serde(default, skip_serializing_if = "is_zero")]
    others: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The values of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top<'a> {
    /// The field.
    pub field: &'a str,
    /// Values and how often each came, the most frequent first.
    pub values: Vec<(&'a str, u64)>,
    /// How often any other value came.
    pub others: u64,
}

impl TopValues {
    /// Counts a value of a field. An absent one, which is empty, is not counted.
    pub fn count(&mut self, field: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let value: String = value.chars().take(MAX_CHARACTERS).collect();
        let counts = match self.0.get_mut(field) {
            Some(counts) => counts,
            None => self.0.entry(field.to_owned()).or_default(),
        };
        counts.add(value, 1);
    }

    /// Takes back what was counted in another one, all of which was counted here as well.
    pub fn subtract(&mut self, other: &Self) {
        for (field, gone) in &other.0 {
            let Some(counts) = self.0.get_mut(field) else { continue };
            for (value, number) in &gone.values {
                if let Some((_, left)) = counts.values.iter_mut().find(|(kept, _)| kept == value) {
                    *left = left.saturating_sub(*number);
                }
            }
            counts.others = counts.others.saturating_sub(gone.others);
            counts.values.retain(|(_, left)| *left > 0);
        }
        self.0.retain(|_, counts| !counts.values.is_empty() || counts.others > 0);
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (field, more) in &other.0 {
            let counts = self.0.entry(field.clone()).or_default();
            for (value, number) in &more.values {
                counts.add(value.clone(), *number);
            }
            counts.others += more.others;
        }
    }

    /// The most frequent values of each field, by the field's name.
    #[must_use]
    pub fn top(&self, most: usize) -> Vec<Top<'_>> {
        self.0
            .iter()
            .map(|(field, counts)| {
                let mut values: Vec<_> =
                    counts.values.iter().map(|(value, number)| (value.as_str(), *number)).collect();
                values.sort_by(|(left, left_number), (right, right_number)| {
                    right_number.cmp(left_number).then_with(|| left.cmp(right))
                });
                let hidden: u64 = values.iter().skip(most).map(|(_, number)| number).sum();
                values.truncate(most);
                Top { field, values, others: counts.others + hidden }
            })
            .collect()
    }
}

impl Counts {
    fn add(&mut self, value: String, number: u64) {
        let has_room = self.values.len() < MAX_VALUES;
        match self.values.iter_mut().find(|(kept, _)| *kept == value) {
            Some((_, count)) => *count += number,
            None if has_room => self.values.push((value, number)),
            None => self.others += number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_in_bounded_room() {
        let mut top = TopValues::default();
        for number in 0..40 {
            top.count("from", &format!("192.0.2.{number:02}"));
            top.count("from", "192.0.2.00");
            top.count("region", "");
        }
        let shown = top.top(2);
        assert_eq!(shown.len(), 1, "what is absent is not counted");
        assert_eq!((shown[0].field, &shown[0].values[..]), ("from", &[("192.0.2.00", 41), ("192.0.2.01", 1)][..]));
        assert_eq!(shown[0].others, 38, "no event is lost from the sum");
        let length = serde_json::to_string(&top).unwrap().len();
        assert!(length < 1_000, "{length}");
    }

    #[test]
    fn what_was_told_is_taken_back() {
        let mut told = TopValues::default();
        told.count("from", "a");
        told.count("from", "b");
        let mut all = told.clone();
        all.count("from", "b");
        all.count("region", "eu-west-1");
        all.subtract(&told);
        let shown: Vec<_> = all.top(9).into_iter().map(|top| (top.field, top.values)).collect();
        assert_eq!(shown, [("from", vec![("b", 1)]), ("region", vec![("eu-west-1", 1)])]);
        all.subtract(&all.clone());
        assert_eq!(all, TopValues::default());
    }
}
