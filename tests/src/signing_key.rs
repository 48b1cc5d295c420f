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
        // The path of the agent's socket may have 107 characters, so it is a short one.
        let home = tempfile::Builder::new().prefix("th-gpg-").tempdir().context("creating GnuPG's folder")?;
        // From here on its drop ends the agent.
        let mut key = Self { home, id: String::new(), public: String::new() };
        let options = ["--passphrase", "", "--quick-generate-key", "Trailhook tests", "rsa2048", "sign", "never"];
        key.gpg(options).await?;
        let listed = key.gpg(["--with-colons", "--list-keys"]).await?;
        let id = listed.lines().find_map(|line| line.strip_prefix("pub:")?.split(':').nth(3));
        key.id = id.context("GnuPG lists no key")?.to_owned();
        key.public = key.gpg(["--armor", "--export", &key.id]).await?;
        Ok(key)
    }

    /// The long id, as Terraform shows it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public key in its armour.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The folder that GnuPG gets as `GNUPGHOME`.
    #[must_use]
    pub fn home(&self) -> &Path {
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
