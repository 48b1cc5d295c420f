//! What a rule is written with.

use crate::resource::Placement;
use tfplugin::Type;
use tfplugin::schema::{self, BlockSchema, Schema};
use trailhook_engine::document::{Action, Severity};

/// What the document is made of; a change of any of them writes a new version.
const PUBLISHED: [&str; 14] = [
    "description",
    "expression",
    "event_names",
    "exceptions",
    "action",
    "severity",
    "labels",
    "runbook_url",
    "group_by",
    "group_window",
    "threshold",
    "expires_at",
    "enabled",
    "tier",
];

pub(super) fn schema() -> Schema {
    let schema = Schema::new()
        .describe(
            "A rule: a Python expression over one flattened CloudTrail event, or names of events. It is parsed, checked and tested \
             by `terraform validate`, and published as the parameter `{namespace}/rules/{name}`.",
        )
        .attribute(schema::string("name").required().requires_replace().describe(
            "The rule's name: 1 to 64 characters out of `a-z`, `0-9`, `_` and `-`. Alerts name it.",
        ))
        .attribute(
            schema::string("description").optional().describe("What a match means, for those who read the alert."),
        )
        .attribute(schema::string("expression").optional().describe(
            "The condition. The rule matches an event if the value is `True`. Nested fields have one key: \
             `event[\"userIdentity.arn\"]`. Exactly one of `expression` and `event_names` is given.",
        ))
        .attribute(schema::set("event_names", Type::String).optional().describe(
            "Names of events, in place of an expression: the rule matches each event that is called so, also if the call failed. \
             `Name`, or `service:Name` for the event of one service alone, such as `s3:PutBucketPolicy`. They are compared whole \
             and case counts.",
        ))
        .attribute(schema::list("exceptions", Type::String).optional().describe(
            "Expressions of which none may be true: if one is, the rule does not match. One that raises an error counts as not \
             true, so that the alert goes out.",
        ))
        .attribute(schema::string("action").optional().default(Action::Alert.as_str()).describe(
            "What happens with an event for which the rule is true: `alert` (the default) tells people, `ignore` keeps every rule \
             from telling, `record` is a dry run that counts and tells nobody.",
        ))
        .attribute(schema::string("severity").optional().default(Severity::default().as_str()).describe(
            "How grave a match is: `info`, `low`, `medium` (the default), `high` or `critical`.",
        ))
        .attribute(
            schema::map("labels", Type::String)
                .optional()
                .describe("Words of your own that belong to the rule. Routes can choose alerts by them."),
        )
        .attribute(
            schema::string("runbook_url")
                .optional()
                .describe("An `https` page that says what to do, behind a button of the alert."),
        )
        .attribute(schema::list("group_by", Type::String).optional().describe(
            "Fields of the event: alerts of the rule with equal values in all of them are one conversation. `actor` is who did it. \
             `[\"actor\", \"eventName\"]` if it is not given.",
        ))
        .attribute(schema::string("group_window").optional().describe(
            "How long such a conversation stays open, such as `30m`: a number and `s`, `m` or `h`, between one minute and 24 hours. \
             15 minutes if it is not given.",
        ))
        .block(threshold())
        .attribute(schema::string("expires_at").optional().describe(
            "The point of time from which the rule takes no part, such as `2027-01-31T12:00:00Z` (RFC 3339). It is compared with the \
             time of the event.",
        ))
        .attribute(
            schema::bool("enabled")
                .optional()
                .default(true)
                .describe("Whether the rule takes part at all. `true` if it is not given."),
        )
        .block(test())
        .attribute(schema::string("id").computed().describe("The rule's name."))
        .attribute(schema::string("arn").computed().describe("The ARN of the parameter."))
        .attribute(schema::string("parameter_name").computed().describe("The name of the parameter."))
        .attribute(
            schema::int64("version").computed().recomputed_when(PUBLISHED).describe("The version of the parameter."),
        )
        .attribute(
            schema::list("fields", Type::String)
                .computed()
                .recomputed_when(["expression", "event_names", "exceptions"])
                .describe(
                    "The fields of the event that the condition and the exceptions read, sorted; `*` if one works a key out.",
                ),
        );
    Placement::add_to(schema)
}

fn threshold() -> BlockSchema {
    schema::single_block("threshold")
        .describe(
            "How many matches it takes until people are told. The time runs from the first match that counts; further ones within it \
             join the alert. Without the block each match is an alert.",
        )
        .attribute(schema::int64("count").required().describe(
            "The match of this number is the first that is told: 2 to 1,000,000, with `distinct` up to 1,000.",
        ))
        .attribute(schema::string("window").required().describe(
            "The time within which they must happen, such as `5m`: a number and `s`, `m` or `h`, between one minute and 24 hours.",
        ))
        .attribute(schema::list("by", Type::String).optional().describe(
            "Fields of the event: matches with equal values in all of them are counted each by themselves. `actor` is who did it. All \
             together if it is not given.",
        ))
        .attribute(schema::string("distinct").optional().describe(
            "A field of the event: its different values are counted in place of matches.",
        ))
}

fn test() -> BlockSchema {
    schema::list_block("test")
        .describe(
            "A test of the expression and the exceptions. Tests run in `terraform validate` and in each plan; one that fails is an \
             error that shows which clause decided. They are not published.",
        )
        .attribute(schema::string("name").required().describe("What is tested. No two tests of a rule have one name."))
        .attribute(schema::string("event").required().describe(
            "One CloudTrail record as JSON, of which parts may be left out: `file(\"events/root-login.json\")` or \
             `jsonencode({ eventName = \"ConsoleLogin\" })`.",
        ))
        .attribute(schema::string("expect").optional().describe(
            "What the rule should say: `match` (the default), `no_match`, or `error` if its condition should raise one.",
        ))
}
