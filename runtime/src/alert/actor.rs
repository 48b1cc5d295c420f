//! Who did it, as people call them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::masked::{Masked, Texts};

/// An identity in words, such as `alice@example.com (SSO, AdministratorAccess)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Its name: a user, a session, a service.
    pub(crate) name: String,
    /// What kind of identity that is, in our words.
    pub(crate) kind: Cow<'static, str>,
    /// What belongs to the kind and comes from the event: a role, a permission set, or a type that has no words.
    pub(crate) detail: Option<String>,
    /// Its account, where that is not the one that received the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
}

/// How the roles begin that IAM Identity Center makes of permission sets
/// (<https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html>).
const SSO_ROLE: &str = "AWSReservedSSO_";

impl Actor {
    /// Reads the identity out of the fields of an event
    /// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>).
    pub(super) fn of(texts: Texts<'_>) -> Self {
        let (name, kind, detail) = named(texts);
        let account = texts
            .get("userIdentity.accountId")
            .filter(|own| texts.get("recipientAccountId").is_some_and(|other| other.text != own.text));
        Self {
            name: name.shown(),
            kind: kind.into(),
            detail: detail.map(Masked::shown),
            account: account.map(Masked::shown),
        }
    }
}

type Named = (Masked, &'static str, Option<Masked>);

fn named(texts: Texts<'_>) -> Named {
    let identity = |key: &str| texts.get(&format!("userIdentity.{key}"));
    let arn = identity("arn");
    let last_segment = || arn.as_ref()?.part(|arn| last(arn, '/'));
    let fallback = || {
        let named = ["arn", "principalId", "userName", "invokedBy"].iter().find_map(|key| identity(key));
        named.or_else(|| texts.get("sourceIPAddress")).unwrap_or_else(|| Masked::open("unknown"))
    };
    let user_name = || identity("userName").or_else(last_segment);
    let kind = identity("type");
    match kind.as_ref().map(|kind| kind.text.as_str()) {
        Some("Root") => (Masked::open("root"), "root user of the account", None),
        Some("IAMUser") => (user_name().unwrap_or_else(fallback), "IAM user", None),
        Some("AssumedRole") => {
            let role = identity("sessionContext.sessionIssuer.userName");
            let role = role.or_else(|| arn.as_ref()?.part(role_of_arn));
            match (role, last_segment()) {
                (Some(role), Some(session)) => match role.part(permission_set) {
                    Some(set) => (session, "SSO", Some(set)),
                    None => (session, "through the role", Some(role)),
                },
                (Some(role), None) => (role, "role", None),
                _ => (fallback(), "assumed role", None),
            }
        }
        Some("FederatedUser") => {
            let issuer = identity("sessionContext.sessionIssuer.userName");
            (last_segment().unwrap_or_else(fallback), "federated user", issuer)
        }
        Some("SAMLUser") => (user_name().unwrap_or_else(fallback), "SAML user", identity("identityProvider")),
        Some("WebIdentityUser") => (user_name().unwrap_or_else(fallback), "web identity", identity("identityProvider")),
        Some("IdentityCenterUser") => {
            let user = identity("onBehalfOf.userId").unwrap_or_else(fallback);
            let store = identity("onBehalfOf.identityStoreArn").and_then(|arn| arn.part(|arn| last(arn, '/')));
            (user, "user of IAM Identity Center", store)
        }
        Some("AWSAccount") => {
            // `AROA…:session`, where a role of the other account calls.
            let session = identity("principalId").map(|id| id.map(|id| last(&id, ':').unwrap_or(id)));
            (session.unwrap_or_else(fallback), "principal", None)
        }
        Some("AWSService") => (identity("invokedBy").unwrap_or_else(fallback), "AWS service", None),
        Some(_) => (fallback(), "identity of type", kind),
        None => without_type(texts).unwrap_or_else(|| (fallback(), "no identity recorded", None)),
    }
}

/// Events that no identity caused: a service's own, and CloudTrail's findings, of which the identity is told that made most calls.
fn without_type(texts: Texts<'_>) -> Option<Named> {
    if let Some(service) = texts.get("userIdentity.invokedBy") {
        return Some((service, "AWS service", None));
    }
    const FIRST: &str = "insightDetails.insightContext.attributions.0";
    if !texts.is(&format!("{FIRST}.attribute"), "userIdentityArn") {
        return None;
    }
    let arn = texts.get(&format!("{FIRST}.insight.0.value"))?;
    Some((arn.map(|arn| last(&arn, '/').unwrap_or(arn)), "made most of the calls", None))
}

/// What stands behind the last mark, if anything does.
fn last(text: &str, mark: char) -> Option<String> {
    text.rsplit(mark).next().filter(|part| !part.is_empty()).map(str::to_owned)
}

/// The role in `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
fn role_of_arn(arn: &str) -> Option<String> {
    let (_, path) = arn.split_once(":assumed-role/")?;
    path.split('/').next().map(str::to_owned)
}

/// The permission set in `AWSReservedSSO_SET_0123456789abcdef`.
fn permission_set(role: &str) -> Option<String> {
    let (set, unique) = role.strip_prefix(SSO_ROLE)?.rsplit_once('_')?;
    (!set.is_empty() && unique.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| set.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::display::Display;
    use super::*;
    use trailhook_engine::event::Event;

    #[test]
    fn people_are_called_by_their_names() {
        for (identity, words) in [
            (r#"{"type":"Root","arn":"arn:aws:iam::1:root"}"#, "root (root user of the account)"),
            (r#"{"type":"IAMUser","userName":"alice"}"#, "alice (IAM user)"),
            (r#"{"type":"IAMUser","arn":"arn:aws:iam::1:user/team/bob"}"#, "bob (IAM user)"),
            (
                r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/Deploy/i-1"}"#,
                "i-1 (through the role Deploy)",
            ),
            (
                r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSReservedSSO_Power_User_0123456789abcdef/a@b.c"}"#,
                "a@b.c (SSO Power_User)",
            ),
            (
                r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSReservedSSO_x/a@b.c"}"#,
                "a@b.c (through the role AWSReservedSSO_x)",
            ),
            (
                r#"{"type":"FederatedUser","arn":"arn:aws:sts::1:federated-user/carol","sessionContext":{"sessionIssuer":{"userName":"broker"}}}"#,
                "carol (federated user broker)",
            ),
            (
                r#"{"type":"SAMLUser","userName":"dave@example.com","identityProvider":"idp"}"#,
                "dave@example.com (SAML user idp)",
            ),
            (
                r#"{"type":"WebIdentityUser","userName":"repo:o/r:ref:refs/heads/main","identityProvider":"gh"}"#,
                "repo:o/r:ref:refs/heads/main (web identity gh)",
            ),
            (
                r#"{"type":"IdentityCenterUser","onBehalfOf":{"userId":"u-1","identityStoreArn":"arn:aws:identitystore::1:identitystore/d-1"}}"#,
                "u-1 (user of IAM Identity Center d-1)",
            ),
            (r#"{"type":"AWSAccount","accountId":"2","principalId":"AROAX:ci"}"#, "ci (principal) of 2"),
            (
                r#"{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}"#,
                "autoscaling.amazonaws.com (AWS service)",
            ),
            (r#"{"accountId":"9","invokedBy":"kms.amazonaws.com"}"#, "kms.amazonaws.com (AWS service)"),
            (r#"{"type":"Directory","principalId":"p"}"#, "p (identity of type Directory)"),
            (r#"{"type":"IAMUser","userName":"eve","accountId":"2"}"#, "eve (IAM user) of 2"),
            ("{}", "192.0.2.1 (no identity recorded)"),
        ] {
            let record =
                format!(r#"{{"userIdentity":{identity},"sourceIPAddress":"192.0.2.1","recipientAccountId":"9"}}"#);
            let event = Event::parse(record.as_bytes()).unwrap();
            let actor = Actor::of(Texts { event: &event, display: &Display::default() });
            let detail = actor.detail.map(|detail| format!(" {detail}")).unwrap_or_default();
            let account = actor.account.map(|account| format!(" of {account}")).unwrap_or_default();
            assert_eq!(format!("{} ({}{detail}){account}", actor.name, actor.kind), words, "{identity}");
        }
    }
}
