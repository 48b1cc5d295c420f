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
