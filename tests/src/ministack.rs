//! The AWS emulator: installed once for the repository, started afresh for each test that wants it.

mod install;
mod process;

use std::path::PathBuf;
use std::time::Duration;

use install::Installation;
use process::Process;

/// A running emulator on a free loopback port.
///
/// Dropping it kills it, the function processes that it started included, and removes its files. The same happens when
/// the test process dies in any other way. When a test panics, the last lines of its log go to stderr first.
#[derive(Debug)]
pub struct MiniStack {
    process: Process,
    url: String,
    python: PathBuf,
}

impl MiniStack {
    /// Starts an emulator whose functions call it directly.
    ///
    /// # Errors
    ///
    /// See [`MiniStackBuilder::start`].
    pub async fn start() -> anyhow::Result<Self> {
        Self::builder().start().await
    }

    /// An emulator with settings of its own.
    #[must_use]
    pub fn builder() -> MiniStackBuilder {
        MiniStackBuilder::default()
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process id of the launcher, whose end is the end of the emulator.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Kills the functions that run now, as an instance that dies does; says how many there were.
    ///
    /// # Errors
    ///
    /// When a process cannot be killed.
    pub fn kill_functions(&self) -> anyhow::Result<usize> {
        self.process.kill_functions()
    }

    /// The interpreter that it runs on, for functions that are Python scripts.
    #[must_use]
    pub fn python(&self) -> PathBuf {
        self.python.clone()
    }

    /// The file that its stdout and stderr go to; it is gone when the emulator is.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.process.log_path()
    }

    /// What it wrote to its log so far; functions' output is part of it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn log(&self) -> anyhow::Result<String> {
        self.process.log()
    }
}

/// Settings of an emulator that is to be started.
#[derive(Debug, Clone, Default)]
pub struct MiniStackBuilder {
    endpoint_for_functions: Option<String>,
    environment: Vec<(String, String)>,
}

impl MiniStackBuilder {
    /// The `AWS_ENDPOINT_URL` that functions get, for a [`FaultProxy`](crate::FaultProxy) in front of the emulator.
    ///
    /// MiniStack overrides a function's own `AWS_ENDPOINT_URL`, so this is the only way.
    #[must_use]
    pub fn endpoint_for_functions(mut self, url: impl Into<String>) -> Self {
        self.endpoint_for_functions = Some(url.into());
        self
    }

    /// The pause before the first retry of a failed asynchronous invocation; the second one waits twice as long.
    ///
    /// MiniStack's default is 1 s, where AWS waits a minute.
    #[must_use]
    pub fn first_retry_after(self, pause: Duration) -> Self {
        self.environment("LAMBDA_ASYNC_RETRY_BASE_SECONDS", pause.as_secs_f64().to_string())
    }

    /// One more environment variable of the emulator. Its functions inherit it too.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Installs the emulator if this repository has none yet (under `/.local`), starts it, and waits until it answers.
    ///
    /// # Errors
    ///
    /// A [`Missing`](crate::Missing) Python; a failed installation with what pip said; an emulator that ends early or does
    /// not answer within a minute, with the end of its log.
    pub async fn start(self) -> anyhow::Result<MiniStack> {
        let installation = Installation::ready().await?;
        let (process, port) =
            process::launch(&installation, self.endpoint_for_functions.as_deref(), &self.environment).await?;
        Ok(MiniStack { process, url: format!("http://127.0.0.1:{port}"), python: installation.python() })
    }
}
