//! The fields of a record, after the public reference of the record's contents (version 1.11) and the share of real
//! management events that carry each.

use crate::similar::nearest;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// A string.
    Text,
    /// A JSON bool.
    Bool,
    /// An object or a list: no value of its own in the flat event, which has its leaves alone.
    Object,
    /// An object, and `null` where there is none: the flat event has the key in that case alone.
    ObjectOrNull,
    /// Known to exist, and of any type.
    Any,
}

/// What is known of a flat path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) r#type: Type,
    /// Whether ordinary events lack it.
    pub(crate) optional: bool,
}

/// Top-level members, and whether ordinary events lack them.
const TOP: [(&str, Type, bool); 30] = [
    ("eventVersion", Type::Text, false),
    ("userIdentity", Type::Object, false),
    ("eventTime", Type::Text, false),
    ("eventSource", Type::Text, false),
    ("eventName", Type::Text, false),
    ("awsRegion", Type::Text, false),
    ("sourceIPAddress", Type::Text, false),
    ("userAgent", Type::Text, false),
    ("errorCode", Type::Text, true),
    ("errorMessage", Type::Text, true),
    ("requestParameters", Type::ObjectOrNull, true),
    ("responseElements", Type::ObjectOrNull, true),
    ("additionalEventData", Type::ObjectOrNull, true),
    ("requestID", Type::Text, false),
    ("eventID", Type::Text, false),
    ("readOnly", Type::Bool, false),
    ("resources", Type::Object, true),
    ("eventType", Type::Text, false),
    ("apiVersion", Type::Text, true),
    ("managementEvent", Type::Bool, false),
    ("eventCategory", Type::Text, false),
    ("recipientAccountId", Type::Text, false),
    ("sharedEventID", Type::Text, true),
    ("vpcEndpointId", Type::Text, true),
    ("vpcEndpointAccountId", Type::Text, true),
    ("serviceEventDetails", Type::Object, true),
    ("addendum", Type::Object, true),
    ("sessionCredentialFromConsole", Type::Text, true),
    ("edgeDeviceDetails", Type::Object, true),
    ("tlsDetails", Type::Object, true),
];

/// Members that every record has, with a text in them that is not empty. What older versions of the record's contents or
/// events of a service itself lack is not among them.
const ALWAYS: [&str; 7] =
    ["eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "eventID", "eventType"];

/// Members of rarer kinds of events, whose inside is not described here.
const TOP_OF_ANY_FORM: [&str; 3] = ["insightDetails", "eventContext", "annotation"];

/// What stands below `userIdentity`; all of it strings.
const IDENTITY: [&str; 22] = [
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "userName",
    "invokedBy",
    "identityProvider",
    "credentialId",
    "sessionContext.sessionIssuer.type",
    "sessionContext.sessionIssuer.principalId",
    "sessionContext.sessionIssuer.arn",
    "sessionContext.sessionIssuer.accountId",
    "sessionContext.sessionIssuer.userName",
    "sessionContext.attributes.mfaAuthenticated",
    "sessionContext.attributes.creationDate",
    "sessionContext.webIdFederationData.federatedProvider",
    "sessionContext.sourceIdentity",
    "sessionContext.ec2RoleDelivery",
    "sessionContext.assumedRoot",
    "onBehalfOf.userId",
    "onBehalfOf.identityStoreArn",
];

/// Parts of `userIdentity` with members of any name.
const IDENTITY_OPEN: [&str; 2] = ["sessionContext.webIdFederationData.attributes", "inScopeOf"];

/// Names that people use for a field, and the field.
const OTHER_NAMES: [(&str, &str); 20] = [
    ("region", "awsRegion"),
    ("aws_region", "awsRegion"),
    ("account", "recipientAccountId"),
    ("accountId", "userIdentity.accountId"),
    ("account_id", "recipientAccountId"),
    ("arn", "userIdentity.arn"),
    ("userArn", "userIdentity.arn"),
    ("user", "userIdentity.userName"),
    ("userName", "userIdentity.userName"),
    ("username", "userIdentity.userName"),
    ("userType", "userIdentity.type"),
    ("principalId", "userIdentity.principalId"),
    ("accessKeyId", "userIdentity.accessKeyId"),
    ("sessionContext", "userIdentity.sessionContext"),
    ("mfaAuthenticated", "userIdentity.sessionContext.attributes.mfaAuthenticated"),
    ("MFAUsed", "additionalEventData.MFAUsed"),
    ("sourceIP", "sourceIPAddress"),
    ("ip", "sourceIPAddress"),
    ("source", "eventSource"),
    ("time", "eventTime"),
];

/// What nearly every `userIdentity` of a type carries beside its type.
const CARRIED: [(&str, &[&str]); 6] = [
    ("Root", &["principalId", "arn", "accountId", "accessKeyId"]),
    ("IAMUser", &["principalId", "arn", "accountId", "accessKeyId", "userName"]),
    (
        "AssumedRole",
        &[
            "principalId",
            "arn",
            "accountId",
            "accessKeyId",
            "sessionContext.sessionIssuer.type",
            "sessionContext.sessionIssuer.principalId",
            "sessionContext.sessionIssuer.arn",
            "sessionContext.sessionIssuer.accountId",
            "sessionContext.sessionIssuer.userName",
            "sessionContext.attributes.mfaAuthenticated",
            "sessionContext.attributes.creationDate",
        ],
    ),
    ("AWSService", &["invokedBy"]),
    ("AWSAccount", &["accountId", "principalId"]),
    ("IdentityCenterUser", &["accountId", "onBehalfOf.userId", "onBehalfOf.identityStoreArn", "credentialId"]),
];

/// The values of fields that have few.
const VALUES: [(&str, &[&str]); 8] = [
    (
        "userIdentity.type",
        &[
            "Root",
            "IAMUser",
            "AssumedRole",
            "Role",
            "FederatedUser",
            "Directory",
            "AWSAccount",
            "AWSService",
            "IdentityCenterUser",
            "SAMLUser",
            "WebIdentityUser",
            "Unknown",
        ],
    ),
    (
        "eventType",
        &[
            "AwsApiCall",
            "AwsServiceEvent",
            "AwsConsoleAction",
            "AwsConsoleSignIn",
            "AwsVpceEvent",
            "AwsCloudTrailInsight",
        ],
    ),
    ("eventCategory", &["Management", "Data", "NetworkActivity", "Insight"]),
    ("additionalEventData.MFAUsed", &["Yes", "No"]),
    ("responseElements.ConsoleLogin", &["Success", "Failure"]),
    ("userIdentity.sessionContext.attributes.mfaAuthenticated", &["true", "false"]),
    ("sessionCredentialFromConsole", &["true"]),
    ("userIdentity.sessionContext.sessionIssuer.type", &["Role", "Root", "IAMUser", "User"]),
];

/// What is known of a flat path; `None` for one that CloudTrail does not write.
pub(crate) fn field(path: &str) -> Option<Field> {
    let (top, below) = path.split_once('.').map_or((path, None), |(top, below)| (top, Some(below)));
    if TOP_OF_ANY_FORM.contains(&top) {
        return Some(Field { r#type: Type::Any, optional: true });
    }
    let (_, r#type, optional) = *TOP.iter().find(|(name, ..)| *name == top)?;
    let Some(below) = below else { return Some(Field { r#type, optional }) };
    match (top, r#type) {
        ("userIdentity", _) => identity(below),
        (_, Type::Object | Type::ObjectOrNull) => Some(Field { r#type: Type::Any, optional: true }),
        // Nothing stands below a string.
        _ => None,
    }
}

/// Whether every event has the field, and a text in it that is not empty.
pub(crate) fn is_in_every_event(path: &str) -> bool {
    ALWAYS.contains(&path)
}

fn identity(path: &str) -> Option<Field> {
    if IDENTITY.contains(&path) {
        return Some(Field { r#type: Type::Text, optional: path != "type" });
    }
    let below = |parent: &str, path: &str| path.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.'));
    if IDENTITY_OPEN.iter().any(|open| below(open, path)) {
        return Some(Field { r#type: Type::Text, optional: true });
    }
    let is_parent = IDENTITY.iter().chain(&IDENTITY_OPEN).any(|known| *known == path || below(path, known));
    is_parent.then_some(Field { r#type: Type::Object, optional: true })
}

/// A few of the fields below the path of an object; none where any name may stand.
pub(crate) fn fields_below(path: &str) -> Vec<String> {
    const MOST: usize = 3;
    if path == "resources" {
        return vec!["resources.0.ARN".to_owned(), "resources.0.accountId".to_owned()];
    }
    let fields = IDENTITY.iter().map(|below| format!("userIdentity.{below}"));
    let is_below = |field: &String| field.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    fields.filter(is_below).take(MOST).collect()
}

/// The path that was meant by one that CloudTrail does not write.
pub(crate) fn meant_field(path: &str) -> Option<String> {
    let inner = without_envelope(path);
    if inner != path {
        return field(inner).map(|_| inner.to_owned()).or_else(|| meant_field(inner));
    }
    let (top, below) = path.split_once('.').map_or((path, None), |(top, below)| (top, Some(below)));
    if top == "userIdentity" {
        let below = below?;
        // The last segment may be right, and the way to it forgotten.
        let tail = |known: &&&str| known.rsplit('.').next() == Some(below);
        let meant = nearest(below, IDENTITY).or_else(|| IDENTITY.iter().find(tail).copied())?;
        return Some(format!("userIdentity.{meant}"));
    }
    let names = TOP.iter().map(|(name, ..)| *name).chain(TOP_OF_ANY_FORM);
    let same = |name: &&str| name.eq_ignore_ascii_case(top);
    let head = names
        .clone()
        .find(same)
        .or_else(|| OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(top)).map(|(_, meant)| *meant))
        .or_else(|| nearest(top, names))?;
    let whole = below.map_or_else(|| head.to_owned(), |below| format!("{head}.{below}"));
    // A right head with a wrong rest: `useridentity.ARN`.
    match field(&whole) {
        Some(_) => Some(whole),
        None if whole != path => meant_field(&whole),
        None => None,
    }
}

/// The path in the event itself, where it was written as EventBridge wraps the event: nothing that CloudTrail writes is
/// called `detail`.
pub(crate) fn without_envelope(path: &str) -> &str {
    path.strip_prefix("detail.").filter(|rest| !rest.is_empty()).unwrap_or(path)
}

/// The form that all values of a field have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `eu-west-1`
    Region,
    /// 12 digits, or a word.
    Account,
}

/// The form of a field's values, where they have one.
pub(crate) fn form(path: &str) -> Option<Form> {
    match path {
        "awsRegion" => Some(Form::Region),
        "recipientAccountId"
        | "vpcEndpointAccountId"
        | "userIdentity.accountId"
        | "userIdentity.sessionContext.sessionIssuer.accountId" => Some(Form::Account),
        _ => None,
    }
}

/// Regions of the public partitions; new ones have the same form.
const REGIONS: [&str; 36] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Whether a text has the form of a region: two letters, words, and a number.
pub(crate) fn is_region(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    match parts.as_slice() {
        [area, words @ .., number] => {
            area.len() == 2
                && !words.is_empty()
                && [*area]
                    .iter()
                    .chain(words)
                    .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
                && number.bytes().all(|b| b.is_ascii_digit())
                && (1..=2).contains(&number.len())
        }
        _ => false,
    }
}

/// The region that was meant.
pub(crate) fn meant_region(text: &str) -> Option<&'static str> {
    nearest(text, REGIONS)
}

/// Whether a `userIdentity` of this type carries a field below it, as a rule.
pub(crate) fn identity_carries(r#type: &str, below: &str) -> bool {
    CARRIED.iter().any(|(known, fields)| *known == r#type && fields.contains(&below))
}

/// The values that a field can have, where they are few.
pub(crate) fn allowed_values(path: &str) -> Option<&'static [&'static str]> {
    VALUES.iter().find(|(field, _)| *field == path).map(|(_, values)| *values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_known_down_to_their_leaves() {
        let r#type = |path: &str| field(path).map(|field| field.r#type);
        assert_eq!(r#type("eventName"), Some(Type::Text));
        assert_eq!(r#type("eventName.x"), None);
        assert_eq!(r#type("userIdentity.sessionContext.attributes"), Some(Type::Object));
        assert_eq!(r#type("userIdentity.sessionContext.webIdFederationData.attributes.sub"), Some(Type::Text));
        assert_eq!(r#type("userIdentity.nothing"), None);
        assert_eq!(r#type("requestParameters.whatever.0"), Some(Type::Any));
        assert_eq!(r#type("readOnly"), Some(Type::Bool));
        assert_eq!(r#type("event_name"), None);
    }

    #[test]
    fn the_field_that_was_meant_is_found() {
        for (path, meant) in [
            ("sourceIpAddress", "sourceIPAddress"),
            ("region", "awsRegion"),
            ("event_name", "eventName"),
            ("userIdentity.username", "userIdentity.userName"),
            ("userIdentity.mfaAuthenticated", "userIdentity.sessionContext.attributes.mfaAuthenticated"),
            ("useridentity.ARN", "userIdentity.arn"),
            ("requestParameter.bucketName", "requestParameters.bucketName"),
        ] {
            assert_eq!(meant_field(path).as_deref(), Some(meant), "{path}");
        }
        for path in ["somethingElse", "eventName.x", "userIdentity.nothingLikeIt"] {
            assert_eq!(meant_field(path), None, "{path}");
        }
    }
}
