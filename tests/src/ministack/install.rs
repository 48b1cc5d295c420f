//! The emulator's virtual environment in the repository's ignored folder.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::process::Command;

use crate::command::{Group, output};
use crate::{Missing, wait_until};

/// The oldest Python that `tests/requirements.txt` has been pinned for.
const OLDEST_PYTHON: (u32, u32) = (3, 11);

/// Written last: an environment without it is half-made.
const MARKER: &str = "installed";

/// How long another process may take to make the environment.
const LOCK_LIMIT: Duration = Duration::from_secs(600);

/// An environment that holds everything in `tests/requirements.txt`.
#[derive(Debug)]
pub(super) struct Installation {
    folder: PathBuf,
}

impl Installation {
    /// Finds the environment, or makes it. Several processes may call this at once, and each may give up at any time.
    pub(super) async fn ready() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let requirements = root.join("requirements.txt");
        let text = fs::read(&requirements).with_context(|| format!("reading {}", requirements.display()))?;
        let local = root.parent().unwrap_or(root).join(".local");
        fs::create_dir_all(&local).with_context(|| format!("creating {}", local.display()))?;

        let (major, minor) = python_version().await?;
        let mut checksum = flate2::Crc::new();
        checksum.update(&text);
        // Another Python or other requirements are another environment: nothing is ever upgraded in place.
        let name = format!("ministack-py{major}.{minor}-{:08x}", checksum.sum());
        let installation = Self { folder: local.join(name) };
        if installation.is_complete() {
            return Ok(installation);
        }

        let lock_path = local.join("ministack.lock");
        let lock = File::create(&lock_path).with_context(|| format!("creating {}", lock_path.display()))?;
        wait_until("another process that installs MiniStack", LOCK_LIMIT, async || match lock.try_lock() {
            Ok(()) => Ok(Some(())),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", lock_path.display())),
        })
        .await?;
        // Another process may have made it while this one waited.
        if !installation.is_complete() {
            installation.make(&requirements).await?;
        }
        drop(lock);
        Ok(installation)
    }

    /// The environment's interpreter.
    pub(super) fn python(&self) -> PathBuf {
        self.folder.join("bin").join("python")
    }

    fn is_complete(&self) -> bool {
        // The second test fails when the interpreter that the environment links to was removed.
        self.folder.join(MARKER).exists() && self.python().exists()
    }

    async fn make(&self, requirements: &Path) -> anyhow::Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)
                .with_context(|| format!("removing the half-made {}", self.folder.display()))?;
        }
        let venv = output(Command::new("python3").args(["-m", "venv"]).arg(&self.folder), Group::Shared)
            .await
            .context("running python3 -m venv")?;
        if !venv.status.success() {
            return Err(anyhow::Error::new(Missing::required_on_ci(
                "Python's venv module",
                "install it (Debian and Ubuntu: python3-venv)",
            ))
            .context(said(&venv)));
        }
        let mut pip = Command::new(self.python());
        pip.args(["-m", "pip", "install", "--require-hashes", "--quiet"])
            .args(["--no-input", "--disable-pip-version-check", "--requirement"])
            .arg(requirements);
        let pip = output(&mut pip, Group::Shared).await.context("running pip")?;
        if !pip.status.success() {
            bail!("pip could not install {}: {}", requirements.display(), said(&pip));
        }
        File::create(self.folder.join(MARKER)).context("marking the environment as complete")?;
        Ok(())
    }
}

/// The version of `python3` on the path, when it is new enough.
async fn python_version() -> anyhow::Result<(u32, u32)> {
    let (oldest_major, oldest_minor) = OLDEST_PYTHON;
    let missing = |found: &str| {
        anyhow::Error::new(Missing::required_on_ci(
            format!("Python {oldest_major}.{oldest_minor} or newer ({found})"),
            "put python3 on the PATH (Debian and Ubuntu: apt install python3 python3-venv)",
        ))
    };
    let script = "import sys; print(*sys.version_info[:2])";
    let Ok(output) = output(Command::new("python3").args(["-c", script]), Group::Shared).await else {
        return Err(missing("no python3 found"));
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= OLDEST_PYTHON => Ok((major, minor)),
        (Some(Ok(major)), Some(Ok(minor))) => Err(missing(&format!("found {major}.{minor}"))),
        _ => Err(missing("python3 does not run")),
    }
}

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
