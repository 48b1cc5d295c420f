//! What people want to know of an event first, in words.

use std::borrow::Cow;

use jiff::Timestamp;
use trailhook_engine::event::Event;

/// Who did what, where, from where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    /// Who, as people call them.
    pub(super) actor: String,
    /// What kind of identity that is, in our words.
    pub(super) actor_kind: &'static str,
    /// What belongs to the kind and comes from the event: a role, or a type that has no words.
    pub(super) actor_detail: Option<String>,
    pub(super) event_name: String,
    /// The service, e.g. `s3` for `s3.amazonaws.com`.
    pub(super) service: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) source_address: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) time: Time,
    /// Error code and message of a call that failed.
    pub(super) error: Option<(String, Option<String>)>,
    pub(super) event_id: Option<String>,
}

/// When an event happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Time {
    At(Timestamp),
    /// A text that is no time.
    Unreadable(String),
    Absent,
}

impl Facts {
    pub(super) fn of(event: &Event) -> Self {
        let text = |key: &str| event.str(key).map(Cow::into_owned).filter(|text| !text.is_empty());
        let or_unknown = |value: Option<String>| value.unwrap_or_else(|| "unknown".to_owned());
        let (actor, actor_kind, actor_detail) = actor(&text);
        Self {
            actor,
            actor_kind,
            actor_detail,
            event_name: or_unknown(text("eventName")),
            service: or_unknown(text("eventSource").map(|source| source.trim_end_matches(".amazonaws.com").to_owned())),
            account: or_unknown(text("recipientAccountId").or_else(|| text("userIdentity.accountId"))),
            region: or_unknown(text("awsRegion")),
            source_address: text("sourceIPAddress"),
            user_agent: text("userAgent"),
            time: match text("eventTime") {
                None => Time::Absent,
                Some(time) => time.parse().map_or(Time::Unreadable(time), Time::At),
            },
            error: text("errorCode").map(|code| (code, text("errorMessage"))),
            event_id: text("eventID"),
        }
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

    fn facts(record: &str) -> Facts {
        Facts::of(&Event::parse(record.as_bytes()).unwrap())
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
