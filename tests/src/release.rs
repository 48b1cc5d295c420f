//! A release, as `scripts/package.py` makes it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use tokio::process::Command;

use crate::artifacts::stripped;
use crate::command::{Group, output};
use crate::terraform::platform;
use crate::{Artifacts, Missing, SigningKey, Terraform, TerraformRun};

/// A folder with what a release consists of.
#[derive(Debug)]
pub struct Release {
    version: String,
    folder: PathBuf,
    _owned: Option<TempDir>,
}

impl Release {
    /// The debug programs, packaged as this version; of another one than that of the workspace the provider alone.
    ///
    /// # Errors
    ///
    /// A [`Missing`] Python; programs that were not built; what the script said when it refused.
    pub async fn of_debug_programs(version: &str) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("trailhook-release-").tempdir()?;
        let options = Self::debug_options(folder.path())?;
        let options = options.iter().map(String::as_str).chain(["--version", version]);
        // The module of the sources may not admit another version of the provider than theirs.
        let provider_alone: &[&str] =
            if version == Terraform::provider_version() { &[] } else { &["--only=provider", "--only=sums"] };
        let options = options.chain(provider_alone.iter().copied());
        Self::package(folder.path(), options, None).await?.success()?;
        Ok(Self { version: version.to_owned(), folder: folder.path().to_owned(), _owned: Some(folder) })
    }

    /// What `make package` left in a folder.
    #[must_use]
    pub fn at(folder: PathBuf, version: &str) -> Self {
        Self { version: version.to_owned(), folder, _owned: None }
    }

    /// The options that package debug programs, whose copies without debug information are put into `folder`.
    ///
    /// # Errors
    ///
    /// When they were not built.
    pub fn debug_options(folder: &Path) -> anyhow::Result<Vec<String>> {
        let artifacts = Artifacts::find()?;
        let copy = |program: &Path| {
            let target = folder.join("programs").join(program.file_name().unwrap_or_default());
            fs::create_dir_all(folder.join("programs"))?;
            fs::write(&target, stripped(program)?)?;
            anyhow::Ok(target.to_string_lossy().into_owned())
        };
        Ok(vec![
            "--fast".to_owned(),
            "--development".to_owned(),
            format!("--bootstrap={}={}", lambda_processor(), copy(&artifacts.bootstrap()?)?),
            format!("--provider={}={}", platform(), copy(&artifacts.provider()?)?),
        ])
    }

    /// Runs the script with its output in `folder`; a run that refuses is no error. `key` is whose GnuPG it finds.
    ///
    /// # Errors
    ///
    /// A [`Missing`] Python.
    pub async fn package<S: AsRef<OsStr>>(
        folder: &Path,
        options: impl IntoIterator<Item = S>,
        key: Option<&SigningKey>,
    ) -> anyhow::Result<TerraformRun> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/package.py");
        Self::package_by(&script, folder, options, key).await
    }

    /// The same with the script of another repository.
    ///
    /// # Errors
    ///
    /// As for [`Release::package`].
    pub async fn package_by<S: AsRef<OsStr>>(
        script: &Path,
        folder: &Path,
        options: impl IntoIterator<Item = S>,
        key: Option<&SigningKey>,
    ) -> anyhow::Result<TerraformRun> {
        let mut command = Command::new("python3");
        command.arg(script).arg("--output").arg(folder).args(options);
        command.envs(key.into_iter().flat_map(SigningKey::environment));
        let done = match output(&mut command, Group::Shared).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Missing::required_on_ci("Python", "install Python 3.11 or later").into());
            }
            other => other.context("starting package.py")?,
        };
        Ok(TerraformRun {
            command: "package.py".to_owned(),
            code: done.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&done.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&done.stderr).into_owned(),
        })
    }

    /// Signs the checksums, in a copy of what is published: the release itself stays as it is.
    ///
    /// # Errors
    ///
    /// What the script said when it did not sign.
    pub async fn signed(&self, key: &SigningKey) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("trailhook-release-").tempdir()?;
        let files = folder.path().join("release");
        fs::create_dir(&files)?;
        for file in fs::read_dir(self.files())? {
            let file = file?;
            fs::copy(file.path(), files.join(file.file_name()))?;
        }
        if self.module().is_file() {
            fs::copy(self.module(), folder.path().join(self.module_name()))?;
        }
        let options = ["--only", "sums", "--version", &self.version, "--sign", key.id()];
        Self::package(folder.path(), options, Some(key)).await?.success()?;
        ensure!(files.join(self.sums_name() + ".sig").is_file(), "package.py left no signature");
        Ok(Self { version: self.version.clone(), folder: folder.path().to_owned(), _owned: Some(folder) })
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder of all of it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of what is published.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.folder.join("release")
    }

    /// A folder for `filesystem_mirror`.
    #[must_use]
    pub fn mirror(&self) -> PathBuf {
        self.folder.join("mirror")
    }

    /// The provider's zip for this machine.
    #[must_use]
    pub fn provider_name(&self) -> String {
        format!("terraform-provider-trailhook_{}_{}.zip", self.version, platform())
    }

    /// The file of the checksums.
    #[must_use]
    pub fn sums_name(&self) -> String {
        format!("terraform-provider-trailhook_{}_SHA256SUMS", self.version)
    }

    /// The module's zip.
    #[must_use]
    pub fn module(&self) -> PathBuf {
        self.folder.join(self.module_name())
    }

    fn module_name(&self) -> String {
        format!("terraform-aws-trailhook_{}.zip", self.version)
    }

    /// The platform of this machine, in Terraform's words.
    #[must_use]
    pub fn platform() -> String {
        platform()
    }
}

/// The processor of this machine in Lambda's words.
fn lambda_processor() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}
