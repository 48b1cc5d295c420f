//! `trailhook_route`: where alerts go.

use tfplugin::schema::{self, Schema};
use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Import, Path, Plan, Read, Resource, Update, model,
};
use trailhook_engine::document::{self, Destination, DocumentKind, Namespace, RouteDocument, check_secret_parameter};

use super::{imported_name, parameter_of, parse_name, plan_place, readable, sentence, too_large};
use crate::connection::Connection;
use crate::parameter::{self, Object, Placed, Stored, Tier};

const KIND: DocumentKind = DocumentKind::Route;

pub(crate) struct Routes;

#[derive(Debug, Clone, Default)]
pub(crate) struct Route {
    name: Attribute<String>,
    default: Attribute<bool>,
    slack_webhook: Attribute<SlackWebhook>,
    id: Attribute<String>,
    arn: Attribute<String>,
    parameter_name: Attribute<String>,
    version: Attribute<i64>,
}
model!(Route { name, default, slack_webhook, id, arn, parameter_name, version });

#[derive(Debug, Clone)]
pub(crate) struct SlackWebhook {
    url_parameter: Attribute<String>,
    allowed_host: Attribute<String>,
}
model!(SlackWebhook { url_parameter, allowed_host });

/// What the document is made of; a change of any of them writes a new version.
const PUBLISHED: [&str; 2] = ["default", "slack_webhook"];

impl Resource for Routes {
    type Context = Connection;
    type Model = Route;

    fn type_name(&self) -> String {
        "trailhook_route".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .describe(
                "A route: where alerts go. Every route that is not a default one takes every alert; default routes take what no \
                 other route took. Published as the parameter `{namespace}/routes/{name}`.",
            )
            .attribute(
                schema::string("name")
                    .required()
                    .requires_replace()
                    .describe("The route's name: 1 to 64 characters out of `a-z`, `0-9`, `_` and `-`."),
            )
            .attribute(
                schema::bool("default")
                    .optional()
                    .default(false)
                    .describe("Whether the route takes what no other route took, instead of everything."),
            )
            .block(
                schema::single_block("slack_webhook")
                    .describe("Alerts go to a Slack incoming webhook.")
                    .attribute(schema::string("url_parameter").required().describe(
                        "The name of the SecureString parameter that holds the webhook's URL. The URL is a secret and never \
                         stands in configuration; keep the parameter outside of the namespace.",
                    ))
                    .attribute(schema::string("allowed_host").optional().describe(
                        "A host that the URL may name instead of `hooks.slack.com` and `hooks.slack-gov.com`.",
                    )),
            )
            .attribute(schema::string("id").computed().describe("The route's name."))
            .attribute(schema::string("arn").computed().describe("The ARN of the parameter."))
            .attribute(schema::string("parameter_name").computed().describe("The name of the parameter."))
            .attribute(
                schema::int64("version").computed().recomputed_when(PUBLISHED).describe("The version of the parameter."),
            )
    }

    async fn validate(&self, cx: &Cx<()>, config: Route) -> Result<(), Diagnostics> {
        if let Some(name) = config.name.as_str() {
            let _name = parse_name(name).map_err(|fault| cx.report(fault));
        }
        match &config.slack_webhook {
            Attribute::Null => cx.report(
                Diagnostic::error("The route has no destination").detail("Add a `slack_webhook` block to the route."),
            ),
            Attribute::Known(webhook) => {
                for fault in webhook.faults(None) {
                    cx.report(fault);
                }
            }
            Attribute::Unknown => {}
        }
        Ok(())
    }

    async fn plan(&self, cx: &Cx<Connection>, plan: &mut Plan<Route>) -> Result<(), Diagnostics> {
        if let (Some(namespace), Some(webhook)) = (cx.namespace(), plan.proposed.slack_webhook.known()) {
            for fault in webhook.faults(Some(namespace)) {
                cx.report(fault);
            }
        }
        let name = plan.proposed.name.clone();
        let prior = plan.prior.as_ref().map(|prior| prior.parameter_name.clone());
        plan_place(cx, KIND, plan, &name, prior.as_ref()).await
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<Route>) -> Result<Route, Failed<Route>> {
        let route = request.planned;
        let name = parse_name(route.name.require("name")?)?;
        let namespace = cx.require_namespace()?;
        let parameter = namespace.parameter(KIND, &name);
        let stored = parameter::create(
            cx,
            &Object::Named(KIND, &name),
            &parameter,
            &route.encode(namespace)?,
            &Placed::default(),
        )
        .await?;
        Ok(route.placed(&name.to_string(), &parameter, stored))
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<Route>) -> Result<Option<Route>, Diagnostics> {
        let state = request.state;
        let name = state.name.require("name")?.clone();
        let parameter = parameter_of(cx, KIND, &name, &state.parameter_name)?;
        let Some(stored) = parameter::read(cx, &parameter).await? else { return Ok(None) };
        let document = RouteDocument::decode(&stored.value);
        let route = match readable(KIND, &parameter, document, |document| document.name == name)? {
            Some(document) => Route::from_document(document),
            // The plan shows the route as lacking its destination, and mends it.
            None => Route { slack_webhook: Attribute::Null, ..state },
        };
        Ok(Some(route.placed(&name, &parameter, stored)))
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<Route>) -> Result<Route, Failed<Route>> {
        let route = request.planned;
        let name = route.name.require("name")?.clone();
        let parameter = route.parameter_name.require("parameter_name")?.clone();
        let stored =
            parameter::update(cx, &parameter, &route.encode(cx.require_namespace()?)?, Tier::default()).await?;
        Ok(route.placed(&name, &parameter, stored))
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<Route>) -> Result<(), Diagnostics> {
        Ok(parameter::delete(cx, request.state.parameter_name.require("parameter_name")?).await?)
    }

    async fn import(&self, cx: &Cx<Connection>, request: Import) -> Result<Route, Diagnostics> {
        let name = imported_name(&request.id, KIND, cx.require_namespace()?)?;
        Ok(Route { name: name.to_string().into(), ..Route::default() })
    }
}

impl SlackWebhook {
    /// What is wrong with the block. Whether the secret stands inside the namespace is known once that is.
    fn faults(&self, namespace: Option<&Namespace>) -> Vec<Diagnostic> {
        let block = || Path::from("slack_webhook");
        let secret = self.url_parameter.as_str().and_then(|name| check_secret_parameter(name, namespace).err());
        let secret = secret.map(|error| {
            Diagnostic::error("The webhook's URL cannot be read from there")
                .detail(sentence(&error))
                .at(block().attribute("url_parameter"))
        });
        let host = self.allowed_host.as_str().filter(|host| !is_host(host)).map(|host| {
            Diagnostic::error("The allowed host is not a host")
                .detail(format!(
                    "\"{host}\": give the host alone, such as \"chat.example.com\", without scheme, port and path."
                ))
                .at(block().attribute("allowed_host"))
        });
        secret.into_iter().chain(host).collect()
    }
}

fn is_host(text: &str) -> bool {
    let address = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c))
        }
    }
}

impl Route {
    /// The text of the parameter: what was unknown at plan is checked here.
    fn encode(&self, namespace: &Namespace) -> Result<String, Diagnostics> {
        let webhook = self.slack_webhook.require("slack_webhook")?;
        let mut faults = Diagnostics::new();
        webhook.faults(Some(namespace)).into_iter().for_each(|fault| faults.push(fault));
        let path = Path::from("slack_webhook").attribute("url_parameter");
        let destination = document::SlackWebhook {
            url_parameter: webhook.url_parameter.require(path)?.clone(),
            allowed_host: webhook.allowed_host.known().cloned(),
        };
        let document = RouteDocument {
            default: self.default.unwrap_or_default(),
            ..RouteDocument::new(self.name.require("name")?, Destination::SlackWebhook(destination))
        };
        faults.or_ok(document.encode().map_err(|error| too_large(&error))?)
    }

    fn from_document(document: RouteDocument) -> Self {
        let slack_webhook = match document.destination {
            Destination::SlackWebhook(webhook) => Attribute::Known(SlackWebhook {
                url_parameter: webhook.url_parameter.into(),
                allowed_host: webhook.allowed_host.into(),
            }),
            _ => Attribute::Null,
        };
        Self { name: document.name.into(), default: document.default.into(), slack_webhook, ..Self::default() }
    }

    fn placed(self, name: &str, parameter: &str, stored: Stored) -> Self {
        Self {
            id: name.into(),
            parameter_name: parameter.into(),
            arn: stored.arn.into(),
            version: stored.version.into(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn a_host_is_a_host_alone() {
        assert!(["127.0.0.1", "chat.example.com", "localhost", "[::1]"].into_iter().all(is_host));
        assert!(!["", "https://a", "a:80", "a/b", "A.example", "[x]"].into_iter().any(is_host));
    }
}
