//! What a route is written with.

use crate::resource::Placement;
use tfplugin::Type;
use tfplugin::schema::{self, BlockSchema, Schema};
use trailhook_engine::document::Detail;

/// What the document is made of; a change of any of them writes a new version.
pub(super) const PUBLISHED: [&str; 9] =
    ["match", "default", "slack_webhook", "slack_app", "sns", "detail", "mention", "console_link", "tier"];

pub(super) fn schema() -> Schema {
    let schema = Schema::new()
        .describe(
            "A route says where alerts go. Every route that is not a default one takes the alerts that its `match` block describes; \
             default routes take what none of those took. Exactly one of the blocks `slack_webhook`, `slack_app` and `sns` says \
             where to. It is published as the parameter `{namespace}/routes/{name}`.",
        )
        .attribute(
            schema::string("name")
                .required()
                .requires_replace()
                .describe("The route's name: 1 to 64 characters out of `a-z`, `0-9`, `_` and `-`."),
        )
        .block(matches())
        .attribute(
            schema::bool("default")
                .optional()
                .default(false)
                .describe("Whether the route is a default one: it takes what no other route took, as far as its own `match` holds."),
        )
        .block(slack_webhook())
        .block(slack_app())
        .block(
            schema::single_block("sns")
                .describe(
                    "Alerts go to a topic of Amazon SNS, as JSON: the first of a conversation at once and with its whole event, repeats \
                     as a count at the end of their `group_window`.",
                )
                .attribute(schema::string("topic_arn").required().describe("The ARN of the topic.")),
        )
        .attribute(schema::string("detail").optional().default(Detail::default().as_str()).describe(
            "How much of an event a message shows: `compact` has the request parameters that the rules read, `full` as many of \
             them as there is room for. With `sns` the whole event is in the message in any case.",
        ))
        .attribute(schema::string("mention").optional().describe(
            "Who is called in a message: `here`, `channel`, or the id in Slack of a user (`U…`) or of a group of users (`S…`). Nobody \
             if it is not given. The first message of a conversation calls, its repeats and words about the function itself do not.",
        ))
        .attribute(
            schema::bool("console_link")
                .optional()
                .default(true)
                .describe(
                    "Whether a message has a button to the event in the CloudTrail console, which works in the account of the event.",
                ),
        )
        .attribute(schema::string("id").computed().describe("The route's name."))
        .attribute(schema::string("arn").computed().describe("The ARN of the parameter."))
        .attribute(schema::string("parameter_name").computed().identity().describe("The name of the route's parameter."))
        .attribute(
            schema::int64("version").computed().recomputed_when(PUBLISHED).describe("The version of the parameter, which rises with each change of the route."),
        );
    Placement::add_to(schema)
}

fn matches() -> BlockSchema {
    schema::single_block("match")
        .describe("Which alerts the route takes: those for which all that is given holds. Without the block it takes all, and a part that is empty is as one that is not given.")
        .attribute(schema::set("accounts", Type::String).optional().describe(
            "Accounts by their 12 digits, as strings: the event is of one of them.",
        ))
        .attribute(schema::set("regions", Type::String).optional().describe(
            "Regions, such as `eu-central-1`: the event is of one of them.",
        ))
        .attribute(schema::string("min_severity").optional().describe(
            "The least severity of the alert: `info`, `low`, `medium`, `high` or `critical`.",
        ))
        .attribute(schema::set("rules", Type::String).optional().describe(
            "Patterns of rule names, such as `baseline/*`: a rule of the alert fits one of them. `*` stands for any text, `?` for one \
             character.",
        ))
        .attribute(schema::map("labels", Type::String).optional().describe(
            "Labels with their values: the rules of the alert have all of them.",
        ))
        .attribute(
            schema::string("expression")
                .optional()
                .describe("A condition over the event, written and checked as the `expression` of a rule."),
        )
}

fn slack_webhook() -> BlockSchema {
    schema::single_block("slack_webhook")
        .describe("Alerts go to a Slack incoming webhook.")
        .attribute(schema::string("url_parameter").required().describe(
            "The name of the SecureString parameter that holds the webhook's URL, such as `/trailhook/secrets/slack-webhook`. The URL \
             is a secret, and stands neither in configuration nor in state. The parameter must be outside of the namespace.",
        ))
        .attribute(schema::string("allowed_host").optional().describe(
            "A host that the URL may name instead of `hooks.slack.com` and `hooks.slack-gov.com`, without scheme, port and path.",
        ))
}

fn slack_app() -> BlockSchema {
    schema::single_block("slack_app")
        .describe("Alerts go to a channel by a Slack app, which answers repeats in the thread of the first. It needs the scope `chat:write`, \
             and `chat:write.public` for channels that it is not in.")
        .attribute(schema::string("channel").required().describe("The channel's id (`C…`), or its name, such as `#alerts`."))
        .attribute(schema::string("token_parameter").required().describe(
            "The name of the SecureString parameter that holds the bot's token. The token is a secret, and stands neither in \
             configuration nor in state. The parameter must be outside of the namespace.",
        ))
        .attribute(
            schema::bool("broadcast_first_reply")
                .optional()
                .default(false)
                .describe("Whether the first repeat of an alert is shown in the channel as well as in its thread."),
        )
        .attribute(schema::string("api_url").optional().describe(
            "The address of Slack's interface, if it is not `https://slack.com/api`, such as `https://slack-gov.com/api`.",
        ))
}
