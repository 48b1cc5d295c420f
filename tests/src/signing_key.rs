//! A key that signs releases, for the length of a test.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Output;

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use tokio::process::Command;

use crate::Missing;
use crate::command::{Group, output};

/// An RSA key, which the public registry asks for, in a GnuPG of its own. Dropping it ends GnuPG's agent and removes the key.
#[derive(Debug)]
pub struct SigningKey {
    home: TempDir,
    passphrase: String,
    fingerprint: String,
    id: String,
    public: String,
}

impl SigningKey {
    /// A fresh key without a passphrase.
    ///
    /// # Errors
    ///
    /// A [`Missing`] GnuPG; what it said when it made no key.
    pub async fn make() -> anyhow::Result<Self> {
        Self::with("rsa2048", "").await
    }

    /// A fresh key of this algorithm, such as `ed25519`, with a passphrase if it is not empty.
    ///
    /// # Errors
    ///
    /// As for [`SigningKey::make`].
    pub async fn with(algorithm: &str, passphrase: &str) -> anyhow::Result<Self> {
        // The path of the agent's socket may have 107 characters, so it is a short one.
        let home = tempfile::Builder::new().prefix("th-gpg-").tempdir().context("creating GnuPG's folder")?;
        // From here on its drop ends the agent.
        let mut key = Self {
            home,
            passphrase: passphrase.to_owned(),
            fingerprint: String::new(),
            id: String::new(),
            public: String::new(),
        };
        let options =
            ["--passphrase", passphrase, "--quick-generate-key", "Trailhook tests", algorithm, "sign", "never"];
        key.gpg(options).await?;
        let listed = key.gpg(["--with-colons", "--list-keys"]).await?;
        let id = listed.lines().find_map(|line| line.strip_prefix("pub:")?.split(':').nth(3));
        key.id = id.context("GnuPG lists no key")?.to_owned();
        let fingerprint = listed.lines().find_map(|line| line.strip_prefix("fpr:")?.split(':').nth(8));
        key.fingerprint = fingerprint.context("GnuPG tells no fingerprint")?.to_owned();
        key.public = key.gpg(["--armor", "--export", &key.id]).await?;
        Ok(key)
    }

    /// The long id, as Terraform shows it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// All 40 digits, of which the id is the end.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The public key in its armour.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The same key in a GnuPG that knows nothing else, imported from its armour as on the machine of a release.
    ///
    /// # Errors
    ///
    /// What GnuPG said.
    pub async fn imported(&self) -> anyhow::Result<Self> {
        let home = tempfile::Builder::new().prefix("th-gpg-").tempdir().context("creating GnuPG's folder")?;
        let secret = home.path().join("secret.asc");
        let written = secret.to_string_lossy().into_owned();
        let passphrase = ["--passphrase", self.passphrase.as_str(), "--output", written.as_str()];
        self.gpg(passphrase.into_iter().chain(["--armor", "--export-secret-keys", &self.id])).await?;
        let other = Self {
            home,
            passphrase: self.passphrase.clone(),
            fingerprint: self.fingerprint.clone(),
            id: self.id.clone(),
            public: self.public.clone(),
        };
        other.gpg(["--import", &written]).await?;
        Ok(other)
    }

    /// The same key for somebody who thinks that this is its passphrase.
    #[must_use]
    pub fn by_passphrase(mut self, passphrase: &str) -> Self {
        passphrase.clone_into(&mut self.passphrase);
        self
    }

    /// What a program that signs is told: where GnuPG has the key, and its passphrase.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        [("GNUPGHOME", self.home().to_string_lossy().into_owned()), ("GPG_PASSPHRASE", self.passphrase.clone())]
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    async fn gpg<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> anyhow::Result<String> {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", self.home()).args(["--batch", "--pinentry-mode", "loopback"]).args(arguments);
        let Output { status, stdout, stderr } = match output(&mut command, Group::Shared).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Missing::optional("gpg", "install GnuPG").into());
            }
            other => other.context("starting gpg")?,
        };
        ensure!(status.success(), "gpg ended with {status}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).context("gpg answers in UTF-8")
    }
}

impl Drop for SigningKey {
    fn drop(&mut self) {
        // The agent would outlive the test. Where it never started, there is nothing to end.
        let mut end = std::process::Command::new("gpgconf");
        let _ = end.env("GNUPGHOME", self.home()).args(["--kill", "all"]).output();
    }
}
