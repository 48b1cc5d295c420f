//! Names of the parameters that hold secrets.

use super::name::Namespace;

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
    /// A name that is longer or deeper than any parameter's.
    #[error(
        "the name of the parameter has {length} characters and {levels} levels; Parameter Store admits 1011 and 15, so there is none of that name"
    )]
    TooLong {
        /// Its length in characters.
        length: usize,
        /// Its levels.
        levels: usize,
    },
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

/// What a text is that [looks like a secret](looks_like_secret), and where it belongs.
pub(super) const SECRET: &str = "a webhook's URL or a token of Slack, which never stand in configuration; store it as a \
     SecureString parameter and give the name of that as `url_parameter` or `token_parameter`";

/// Whether a text looks like the URL of a webhook, or like a token of Slack.
pub(super) fn looks_like_secret(text: &str) -> bool {
    // The last one is of chats that speak Slack's language.
    const URL: [&str; 3] = ["hooks.slack", "/services/T", "/hooks/"];
    // As bare names these are the hosts that a webhook's URL may name.
    const HOSTS: [&str; 2] = ["hooks.slack.com", "hooks.slack-gov.com"];
    looks_like_token(text) || (URL.iter().any(|tell| text.contains(tell)) && !HOSTS.contains(&text))
}

fn looks_like_token(text: &str) -> bool {
    ["xoxa-", "xoxb-", "xoxe", "xoxp-", "xoxr-", "xoxs-", "xapp-"].iter().any(|tell| text.contains(tell))
}

/// Checks the name of a parameter that holds a secret. The namespace is left out where it is not known yet.
///
/// # Errors
///
/// [`SecretParameterError`] with what to do.
pub fn check_secret_parameter(parameter: &str, namespace: Option<&Namespace>) -> Result<(), SecretParameterError> {
    // Parameter Store's limits: of the name, together with what stands before it in the ARN, and of the levels.
    const MAX_PARAMETER_NAME: usize = 1011;
    const MAX_LEVELS: usize = 15;
    // Whatever was given may be a secret, so no error repeats it. No parameter's name is an address.
    let is_address = ["://", "hooks.slack", "/services/T"].iter().any(|tell| parameter.contains(tell));
    if is_address || looks_like_token(parameter) {
        return Err(SecretParameterError::LooksLikeSecret);
    }
    let path = parameter.strip_prefix('/');
    let segments_hold = path.is_some_and(|path| {
        path.split('/').all(|segment| {
            !segment.is_empty() && segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
        })
    });
    if !segments_hold {
        return Err(SecretParameterError::NotAName);
    }
    let (length, levels) = (parameter.len(), parameter.matches('/').count());
    if length > MAX_PARAMETER_NAME || levels > MAX_LEVELS {
        return Err(SecretParameterError::TooLong { length, levels });
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
    fn a_secret_is_told_from_its_name() {
        let namespace = Namespace::parse("/trailhook/prod").unwrap();
        let check = |parameter: &str| check_secret_parameter(parameter, Some(&namespace));
        let fault = |parameter: &str| check(parameter).unwrap_err().to_string();
        // A secret of Secrets Manager has a name that no other parameter can have.
        for name in
            ["/trailhook/secrets/slack", "/aws/reference/secretsmanager/slack", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15"]
        {
            assert_eq!(check(name), Ok(()));
        }
        for secret in [
            "https://hooks.slack.com/services/T/B/x",
            "hooks.slack.com/services/T/B/x",
            "/services/T0/B0/hidden",
            "xapp-1-A",
        ] {
            // The text of a secret is in no error.
            assert_eq!(
                fault(secret),
                "this looks like the secret itself; store it as a SecureString parameter and give the name of that parameter"
            );
        }
        for text in ["slack", "/a//b", "/", "/a b", "/a/"] {
            assert_eq!(
                fault(text),
                "this is not the name of a parameter; give an absolute path of letters, digits, `_`, `.`, `-` and `/`"
            );
        }
        assert_eq!(
            fault("/trailhook/prod/slack"),
            "\"/trailhook/prod/slack\" stands inside the namespace /trailhook/prod, which is read as a whole; keep secrets \
             outside of it"
        );
        assert_eq!(
            fault("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"),
            "the name of the parameter has 39 characters and 16 levels; Parameter Store admits 1011 and 15, so there is none of \
             that name"
        );
        assert!(fault(&format!("/{}", "a".repeat(1011))).starts_with("the name of the parameter has 1012 characters"));
    }
}
