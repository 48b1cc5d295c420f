//! The published form of a route.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::codec::Document;
use super::destination::Destination;
use super::secret::{SECRET, looks_like_secret};
use super::word::{Severity, UnknownWord, word};
use crate::language::{Pattern, PatternError};

/// One route as it stands in `{namespace}/routes/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteDocument {
    /// The route's name, which is also the last segment of the parameter.
    pub name: String,
    /// Which alerts the route takes; all where nothing is said.
    #[serde(default, rename = "match", skip_serializing_if = "RouteMatch::is_everything")]
    pub matches: RouteMatch,
    /// Whether the route takes what no other route took.
    #[serde(default)]
    pub default: bool,
    /// Where the alerts go.
    pub destination: Destination,
    /// How much of an event the message shows.
    #[serde(default)]
    pub detail: Detail,
    /// Who is called in the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<Mention>,
    /// Whether the message has a button to the event in the console.
    #[serde(default = "yes")]
    pub console_link: bool,
}

fn yes() -> bool {
    true
}

/// Which alerts a route takes: those for which all parts that are given hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RouteMatch {
    /// Accounts of 12 digits.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accounts: BTreeSet<String>,
    /// Regions.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub regions: BTreeSet<String>,
    /// The least severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_severity: Option<Severity>,
    /// Patterns of rule names, such as `baseline/*`: one that a rule of the alert fits.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rules: BTreeSet<String>,
    /// Labels that the alert must have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// A condition over the event, in the rule language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
}

impl RouteMatch {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// What cannot be, with the attribute in which it is; the expression is not looked at.
    #[must_use]
    pub fn faults(&self) -> Vec<(&'static str, MatchFault)> {
        let is_account = |account: &&String| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_region = |region: &&String| {
            let is_part =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            region.split('-').count() >= 3 && region.split('-').all(is_part)
        };
        let accounts = self.accounts.iter().filter(|account| !is_account(account));
        let regions = self.regions.iter().filter(|region| !is_region(region));
        let rules = self.rules.iter().filter_map(|pattern| {
            let error = Pattern::parse(pattern).err()?;
            Some(("rules", MatchFault::Pattern(error)))
        });
        accounts
            .map(|account| ("accounts", MatchFault::Account(account.clone())))
            .chain(regions.map(|region| ("regions", MatchFault::Region(region.clone()))))
            .chain(rules)
            .collect()
    }
}

/// Something about a route's conditions that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatchFault {
    /// No account.
    #[error("\"{0}\" is not an account, which has 12 digits; write it as a string, so that no zero in front is lost")]
    Account(String),
    /// No region.
    #[error("\"{0}\" is not a region, such as \"eu-west-1\"")]
    Region(String),
    /// No pattern of rule names.
    #[error("{0}")]
    Pattern(PatternError),
}

/// How much of an event a message shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// The request parameters that the rules read.
    #[default]
    Compact,
    /// All request parameters.
    Full,
}

impl Detail {
    const WORDS: [(Self, &'static str); 2] = [(Self::Compact, "compact"), (Self::Full, "full")];

    /// Takes a word of the configuration.
    ///
    /// # Errors
    ///
    /// [`UnknownWord`], which lists the words that there are.
    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        word(text, &Self::WORDS)
    }

    /// The word of the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Full => "full",
        }
    }
}

/// Who is called in a message: `here`, `channel`, a user (`U…`, `W…`) or a group of users (`S…`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mention(String);

/// A text that is no [`Mention`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MentionError {
    /// A secret, which is not repeated.
    #[error("this looks like {SECRET}")]
    LooksLikeSecret,
    /// Any other text.
    #[error(
        "\"{0}\" calls nobody; write \"here\", \"channel\", the id of a user (\"U…\") or of a group of users (\"S…\")"
    )]
    CallsNobody(String),
}

impl Mention {
    /// Takes one of the two words or an id of Slack.
    ///
    /// # Errors
    ///
    /// [`MentionError`] with what to write instead.
    pub fn parse(text: &str) -> Result<Self, MentionError> {
        let is_id = text.starts_with(['U', 'W', 'S'])
            && (8..=24).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if is_id || matches!(text, "here" | "channel") {
            Ok(Self(text.to_owned()))
        } else if looks_like_secret(text) {
            Err(MentionError::LooksLikeSecret)
        } else {
            Err(MentionError::CallsNobody(text.to_owned()))
        }
    }

    /// The text of the configuration.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Mention {
    type Error = MentionError;

    fn try_from(text: String) -> Result<Self, MentionError> {
        Self::parse(&text)
    }
}

impl From<Mention> for String {
    fn from(mention: Mention) -> Self {
        mention.0
    }
}

impl RouteDocument {
    /// A route to a destination with everything else as it is where nothing is said.
    #[must_use]
    pub fn new(name: impl Into<String>, destination: Destination) -> Self {
        Self {
            name: name.into(),
            matches: RouteMatch::default(),
            default: false,
            destination,
            detail: Detail::default(),
            mention: None,
            console_link: true,
        }
    }
}

impl Document for RouteDocument {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocumentError;
    use crate::document::{SlackApp, SlackWebhook, Sns};

    fn webhook(allowed_host: Option<&str>) -> Destination {
        Destination::SlackWebhook(SlackWebhook {
            url_parameter: "/s".to_owned(),
            allowed_host: allowed_host.map(str::to_owned),
        })
    }

    #[test]
    fn a_route_comes_back_as_it_was() {
        let app = SlackApp {
            channel: "#alerts".to_owned(),
            token_parameter: "/s".to_owned(),
            broadcast_first_reply: true,
            api_url: Some("https://slack-gov.com/api".to_owned()),
        };
        let topic = Sns { topic_arn: "arn:aws:sns:eu-west-1:111122223333:alerts".to_owned() };
        let destinations =
            [webhook(None), webhook(Some("127.0.0.1")), Destination::SlackApp(app), Destination::Sns(topic)];
        for destination in destinations {
            let route = RouteDocument {
                matches: RouteMatch {
                    accounts: BTreeSet::from(["111122223333".to_owned()]),
                    regions: BTreeSet::from(["eu-west-1".to_owned()]),
                    min_severity: Some(Severity::High),
                    rules: BTreeSet::from(["baseline/*".to_owned()]),
                    labels: BTreeMap::from([("team".to_owned(), "{{a}}".to_owned())]),
                    expression: Some("event.get('readOnly') == False".to_owned()),
                },
                default: true,
                detail: Detail::Full,
                mention: Some(Mention::parse("S0123456789").unwrap()),
                console_link: false,
                ..RouteDocument::new("security", destination)
            };
            assert_eq!(RouteDocument::decode(&route.encode().unwrap()).unwrap(), route);
        }
    }

    #[test]
    fn the_form_is_stable() {
        let text = r#"{"console_link":true,"default":false,"destination":{"type":"slack_webhook","url_parameter":"/s"},"detail":"compact","name":"security","schema":1}"#;
        assert_eq!(RouteDocument::new("security", webhook(None)).encode().unwrap(), text);
        let older = r#"{"default":false,"destination":{"type":"slack_webhook","url_parameter":"/s"},"name":"security","schema":1}"#;
        assert_eq!(RouteDocument::decode(older), RouteDocument::decode(text));
    }

    #[test]
    fn a_destination_of_a_later_version_is_an_error() {
        let text = r#"{"schema":1,"name":"x","destination":{"type":"pager"}}"#;
        assert!(matches!(RouteDocument::decode(text), Err(DocumentError::Invalid(_))));
    }

    #[test]
    fn what_no_alert_can_fit_is_told() {
        let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<BTreeSet<_>>();
        let matches = RouteMatch {
            accounts: set(&["111122223333", "1111", "11112222333a"]),
            regions: set(&["eu-west-1", "us-gov-east-1", "eu", "EU-WEST-1", "eu--1"]),
            rules: set(&["baseline/*", "a[b"]),
            ..RouteMatch::default()
        };
        let faults: Vec<_> = matches.faults().into_iter().map(|(attribute, _)| attribute).collect();
        assert_eq!(faults, ["accounts", "accounts", "regions", "regions", "regions", "rules"]);
        assert!(Mention::parse("here").is_ok() && Mention::parse("U0123456789").is_ok());
        assert_eq!(
            Mention::parse("xoxb-1-A").unwrap_err().to_string(),
            "this looks like a webhook's URL or a token of Slack, which never stand in configuration; store it as a SecureString \
             parameter and give the name of that as `url_parameter` or `token_parameter`"
        );
        assert!(
            ["", "@here", "everyone", "<!channel>", "u0123456789"]
                .into_iter()
                .all(|text| Mention::parse(text).is_err())
        );
    }
}
