//! The published form of a route.

use serde::{Deserialize, Serialize};

use super::codec::{self, DocumentError, EncodeError};
use super::name::Namespace;

/// One route as it stands in `{namespace}/routes/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteDocument {
    /// The route's name, which is also the last segment of the parameter.
    pub name: String,
    /// Whether the route takes what no other route took, instead of everything.
    #[serde(default)]
    pub default: bool,
    /// Where the alerts go.
    pub destination: Destination,
}

/// Where alerts go. What is secret stands elsewhere; only the name of its parameter is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Destination {
    /// A Slack incoming webhook.
    SlackWebhook {
        /// The SecureString parameter that holds the webhook's URL.
        url_parameter: String,
        /// A host other than Slack's own that the URL may name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        allowed_host: Option<String>,
    },
}

impl RouteDocument {
    /// The text of the parameter.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if it is longer than a parameter can be.
    pub fn encode(&self) -> Result<String, EncodeError> {
        codec::encode(self)
    }

    /// Reads the text of a parameter.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] if the text is not a route, or of a newer schema.
    pub fn decode(text: &str) -> Result<Self, DocumentError> {
        codec::decode(text)
    }
}

/// Why a text cannot be the name of the parameter that holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretParameterError {
    /// The secret itself was given.
    #[error(
        "this looks like the secret itself; store it as a SecureString parameter and give the name of that parameter"
    )]
    LooksLikeSecret,
    /// No parameter can have this name.
    #[error("this is not the name of a parameter; give an absolute path of letters, digits, `_`, `.`, `-` and `/`")]
    NotAName,
    /// The name stands below the namespace, whose documents everybody who may read rules may read.
    #[error(
        "\"{parameter}\" stands inside the namespace {namespace}, which is read as a whole; keep secrets outside of it"
    )]
    InsideNamespace {
        /// The name.
        parameter: String,
        /// The namespace.
        namespace: String,
    },
}

/// Checks the name of a parameter that holds a secret. The namespace is left out where it is not known yet.
///
/// # Errors
///
/// [`SecretParameterError`] with what to do.
pub fn check_secret_parameter(parameter: &str, namespace: Option<&Namespace>) -> Result<(), SecretParameterError> {
    const MAX_PARAMETER_NAME: usize = 1011;
    // Whatever was given may be a secret, so no error repeats it.
    let tells = ["://", "hooks.slack", "/services/T", "xoxb-", "xoxp-", "xoxe", "xapp-"];
    if tells.iter().any(|tell| parameter.contains(tell)) {
        return Err(SecretParameterError::LooksLikeSecret);
    }
    let path = parameter.strip_prefix('/');
    let segments_hold = path.is_some_and(|path| {
        path.split('/').all(|segment| {
            !segment.is_empty() && segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
        })
    });
    if !segments_hold || parameter.len() > MAX_PARAMETER_NAME {
        return Err(SecretParameterError::NotAName);
    }
    match namespace {
        Some(namespace) if namespace.holds(parameter) => Err(SecretParameterError::InsideNamespace {
            parameter: parameter.to_owned(),
            namespace: namespace.to_string(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_comes_back_as_it_was() {
        for allowed_host in [None, Some("127.0.0.1:8080".to_owned())] {
            let route = RouteDocument {
                name: "security".to_owned(),
                default: true,
                destination: Destination::SlackWebhook { url_parameter: "/secrets/slack".to_owned(), allowed_host },
            };
            assert_eq!(RouteDocument::decode(&route.encode().unwrap()).unwrap(), route);
        }
    }

    #[test]
    fn the_form_is_stable() {
        let route = RouteDocument {
            name: "security".to_owned(),
            default: false,
            destination: Destination::SlackWebhook { url_parameter: "/s".to_owned(), allowed_host: None },
        };
        assert_eq!(
            route.encode().unwrap(),
            r#"{"default":false,"destination":{"type":"slack_webhook","url_parameter":"/s"},"name":"security","schema":1}"#
        );
    }

    #[test]
    fn a_destination_of_a_later_version_is_an_error() {
        let text = r#"{"schema":1,"name":"x","destination":{"type":"pager"}}"#;
        assert!(matches!(RouteDocument::decode(text), Err(DocumentError::Invalid(_))));
    }

    #[test]
    fn a_secret_is_told_from_its_name() {
        let namespace = Namespace::parse("/trailhook/prod").unwrap();
        let check = |parameter: &str| check_secret_parameter(parameter, Some(&namespace));
        assert_eq!(check("/trailhook/secrets/slack"), Ok(()));
        assert_eq!(check("https://hooks.slack.com/services/T/B/x"), Err(SecretParameterError::LooksLikeSecret));
        assert_eq!(check("slack"), Err(SecretParameterError::NotAName));
        assert_eq!(check("/a//b"), Err(SecretParameterError::NotAName));
        assert_eq!(check("hooks.slack.com/services/T/B/x"), Err(SecretParameterError::LooksLikeSecret));
        assert_eq!(check("/services/T0/B0/hidden"), Err(SecretParameterError::LooksLikeSecret));
        assert_eq!(check("xapp-1-A"), Err(SecretParameterError::LooksLikeSecret));
        assert!(matches!(check("/trailhook/prod/slack"), Err(SecretParameterError::InsideNamespace { .. })));
        // The text of a secret is in no error.
        assert!(!check("https://hooks.slack.com/services/T/B/x").unwrap_err().to_string().contains("services"));
    }
}
