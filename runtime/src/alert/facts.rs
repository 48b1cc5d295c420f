//! What people want to know of an event first, in words.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailhook_engine::Alert;
use trailhook_engine::event::Leaf;

use super::actor::Actor;
use super::display::{Display, HIDDEN};
use super::masked::{Masked, Texts};
use crate::clock::Moment;

/// Who did what, where, from where and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub(crate) actor: Actor,
    pub(crate) event_name: String,
    /// The service, e.g. `s3` for `s3.amazonaws.com`.
    pub(crate) service: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) source_address: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) time: Time,
    /// Error code and message of a call that failed.
    pub(crate) error: Option<(String, Option<String>)>,
    pub(crate) event_id: Option<String>,
    /// What matters of this kind of event alone, by what people call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) more: Vec<(Cow<'static, str>, String)>,
}

/// When an event happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Time {
    /// A point of time.
    At(Moment),
    /// A text that is no time.
    Unreadable(String),
    /// The event says none.
    Absent,
}

/// What matters of some kinds of events, and where it stands; of several places the first that the event has. The clauses that made the
/// rule match may tell it already.
const MORE: [(&str, &[&str]); 9] = [
    ("Through", &["userIdentity.invokedBy"]),
    ("Delegate", &["userIdentity.invokedByDelegate.accountId"]),
    ("VPC endpoint", &["vpcEndpointId"]),
    ("MFA", &["additionalEventData.MFAUsed"]),
    ("Resource", &["resources.0.ARN"]),
    ("Key", &["serviceEventDetails.keyId"]),
    ("Insight", &["insightDetails.state"]),
    (
        "Target",
        &[
            "requestParameters.name",
            "requestParameters.bucketName",
            "requestParameters.functionName",
            "requestParameters.roleName",
            "requestParameters.userName",
            "requestParameters.groupName",
            "requestParameters.policyArn",
            "requestParameters.groupId",
            "requestParameters.instanceId",
            "requestParameters.dBInstanceIdentifier",
            "requestParameters.keyId",
            "requestParameters.secretId",
            "requestParameters.tableName",
            "requestParameters.clusterName",
            "requestParameters.roleArn",
        ],
    ),
    ("Addendum", &["addendum.reason"]),
];
/// How many of them are told.
const MOST: usize = 3;

impl Facts {
    /// What of `more` the clauses tell of already is left out.
    pub(crate) fn of(alert: &Alert<'_>, told: &BTreeSet<String>, display: &Display) -> Self {
        let texts = Texts { event: alert.event, display };
        let shown = |key: &str| texts.get(key).map(Masked::shown);
        let or_unknown = |value: Option<String>| value.unwrap_or_else(|| "unknown".to_owned());
        let service = texts.get("eventSource").or_else(|| texts.get("insightDetails.eventSource"));
        let service = service.map(|source| source.map(|source| source.trim_end_matches(".amazonaws.com").to_owned()));
        Self {
            actor: Actor::of(texts),
            event_name: or_unknown(shown("eventName").or_else(|| shown("insightDetails.eventName"))),
            service: or_unknown(service.map(Masked::shown)),
            account: or_unknown(display.account(alert)),
            region: or_unknown(shown("awsRegion")),
            source_address: shown("sourceIPAddress"),
            user_agent: shown("userAgent"),
            time: match texts.get("eventTime") {
                None => Time::Absent,
                Some(_) if texts.hides("eventTime") => Time::Unreadable(HIDDEN.to_owned()),
                Some(time) => {
                    time.text.parse::<Timestamp>().map_or(Time::Unreadable(time.text), |at| Time::At(at.into()))
                }
            },
            error: error(texts),
            event_id: shown("eventID"),
            more: more(texts, told),
        }
    }

    /// The texts that come from the event, each of any length.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Self {
            actor: Actor { name, detail, account: actor_account, kind: _ },
            event_name,
            service,
            account,
            region,
            source_address,
            user_agent,
            time,
            error,
            event_id,
            more,
        } = self;
        let (code, message) = match error {
            Some((code, message)) => (Some(code), message.as_mut()),
            None => (None, None),
        };
        let time = match time {
            Time::Unreadable(text) => Some(text),
            Time::At(_) | Time::Absent => None,
        };
        let optional = [
            detail.as_mut(),
            actor_account.as_mut(),
            source_address.as_mut(),
            user_agent.as_mut(),
            event_id.as_mut(),
            code,
            message,
            time,
        ];
        let more = more.iter_mut().map(|(_, value)| value);
        [name, event_name, service, account, region].into_iter().chain(optional.into_iter().flatten()).chain(more)
    }
}

/// Error code and message. A sign-in that failed has no code, and says so in its answer
/// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html>).
fn error(texts: Texts<'_>) -> Option<(String, Option<String>)> {
    let of_sign_in = || texts.get("responseElements.ConsoleLogin").filter(|outcome| outcome.text == "Failure");
    let code = texts.get("errorCode").or_else(of_sign_in)?;
    Some((code.shown(), texts.get("errorMessage").map(Masked::shown)))
}

fn more(texts: Texts<'_>, told: &BTreeSet<String>) -> Vec<(Cow<'static, str>, String)> {
    let found = MORE.iter().filter_map(|(name, keys)| {
        let (key, value) = keys.iter().find_map(|key| Some((*key, texts.get(key)?)))?;
        if told.contains(key) {
            return None;
        }
        match *name {
            // The actor is the service itself, or the call came from there.
            "Through"
                if texts.get("userIdentity.type").is_none_or(|kind| kind.text == "AWSService")
                    || texts.is("sourceIPAddress", &value.text) =>
            {
                None
            }
            // A resource says it better.
            "Target" if texts.get("resources.0.ARN").is_some() => None,
            "Insight" => Some((Cow::Borrowed(*name), insight(texts, &value.shown()))),
            _ => Some((Cow::Borrowed(*name), value.shown())),
        }
    });
    found.take(MOST).collect()
}

/// `ApiCallRateInsight, Start: 85.4 calls a minute, usually 0.02`
fn insight(texts: Texts<'_>, state: &str) -> String {
    let kind = texts.get("insightDetails.insightType").unwrap_or_else(|| Masked::open("Insight"));
    let average = |of: &str| {
        let key = format!("insightDetails.insightContext.statistics.{of}.average");
        match texts.event.flat().get(key.as_bytes()) {
            _ if texts.hides(&key) => None,
            Some(Leaf::Float(value)) => Some(*value),
            #[allow(clippy::cast_precision_loss, reason = "an average, which people read to a few digits")]
            Some(Leaf::Int(value)) => Some(*value as f64),
            _ => None,
        }
    };
    let rates = average("insight").zip(average("baseline"));
    let noun = if kind.text == "ApiErrorRateInsight" { "errors" } else { "calls" };
    let rates = rates.map(|(now, usually)| format!(": {} {noun} a minute, usually {}", short(now), short(usually)));
    format!("{}, {state}{}", kind.shown(), rates.unwrap_or_default())
}

/// A number to four digits behind the point.
fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook_engine::event::{Event, Redaction};

    fn facts(record: &str, redact: &[&str]) -> Facts {
        let event = Event::parse(record.as_bytes()).unwrap();
        let display = Display { redaction: Redaction::new(redact.iter().copied()), ..Display::default() };
        Facts::of(&Alert { event: &event, rules: &[] }, &BTreeSet::new(), &display)
    }

    #[test]
    fn an_empty_record_is_no_obstacle() {
        let facts = facts("{}", &[]);
        assert_eq!(facts.actor.name, "unknown");
        assert_eq!(facts.time, Time::Absent);
        assert_eq!(facts.event_name, "unknown");
    }

    #[test]
    fn the_account_is_the_one_that_received_the_event() {
        let record = r#"{"recipientAccountId":"111122223333","userIdentity":{"accountId":"444455556666"}}"#;
        assert_eq!(facts(record, &[]).account, "111122223333");
    }

    #[test]
    fn what_is_redacted_is_in_no_fact() {
        let record = r#"{"sourceIPAddress":"192.0.2.77","userAgent":"HIDE-ME","userIdentity":{"type":"IAMUser","userName":"HIDE-ME","arn":"HIDE-ME"},
            "errorCode":"X","errorMessage":"HIDE-ME","resources":[{"ARN":"HIDE-ME"}]}"#;
        let redacted = ["sourceIPAddress", "userAgent", "userIdentity.**", "errorMessage", "resources"];
        let shown = serde_json::to_string(&facts(record, &redacted)).unwrap();
        assert!(!shown.contains("HIDE-ME") && !shown.contains("192.0.2.77"), "{shown}");
        assert!(shown.contains(r#""source_address":"hidden""#), "{shown}");
    }

    #[test]
    fn each_kind_says_what_matters() {
        for (record, name, value) in [
            (r#"{"userIdentity":{"type":"AssumedRole","invokedBy":"a.amazonaws.com"}}"#, "Through", "a.amazonaws.com"),
            (r#"{"vpcEndpointId":"vpce-1"}"#, "VPC endpoint", "vpce-1"),
            (r#"{"additionalEventData":{"MFAUsed":"No"}}"#, "MFA", "No"),
            (r#"{"resources":[{"ARN":"arn:aws:s3:::b/k"}]}"#, "Resource", "arn:aws:s3:::b/k"),
            (
                r#"{"insightDetails":{"state":"Start","insightType":"ApiErrorRateInsight","insightContext":{"statistics":{"baseline":{"average":0.02},"insight":{"average":85}}}}}"#,
                "Insight",
                "ApiErrorRateInsight, Start: 85 errors a minute, usually 0.02",
            ),
            (r#"{"insightDetails":{"state":"End"}}"#, "Insight", "Insight, End"),
        ] {
            assert_eq!(facts(record, &[]).more, [(Cow::Borrowed(name), value.to_owned())], "{record}");
        }
        assert!(facts(r#"{"userIdentity":{"type":"AWSService","invokedBy":"a"}}"#, &[]).more.is_empty());
    }
}
