//! The emulator's processes: started through the launcher, and gone when the test is.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::install::Installation;

/// How long the emulator may take to answer; it needs half a second on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How often another port is tried when someone else took the free one.
const PORT_ATTEMPTS: usize = 5;

/// How many lines of the log a failure shows.
const LOG_TAIL: usize = 60;

/// The launcher with the emulator below it.
#[derive(Debug)]
pub(super) struct Process {
    launcher: Child,
    folder: TempDir,
}

/// Why an emulator did not come up.
enum Failure {
    PortTaken,
    Other(anyhow::Error),
}

/// Starts the emulator on a free port and waits until it answers.
pub(super) async fn launch(
    installation: &Installation,
    endpoint_for_functions: Option<&str>,
    environment: &[(String, String)],
) -> anyhow::Result<(Process, u16)> {
    for _ in 0..PORT_ATTEMPTS {
        let port = free_port()?;
        let process = Process::spawn(installation, port, endpoint_for_functions, environment)?;
        match process.wait_until_ready(port).await {
            Ok(process) => return Ok((process, port)),
            Err(Failure::PortTaken) => {}
            Err(Failure::Other(error)) => return Err(error),
        }
    }
    bail!("MiniStack found its port taken {PORT_ATTEMPTS} times in a row");
}

fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("looking for a free port")?;
    Ok(listener.local_addr()?.port())
}

impl Process {
    fn spawn(
        installation: &Installation,
        port: u16,
        endpoint_for_functions: Option<&str>,
        environment: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("trailhook-ministack-").tempdir().context("creating MiniStack's folder")?;
        let home = folder.path().join("home");
        fs::create_dir(&home).context("creating MiniStack's home")?;
        let log = File::create(folder.path().join("log")).context("creating MiniStack's log")?;
        let own_endpoint = format!("http://127.0.0.1:{port}");
        let launcher = Command::new(installation.python())
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("ministack_launcher.py"))
            .arg(folder.path())
            .arg(installation.python())
            .args(["-m", "ministack"])
            // The emulator hands its whole environment to the functions, so it gets only what they may see.
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", &home)
            .env("TMPDIR", &home)
            .env("S3_DATA_DIR", home.join("s3"))
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("S3_PATH_STYLE", "1")
            // No socket there: it must never look at, or clean up, the machine's containers.
            .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
            .env("AWS_ENDPOINT_URL", endpoint_for_functions.unwrap_or(&own_endpoint))
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&home)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().context("sharing MiniStack's log")?)
            .stderr(log)
            // Ctrl-C in a terminal reaches the tests; the launcher follows when they are gone.
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {}", installation.python().display()))?;
        Ok(Self { launcher, folder })
    }

    async fn wait_until_ready(mut self, port: u16) -> Result<Self, Failure> {
        let http = crate::http_client::plain_http_client().map_err(Failure::Other)?;
        let health = format!("http://127.0.0.1:{port}/_ministack/health");
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let log = self.log().map_err(Failure::Other)?;
            if let Some(status) = self.ended().map_err(Failure::Other)? {
                return Err(if log.contains("already in use") {
                    Failure::PortTaken
                } else {
                    Failure::Other(anyhow::anyhow!("MiniStack ended ({status}): {}", tail(&log)))
                });
            }
            // Its own log has to say so: someone else could have taken the port and answer there.
            if log.contains(&format!("Running on http://127.0.0.1:{port}"))
                && let Ok(answer) = http.get(&health).timeout(START_LIMIT).send().await
                && answer.status().is_success()
            {
                return Ok(self);
            }
            if Instant::now() >= deadline {
                return Err(Failure::Other(anyhow::anyhow!(
                    "MiniStack did not answer within {START_LIMIT:?}: {}",
                    tail(&log)
                )));
            }
            sleep(Duration::from_millis(25)).await;
        }
    }

    fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.launcher.try_wait().context("looking after MiniStack")
    }

    pub(super) fn pid(&self) -> u32 {
        self.launcher.id()
    }

    /// Functions are known by their program, and by the emulator's environment, which they inherit.
    pub(super) fn kill_functions(&self) -> anyhow::Result<usize> {
        let folder = self.folder.path().as_os_str().as_encoded_bytes();
        let mut killed = 0;
        for entry in fs::read_dir("/proc").context("listing processes")?.flatten() {
            let pid = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
            let (Some(pid), Ok(program)) = (pid, fs::read_link(entry.path().join("exe"))) else { continue };
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            let is_own = environment.windows(folder.len()).any(|part| part == folder);
            if is_own && program.file_name().is_some_and(|name| name == "bootstrap") {
                kill_process(pid, Signal::KILL).context("killing a function")?;
                killed += 1;
            }
        }
        Ok(killed)
    }

    pub(super) fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub(super) fn log(&self) -> anyhow::Result<String> {
        let path = self.log_path();
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Ok(log) = self.log()
        {
            show(&format!("the end of MiniStack's log:\n{}", tail(&log)));
        }
        // The launcher reads the end of its standard input as the order to kill the emulator's process group.
        drop(self.launcher.stdin.take());
        let _ = self.launcher.wait();
    }
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(LOG_TAIL)..].join("\n")
}

#[allow(clippy::print_stderr, reason = "the log of a failed test's emulator is gone once the test is")]
fn show(text: &str) {
    eprintln!("{text}");
}
