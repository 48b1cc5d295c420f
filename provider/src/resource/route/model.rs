//! What Terraform holds of a route.

use tfplugin::{Attribute, model};

use crate::resource::Placement;
use crate::resource::reading::{Labels, Texts};

#[derive(Debug, Clone, Default)]
pub(crate) struct Route {
    pub(super) name: Attribute<String>,
    pub(super) matches: Attribute<Match>,
    pub(super) default: Attribute<bool>,
    pub(super) slack_webhook: Attribute<SlackWebhook>,
    pub(super) slack_app: Attribute<SlackApp>,
    pub(super) sns: Attribute<Sns>,
    pub(super) detail: Attribute<String>,
    pub(super) mention: Attribute<String>,
    pub(super) console_link: Attribute<bool>,
    pub(super) version: Attribute<i64>,
    pub(super) placement: Placement,
}
model!(Route {
    name,
    matches = "match",
    default,
    slack_webhook,
    slack_app,
    sns,
    detail,
    mention,
    console_link,
    version,
    ..placement
});

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Match {
    pub(super) accounts: Texts,
    pub(super) regions: Texts,
    pub(super) min_severity: Attribute<String>,
    pub(super) rules: Texts,
    pub(super) labels: Labels,
    pub(super) expression: Attribute<String>,
}
model!(Match { accounts, regions, min_severity, rules, labels, expression });

#[derive(Debug, Clone)]
pub(crate) struct SlackWebhook {
    pub(super) url_parameter: Attribute<String>,
    pub(super) allowed_host: Attribute<String>,
}
model!(SlackWebhook { url_parameter, allowed_host });

#[derive(Debug, Clone)]
pub(crate) struct SlackApp {
    pub(super) channel: Attribute<String>,
    pub(super) token_parameter: Attribute<String>,
    pub(super) broadcast_first_reply: Attribute<bool>,
    pub(super) api_url: Attribute<String>,
}
model!(SlackApp { channel, token_parameter, broadcast_first_reply, api_url });

#[derive(Debug, Clone)]
pub(crate) struct Sns {
    pub(super) topic_arn: Attribute<String>,
}
model!(Sns { topic_arn });
