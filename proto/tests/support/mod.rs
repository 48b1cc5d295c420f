//! Starts the example provider as Terraform does, and talks to it.

#![allow(dead_code, unreachable_pub, reason = "a module of several test programs, none of which uses all of it")]

pub mod client;
pub mod item;
pub mod tls;

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Far more than any step takes.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The built example `memory`.
pub fn example() -> PathBuf {
    example_named("memory")
}

/// Another one.
pub fn example_named(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test is a file");
    let target = test.ancestors().nth(2).expect("target/debug/deps/test");
    let example = target.join("examples").join(name);
    assert!(example.exists(), "{} is missing; run `cargo build -p tfplugin --examples`", example.display());
    example
}

/// A folder for the sockets of processes that a test may have to kill.
pub fn temporary() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The example with an environment of its own.
pub fn command(temporary: &TempDir) -> Command {
    let mut command = Command::new(example());
    command
        .env_clear()
        .env("TMPDIR", temporary.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// What Terraform sets for every provider.
pub fn terraform_environment() -> [(&'static str, &'static str); 2] {
    [
        ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"),
        ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
    ]
}

/// A running provider.
pub struct Plugin {
    pub child: Child,
    pub socket: PathBuf,
    /// DER; empty without TLS.
    pub certificate: Vec<u8>,
    stdout: BufReader<ChildStdout>,
    _temporary: TempDir,
}

impl Plugin {
    /// Without TLS.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more variables.
    pub async fn start_with(variables: &[(&str, &str)]) -> Self {
        let temporary = temporary();
        let mut command = command(&temporary);
        command.envs(terraform_environment()).envs(variables.iter().copied());
        let mut child = command.spawn().expect("the example starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        timeout(DEADLINE, stdout.read_line(&mut line)).await.expect("the line comes soon").expect("readable");
        let fields: Vec<_> = line.trim_end_matches('\n').split('|').collect();
        let [core, protocol, network, socket, kind, certificate] = fields[..] else {
            panic!("six fields in {line:?}");
        };
        assert_eq!((core, protocol, network, kind), ("1", "6", "unix", "grpc"));
        Self {
            child,
            socket: socket.into(),
            certificate: STANDARD_NO_PAD.decode(certificate).expect("base64 without padding"),
            stdout,
            _temporary: temporary,
        }
    }

    /// Waits for the end; what it printed after the handshake, and on stderr.
    pub async fn end(mut self) -> (ExitStatus, String, String) {
        let status = timeout(DEADLINE, self.child.wait()).await.expect("it ends").expect("a status");
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).await.expect("UTF-8");
        let mut stderr = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut stderr).await.expect("UTF-8");
        (status, stdout, stderr)
    }

    pub fn folder(&self) -> &Path {
        self.socket.parent().expect("a folder")
    }

    pub fn signal(&self, name: &str) {
        signal(self.child.id().expect("it runs"), name);
    }
}

/// A configured provider. It ends with the first value.
pub async fn provider() -> (Plugin, client::Client) {
    let plugin = Plugin::start().await;
    let client = client::Client::plain(&plugin.socket).await.expect("connected");
    client.configure().await;
    (plugin, client)
}

/// Sends a signal to one process.
pub fn signal(process: u32, name: &str) {
    let status = std::process::Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(status.expect("kill is there").success());
}
