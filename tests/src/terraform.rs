//! The real Terraform in a fresh folder, with the built provider where a release would come from.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::command::{Group, interrupted, output};
use crate::{Aws, Missing, Registry};

/// The address under which the provider is required.
const PROVIDER: &str = "registry.terraform.io/trailhook/trailhook";

/// The version of the provider: all crates of the workspace share it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The environment variable that names a folder which holds `registry.terraform.io/hashicorp/...`.
const MIRROR: &str = "TF_PLUGIN_MIRROR";

/// How long one command may take; the slowest applies the whole module with the AWS provider.
const LIMIT: Duration = Duration::from_secs(600);

/// A configuration in a folder of its own, and the Terraform that works on it.
///
/// Each one has its own CLI configuration: the provider comes from a mirror in that folder, other providers from the mirror
/// that `TF_PLUGIN_MIRROR` names, or else from their registry. The environment holds the emulator's test keys and nothing
/// else of AWS or Terraform. Dropping it removes the folder and does not destroy what was applied.
#[derive(Debug)]
pub struct Terraform {
    binary: PathBuf,
    folder: TempDir,
    environment: Vec<(String, String)>,
    left_out: Vec<&'static str>,
    network: Network,
    group: Group,
}

/// The network that Terraform and its providers see.
#[derive(Debug, Clone, Copy)]
enum Network {
    Shared,
    None,
}

impl Network {
    /// A program in this network.
    fn command(self, program: &Path) -> Command {
        match self {
            Self::Shared => Command::new(program),
            Self::None => {
                let mut command = Command::new("unshare");
                command.args(["--map-root-user", "--net", "--"]).arg(program);
                command
            }
        }
    }
}

/// Whom Ctrl-C reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The group of processes in a terminal: Terraform and its providers.
    Terminal,
    /// Terraform, as when a program stops it by its id.
    TerraformAlone,
    /// The same group with SIGTERM, as `timeout` and service managers end it.
    Terminated,
}

/// Where the provider `trailhook` is installed from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A folder that the CLI configuration names as `filesystem_mirror`.
    Mirror(&'a Path),
    /// A home folder, with plugins in `.terraform.d/plugins`, and no CLI configuration.
    Home(&'a Path),
    /// A registry, which stands in for the public one.
    Registry(&'a Registry),
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerraformRun {
    /// The command, for messages.
    pub command: String,
    /// The exit code. With `-detailed-exitcode` a plan ends with 2 when it has changes.
    pub code: i32,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr; errors are framed and wrapped, see [`TerraformRun::diagnostics`].
    pub stderr: String,
}

impl TerraformRun {
    /// The run itself when it ended with 0.
    ///
    /// # Errors
    ///
    /// All that Terraform said, when it did not.
    pub fn success(self) -> anyhow::Result<Self> {
        ensure!(self.code == 0, "{} ended with {}:\n{}{}", self.command, self.code, self.stdout, self.stderr);
        Ok(self)
    }

    /// An `init` that fetches the provider `hashicorp/aws`, when it ended with 0.
    ///
    /// # Errors
    ///
    /// [`Missing`] where no mirror has the provider and its registry is out of reach, which CI does not forgive; all that Terraform
    /// said, when it failed for another reason.
    pub fn with_the_aws_provider(self) -> anyhow::Result<Self> {
        let is_out_of_reach = self.diagnostics().contains("could not connect to registry.terraform.io");
        if self.code != 0 && is_out_of_reach && std::env::var_os(MIRROR).is_none() {
            let remedy = "set TF_PLUGIN_MIRROR to a folder that holds registry.terraform.io/hashicorp/aws, or let terraform reach the registry";
            return Err(Missing::required_on_ci("the provider hashicorp/aws", remedy).into());
        }
        self.success()
    }

    /// What it said, with frames removed and every run of white space turned into one space, so that a test finds a
    /// sentence wherever Terraform wrapped it.
    #[must_use]
    pub fn diagnostics(&self) -> String {
        let text = format!("{}\n{}", self.stdout, self.stderr);
        let unframed = text.replace(['│', '╷', '╵'], " ");
        unframed.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Terraform {
    /// A fresh folder with a mirror that holds the provider `binary`.
    ///
    /// # Errors
    ///
    /// A [`Missing`] Terraform; a provider that is not there; a `TF_PLUGIN_MIRROR` without `registry.terraform.io`.
    pub fn with_provider(binary: &Path) -> anyhow::Result<Self> {
        let terraform = Self::in_fresh_folder()?;
        let mirror = terraform.folder.path().join("mirror");
        fill_mirror(&mirror, binary)?;
        terraform.installing(Source::Mirror(&mirror))
    }

    /// A fresh folder, for which the provider is installed from there.
    ///
    /// # Errors
    ///
    /// As for [`Terraform::with_provider`].
    pub fn installed_from(source: Source<'_>) -> anyhow::Result<Self> {
        Self::in_fresh_folder()?.installing(source)
    }

    fn in_fresh_folder() -> anyhow::Result<Self> {
        let terraform = find_terraform()?;
        let folder =
            tempfile::Builder::new().prefix("trailhook-terraform-").tempdir().context("creating Terraform's folder")?;
        fs::create_dir(folder.path().join("work")).context("creating Terraform's folder")?;
        Ok(Self {
            binary: terraform,
            folder,
            environment: Vec::new(),
            left_out: Vec::new(),
            network: Network::Shared,
            group: Group::Shared,
        })
    }

    fn installing(self, source: Source<'_>) -> anyhow::Result<Self> {
        let others = std::env::var_os(MIRROR).map(PathBuf::from);
        let configuration = match source {
            Source::Mirror(mirror) => cli_configuration(mirror, others.as_deref())?,
            Source::Registry(registry) => registry_configuration(registry, others.as_deref())?,
            Source::Home(_) => "disable_checkpoint = true\n".to_owned(),
        };
        fs::write(self.folder.path().join("terraform.rc"), configuration)
            .context("writing Terraform's CLI configuration")?;
        Ok(match source {
            Source::Mirror(_) => self,
            Source::Home(home) => self.environment("HOME", home.to_string_lossy()),
            Source::Registry(registry) => self.environment("SSL_CERT_FILE", registry.certificate().to_string_lossy()),
        })
    }

    /// Sends every AWS call of the providers to this emulator or proxy.
    #[must_use]
    pub fn endpoint(self, url: &str) -> Self {
        self.environment("AWS_ENDPOINT_URL", url)
    }

    /// One more environment variable, such as `TF_VAR_webhook`.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Leaves a variable out that the environment has otherwise, such as `AWS_REGION`.
    #[must_use]
    pub fn without(mut self, name: &'static str) -> Self {
        self.left_out.push(name);
        self
    }

    /// Runs Terraform and its providers in a network of their own, in which there is nothing, not even loopback.
    ///
    /// # Errors
    ///
    /// [`Missing`] where the system does not have or does not permit it.
    pub async fn without_network(mut self) -> anyhow::Result<Self> {
        let probe = Network::None.command(Path::new("true")).output().await;
        if !probe.is_ok_and(|probe| probe.status.success()) {
            let remedy = "it takes Linux with unprivileged user namespaces, and unshare of util-linux";
            return Err(Missing::optional("a network namespace", remedy).into());
        }
        self.network = Network::None;
        Ok(self)
    }

    /// Runs Terraform where Ctrl-C in a terminal does not reach it, for a program that stops it in good order: by dropping
    /// the command's future, which also waits for the end of the providers.
    #[must_use]
    pub fn in_own_group(mut self) -> Self {
        self.group = Group::Own;
        self
    }

    /// Where the configuration is.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// The version of the provider that the configuration may require.
    #[must_use]
    pub fn provider_version() -> &'static str {
        VERSION
    }

    /// Writes a file of the configuration, such as `main.tf`.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
    }

    /// `terraform init`.
    ///
    /// # Errors
    ///
    /// As for [`Terraform::run`]; a run that fails is none.
    pub async fn init(&self) -> anyhow::Result<TerraformRun> {
        self.run(["init", "-no-color", "-input=false"]).await
    }

    /// `terraform validate`.
    ///
    /// # Errors
    ///
    /// As for [`Terraform::run`]; a run that fails is none.
    pub async fn validate(&self) -> anyhow::Result<TerraformRun> {
        self.run(["validate", "-no-color"]).await
    }

    /// `terraform plan -detailed-exitcode`: code 0 without changes, 2 with some, 1 for an error.
    ///
    /// # Errors
    ///
    /// As for [`Terraform::run`]; a run that fails is none.
    pub async fn plan(&self, more: &[&str]) -> anyhow::Result<TerraformRun> {
        let arguments = ["plan", "-detailed-exitcode", "-no-color", "-input=false"];
        self.run(arguments.iter().chain(more)).await
    }

    /// `terraform apply -auto-approve`.
    ///
    /// # Errors
    ///
    /// As for [`Terraform::run`]; a run that fails is none.
    pub async fn apply(&self, more: &[&str]) -> anyhow::Result<TerraformRun> {
        let arguments = ["apply", "-auto-approve", "-no-color", "-input=false"];
        self.run(arguments.iter().chain(more)).await
    }

    /// `terraform destroy -auto-approve`.
    ///
    /// # Errors
    ///
    /// As for [`Terraform::run`]; a run that fails is none.
    pub async fn destroy(&self) -> anyhow::Result<TerraformRun> {
        self.run(["destroy", "-auto-approve", "-no-color", "-input=false"]).await
    }

    /// `terraform import`.
    ///
    /// # Errors
    ///
    /// As for [`Terraform::run`]; a run that fails is none.
    pub async fn import(&self, address: &str, id: &str) -> anyhow::Result<TerraformRun> {
        self.run(["import", "-no-color", "-input=false", address, id]).await
    }

    /// `terraform show -json`: the state, or the saved plan `file`.
    ///
    /// # Errors
    ///
    /// As for [`Terraform::run`], and what Terraform said when it failed.
    pub async fn show(&self, file: Option<&str>) -> anyhow::Result<Value> {
        let run = self.run(["show", "-json"].iter().chain(&file)).await?;
        serde_json::from_str(&run.success()?.stdout).context("reading terraform show -json")
    }

    /// Any command. A run that fails is no error: see [`TerraformRun::success`]. Dropping the future ends
    /// Terraform.
    ///
    /// # Errors
    ///
    /// When Terraform cannot be started, or does not end within ten minutes.
    pub async fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> anyhow::Result<TerraformRun> {
        let mut command = self.command(arguments);
        let shown = shown(&command);
        self.finished(shown, output(&mut command, self.group)).await
    }

    /// Any command, with a signal once `moment` has come.
    ///
    /// # Errors
    ///
    /// As for [`Terraform::run`].
    pub async fn interrupted<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        reach: Reach,
        moment: impl Future<Output = ()>,
    ) -> anyhow::Result<TerraformRun> {
        let (group, signal) = match reach {
            Reach::Terminal => (Group::Own, Signal::INT),
            Reach::TerraformAlone => (Group::Shared, Signal::INT),
            Reach::Terminated => (Group::Own, Signal::TERM),
        };
        let mut command = self.command(arguments);
        let shown = shown(&command);
        self.finished(shown, interrupted(&mut command, group, signal, moment)).await
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.network.command(&self.binary);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["AWS_", "TF_", "TRAILHOOK_"].iter().any(|prefix| text.starts_with(prefix)) {
                command.env_remove(&name);
            }
        }
        command
            .args(arguments)
            .current_dir(self.folder())
            .env("TF_CLI_CONFIG_FILE", self.folder.path().join("terraform.rc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_ACCESS_KEY_ID", Aws::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", Aws::ACCESS_KEY)
            .env("AWS_REGION", Aws::REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        for name in &self.left_out {
            command.env_remove(name);
        }
        command
    }

    async fn finished(
        &self,
        shown: String,
        output: impl Future<Output = io::Result<Output>>,
    ) -> anyhow::Result<TerraformRun> {
        let output = tokio::time::timeout(LIMIT, output)
            .await
            .with_context(|| format!("{shown} did not end within {LIMIT:?}"))?
            .with_context(|| format!("starting {}", self.binary.display()))?;
        Ok(TerraformRun {
            command: shown,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

fn shown(command: &Command) -> String {
    let arguments = command.as_std().get_args().collect::<Vec<_>>();
    format!("terraform {}", arguments.join(OsStr::new(" ")).to_string_lossy())
}

fn find_terraform() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join("terraform"))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| {
            let remedy = "get it from https://developer.hashicorp.com/terraform/install and put terraform on the PATH";
            Missing::required_on_ci("Terraform", remedy).into()
        })
}

/// `HOST/NAMESPACE/NAME/VERSION/OS_ARCH/terraform-provider-NAME_vVERSION`
fn fill_mirror(mirror: &Path, binary: &Path) -> anyhow::Result<()> {
    let folder = mirror.join(PROVIDER).join(VERSION).join(platform());
    fs::create_dir_all(&folder).context("creating the provider's mirror")?;
    let source = binary.canonicalize().with_context(|| format!("looking for the provider {}", binary.display()))?;
    let target = folder.join(format!("terraform-provider-trailhook_v{VERSION}"));
    // A link is enough, and a debug build is too large to copy for each test.
    std::os::unix::fs::symlink(&source, &target).with_context(|| format!("linking {}", source.display()))
}

/// The platform in Go's words.
pub(crate) fn platform() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}_{arch}")
}

/// Our provider from the mirror `own`.
fn cli_configuration(own: &Path, other: Option<&Path>) -> anyhow::Result<String> {
    let (mirror, direct) = installation(Some(own), other)?;
    Ok(format!("disable_checkpoint = true\n\nprovider_installation {{\n{mirror}{direct}}}\n"))
}

/// Our provider and our module from a registry, which Terraform takes for the public one. Others of that one are not in it.
fn registry_configuration(registry: &Registry, other: Option<&Path>) -> anyhow::Result<String> {
    let (mirror, direct) = installation(None, other)?;
    let services = registry.services();
    let services: String = services.iter().map(|(name, address)| format!("    \"{name}\" = \"{address}\"\n")).collect();
    Ok(format!(
        "disable_checkpoint = true\n\nhost \"registry.terraform.io\" {{\n  services = {{\n{services}  }}\n}}\n\n\
         provider_installation {{\n{mirror}{direct}}}\n"
    ))
}

/// The blocks of `provider_installation`: mirrors, and the registries for all that they do not hold.
fn installation(own: Option<&Path>, other: Option<&Path>) -> anyhow::Result<(String, String)> {
    let (mut mirrors, mut mirrored) = (String::new(), Vec::new());
    if let Some(path) = other
        && !path.join("registry.terraform.io").is_dir()
    {
        bail!("{MIRROR} names {}, which holds no registry.terraform.io", path.display());
    }
    for (path, include) in [(own, PROVIDER), (other, "registry.terraform.io/hashicorp/*")] {
        let Some(path) = path else { continue };
        let path = serde_json::to_string(&path.to_string_lossy())?;
        mirrors
            .push_str(&format!("  filesystem_mirror {{\n    path    = {path}\n    include = [\"{include}\"]\n  }}\n"));
        mirrored.push(include);
    }
    let direct = format!("  direct {{\n    exclude = {}\n  }}\n", serde_json::to_string(&mirrored)?);
    Ok((mirrors, direct))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_are_found_wherever_they_are_wrapped() {
        let run = TerraformRun {
            command: "terraform plan".to_owned(),
            code: 1,
            stdout: String::new(),
            stderr: "╷\n│ Error: Name is taken\n│ \n│ The parameter exists: import\n│ it instead.\n╵\n".to_owned(),
        };
        assert_eq!(run.diagnostics(), "Error: Name is taken The parameter exists: import it instead.");
        let error = run.success().unwrap_err().to_string();
        assert!(error.starts_with("terraform plan ended with 1:"), "{error}");
    }

    #[test]
    fn a_mirror_that_holds_nothing_is_an_error() {
        let empty = tempfile::tempdir().unwrap();
        let error = cli_configuration(Path::new("own"), Some(empty.path())).unwrap_err();
        assert!(error.to_string().contains("holds no registry.terraform.io"), "{error}");
    }
}
