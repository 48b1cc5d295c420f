//! Secrets: read by name when they are needed, kept, and shown to nobody.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_sdk_ssm::Client;
use tokio::sync::Mutex;

use crate::aws::CallError;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Takes a text out of sight.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a secret is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no such parameter.
    #[error(
        "the secret parameter {parameter} does not exist; create it with \
         `aws ssm put-parameter --type SecureString --name {parameter} --value …`"
    )]
    Missing {
        /// The parameter.
        parameter: String,
    },
    /// The parameter is there, and empty.
    #[error("the secret parameter {parameter} is empty")]
    Empty {
        /// The parameter.
        parameter: String,
    },
    /// Parameter Store did not answer as it should.
    #[error("the secret cannot be read: {0}")]
    Call(#[from] CallError),
}

/// The secrets of the routes.
pub struct SecretStore {
    client: Client,
    kept: Mutex<HashMap<String, Secret>>,
}

impl SecretStore {
    /// A store that has read nothing yet.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, kept: Mutex::new(HashMap::new()) }
    }

    /// The value of a SecureString parameter.
    ///
    /// # Errors
    ///
    /// [`SecretError`] with what to do. The value is in none of them.
    pub async fn get(&self, parameter: &str) -> Result<Secret, SecretError> {
        // Not locked while Parameter Store is asked: one secret that is slow keeps no other back.
        let kept = self.kept.lock().await.get(parameter).cloned();
        if let Some(secret) = kept {
            return Ok(secret);
        }
        let answer = self.client.get_parameter().name(parameter).with_decryption(true).send().await;
        let answer = answer.map_err(|error| match error.as_service_error() {
            Some(service) if service.is_parameter_not_found() => {
                SecretError::Missing { parameter: parameter.to_owned() }
            }
            _ => CallError::new("GetParameter", parameter, &error).into(),
        })?;
        let value = answer.parameter.and_then(|parameter| parameter.value).unwrap_or_default();
        if value.trim().is_empty() {
            return Err(SecretError::Empty { parameter: parameter.to_owned() });
        }
        let secret = Secret::new(value.trim());
        self.kept.lock().await.insert(parameter.to_owned(), secret.clone());
        Ok(secret)
    }

    /// Forgets a secret that was refused, so that the next use reads it anew.
    pub async fn forget(&self, parameter: &str) {
        self.kept.lock().await.remove(parameter);
    }
}
