//! Counting events up to a rule's threshold, in windows that begin with the first event of each.
//!
//! Logs come in no order. An event that happened before the first one of a window joins it if all that it holds then still happened
//! within the window's length, so that the order of arrival decides as little as it can.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::key::digest;
use crate::clock::Moment;

/// How late an event may come and still be counted in its window.
const LATEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Bytes that the windows of one set of values may take, far below the 400 KB of an item. The oldest give way.
const MAX_BYTES: usize = 200 * 1024;

/// The counts of a rule's threshold for events of the same values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counter {
    /// By the time of their first event.
    windows: Vec<Window>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    /// When its first event happened, and its last.
    start: Moment,
    last: Moment,
    count: u32,
    /// Whether the threshold was reached.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    fired: bool,
    /// Digests of the different values, where these are counted. Emptied once the threshold is reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
}

/// What a threshold asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The number of events, or of different values.
    pub count: u32,
    /// The length of a window.
    pub window: Duration,
}

impl Counter {
    /// Counts an event at its time, with the value whose differences are counted if it is those. Says whether the event takes
    /// part: it reaches the threshold, or comes after the event of its window that did.
    pub fn count(&mut self, wanted: Wanted, time: Moment, distinct: Option<&str>) -> bool {
        let newest = self.windows.last().map_or(time, |window| window.start.max(time));
        self.windows.retain(|window| window.start.plus(wanted.window).plus(LATEST) > newest);
        let holds = |window: &Window| window.start <= time && time < window.start.plus(wanted.window);
        let could_begin = |window: &Window| time < window.start && window.last < time.plus(wanted.window);
        let place = self.windows.iter().rposition(holds).or_else(|| self.windows.iter().position(could_begin));
        let place = place.unwrap_or_else(|| {
            let place = self.windows.partition_point(|window| window.start <= time);
            let window = Window { start: time, last: time, count: 0, fired: false, values: Vec::new() };
            self.windows.insert(place, window);
            place
        });
        let Some(window) = self.windows.get_mut(place) else { return false };
        (window.start, window.last) = (window.start.min(time), window.last.max(time));
        if !window.fired {
            match distinct.map(|value| digest(&[value])) {
                Some(value) if window.values.contains(&value) => {}
                value => {
                    window.values.extend(value);
                    window.count += 1;
                }
            }
            window.fired = window.count >= wanted.count;
            if window.fired {
                window.values = Vec::new();
            }
        }
        let takes_part = window.fired;
        self.shrink();
        takes_part
    }

    fn shrink(&mut self) {
        let bytes = |window: &Window| 64 + window.values.len() * 36;
        let mut sum: usize = self.windows.iter().map(bytes).sum();
        while sum > MAX_BYTES && self.windows.len() > 1 {
            sum -= bytes(&self.windows.remove(0));
        }
    }

    /// When the counts may be forgotten: no event that comes later is counted with them.
    #[must_use]
    pub fn expires(&self, wanted: Wanted, now: Moment) -> Moment {
        let last = self.windows.last().map_or(now, |window| window.start.max(now));
        last.plus(wanted.window).plus(LATEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted = Wanted { count: 3, window: Duration::from_secs(60) };

    fn at(second: i64) -> Moment {
        Moment::from_millis(second * 1_000)
    }

    fn fired(counter: &mut Counter, seconds: &[i64]) -> Vec<bool> {
        seconds.iter().map(|second| counter.count(WANTED, at(*second), None)).collect()
    }

    #[test]
    fn it_fires_at_the_count_and_stays_fired_within_the_window() {
        let mut counter = Counter::default();
        assert_eq!(fired(&mut counter, &[100, 110, 120, 159]), [false, false, true, true]);
        assert_eq!(fired(&mut counter, &[160, 161]), [false, false], "the window is over");
    }

    #[test]
    fn late_events_count_in_their_own_window() {
        let mut counter = Counter::default();
        assert_eq!(fired(&mut counter, &[100, 200]), [false, false]);
        assert_eq!(fired(&mut counter, &[130, 159]), [false, true], "the third of the first window");
        assert_eq!(fired(&mut counter, &[210, 50, 220]), [false, false, true], "the third of the second one");
        // A day and a window later, the first ones are forgotten.
        assert_eq!(fired(&mut counter, &[200 + 24 * 3600 + 61, 220]), [false, false]);
    }

    #[test]
    fn the_order_of_arrival_does_not_matter_within_a_window() {
        for seconds in [[100, 110, 120], [120, 110, 100], [110, 120, 100], [159, 100, 130]] {
            assert_eq!(fired(&mut Counter::default(), &seconds), [false, false, true], "{seconds:?}");
        }
        // 100 and 160 are a whole window apart.
        assert_eq!(fired(&mut Counter::default(), &[160, 130, 100]), [false, false, false]);
    }

    #[test]
    fn different_values_count_once_each() {
        let mut counter = Counter::default();
        let mut count = |second, value| counter.count(WANTED, at(second), Some(value));
        let fired = [count(1, "a"), count(2, "a"), count(3, "b"), count(4, "b"), count(5, "c"), count(6, "a")];
        assert_eq!(fired, [false, false, false, false, true, true]);
        assert_eq!((counter.windows[0].count, counter.windows[0].values.len()), (3, 0));
    }

    #[test]
    fn room_is_bounded() {
        let wanted = Wanted { count: 1_000, window: Duration::from_secs(60) };
        let mut counter = Counter::default();
        for number in 0..40_000_i64 {
            counter.count(wanted, at(number / 999 * 60), Some(&number.to_string()));
        }
        let length = serde_json::to_string(&counter).unwrap().len();
        assert!((100_000..300_000).contains(&length), "{length}");
        assert_eq!(counter.expires(wanted, at(0)), at(40_000 / 999 * 60 + 60 + 24 * 3600));
    }
}
