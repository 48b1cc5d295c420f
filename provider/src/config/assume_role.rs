//! The block `assume_role`: a role whose credentials are used instead of those that were found.

use std::time::Duration;

use jiff::SignedDuration;
use tfplugin::schema::{self, BlockSchema};
use tfplugin::{Attribute, Diagnostic, Diagnostics, Path, model};

/// The name of the session where none is configured. CloudTrail shows it.
pub(crate) const DEFAULT_SESSION_NAME: &str = "terraform-provider-trailhook";

#[derive(Default)]
pub(crate) struct AssumeRole {
    pub(crate) role_arn: Attribute<String>,
    pub(crate) external_id: Attribute<String>,
    pub(crate) session_name: Attribute<String>,
    pub(crate) duration: Attribute<String>,
}
model!(AssumeRole { role_arn, external_id, session_name, duration });

pub(super) fn schema() -> BlockSchema {
    schema::single_block("assume_role")
        .describe("An IAM role to assume, with the credentials that are configured otherwise.")
        .attribute(schema::string("role_arn").required().describe(
            "The ARN of the role, such as `arn:aws:iam::111122223333:role/trailhook-rules`.",
        ))
        .attribute(
            schema::string("external_id")
                .optional()
                .describe("The external id that the role's trust policy may ask for: 2 to 1224 characters."),
        )
        .attribute(schema::string("session_name").optional().describe(format!(
            "The name of the session, which CloudTrail shows: 2 to 64 characters. `{DEFAULT_SESSION_NAME}` if it is not given."
        )))
        .attribute(schema::string("duration").optional().describe(
            "How long the credentials are good for, from `15m` to `12h`, such as `1h30m`. One hour if it is not given; they are \
             renewed when they run out.",
        ))
}

impl AssumeRole {
    pub(super) fn is_known(&self) -> bool {
        let all = [&self.role_arn, &self.external_id, &self.session_name, &self.duration];
        !all.into_iter().any(Attribute::is_unknown)
    }

    pub(super) fn faults(&self) -> Diagnostics {
        let faults = [
            self.role_arn.as_str().and_then(|arn| role_fault(arn).map(|fault| (fault, "role_arn"))),
            self.external_id.as_str().and_then(|id| external_id_fault(id).map(|fault| (fault, "external_id"))),
            self.session_name.as_str().and_then(|name| session_fault(name).map(|fault| (fault, "session_name"))),
            self.duration().err().map(|fault| (fault, "duration")),
        ];
        let block = Path::from("assume_role");
        faults.into_iter().flatten().map(|(fault, attribute)| fault.at(block.attribute(attribute))).collect()
    }

    /// How long the credentials are good for; `None` if it is not said.
    pub(crate) fn duration(&self) -> Result<Option<Duration>, Diagnostic> {
        let Some(text) = self.duration.as_str() else { return Ok(None) };
        let length = text.parse::<SignedDuration>().ok().and_then(|length| Duration::try_from(length).ok());
        match length.map(|length| length.as_secs()) {
            Some(900..43_200) => Ok(length),
            Some(43_200) if length == Some(Duration::from_secs(43_200)) => Ok(length),
            Some(_) => Err(Diagnostic::error("The duration is out of range")
                .detail(format!("\"{text}\" is not between 15 minutes and 12 hours, which AWS admits."))),
            None => Err(Diagnostic::error("The duration is no length of time").detail(format!(
                "\"{text}\" is not one. Write numbers with their units, such as \"15m\" or \"1h30m\"."
            ))),
        }
    }
}

/// `arn:PARTITION:iam::ACCOUNT:role/NAME`
fn role_fault(arn: &str) -> Option<Diagnostic> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let is_role = match parts[..] {
        ["arn", partition, "iam", "", account, role] => {
            partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && role.strip_prefix("role/").is_some_and(|name| !name.is_empty() && !name.ends_with('/'))
                && role.chars().all(|c| c.is_ascii_graphic())
        }
        _ => false,
    };
    (!is_role).then(|| {
        Diagnostic::error("This is not the ARN of a role")
            .detail(format!("\"{arn}\": write it like \"arn:aws:iam::111122223333:role/trailhook-rules\"."))
    })
}

/// STS admits 2 to 1224 characters out of `[\w+=,.@:\/-]`.
fn external_id_fault(id: &str) -> Option<Diagnostic> {
    let length = id.chars().count();
    let is_id = (2..=1224).contains(&length) && id.chars().all(|c| is_word(c) || "+=,.@:/-".contains(c));
    // Some take it for a secret, so it is not repeated.
    (!is_id).then(|| {
        Diagnostic::error("The external id cannot be used")
            .detail("AWS admits 2 to 1224 characters: letters, digits and `_+=,.@:/-`.")
    })
}

/// STS admits 2 to 64 characters out of `[\w+=,.@-]`.
fn session_fault(name: &str) -> Option<Diagnostic> {
    let length = name.chars().count();
    let is_name = (2..=64).contains(&length) && name.chars().all(|c| is_word(c) || "+=,.@-".contains(c));
    (!is_name).then(|| {
        Diagnostic::error("The name of the session cannot be used")
            .detail(format!("\"{name}\": AWS admits 2 to 64 characters: letters, digits and `_+=,.@-`."))
    })
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}
