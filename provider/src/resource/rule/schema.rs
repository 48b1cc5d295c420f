//! What a rule is written with.

use crate::resource::Placement;
use tfplugin::Type;
use tfplugin::schema::{self, BlockSchema, Schema};
use trailhook_engine::document::{Action, Severity};

/// What the document is made of; a change of any of them writes a new version.
pub(super) const PUBLISHED: [&str; 14] = [
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
            "A rule says which CloudTrail events people are told of: by a Python expression over one event, or by names of events. \
             `terraform validate` parses and checks it and runs its tests, without credentials. It is published as the parameter \
             `{namespace}/rules/{name}`, where a running function finds it within about a minute.",
        )
        .attribute(schema::string("name").required().requires_replace().describe(
            "The rule's name, which alerts show: 1 to 64 characters out of `a-z`, `0-9`, `_` and `-`.",
        ))
        .attribute(
            schema::string("description").optional().describe("What a match means, for those who read the alert. It stands in the message."),
        )
        .attribute(schema::string("expression").optional().describe(
            "The condition: the rule matches an event if the value is `True`. `event` is the event, and nested \
             fields have one key: `event[\"userIdentity.arn\"]`, or `event.get(\"errorCode\", \"\")` for what may be absent. [The rule \
             language](https://registry.terraform.io/providers/trailhook/trailhook/latest/docs/guides/rule-language) has all of it. \
             Exactly one of `expression` and `event_names` is given.",
        ))
        .attribute(schema::set("event_names", Type::String).optional().describe(
            "Names of events, in place of an expression: the rule matches each event that is called so, even if the call failed. \
             Written `DeleteTrail`, or `s3:PutBucketPolicy` for the event of one service alone. Names are compared whole, and case \
             counts.",
        ))
        .attribute(schema::list("exceptions", Type::String).optional().describe(
            "Expressions in the same language, of which none may be true: if one is, the rule does not match. One that raises an \
             error counts as not true, so that the alert goes out.",
        ))
        .attribute(schema::string("action").optional().default(Action::Alert.as_str()).describe(
            "What becomes of an event that the rule matches: `alert` tells people, `ignore` keeps every rule from telling of it, \
             `record` is a dry run: it is counted, and nobody is told.",
        ))
        .attribute(schema::string("severity").optional().default(Severity::default().as_str()).describe(
            "How grave a match is: `info`, `low`, `medium`, `high` or `critical`. If several rules match an event, the gravest gives \
             the alert its title.",
        ))
        .attribute(
            schema::map("labels", Type::String)
                .optional()
                .describe("Words of your own about the rule, such as `{ team = \"security\" }`, for the `labels` of a route's `match`."),
        )
        .attribute(
            schema::string("runbook_url")
                .optional()
                .describe("An `https` page that says what to do about a match, for a button of the alert."),
        )
        .attribute(schema::list("group_by", Type::String).optional().describe(
            "Fields of the event: alerts of the rule with equal values in all of them are one conversation. `actor` stands for who did \
             it. `[\"actor\", \"eventName\"]` if it is not given. Of each conversation the first alert is told at once; repeats \
             follow in its thread with a Slack app, and else in one message at its end.",
        ))
        .attribute(schema::string("group_window").optional().describe(
            "How long a conversation of `group_by` stays open, such as `30m`: a number and `s`, `m` or `h`, between one minute and 24 \
             hours. 15 minutes if it is not given.",
        ))
        .block(threshold())
        .attribute(schema::string("expires_at").optional().describe(
            "The point of time from which the rule takes no part, such as `2027-01-31T12:00:00Z` (RFC 3339). What counts is the time \
             of the event. A plan warns when it is past.",
        ))
        .attribute(
            schema::bool("enabled")
                .optional()
                .default(true)
                .describe("Whether the rule takes part at all: `false` switches it off, and keeps it."),
        )
        .block(test())
        .attribute(schema::string("id").computed().describe("The rule's name."))
        .attribute(schema::string("arn").computed().describe("The ARN of the parameter."))
        .attribute(schema::string("parameter_name").computed().identity().describe("The name of the rule's parameter."))
        .attribute(
            schema::int64("version").computed().recomputed_when(PUBLISHED).describe("The version of the parameter, which rises with each change of the rule."),
        )
        .attribute(
            schema::list("fields", Type::String)
                .computed()
                .recomputed_when(["expression", "event_names", "exceptions"])
                .describe(
                    "The fields of the event that the condition and the exceptions read, sorted. `*` stands for fields whose keys an \
                     expression works out.",
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
            "How many matches there must be: the first alert comes with the match of this number, from 2 to 1,000,000, with \
             `distinct` up to 1,000.",
        ))
        .attribute(schema::string("window").required().describe(
            "The time within which they must happen, such as `5m`: a number and `s`, `m` or `h`, between one minute and 24 hours.",
        ))
        .attribute(schema::list("by", Type::String).optional().describe(
            "Fields of the event: matches with equal values in all of them are counted together, and apart from others. `actor` stands \
             for who did it. All matches are counted together if it is not given.",
        ))
        .attribute(schema::string("distinct").optional().describe(
            "A field of the event, such as `sourceIPAddress`: its different values are counted in place of matches.",
        ))
}

fn test() -> BlockSchema {
    schema::list_block("test")
        .describe(
            "A test: an event, and what the condition and the exceptions should say of it. Tests run in `terraform validate` and in \
             each plan; one that fails is an error that shows which clause decided. They are not published.",
        )
        .attribute(schema::string("name").required().describe("What is tested. No two tests of a rule have one name."))
        .attribute(schema::string("event").required().describe(
            "One CloudTrail record as JSON text, with as many of its fields as the test needs: \
             `file(\"${path.module}/events/root-login.json\")`, or `jsonencode({ eventName = \"ConsoleLogin\" })`.",
        ))
        .attribute(schema::string("expect").optional().describe(
            "What the rule should say: `match`, `no_match`, or `error` if its condition should raise one. `match` if it is not given.",
        ))
}
