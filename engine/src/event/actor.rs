//! Who did it, by the name under which one person or program stays one from call to call.

use std::borrow::Cow;

use super::Event;

/// Where the name may stand, the best first: a role is one actor in all its sessions, and every session has an ARN of its
/// own.
const NAMES: [&str; 5] = [
    "userIdentity.sessionContext.sessionIssuer.arn",
    "userIdentity.arn",
    "userIdentity.principalId",
    "userIdentity.invokedBy",
    "sourceIPAddress",
];

impl Event {
    /// Who did it: the ARN of the role whose session it was, else that of the identity, else its principal, the service that
    /// called, or the address; `None` where the event holds none of them. This is the field `actor` by which alerts are
    /// grouped and counted.
    #[must_use]
    pub fn actor(&self) -> Option<Cow<'_, str>> {
        self.str(self.actor_field()?)
    }

    /// The flat key at which the actor stands.
    #[must_use]
    pub fn actor_field(&self) -> Option<&'static str> {
        NAMES.into_iter().find(|key| self.str(key).is_some_and(|name| !name.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Event;

    #[test]
    fn the_actor_is_the_same_in_every_session_of_a_role() {
        for (record, actor) in [
            (
                r#"{"userIdentity":{"arn":"arn:aws:sts::1:assumed-role/deploy/ci-7","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::1:role/deploy"}}}}"#,
                Some("arn:aws:iam::1:role/deploy"),
            ),
            (r#"{"userIdentity":{"arn":"arn:aws:iam::1:user/a","principalId":"AIDA"}}"#, Some("arn:aws:iam::1:user/a")),
            (r#"{"userIdentity":{"arn":"","principalId":"AIDA"},"sourceIPAddress":"192.0.2.1"}"#, Some("AIDA")),
            (r#"{"userIdentity":{"invokedBy":"s3.amazonaws.com"}}"#, Some("s3.amazonaws.com")),
            (r#"{"userIdentity":null,"sourceIPAddress":"192.0.2.1"}"#, Some("192.0.2.1")),
            (r#"{"userIdentity":{"arn":7}}"#, None),
        ] {
            assert_eq!(Event::parse(record.as_bytes()).unwrap().actor().as_deref(), actor, "{record}");
        }
    }
}
