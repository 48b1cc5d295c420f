//! Matcher: records become events, and the rules say which of them matter.

use std::collections::BTreeMap;

use jiff::Timestamp;
use trailhook_engine::event::Event;
use trailhook_engine::{Rule, RuleSet, Verdict};

use trailhook_engine::log::{RawRecord, RecordSink};

/// An event for which at least one alert rule is true.
#[derive(Debug, Clone)]
pub struct Match<'r> {
    /// The identity by which copies are told: `eventID`, or where the record stands if it has none.
    pub id: String,
    /// The event.
    pub event: Event,
    /// The rules, the primary one first.
    pub rules: Vec<&'r Rule>,
}

/// What was seen in one or several logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records that are events.
    pub events: u64,
    /// Records that could not be read.
    pub broken_records: u64,
    /// Events that an ignore rule ended.
    pub ignored: u64,
    /// Matches that an exception of their rule took away.
    pub excepted: u64,
    /// Matches of dry-run rules.
    pub recorded: u64,
    /// Events for which an alert rule is true.
    pub matched: u64,
    /// Events whose error code begins with `AccessDenied`.
    pub access_denied: u64,
    /// Those of them that an ignore rule ended.
    pub access_denied_ignored: u64,
    /// For each ignore and dry-run rule that was true, how often.
    pub silent: BTreeMap<String, u64>,
    /// For each rule that erred, how often, and the first error.
    pub rule_errors: BTreeMap<String, (u64, String)>,
}

impl Tally {
    /// Adds what was seen elsewhere.
    pub fn add(&mut self, other: Self) {
        self.events += other.events;
        self.broken_records += other.broken_records;
        self.ignored += other.ignored;
        self.excepted += other.excepted;
        self.recorded += other.recorded;
        self.matched += other.matched;
        self.access_denied += other.access_denied;
        self.access_denied_ignored += other.access_denied_ignored;
        for (rule, count) in other.silent {
            *self.silent.entry(rule).or_default() += count;
        }
        for (rule, (count, first)) in other.rule_errors {
            self.rule_errors.entry(rule).or_insert((0, first)).0 += count;
        }
    }
}

/// Decides about the records of one log.
#[derive(Debug)]
pub struct Matcher<'r> {
    rules: &'r RuleSet,
    log: String,
    arrival: Timestamp,
    matches: Vec<Match<'r>>,
    last: Option<Timestamp>,
    tally: Tally,
}

impl<'r> Matcher<'r> {
    /// A matcher for the log of this name, which stands in messages about it. The time of its arrival stands in for events
    /// without a time.
    #[must_use]
    pub fn new(rules: &'r RuleSet, log: impl Into<String>, arrival: Timestamp) -> Self {
        Self { rules, log: log.into(), arrival, matches: Vec::new(), last: None, tally: Tally::default() }
    }

    fn event(&mut self, event: Event, offset: u64) {
        self.tally.events += 1;
        self.last = self.last.max(event.time());
        let Verdict { ignored_by, alerts, recorded, excepted, errors } = self.rules.decide(&event, self.arrival);
        for failure in errors {
            let told = self.tally.rule_errors.entry(failure.rule.name().to_owned());
            told.or_insert_with(|| (0, failure.describe())).0 += 1;
        }
        for rule in ignored_by.iter().chain(&recorded) {
            *self.tally.silent.entry(rule.name().to_owned()).or_default() += 1;
        }
        let is_denied = event.str("errorCode").is_some_and(|code| code.starts_with("AccessDenied"));
        self.tally.access_denied += u64::from(is_denied);
        if ignored_by.is_some() {
            self.tally.ignored += 1;
            self.tally.access_denied_ignored += u64::from(is_denied);
        }
        self.tally.excepted += u64::try_from(excepted.len()).unwrap_or(u64::MAX);
        self.tally.recorded += u64::try_from(recorded.len()).unwrap_or(u64::MAX);
        if !alerts.is_empty() {
            self.tally.matched += 1;
            let id = event.id().map_or_else(|| format!("{}#{offset}", self.log), std::borrow::Cow::into_owned);
            self.matches.push(Match { id, event, rules: alerts });
        }
    }

    /// The number of matches that were not taken yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.matches.len()
    }

    /// The matches since the last time.
    #[must_use]
    pub fn take(&mut self) -> Vec<Match<'r>> {
        std::mem::take(&mut self.matches)
    }

    /// When the last event happened.
    #[must_use]
    pub fn last_time(&self) -> Option<Timestamp> {
        self.last
    }

    /// What was seen until now.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally.clone()
    }
}

impl RecordSink for Matcher<'_> {
    /// Takes one record. One that cannot be read is counted and said in the log, and stops nothing.
    fn record(&mut self, record: &RawRecord<'_>) {
        let event = match record.text {
            None => Err("the record is longer than any that CloudTrail writes".to_owned()),
            Some(text) => Event::parse(text).map_err(|error| error.to_string()),
        };
        match event {
            Ok(event) => self.event(event, record.offset),
            Err(reason) => {
                self.tally.broken_records += 1;
                tracing::error!(log = self.log, offset = record.offset, reason, "a record was passed over");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook_engine::document::{Document, RuleDocument};

    fn rule(name: &str, expression: &str) -> Rule {
        let text = serde_json::json!({"schema": 1, "name": name, "expression": expression}).to_string();
        Rule::compile(RuleDocument::decode(&text).unwrap()).unwrap()
    }

    #[test]
    fn a_broken_record_stops_nothing() {
        let rules = RuleSet::new([rule("stop", "event['eventName'] == 'StopLogging'"), rule("errs", "event['x'] < 1")]);
        let mut matcher = Matcher::new(&rules, "log", Timestamp::UNIX_EPOCH);
        let records: [Option<&[u8]>; 5] = [
            Some(br#"{"eventName":"StopLogging","eventID":"e1"}"#),
            Some(b"{broken"),
            None,
            Some(br#"{"eventName":"StopLogging"}"#),
            Some(br#"{"eventName":"Other","x":0}"#),
        ];
        for (number, text) in (0..).zip(records) {
            matcher.record(&RawRecord { offset: number * 10, text });
        }
        let (matches, tally) = (matcher.take(), matcher.tally());
        assert_eq!((tally.events, tally.broken_records, tally.matched), (3, 2, 3));
        assert_eq!(tally.rule_errors["errs"].0, 2);
        assert!(tally.rule_errors["errs"].1.starts_with("KeyError: the event has no such field in `event['x']`"));
        assert_eq!(matches.iter().map(|found| found.id.as_str()).collect::<Vec<_>>(), ["e1", "log#30", "log#40"]);
    }

    /// A backtest says the same: see `trailhook_backtest`.
    #[test]
    fn an_insight_is_judged_as_any_event() {
        let rules = RuleSet::new([
            rule("calls", "event['eventName'] == 'StopLogging'"),
            rule("insights", "event.get('eventCategory') == 'Insight'"),
        ]);
        let mut matcher = Matcher::new(&rules, "log", Timestamp::UNIX_EPOCH);
        let text = Some(&br#"{"eventCategory":"Insight","eventID":"i1","insightDetails":{"state":"Start"}}"#[..]);
        matcher.record(&RawRecord { offset: 0, text });
        let (matches, tally) = (matcher.take(), matcher.tally());
        assert_eq!((tally.events, tally.matched, tally.rule_errors["calls"].0), (1, 1, 1));
        assert_eq!(matches[0].rules.iter().map(|rule| rule.name()).collect::<Vec<_>>(), ["insights"]);
    }
}
