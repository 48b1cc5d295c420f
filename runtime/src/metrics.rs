//! Metrics: a line of the log in CloudWatch's embedded metric format, which costs no call.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html> gives the
//! form and its limits: 100 metrics in a line, 100 values of one.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::clock::Moment;
use crate::delivery::Sent;
use crate::pipeline::Outcome;

/// Values of one metric in a line.
const MAX_VALUES: usize = 100;

/// The dimension of all metrics.
pub const DIMENSION: &str = "FunctionName";

/// The metrics of one invocation.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    namespace: String,
    function: String,
    values: Vec<(&'static str, Unit, Value)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Count,
    Seconds,
}

impl Metrics {
    /// No metrics yet, of a function, in a namespace of CloudWatch.
    #[must_use]
    pub fn new(namespace: &str, function: &str) -> Self {
        Self { namespace: namespace.to_owned(), function: function.to_owned(), values: Vec::new() }
    }

    /// What is known of the configuration: its age, and the documents that are not used as they were published.
    pub fn configuration(&mut self, age: Duration, broken: usize) {
        self.seconds("ConfigAge", age);
        self.count("RulesBroken", u64::try_from(broken).unwrap_or(u64::MAX));
    }

    /// What was read and decided.
    pub fn outcome(&mut self, outcome: &Outcome) {
        let report = &outcome.report;
        let tally = &report.tally;
        self.count("LogsRead", report.logs);
        self.count("EventsRead", tally.events);
        self.count("EventsMatched", tally.matched);
        self.count("EventsIgnored", tally.ignored);
        self.count("EventsUntold", report.untold);
        self.count("RecordsBroken", tally.broken_records);
        self.count("RuleErrors", tally.rule_errors.values().map(|(count, _)| count).sum());
        self.count("AccessDenied", tally.access_denied);
        self.count("AccessDeniedIgnored", tally.access_denied_ignored);
        self.count("AlertsUnrouted", report.taken.unrouted);
        let failed = outcome.parts.iter().filter(|part| outcome.failures_of(part).next().is_some());
        self.count("PartsFailed", u64::try_from(failed.count()).unwrap_or(u64::MAX));
    }

    /// What was sent.
    pub fn sent(&mut self, sent: &Sent) {
        self.count("AlertsDelivered", sent.alerts);
        // Those that came with another one in its message.
        self.count("AlertsGrouped", sent.alerts.saturating_sub(sent.messages));
        self.count("AlertsUndeliverable", sent.handed_over + sent.dead_alerts);
        self.count("DeadLetters", sent.dead_letters);
        self.count("DeliveryFailures", sent.not_taken);
        // The longest ones, where there are more than a line takes.
        let mut lags: Vec<_> = sent.lags.iter().map(Duration::as_secs_f64).collect();
        lags.sort_by(|left, right| right.total_cmp(left));
        lags.truncate(MAX_VALUES);
        if !lags.is_empty() {
            self.values.push(("DeliveryLag", Unit::Seconds, lags.into()));
        }
    }

    /// For how long the oldest message has been due.
    pub fn oldest_due(&mut self, age: Duration) {
        self.seconds("OldestDue", age);
    }

    fn count(&mut self, name: &'static str, count: u64) {
        self.values.push((name, Unit::Count, count.into()));
    }

    fn seconds(&mut self, name: &'static str, time: Duration) {
        self.values.push((name, Unit::Seconds, time.as_secs_f64().into()));
    }

    /// The line; `None` if there is nothing to tell.
    #[must_use]
    pub fn line(&self, now: Moment) -> Option<String> {
        if self.values.is_empty() {
            return None;
        }
        let unit = |unit| match unit {
            Unit::Count => "Count",
            Unit::Seconds => "Seconds",
        };
        let metrics: Vec<_> =
            self.values.iter().map(|(name, of, _)| json!({"Name": name, "Unit": unit(*of)})).collect();
        let mut root = Map::new();
        let directive = json!({"Namespace": self.namespace, "Dimensions": [[DIMENSION]], "Metrics": metrics});
        root.insert("_aws".to_owned(), json!({"Timestamp": now.as_millis(), "CloudWatchMetrics": [directive]}));
        root.insert(DIMENSION.to_owned(), self.function.clone().into());
        root.extend(self.values.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())));
        Some(Value::Object(root).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_the_limits() {
        let now = Moment::from_millis(1_770_091_506_000);
        assert_eq!(Metrics::new("Trailhook", "f").line(now), None);
        let mut metrics = Metrics::new("Trailhook", "f");
        let mut sent = Sent::default();
        (sent.messages, sent.alerts, sent.lags) = (3, 10, (0..500).map(Duration::from_secs).collect());
        metrics.sent(&sent);
        let line: Value = serde_json::from_str(&metrics.line(now).unwrap()).unwrap();
        assert_eq!((&line["AlertsDelivered"], &line["AlertsGrouped"]), (&json!(10), &json!(7)));
        let lags = line["DeliveryLag"].as_array().unwrap();
        assert_eq!((lags.len(), &lags[0], &lags[99]), (100, &json!(499.0), &json!(400.0)), "the longest are kept");
        assert_eq!(line["_aws"]["Timestamp"], 1_770_091_506_000_i64);
    }
}
