//! What people want to know of an event first, in words.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailhook_engine::event::Event;

use crate::clock::Moment;

/// Who did what, where, from where and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Who, as people call them.
    pub(crate) actor: String,
    /// What kind of identity that is, in our words.
    pub(crate) actor_kind: Cow<'static, str>,
    /// What belongs to the kind and comes from the event: a role, or a type that has no words.
    pub(crate) actor_detail: Option<String>,
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

impl Facts {
    pub(crate) fn of(event: &Event, account: Option<Cow<'_, str>>) -> Self {
        let text = |key: &str| event.str(key).map(Cow::into_owned).filter(|text| !text.is_empty());
        let or_unknown = |value: Option<String>| value.unwrap_or_else(|| "unknown".to_owned());
        let (actor, actor_kind, actor_detail) = actor(&text);
        Self {
            actor,
            actor_kind: actor_kind.into(),
            actor_detail,
            event_name: or_unknown(text("eventName")),
            service: or_unknown(text("eventSource").map(|source| source.trim_end_matches(".amazonaws.com").to_owned())),
            account: or_unknown(account.map(Cow::into_owned)),
            region: or_unknown(text("awsRegion")),
            source_address: text("sourceIPAddress"),
            user_agent: text("userAgent"),
            time: match text("eventTime") {
                None => Time::Absent,
                Some(time) => time.parse::<Timestamp>().map_or(Time::Unreadable(time), |at| Time::At(at.into())),
            },
            error: text("errorCode").map(|code| (code, text("errorMessage"))),
            event_id: text("eventID"),
        }
    }
}

impl Facts {
    /// The texts that come from the event, each of any length.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Self {
            actor,
            actor_detail,
            event_name,
            service,
            account,
            region,
            source_address,
            user_agent,
            time,
            error,
            event_id,
            ..
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
            actor_detail.as_mut(),
            source_address.as_mut(),
            user_agent.as_mut(),
            event_id.as_mut(),
            code,
            message,
            time,
        ];
        [actor, event_name, service, account, region].into_iter().chain(optional.into_iter().flatten())
    }
}

/// The readable name of the identity, its kind, and what belongs to the kind.
fn actor(text: &impl Fn(&str) -> Option<String>) -> (String, &'static str, Option<String>) {
    let kind = text("userIdentity.type");
    let arn = text("userIdentity.arn");
    let last_segment = || arn.as_deref().and_then(|arn| arn.rsplit('/').next()).map(str::to_owned);
    let fallback = || {
        [
            "userIdentity.arn",
            "userIdentity.principalId",
            "userIdentity.userName",
            "userIdentity.invokedBy",
            "sourceIPAddress",
        ]
        .iter()
        .find_map(|key| text(key))
        .unwrap_or_else(|| "unknown".to_owned())
    };
    match kind.as_deref() {
        Some("Root") => ("root".to_owned(), "root user of the account", None),
        Some("IAMUser") => {
            (text("userIdentity.userName").or_else(last_segment).unwrap_or_else(fallback), "IAM user", None)
        }
        Some("AssumedRole") => {
            let role =
                text("userIdentity.sessionContext.sessionIssuer.userName").or_else(|| role_of_arn(arn.as_deref()));
            let session = last_segment();
            match (role, session) {
                (Some(role), Some(session)) => (session, "through the role", Some(role)),
                (Some(role), None) => (role, "role", None),
                _ => (fallback(), "assumed role", None),
            }
        }
        Some("AWSService") => (text("userIdentity.invokedBy").unwrap_or_else(fallback), "AWS service", None),
        Some(other) => (fallback(), "identity of type", Some(other.to_owned())),
        None => (fallback(), "no identity recorded", None),
    }
}

/// The role in `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
fn role_of_arn(arn: Option<&str>) -> Option<String> {
    let (_, path) = arn?.split_once(":assumed-role/")?;
    path.split('/').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook_engine::Alert;

    fn facts(record: &str) -> Facts {
        let event = Event::parse(record.as_bytes()).unwrap();
        Facts::of(&event, Alert { event: &event, rules: &[] }.account())
    }

    #[test]
    fn people_are_called_by_their_names() {
        for (identity, actor, kind) in [
            (r#"{"type":"Root","arn":"arn:aws:iam::1:root"}"#, "root", "root user of the account"),
            (r#"{"type":"IAMUser","userName":"alice"}"#, "alice", "IAM user"),
            (r#"{"type":"IAMUser","arn":"arn:aws:iam::1:user/team/bob"}"#, "bob", "IAM user"),
            (
                r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/Deploy/i-1"}"#,
                "i-1",
                "through the role (Deploy)",
            ),
            (
                r#"{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}"#,
                "autoscaling.amazonaws.com",
                "AWS service",
            ),
            (r#"{"type":"WebIdentityUser","principalId":"p"}"#, "p", "identity of type (WebIdentityUser)"),
            ("{}", "192.0.2.1", "no identity recorded"),
        ] {
            let facts = facts(&format!(r#"{{"userIdentity":{identity},"sourceIPAddress":"192.0.2.1"}}"#));
            let detail = facts.actor_detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
            assert_eq!(
                (facts.actor.as_str(), format!("{}{detail}", facts.actor_kind).as_str()),
                (actor, kind),
                "{identity}"
            );
        }
    }

    #[test]
    fn an_empty_record_is_no_obstacle() {
        let facts = facts("{}");
        assert_eq!(facts.actor, "unknown");
        assert_eq!(facts.time, Time::Absent);
        assert_eq!(facts.event_name, "unknown");
    }

    #[test]
    fn the_account_is_the_one_that_received_the_event() {
        let facts = facts(r#"{"recipientAccountId":"111122223333","userIdentity":{"accountId":"444455556666"}}"#);
        assert_eq!(facts.account, "111122223333");
    }
}
