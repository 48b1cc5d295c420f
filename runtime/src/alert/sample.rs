//! What is kept of an alert until it was told, so that it can be told by another instance and another version.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use trailhook_engine::document::{Severity, Threshold};
use trailhook_engine::event::{Json, TextBuf};
use trailhook_engine::{Alert, Rule};

use super::cut::truncate;
use super::display::{Display, HIDDEN};
use super::facts::Facts;
use super::parameters::{Parameters, read};
use super::removal::RemovedLog;

/// Bytes of what is kept of an alert for Slack.
pub const MAX_SAMPLE: usize = 8 * 1024;
/// Bytes of what is kept of the first alert of a group for a destination that takes whole events. SNS takes 256 KB with all that is
/// around it.
pub const MAX_WHOLE_SAMPLE: usize = 200 * 1024;

/// Characters of a rule's description.
const DESCRIPTION: usize = 1_500;
/// How deeply a record that is kept may be nested. CloudTrail's stay below 30; readers of JSON give up above a hundred.
const MAX_NESTING: usize = 64;
/// Characters of a notice.
const NOTICE: usize = 2_500;
/// Rules that are named.
const RULES: usize = 5;
/// Clauses that made the rule match.
const CLAUSES: usize = 4;
/// Fields that a clause may read to tell of them.
const TOLD: usize = 3;

/// What all messages of a group are about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// The primary rule's name, or what a notice is about.
    pub title: String,
    /// How grave it is.
    pub severity: Severity,
    /// The account and the region of its last event, where it is about events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<(String, String)>,
}

/// What is shown of one alert, or of a notice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// An event for which rules are true.
    Alert(Box<AlertSample>),
    /// A word about the function itself.
    Notice(Notice),
    /// A log object that somebody removed.
    Removal(RemovedLog),
}

/// What is shown of one alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertSample {
    /// The rules, the primary one first, as far as they are named.
    pub(crate) rules: Vec<NamedRule>,
    /// How many more there are.
    #[serde(default)]
    pub(crate) more_rules: usize,
    pub(crate) severity: Severity,
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) facts: Facts,
    /// The clauses that made the primary rule match, and how many more there are.
    #[serde(default)]
    pub(crate) why: Vec<String>,
    #[serde(default)]
    pub(crate) more_clauses: usize,
    /// What it took until people are told, where the primary rule has a threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) threshold: Option<String>,
    /// Fields that the rules read, with their values.
    #[serde(default)]
    pub(crate) read: Vec<(String, String)>,
    /// All request parameters, for a route that shows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parameters: Option<Parameters>,
    /// The record, for a destination that takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<Value>,
}

/// A rule as an alert names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedRule {
    pub(crate) name: String,
    pub(crate) severity: Severity,
    /// Of the primary rule alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) runbook_url: Option<String>,
}

/// A word about the function itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about, in a few words.
    pub title: String,
    /// What happened, and what to do.
    pub text: String,
    /// What a program said of it, in lines that stand as they are.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// How much of an event is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// What a message of Slack shows.
    Shown,
    /// All request parameters as well.
    Parameters,
    /// The whole record as well, as far as it fits.
    Event,
}

impl Head {
    /// The head of the messages about an alert.
    #[must_use]
    pub fn of(alert: &Alert<'_>, display: &Display) -> Self {
        let place = display.account(alert).zip(display.region(alert));
        Self {
            title: alert.primary().map_or_else(|| "alert".to_owned(), |rule| rule.name().to_owned()),
            severity: alert.severity(),
            place: place.map(|(account, region)| (truncate(&account, 60), truncate(&region, 60))),
        }
    }
}

impl Sample {
    /// What is kept of an alert.
    #[must_use]
    pub fn of(alert: &Alert<'_>, keep: Keep, display: &Display) -> Self {
        let named = |(place, rule): (usize, &&Rule)| NamedRule {
            name: rule.name().to_owned(),
            severity: rule.document().severity,
            description: if place == 0 {
                truncate(rule.document().description.trim(), DESCRIPTION)
            } else {
                String::new()
            },
            runbook_url: rule.document().runbook_url.clone().filter(|_| place == 0),
        };
        let Why { clauses: why, more: more_clauses, fields: told } = why(alert, display);
        let (parameters, event) = match keep {
            Keep::Shown => (None, None),
            Keep::Parameters => (Some(Parameters::of(alert, display)), None),
            Keep::Event => (None, Some(visible(alert.event.record(), &mut String::new(), MAX_NESTING, display))),
        };
        let owned = |(key, value): (&str, &str)| (truncate(key, 80), truncate(value, 80));
        let sample = AlertSample {
            rules: alert.rules.iter().enumerate().take(RULES).map(named).collect(),
            more_rules: alert.rules.len().saturating_sub(RULES),
            severity: alert.severity(),
            labels: alert.labels().into_iter().take(20).map(owned).collect(),
            facts: Facts::of(alert, &told, display),
            why,
            more_clauses,
            threshold: alert.primary().and_then(|rule| rule.document().threshold.as_ref()).map(in_words),
            read: read(alert, &told, display),
            parameters,
            event,
        };
        let most = if keep == Keep::Event { MAX_WHOLE_SAMPLE } else { MAX_SAMPLE };
        Self::Alert(Box::new(sample.fit(most)))
    }

    /// A notice of a text.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self::Notice(Notice { title: String::new(), text: text.to_owned(), detail: String::new() })
    }

    /// The bytes that it takes in the table.
    #[must_use]
    pub fn size(&self) -> usize {
        size(self)
    }

    /// The same in the room of a sample for Slack.
    #[must_use]
    pub fn small(self) -> Self {
        match self {
            Self::Alert(sample) => Self::Alert(Box::new(sample.fit(MAX_SAMPLE))),
            Self::Notice(Notice { title, text, detail }) => {
                Self::Notice(Notice { title, text: truncate(&text, NOTICE), detail: truncate(&detail, NOTICE) })
            }
            Self::Removal(_) => self,
        }
    }
}

fn size(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |bytes| bytes.len())
}

impl AlertSample {
    /// The same in so many bytes: the record goes first, then what stands behind in long texts.
    fn fit(mut self, most: usize) -> Self {
        for characters in [usize::MAX, 300, 150, 75, 30, 10] {
            if size(&self) <= most {
                return self;
            }
            self.event = None;
            self.cut(characters);
        }
        self
    }

    fn cut(&mut self, characters: usize) {
        let texts = self.why.iter_mut().chain(self.read.iter_mut().flat_map(|(field, value)| [field, value]));
        for text in texts.chain(self.facts.texts()) {
            *text = truncate(text, characters);
        }
        for rule in &mut self.rules {
            rule.description = truncate(&rule.description, characters.saturating_mul(5));
        }
        if let Some(parameters) = &mut self.parameters {
            parameters.cut(characters.saturating_mul(10));
        }
        if characters <= 75 {
            self.labels.clear();
        }
    }
}

/// The clauses that made the primary rule match, in words.
#[derive(Default)]
struct Why {
    clauses: Vec<String>,
    /// How many more there are.
    more: usize,
    /// The fields that they tell of.
    fields: BTreeSet<String>,
}

fn why(alert: &Alert<'_>, display: &Display) -> Why {
    let Some(rule) = alert.primary() else { return Why::default() };
    let explanation = rule.expression().explain(alert.event);
    if !explanation.outcome().is_match() {
        return Why::default();
    }
    let line = explanation.line();
    let line = if display.redaction.is_empty() { line } else { line.hide(|field| display.redaction.hides(field)) };
    // What reads no field, such as `True`, says nothing of the event.
    let telling: Vec<_> = line.phrases().iter().filter(|phrase| !phrase.fields().is_empty()).take(CLAUSES).collect();
    Why {
        clauses: telling.iter().map(|phrase| phrase.text().to_owned()).collect(),
        more: line.more(),
        // A clause over all fields tells of none in particular.
        fields: telling.iter().map(|phrase| phrase.fields()).filter(|fields| fields.len() <= TOLD).flatten().collect(),
    }
}

/// A threshold in words, such as `10 different sourceIPAddress within 5m, by actor`.
fn in_words(threshold: &Threshold) -> String {
    let Threshold { count, window, by, distinct } = threshold;
    let what =
        distinct.as_ref().map_or_else(|| "matches".to_owned(), |field| format!("different {}", truncate(field, 80)));
    let by = if by.is_empty() { String::new() } else { format!(", by {}", truncate(&by.join(" and "), 200)) };
    format!("{count} {what} within {window}{by}")
}

/// A record as strict readers of JSON take it, without what nobody is shown.
fn visible(json: &Json, path: &mut String, nesting: usize, display: &Display) -> Value {
    let Some(within) = nesting.checked_sub(1) else { return "nested too deeply".into() };
    match json {
        Json::Object(members) => {
            let length = path.len();
            let member = |(key, value): (&TextBuf, &Json)| {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(&key.to_string_lossy());
                let shown = visible(value, path, within, display);
                path.truncate(length);
                (key.to_string(), shown)
            };
            Value::Object(members.iter().map(member).collect())
        }
        Json::Array(items) => {
            let length = path.len();
            let item = |(place, item): (usize, &Json)| {
                path.push_str(&format!(".{place}"));
                let shown = visible(item, path, within, display);
                path.truncate(length);
                shown
            };
            Value::Array(items.iter().enumerate().map(item).collect())
        }
        _ if display.redaction.hides(path) => HIDDEN.into(),
        Json::Str(_) if display.redaction.hides_text(path) => HIDDEN.into(),
        Json::Str(text) => text.to_string().into(),
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Int(value) => (*value).into(),
        Json::BigInt(value) => value.to_string().into(),
        Json::Float(value) => {
            serde_json::Number::from_f64(*value).map_or_else(|| json.to_string().into(), Value::Number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook_engine::document::RuleDocument;
    use trailhook_engine::event::{Event, Redaction};

    fn sample(record: &str, keep: Keep) -> AlertSample {
        let expression = "event.get('requestParameters.a') == event.get('x') or True";
        let rule = Rule::compile(RuleDocument::new("rule", expression)).unwrap();
        let event = Event::parse(record.as_bytes()).unwrap();
        let display = Display { redaction: Redaction::new(["**.hideMe"]), ..Display::default() };
        match Sample::of(&Alert { event: &event, rules: &[&rule] }, keep, &display) {
            Sample::Alert(sample) => *sample,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_sample_comes_back_as_it_was() {
        let record = r#"{"eventName":"StopLogging","eventTime":"2026-02-03T04:05:06Z","requestParameters":{"a":"b"}}"#;
        let sample = Sample::Alert(Box::new(sample(record, Keep::Event)));
        assert_eq!(serde_json::from_str::<Sample>(&serde_json::to_string(&sample).unwrap()).unwrap(), sample);
    }

    #[test]
    fn a_sample_keeps_its_room_whatever_the_event_says() {
        for filler in ["\\u0000", "日", "<", "\\\""] {
            let text = filler.repeat(20_000);
            let record = format!(
                r#"{{"eventName":"{text}","eventSource":"{text}","awsRegion":"{text}","userAgent":"{text}","errorCode":"{text}",
                    "errorMessage":"{text}","sourceIPAddress":"{text}","recipientAccountId":"{text}","eventID":"{text}",
                    "eventTime":"{text}","userIdentity":{{"type":"{text}","arn":"{text}"}},"requestParameters":{{"a":"{text}"}}}}"#
            );
            for keep in [Keep::Shown, Keep::Parameters] {
                assert!(size(&sample(&record, keep)) <= MAX_SAMPLE, "{filler}");
            }
            let whole = sample(&record, Keep::Event);
            assert!(whole.event.is_none() && size(&whole) <= MAX_WHOLE_SAMPLE, "{filler}");
        }
    }

    #[test]
    fn a_record_can_be_read_back_however_deep_it_is() {
        for depth in [60, 130, 490] {
            let record = format!(r#"{{"a":{}1{}}}"#, r#"{"b":["#.repeat(depth / 2), "]}".repeat(depth / 2));
            let sample = Sample::Alert(Box::new(sample(&record, Keep::Event)));
            assert_eq!(serde_json::from_str::<Sample>(&serde_json::to_string(&sample).unwrap()).unwrap(), sample);
        }
    }

    #[test]
    fn a_whole_event_is_strict_json_without_secrets() {
        let record = r#"{"a":NaN,"b":123456789012345678901234567890,"c":"\ud800","requestParameters":{"password":"HIDDEN1","list":[{"token":"HIDDEN2"},{"hideMe":{"a":7654321,"b":"HIDDEN3"}}],"tokenId":"t"}}"#;
        let text = sample(record, Keep::Event).event.unwrap().to_string();
        assert!(!text.contains("HIDDEN") && !text.contains("7654321"), "{text}");
        assert!(text.contains(r#""a":"NaN""#) && text.contains(r#""tokenId":"t""#), "{text}");
        assert!(serde_json::from_str::<Value>(&text).is_ok());
    }

    #[test]
    fn all_request_parameters_are_kept_as_far_as_there_is_room() {
        let members: Vec<_> = (0..5_000).map(|number| format!(r#""p{number}":"v{number}""#)).collect();
        let record = format!(
            r#"{{"requestParameters":{{"a":"b","masterUserPassword":"HIDDEN1","hideMe":7,{}}}}}"#,
            members.join(",")
        );
        let parameters = sample(&record, Keep::Parameters).parameters.unwrap();
        assert_eq!((parameters.shown.len(), parameters.more), (40, 5_003 - 40));
        let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let first = [owned("a", "b"), owned("masterUserPassword", "hidden"), owned("hideMe", "hidden")];
        assert_eq!(parameters.shown[..3], first);
        assert_eq!(sample(&record, Keep::Shown).parameters, None);
    }
}
