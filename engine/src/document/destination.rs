//! Where alerts go.

use serde::{Deserialize, Serialize};

use super::name::Namespace;
use super::secret::{SECRET, SecretParameterError, check_secret_parameter, looks_like_secret};

/// Where alerts go. What is secret stands elsewhere; only the name of its parameter is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Destination {
    /// A Slack incoming webhook.
    SlackWebhook(SlackWebhook),
    /// A Slack app, which can answer in threads.
    SlackApp(SlackApp),
    /// A topic of SNS.
    Sns(Sns),
}

/// A Slack incoming webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackWebhook {
    /// The SecureString parameter that holds the webhook's URL.
    pub url_parameter: String,
    /// A host other than Slack's own that the URL may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_host: Option<String>,
}

/// A Slack app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackApp {
    /// The channel's id (`C…`) or its name.
    pub channel: String,
    /// The SecureString parameter that holds the bot's token.
    pub token_parameter: String,
    /// Whether the first repeat of an alert is shown in the channel as well as in its thread.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub broadcast_first_reply: bool,
    /// An interface other than Slack's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
}

/// A topic of SNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sns {
    /// The topic's ARN.
    pub topic_arn: String,
}

/// Something about a destination that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DestinationFault {
    /// The name of the parameter that holds a secret.
    #[error("{error}")]
    Secret {
        /// The attribute.
        attribute: &'static str,
        /// What is wrong.
        error: SecretParameterError,
    },
    /// A secret in an attribute that is none. It is not repeated.
    #[error("this looks like {SECRET}")]
    LooksLikeSecret {
        /// The attribute.
        attribute: &'static str,
    },
    /// A host with more than its name.
    #[error("\"{0}\" is not a host: give it alone, such as \"chat.example.com\", without scheme, port and path")]
    AllowedHost(String),
    /// A channel that Slack does not have.
    #[error(
        "\"{0}\" is not a channel of Slack: give its id, such as \"C0123456789\", or its name, such as \"#alerts\""
    )]
    Channel(String),
    /// An address of an interface that cannot be called.
    #[error(
        "{shown} is not an address of Slack's interface: write \"https://\", the host and the path, such as \"https://slack-gov.com/api\", without credentials, query and fragment, or leave it out for \"https://slack.com/api\"; plain http is for this machine alone",
        shown = shown(.0)
    )]
    ApiUrl(String),
    /// A topic that SNS does not have.
    #[error("\"{0}\" is not the ARN of a topic; it looks like \"arn:aws:sns:eu-west-1:111122223333:alerts\"")]
    TopicArn(String),
}

impl DestinationFault {
    /// The attribute of the block in which the fault is.
    #[must_use]
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::Secret { attribute, .. } | Self::LooksLikeSecret { attribute } => attribute,
            Self::AllowedHost(_) => "allowed_host",
            Self::Channel(_) => "channel",
            Self::ApiUrl(_) => "api_url",
            Self::TopicArn(_) => "topic_arn",
        }
    }
}

impl Destination {
    /// The name of the block of the configuration, and of the kind in the document.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SlackWebhook(_) => "slack_webhook",
            Self::SlackApp(_) => "slack_app",
            Self::Sns(_) => "sns",
        }
    }

    /// What cannot be. Whether a secret stands inside the namespace is told where that is known.
    #[must_use]
    pub fn faults(&self, namespace: Option<&Namespace>) -> Vec<DestinationFault> {
        let texts = match self {
            Self::SlackWebhook(webhook) => vec![
                (DestinationText::UrlParameter, Some(&webhook.url_parameter)),
                (DestinationText::AllowedHost, webhook.allowed_host.as_ref()),
            ],
            Self::SlackApp(app) => vec![
                (DestinationText::Channel, Some(&app.channel)),
                (DestinationText::TokenParameter, Some(&app.token_parameter)),
                (DestinationText::ApiUrl, app.api_url.as_ref()),
            ],
            Self::Sns(sns) => vec![(DestinationText::TopicArn, Some(&sns.topic_arn))],
        };
        texts.into_iter().filter_map(|(attribute, text)| attribute.fault(text?, namespace)).collect()
    }
}

/// A text of a destination, which can be checked although the others are not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestinationText {
    /// [`SlackWebhook::url_parameter`]
    UrlParameter,
    /// [`SlackWebhook::allowed_host`]
    AllowedHost,
    /// [`SlackApp::channel`]
    Channel,
    /// [`SlackApp::token_parameter`]
    TokenParameter,
    /// [`SlackApp::api_url`]
    ApiUrl,
    /// [`Sns::topic_arn`]
    TopicArn,
}

impl DestinationText {
    /// The attribute of the block.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        match self {
            Self::UrlParameter => "url_parameter",
            Self::AllowedHost => "allowed_host",
            Self::Channel => "channel",
            Self::TokenParameter => "token_parameter",
            Self::ApiUrl => "api_url",
            Self::TopicArn => "topic_arn",
        }
    }

    /// What cannot be about a text. One that looks like a secret is told without it, whatever else is wrong with it.
    #[must_use]
    pub fn fault(self, text: &str, namespace: Option<&Namespace>) -> Option<DestinationFault> {
        let attribute = self.attribute();
        let told = |is_right: bool, fault: fn(String) -> DestinationFault| (!is_right).then(|| fault(text.to_owned()));
        match self {
            Self::UrlParameter | Self::TokenParameter => {
                let error = check_secret_parameter(text, namespace).err()?;
                Some(DestinationFault::Secret { attribute, error })
            }
            _ if looks_like_secret(text) => Some(DestinationFault::LooksLikeSecret { attribute }),
            Self::AllowedHost => told(is_host(text), DestinationFault::AllowedHost),
            Self::Channel => told(is_channel(text), DestinationFault::Channel),
            Self::ApiUrl => told(is_interface(text), DestinationFault::ApiUrl),
            Self::TopicArn => told(is_topic(text), DestinationFault::TopicArn),
        }
    }
}

fn is_host(text: &str) -> bool {
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c))
        }
    }
}

/// Slack's names of channels have lower-case letters of any script, digits, `-` and `_`, and up to 80 characters.
fn is_channel(text: &str) -> bool {
    let name = text.strip_prefix('#').unwrap_or(text);
    let is_id = text.starts_with(['C', 'G', 'D'])
        && text.len() >= 9
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let is_name = !name.is_empty()
        && name.chars().count() <= 80
        && name.chars().all(|c| (c.is_alphanumeric() && !c.is_uppercase()) || matches!(c, '-' | '_'));
    is_id || is_name
}

fn is_interface(text: &str) -> bool {
    let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || "?#@".contains(c));
    let host = |rest: &str| rest.split(['/', ':']).next().unwrap_or_default().to_owned();
    match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => is_plain && is_host(&host(rest)),
        (None, Some(rest)) => {
            let is_loopback = matches!(host(rest).as_str(), "localhost" | "127.0.0.1") || rest.starts_with("[::1]");
            is_plain && is_loopback
        }
        (None, None) => false,
    }
}

/// An address without what may be credentials.
fn shown(address: &str) -> String {
    if address.contains(['@', '?', '#']) { "this".to_owned() } else { format!("\"{address}\"") }
}

fn is_topic(text: &str) -> bool {
    let parts: Vec<_> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "sns", region, account, topic] => {
            partition.starts_with("aws")
                && !region.is_empty()
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && !topic.is_empty()
                && topic.len() <= 256
                && topic.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_host_alone() {
        assert!(["127.0.0.1", "chat.example.com", "localhost", "[::1]"].into_iter().all(is_host));
        assert!(!["", "https://a", "a:80", "a/b", "A.example", "[x]"].into_iter().any(is_host));
    }

    #[test]
    fn no_fault_repeats_a_secret() {
        let all = [
            DestinationText::UrlParameter,
            DestinationText::AllowedHost,
            DestinationText::Channel,
            DestinationText::TokenParameter,
            DestinationText::ApiUrl,
            DestinationText::TopicArn,
        ];
        for attribute in all {
            for secret in [
                "https://hooks.slack.com/services/T0/B0/hidden",
                "hooks.slack.com/services/T0/B0/hidden",
                "xoxb-1-hidden",
                "https://chat.example.com/hooks/hidden",
            ] {
                let fault = attribute.fault(secret, None).unwrap();
                assert_eq!(fault.attribute(), attribute.attribute());
                let told = fault.to_string();
                assert!(told.contains("store it as a SecureString parameter") && !told.contains("hidden"), "{told}");
            }
        }
        for host in ["hooks.slack.com", "hooks.slack-gov.com", "slackbox-1.example.com"] {
            assert_eq!(DestinationText::AllowedHost.fault(host, None), None);
        }
        for address in ["https://bot:hidden@chat.example.com/api", "https://chat.example.com/api?token=hidden"] {
            let told = DestinationText::ApiUrl.fault(address, None).unwrap().to_string();
            assert!(told.starts_with("this is not an address") && !told.contains("hidden"), "{told}");
        }
        // What shows no sign of a secret is repeated, so that the mistake can be seen.
        assert!(DestinationText::Channel.fault("Alerts", None).unwrap().to_string().starts_with("\"Alerts\" is not"));
    }

    #[test]
    fn channels_interfaces_and_topics_are_told_from_other_texts() {
        assert!(["C0123456789", "#alerts", "alerts", "sécurité", "a_b-1"].into_iter().all(is_channel));
        assert!(!["", "#", "Alerts", "a b", "@user", "https://x"].into_iter().any(is_channel));
        assert!(
            ["https://slack.com/api", "https://slack-gov.com/api/", "http://127.0.0.1:80/api", "http://[::1]:1"]
                .into_iter()
                .all(is_interface)
        );
        assert!(
            ![
                "slack.com",
                "http://slack.com/api",
                "https://",
                "https://a@b/",
                "http://127.0.0.1.evil.org",
                "https://a?b"
            ]
            .into_iter()
            .any(is_interface)
        );
        assert!(
            ["arn:aws:sns:eu-west-1:111122223333:alerts", "arn:aws-cn:sns:cn-north-1:111122223333:a.fifo"]
                .into_iter()
                .all(is_topic)
        );
        assert!(
            !["alerts", "arn:aws:sqs:eu-west-1:111122223333:alerts", "arn:aws:sns:eu-west-1:1:alerts"]
                .into_iter()
                .any(is_topic)
        );
    }
}
