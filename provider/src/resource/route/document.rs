//! A route between Terraform and its document.

use tfplugin::{Attribute, Diagnostic, Path};
use trailhook_engine::document::{
    self, Destination, DestinationFault, DestinationText, Detail, MatchFault, Mention, Namespace, RouteDocument,
    RouteMatch, Severity,
};

use super::model::{Match, Route, SlackApp, SlackWebhook, Sns};
use crate::resource::reading::{Reading, Texts, labels, texts};
use crate::resource::{keep_empty, parse_name, sentence};

impl Route {
    /// The document, if all of it is known and right; what its expression says itself is not looked at. Whether a secret
    /// stands inside the namespace is told once that is known.
    pub(super) fn document(&self, namespace: Option<&Namespace>, reading: &mut Reading) -> Option<RouteDocument> {
        let name = reading.text(&self.name);
        if let Some(name) = &name {
            let _name = parse_name(name).map_err(|fault| reading.fault(fault));
        }
        let matches = reading.value(&self.matches).map(|matches| matches.document(reading)).unwrap_or_default();
        let default = reading.value(&self.default).copied().unwrap_or_default();
        let destination = self.destination(namespace, reading);
        let detail = reading.parsed(&self.detail, "detail", "Unknown detail", Detail::parse).unwrap_or_default();
        let mention = reading.parsed(&self.mention, "mention", "Nobody can be called so", Mention::parse);
        let console_link = reading.value(&self.console_link).copied().unwrap_or(true);
        if !reading.is_whole() {
            return None;
        }
        let document = RouteDocument::new(name?, destination?);
        Some(RouteDocument { matches, default, detail, mention, console_link, ..document })
    }

    /// The blocks of destinations that are there, with an attribute of each by which Terraform finds the line.
    fn blocks(&self) -> Vec<(&'static str, &'static str)> {
        let blocks = [
            ("slack_webhook", "url_parameter", self.slack_webhook.known().is_some()),
            ("slack_app", "channel", self.slack_app.known().is_some()),
            ("sns", "topic_arn", self.sns.known().is_some()),
        ];
        blocks.into_iter().filter(|(.., is_there)| *is_there).map(|(block, attribute, _)| (block, attribute)).collect()
    }

    /// The one destination. In a fault of several, and where something is missing or unknown: none.
    fn destination(&self, namespace: Option<&Namespace>, reading: &mut Reading) -> Option<Destination> {
        let blocks = self.blocks();
        let unknown = self.slack_webhook.is_unknown() || self.slack_app.is_unknown() || self.sns.is_unknown();
        if unknown {
            reading.leave_open();
        }
        if blocks.is_empty() && !unknown {
            reading.fault(
                Diagnostic::error("The route has no destination")
                    .detail("Add one of the blocks `slack_webhook`, `slack_app` and `sns` to the route."),
            );
        }
        if let [(first, _), others @ ..] = blocks.as_slice() {
            for (block, attribute) in others {
                let fault = Diagnostic::error("The route has several destinations").detail(format!(
                    "It has a `{first}` block already. Remove one of them, or give each destination a route of its own."
                ));
                reading.fault(fault.at(Path::from(*block).attribute(*attribute)));
            }
            if !others.is_empty() {
                return None;
            }
        }
        let block = blocks.first().map_or_else(Path::root, |(block, _)| Path::from(*block));
        // Each by itself: a mistake is told although another attribute is not known yet.
        let mut text = |value: &Attribute<String>, attribute: DestinationText| {
            let text = reading.text(value)?;
            let found = attribute.fault(&text, namespace);
            found.iter().for_each(|found| reading.fault(destination_fault(&block, found)));
            Some(text)
        };
        if let Some(webhook) = self.slack_webhook.known() {
            let url_parameter = text(&webhook.url_parameter, DestinationText::UrlParameter);
            let allowed_host = text(&webhook.allowed_host, DestinationText::AllowedHost);
            return Some(Destination::SlackWebhook(document::SlackWebhook {
                url_parameter: url_parameter?,
                allowed_host,
            }));
        }
        if let Some(app) = self.slack_app.known() {
            let channel = text(&app.channel, DestinationText::Channel);
            let token_parameter = text(&app.token_parameter, DestinationText::TokenParameter);
            let api_url = text(&app.api_url, DestinationText::ApiUrl);
            let broadcast_first_reply = reading.value(&app.broadcast_first_reply).copied().unwrap_or_default();
            return Some(Destination::SlackApp(document::SlackApp {
                channel: channel?,
                token_parameter: token_parameter?,
                broadcast_first_reply,
                api_url,
            }));
        }
        let topic_arn = text(&self.sns.known()?.topic_arn, DestinationText::TopicArn)?;
        Some(Destination::Sns(document::Sns { topic_arn }))
    }

    /// What stands in a parameter. Where the document leaves out what is empty, the state tells how it was configured.
    pub(super) fn of(document: RouteDocument, state: &Self) -> Self {
        let mut route = Self {
            name: document.name.into(),
            matches: Match::from_document(document.matches, &state.matches),
            default: document.default.into(),
            detail: document.detail.as_str().into(),
            mention: document.mention.map(String::from).into(),
            console_link: document.console_link.into(),
            ..Self::default()
        };
        match document.destination {
            Destination::SlackWebhook(webhook) => {
                route.slack_webhook = Attribute::Known(SlackWebhook {
                    url_parameter: webhook.url_parameter.into(),
                    allowed_host: webhook.allowed_host.into(),
                });
            }
            Destination::SlackApp(app) => {
                route.slack_app = Attribute::Known(SlackApp {
                    channel: app.channel.into(),
                    token_parameter: app.token_parameter.into(),
                    broadcast_first_reply: app.broadcast_first_reply.into(),
                    api_url: app.api_url.into(),
                });
            }
            Destination::Sns(sns) => route.sns = Attribute::Known(Sns { topic_arn: sns.topic_arn.into() }),
        }
        route
    }
}

impl Match {
    fn document(&self, reading: &mut Reading) -> RouteMatch {
        let at = Path::from("match");
        let mut set = |texts: &Texts, name: &str| {
            let texts = reading.texts(texts, &at.attribute(name), true).unwrap_or_default();
            texts.into_iter().map(|(_, text)| text).collect()
        };
        let (accounts, regions, rules) =
            (set(&self.accounts, "accounts"), set(&self.regions, "regions"), set(&self.rules, "rules"));
        let matches = RouteMatch {
            accounts,
            regions,
            min_severity: reading.parsed(
                &self.min_severity,
                at.attribute("min_severity"),
                "Unknown severity",
                Severity::parse,
            ),
            rules,
            labels: reading.labels(&self.labels, &at.attribute("labels")),
            expression: reading.text(&self.expression),
        };
        for (attribute, found) in matches.faults() {
            let summary = match found {
                MatchFault::Account(_) => "Not the id of an account",
                MatchFault::Region(_) => "Not a region",
                MatchFault::Pattern(_) => "Not a pattern of rule names",
            };
            reading.fault(Diagnostic::error(summary).detail(sentence(&found)).at(at.attribute(attribute)));
        }
        matches
    }

    fn from_document(matches: RouteMatch, state: &Attribute<Self>) -> Attribute<Self> {
        if matches.is_everything() && state.is_null() {
            return Attribute::Null;
        }
        let state = state.known().cloned().unwrap_or_default();
        Attribute::Known(Self {
            accounts: keep_empty(texts(matches.accounts), &state.accounts),
            regions: keep_empty(texts(matches.regions), &state.regions),
            min_severity: matches.min_severity.map(|severity| severity.as_str().to_owned()).into(),
            rules: keep_empty(texts(matches.rules), &state.rules),
            labels: keep_empty(labels(matches.labels), &state.labels),
            expression: matches.expression.into(),
        })
    }
}

/// What cannot be about a destination, at its attribute.
fn destination_fault(block: &Path, fault: &DestinationFault) -> Diagnostic {
    let summary = match fault {
        DestinationFault::Secret { attribute: "url_parameter", .. } => "The webhook's URL cannot be read from there",
        DestinationFault::Secret { .. } => "The bot's token cannot be read from there",
        DestinationFault::LooksLikeSecret { .. } => "A secret does not belong here",
        DestinationFault::AllowedHost(_) => "The allowed host is not a host",
        DestinationFault::Channel(_) => "Not a channel of Slack",
        DestinationFault::ApiUrl(_) => "Not the address of an interface",
        DestinationFault::TopicArn(_) => "Not the ARN of a topic",
    };
    Diagnostic::error(summary).detail(sentence(fault)).at(block.attribute(fault.attribute()))
}

#[cfg(test)]
mod tests {
    use tfplugin::Diagnostics;

    use super::*;

    fn faults(route: &Route) -> Vec<(String, String)> {
        let mut reading = Reading::default();
        assert_eq!(route.document(None, &mut reading), None);
        let faults: Diagnostics = reading.into_faults();
        let told = faults.into_iter().map(|fault| (fault.path().to_string(), fault.detail_text().to_owned()));
        told.collect()
    }

    #[test]
    fn what_is_known_of_a_destination_is_checked_although_the_rest_is_not() {
        let unknown = || Attribute::<String>::Unknown;
        let named = || Route { name: "a".into(), ..Route::default() };
        let webhook = SlackWebhook { url_parameter: unknown(), allowed_host: "https://x".into() };
        let app = SlackApp {
            channel: unknown(),
            token_parameter: "bot".into(),
            broadcast_first_reply: Attribute::Unknown,
            api_url: "slack.com".into(),
        };
        let paths = |route: &Route| faults(route).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        assert_eq!(paths(&Route { slack_webhook: webhook.into(), ..named() }), ["slack_webhook.allowed_host"]);
        assert_eq!(
            paths(&Route { slack_app: app.into(), ..named() }),
            ["slack_app.token_parameter", "slack_app.api_url"]
        );
    }

    #[test]
    fn no_diagnostic_repeats_a_secret() {
        let secret = "https://hooks.slack.com/services/T0/B0/hidden";
        let webhook = SlackWebhook { url_parameter: secret.into(), allowed_host: secret.into() };
        let told = faults(&Route {
            name: "a".into(),
            mention: secret.into(),
            slack_webhook: webhook.into(),
            ..Route::default()
        });
        assert_eq!(told.len(), 3);
        assert!(
            told.iter().all(|(_, detail)| detail.contains("SecureString") && !detail.contains("hidden")),
            "{told:?}"
        );
    }
}
