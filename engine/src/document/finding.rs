//! What is suspicious about names that stand outside of expressions: events that nobody knows, and fields.

use super::event_name::EventName;
use crate::catalogue::{self, Events, Meant, Type, Unfound};
use crate::language::Code;

/// A name that is admitted, and may not be what was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of finding this is: the code of the same finding in an expression.
    pub code: Code,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do about it, as whole sentences.
    pub help: String,
}

impl EventName {
    /// Whether the catalogue has the event. This costs far less than [`EventName::finding`], which is `None` then.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let events = Events::known();
        match self.service().map(|service| format!("{service}.amazonaws.com")) {
            Some(source) => events.has_event(&source, self.name()),
            None => events.has_name(self.name()),
        }
    }

    /// What is suspicious about the name: nothing is known of the service, or of such an event.
    ///
    /// The catalogue is never complete, and no finding changes what the name stands for.
    #[must_use]
    pub fn finding(&self) -> Option<Finding> {
        let events = Events::known();
        let source = self.service().map(|service| format!("{service}.amazonaws.com"));
        if let Some((service, source)) = self.service().zip(source.as_deref())
            && !events.has_source(source)
        {
            let meant = events.meant_source(source).map(|meant| catalogue::bare_source(meant).to_owned());
            return Some(Finding {
                code: Code::UnknownEventSource,
                message: format!("no known event has the source \"{source}\", as \"{self}\" asks for"),
                help: match meant {
                    Some(meant) if meant != service => format!("Did you mean \"{meant}:{}\"?", self.name()),
                    _ => "The service is the event's `eventSource` without `.amazonaws.com`.".to_owned(),
                },
            });
        }
        let sources: Vec<_> = source.as_deref().into_iter().collect();
        let Unfound { elsewhere, meant } = events.look_up(&sources, self.name())?;
        let (code, message) = match source {
            Some(source) if !elsewhere.is_empty() => {
                (Code::EventOfOtherSource, format!("`{source}` has no known event \"{}\"", self.name()))
            }
            _ => (Code::UnknownEventName, format!("no known event has the name \"{self}\"")),
        };
        let with_service = |service: Option<&str>, name: &str| match service {
            Some(service) => format!("\"{service}:{name}\""),
            None => format!("\"{name}\""),
        };
        let meant = meant.map(|meant| match meant {
            Meant::Dated(begin) => format!(
                "Its names carry the date of the interface, and `event_names` are compared whole; use `expression` with \
                 `event['eventName'].startswith('{begin}')`."
            ),
            Meant::Name(meant) => format!("Did you mean {}?", with_service(self.service(), &meant)),
        });
        let elsewhere: Vec<_> = elsewhere
            .iter()
            .take(3)
            .map(|other| with_service(Some(catalogue::bare_source(other)), self.name()))
            .collect();
        let elsewhere = (!elsewhere.is_empty()).then(|| format!("There is {}.", elsewhere.join(", ")));
        let help: Vec<_> = meant.into_iter().chain(elsewhere).collect();
        let help = if help.is_empty() {
            "The rule asks for it all the same. Events that a service writes of itself are in no list.".to_owned()
        } else {
            help.join(" ")
        };
        Some(Finding { code, message, help })
    }
}

impl Finding {
    /// What is suspicious about the name of a field, as `group_by` and a threshold have them.
    #[must_use]
    pub fn of_field(field: &str) -> Option<Self> {
        if field == ACTOR {
            return None;
        }
        if let Some(known) = catalogue::field(field) {
            return matches!(known.r#type, Type::Object | Type::ObjectOrNull).then(|| Self::of_object(field));
        }
        Some(Self {
            code: Code::UnknownField,
            message: format!("CloudTrail writes no field `{field}`"),
            help: match catalogue::meant_field(field) {
                Some(meant) => format!("Did you mean `{meant}`? A field that is absent counts as the empty string."),
                None => {
                    "A nested field has one key, its whole path, such as `userIdentity.arn`. A field that is absent \
                         counts as the empty string."
                        .to_owned()
                }
            },
        })
    }
}

impl Finding {
    /// The path of an object, which has no value of its own.
    fn of_object(path: &str) -> Self {
        let below = catalogue::fields_below(path);
        let below = match below.as_slice() {
            [] => format!("Name a field below it: `{path}.…`, its whole path."),
            [one] => format!("Name a field below it: `{one}`."),
            [others @ .., last] => format!("Name a field below it, such as `{}` or `{last}`.", others.join("`, `")),
        };
        let what = if path == "resources" { "a list" } else { "an object" };
        let who = if path == "userIdentity" { " `actor` stands for who did it." } else { "" };
        Self {
            code: Code::ObjectField,
            message: format!("`{path}` is {what}, which has no value of its own"),
            help: format!("{below}{who} As it stands, it tells no events apart."),
        }
    }
}

/// The field that every event has by computation: who did it.
const ACTOR: &str = "actor";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_events_are_told_with_what_was_meant() {
        let told = |text: &str| {
            let finding = EventName::parse(text).unwrap().finding();
            finding.map(|Finding { code, message, help }| format!("{code} {message} | {help}"))
        };
        for known in ["StopLogging", "s3:PutBucketPolicy", "signin:ConsoleLogin", "ConsoleLogin"] {
            assert_eq!(told(known), None);
            assert!(EventName::parse(known).unwrap().is_known());
        }
        assert!(!EventName::parse("s3:StopLogging").unwrap().is_known());
        insta::assert_snapshot!(
            [
                "StopLoging", "cloudtrail:StopLoging", "cloudtrial:StopLogging", "s3:StopLogging", "S3:PutBucketPolicy",
                "lambda:UpdateFunctionCode", "UpdateFunctionCode", "s3:PutPublicAccessBlock", "NobodyKnowsThisEvent",
                "nobody-knows-this:Event",
            ]
            .map(|text| told(text).unwrap())
            .join("\n"),
            @r#"
            TH0301 no known event has the name "StopLoging" | Did you mean "StopLogging"?
            TH0301 no known event has the name "cloudtrail:StopLoging" | Did you mean "cloudtrail:StopLogging"?
            TH0303 no known event has the source "cloudtrial.amazonaws.com", as "cloudtrial:StopLogging" asks for | Did you mean "cloudtrail:StopLogging"?
            TH0302 `s3.amazonaws.com` has no known event "StopLogging" | There is "cloudtrail:StopLogging".
            TH0303 no known event has the source "S3.amazonaws.com", as "S3:PutBucketPolicy" asks for | Did you mean "s3:PutBucketPolicy"?
            TH0301 no known event has the name "lambda:UpdateFunctionCode" | Its names carry the date of the interface, and `event_names` are compared whole; use `expression` with `event['eventName'].startswith('UpdateFunctionCode')`.
            TH0301 no known event has the name "UpdateFunctionCode" | Its names carry the date of the interface, and `event_names` are compared whole; use `expression` with `event['eventName'].startswith('UpdateFunctionCode')`.
            TH0302 `s3.amazonaws.com` has no known event "PutPublicAccessBlock" | Did you mean "s3:PutBucketPublicAccessBlock"? There is "s3-control:PutPublicAccessBlock".
            TH0301 no known event has the name "NobodyKnowsThisEvent" | The rule asks for it all the same. Events that a service writes of itself are in no list.
            TH0303 no known event has the source "nobody-knows-this.amazonaws.com", as "nobody-knows-this:Event" asks for | The service is the event's `eventSource` without `.amazonaws.com`.
            "#
        );
    }

    #[test]
    fn unknown_fields_are_told_with_what_was_meant() {
        for known in ["actor", "eventName", "userIdentity.arn", "requestParameters.bucketName"] {
            assert_eq!(Finding::of_field(known), None, "{known}");
        }
        let told =
            |field: &str| Finding::of_field(field).map(|finding| format!("{} | {}", finding.message, finding.help));
        let objects =
            ["userIdentity", "userIdentity.sessionContext", "userIdentity.inScopeOf", "requestParameters", "resources"];
        assert!(objects.iter().all(|object| Finding::of_field(object).unwrap().code == Code::ObjectField));
        insta::assert_snapshot!(objects.map(|field| told(field).unwrap()).join("\n"), @r"
        `userIdentity` is an object, which has no value of its own | Name a field below it, such as `userIdentity.type`, `userIdentity.principalId` or `userIdentity.arn`. `actor` stands for who did it. As it stands, it tells no events apart.
        `userIdentity.sessionContext` is an object, which has no value of its own | Name a field below it, such as `userIdentity.sessionContext.sessionIssuer.type`, `userIdentity.sessionContext.sessionIssuer.principalId` or `userIdentity.sessionContext.sessionIssuer.arn`. As it stands, it tells no events apart.
        `userIdentity.inScopeOf` is an object, which has no value of its own | Name a field below it: `userIdentity.inScopeOf.…`, its whole path. As it stands, it tells no events apart.
        `requestParameters` is an object, which has no value of its own | Name a field below it: `requestParameters.…`, its whole path. As it stands, it tells no events apart.
        `resources` is a list, which has no value of its own | Name a field below it, such as `resources.0.ARN` or `resources.0.accountId`. As it stands, it tells no events apart.
        ");
        insta::assert_snapshot!(["eventname", "userIdentity.arm", "nobody"].map(|field| told(field).unwrap()).join("\n"), @r"
        CloudTrail writes no field `eventname` | Did you mean `eventName`? A field that is absent counts as the empty string.
        CloudTrail writes no field `userIdentity.arm` | Did you mean `userIdentity.arn`? A field that is absent counts as the empty string.
        CloudTrail writes no field `nobody` | A nested field has one key, its whole path, such as `userIdentity.arn`. A field that is absent counts as the empty string.
        ");
    }
}
