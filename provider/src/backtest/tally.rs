//! What was seen in the logs.

use std::collections::BTreeSet;

use jiff::Timestamp;
use trailhook_engine::event::Event;
use trailhook_engine::{Decision, Part, Rule};

use super::counter::{Counter, clip};

/// Matches whose ids are shown.
const SAMPLES: usize = 10;

/// Counts of events, and of what the rule said of them. It is the same whatever the order in which logs are read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tally {
    /// Records that are events.
    pub(crate) events: u64,
    /// Records that could not be read.
    pub(crate) broken_records: u64,
    pub(crate) matches: u64,
    /// Matches that an exception took away.
    pub(crate) excepted: u64,
    /// Events on which the expression or an exception raised.
    pub(crate) errors: u64,
    /// Those of them that are Insight events, which lack most fields.
    pub(crate) insight_errors: u64,
    /// The error of the earliest of them; that of an Insight event (`true`) if there is no other.
    first_error: Option<(bool, Timestamp, String)>,
    /// The times of the first and the last event.
    pub(crate) span: Option<(Timestamp, Timestamp)>,
    /// Who caused matches.
    pub(crate) actors: Counter,
    /// What they did.
    pub(crate) event_names: Counter,
    /// Time and id of the latest matches.
    samples: BTreeSet<(Timestamp, String)>,
}

impl Tally {
    /// Takes a record that could not be read.
    pub(super) fn broken(&mut self) {
        self.broken_records += 1;
    }

    /// Asks the rule about an event.
    pub(super) fn event(&mut self, event: &Event, rule: &Rule) {
        self.events += 1;
        let time = event.time();
        if let Some(time) = time {
            self.widen((time, time));
        }
        let judgement = rule.judge(event);
        let error = match &judgement.decision {
            Decision::Error(error) => Some((Part::Expression, error)),
            _ => judgement.failed_exceptions.first().map(|(number, error)| (Part::Exception(*number), error)),
        };
        if let Some((part, error)) = error {
            self.errors += 1;
            let is_insight = event.str("eventCategory").as_deref() == Some("Insight");
            self.insight_errors += u64::from(is_insight);
            self.error((is_insight, time.unwrap_or(Timestamp::MAX), rule.describe(part, error)));
        }
        match judgement.decision {
            Decision::Match => self.matched(event, time.unwrap_or(Timestamp::MIN)),
            Decision::Excepted(_) => self.excepted += 1,
            Decision::NoMatch | Decision::Error(_) => {}
        }
    }

    fn matched(&mut self, event: &Event, time: Timestamp) {
        self.matches += 1;
        self.actors.count(event.actor().as_deref().unwrap_or("unknown"));
        self.event_names.count(event.str("eventName").as_deref().unwrap_or("unknown"));
        if let Some(id) = event.id() {
            self.sample(time, clip(&id));
        }
    }

    fn sample(&mut self, time: Timestamp, id: String) {
        self.samples.insert((time, id));
        if self.samples.len() > SAMPLES {
            self.samples.pop_first();
        }
    }

    fn error(&mut self, error: (bool, Timestamp, String)) {
        if self.first_error.as_ref().is_none_or(|first| error < *first) {
            self.first_error = Some(error);
        }
    }

    fn widen(&mut self, (first, last): (Timestamp, Timestamp)) {
        let (earlier, later) = self.span.unwrap_or((first, last));
        self.span = Some((earlier.min(first), later.max(last)));
    }

    /// Adds what was seen elsewhere.
    pub(super) fn add(&mut self, other: Self) {
        self.events += other.events;
        self.broken_records += other.broken_records;
        self.matches += other.matches;
        self.excepted += other.excepted;
        self.errors += other.errors;
        self.insight_errors += other.insight_errors;
        if let Some(error) = other.first_error {
            self.error(error);
        }
        if let Some(span) = other.span {
            self.widen(span);
        }
        self.actors.add(other.actors);
        self.event_names.add(other.event_names);
        for (time, id) in other.samples {
            self.sample(time, id);
        }
    }

    pub(crate) fn first_error(&self) -> Option<&str> {
        self.first_error.as_ref().map(|(_, _, text)| text.as_str())
    }

    /// The ids of the latest matches, the latest first.
    pub(crate) fn sample_ids(&self) -> Vec<&str> {
        self.samples.iter().rev().map(|(_, id)| id.as_str()).collect()
    }

    /// The days from the first event to the last, and not less than one: what a busy hour shows is no rate.
    #[allow(clippy::cast_precision_loss, reason = "seconds of some years fit a float exactly")]
    pub(crate) fn days(&self) -> f64 {
        const DAY: f64 = 24.0 * 60.0 * 60.0;
        let seconds = self.span.map_or(0, |(first, last)| last.as_second() - first.as_second());
        (seconds as f64 / DAY).max(1.0)
    }

    #[allow(clippy::cast_precision_loss, reason = "no log has as many events as a float has digits")]
    pub(crate) fn matches_per_day(&self) -> f64 {
        self.matches as f64 / self.days()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook_engine::document::RuleDocument;

    fn event(number: i64, name: &str) -> Event {
        let time = Timestamp::from_second(1_770_000_000 + number * 3600).unwrap();
        Event::parse(
            format!(
                r#"{{"eventID":"e{number:02}","eventName":"{name}","eventTime":"{time}","userIdentity":{{"arn":"a{}"}}}}"#,
                number % 2
            )
            .as_bytes(),
        )
        .unwrap()
    }

    fn rule() -> Rule {
        let document = RuleDocument {
            exceptions: vec!["event['userIdentity.arn'] == 'a1'".to_owned(), "event['absent'] == 1".to_owned()],
            ..RuleDocument::new("a", "event['eventName'] == 'Stop' or event['nothing']")
        };
        Rule::compile(document).unwrap()
    }

    fn tally(events: &[Event]) -> Tally {
        let mut tally = Tally::default();
        events.iter().for_each(|event| tally.event(event, &rule()));
        tally
    }

    #[test]
    fn every_event_is_counted_by_what_the_rule_said() {
        let mut all: Vec<_> = (0..30).map(|number| event(number, "Stop")).collect();
        all.push(event(48, "Other"));
        let tally = tally(&all);
        assert_eq!((tally.events, tally.matches, tally.excepted), (31, 15, 15));
        // The second exception errs wherever the first is not true, and the expression once.
        assert_eq!(tally.errors, 16);
        let first = tally.first_error().unwrap();
        assert!(
            first.starts_with("exception 2: KeyError: the event has no such field in `event['absent']`"),
            "{first}"
        );
        assert_eq!(tally.actors.top(5).unwrap(), [("a0", 15)]);
        assert_eq!(tally.event_names.top(5).unwrap(), [("Stop", 15)]);
        assert_eq!(tally.sample_ids(), ["e28", "e26", "e24", "e22", "e20", "e18", "e16", "e14", "e12", "e10"]);
        assert!((tally.matches_per_day() - 7.5).abs() < 1e-9, "15 in the two days from the first to the last event");
    }

    #[test]
    fn an_insight_is_an_event_and_its_error_gives_way_to_others() {
        let insight = br#"{"eventCategory":"Insight","eventTime":"2026-01-01T00:00:00Z","insightDetails":{}}"#;
        let insight = Event::parse(insight).unwrap();
        let told = |events: &[Event]| {
            let tally = tally(events);
            (tally.events, tally.errors, tally.insight_errors, tally.first_error().unwrap().to_owned())
        };
        let (events, errors, insights, first) = told(std::slice::from_ref(&insight));
        assert_eq!((events, errors, insights), (1, 1, 1));
        assert!(first.contains("event['eventName']"), "{first}");
        let (events, errors, insights, first) = told(&[insight, event(0, "Other")]);
        assert_eq!((events, errors, insights), (2, 2, 1));
        assert!(first.contains("event['nothing']"), "{first}");
    }

    #[test]
    fn less_than_a_day_counts_as_one() {
        let tally = tally(&[event(0, "Stop"), event(2, "Stop")]);
        assert!((tally.matches_per_day() - 2.0).abs() < 1e-9);
        assert!(Tally::default().matches_per_day().abs() < 1e-9);
    }

    #[test]
    fn the_order_of_the_logs_does_not_matter() {
        let events: Vec<_> =
            (0..40).map(|number| event(number, if number % 3 == 0 { "Stop" } else { "Other" })).collect();
        let whole = tally(&events);
        for size in [1, 7, 40] {
            let mut parts: Vec<_> = events.chunks(size).map(tally).collect();
            parts.reverse();
            let mut sum = Tally::default();
            parts.into_iter().for_each(|part| sum.add(part));
            assert_eq!(sum, whole);
        }
    }
}
