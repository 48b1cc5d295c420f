//! `make demo` as people see it: what it tells, and that nothing stays behind when it ends, or is ended.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::Command;
use trailhook_tests::{Artifacts, Missing, require, wait_until};

const LIMIT: Duration = Duration::from_secs(240);

/// The demo with a folder of its own for temporary files, by which all that it starts is known.
struct Demo {
    temporary: TempDir,
    command: Command,
}

impl Demo {
    fn new() -> Self {
        let temporary = tempfile::Builder::new().prefix("demo-").tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
        command
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self { temporary, command }
    }

    /// A demo whose `PATH` leads to these programs and no others.
    fn with_programs(programs: &[PathBuf]) -> (Self, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        for program in programs {
            symlink(program, folder.path().join(program.file_name().unwrap())).unwrap();
        }
        let mut demo = Self::new();
        demo.command.env("PATH", folder.path());
        (demo, folder)
    }

    async fn run(mut self) -> (i32, String) {
        let output = tokio::time::timeout(LIMIT, self.command.output()).await.unwrap().unwrap();
        self.assert_nothing_is_left();
        (output.status.code().unwrap(), said(&output))
    }

    /// Starts it, sends the signal as soon as `moment` has come, and gives the exit code and what it said.
    async fn interrupt(mut self, signal: Signal, moment: impl Fn(&[Process]) -> bool) -> (i32, String) {
        let child = self.command.spawn().unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
        let has_come = async || Ok(moment(&processes_with(self.temporary.path())).then_some(()));
        wait_until("the moment of the signal", LIMIT, has_come).await.unwrap();
        kill_process(pid, signal).unwrap();
        let output = tokio::time::timeout(LIMIT, child.wait_with_output()).await.unwrap().unwrap();
        self.assert_nothing_is_left();
        (output.status.code().unwrap(), said(&output))
    }

    fn assert_nothing_is_left(&self) {
        let processes = processes_with(self.temporary.path());
        assert!(processes.is_empty(), "left running: {processes:?}");
        let files: Vec<_> = fs::read_dir(self.temporary.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.is_empty(), "left on disk: {files:?}");
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A running process.
#[derive(Debug)]
struct Process {
    /// Its arguments, the program's path first.
    arguments: Vec<String>,
}

impl Process {
    fn runs(&self, program: &str) -> bool {
        let path = self.arguments.first().map(Path::new);
        path.and_then(Path::file_name).is_some_and(|name| name.to_string_lossy().starts_with(program))
    }
}

/// The running processes whose environment names the folder, as that of everything does which the demo starts.
fn processes_with(folder: &Path) -> Vec<Process> {
    let folder = folder.as_os_str().as_encoded_bytes();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        // Processes of other people, and such that are ending, cannot be looked into.
        let Ok(environment) = fs::read(entry.path().join("environ")) else { continue };
        if environment.windows(folder.len()).any(|part| part == folder) {
            let arguments = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let arguments = String::from_utf8_lossy(&arguments).split_terminator('\0').map(str::to_owned).collect();
            found.push(Process { arguments });
        }
    }
    found
}

/// A program on the `PATH`.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    Ok(found.ok_or_else(|| Missing::required_on_ci(name, "install it and put it on the PATH"))?)
}

/// The tools of the whole story.
fn tools() -> anyhow::Result<()> {
    program("terraform")?;
    program("python3")?;
    Ok(())
}

const RULES: [&str; 9] = [
    "console-login-without-mfa",
    "unauthorized-operation",
    "access-denied",
    "root-activity",
    "trail-stopped",
    "trail-changed",
    "trail-deleted",
    "alerter-configuration-changed",
    "alerter-code-changed",
];

/// The sample logs by the example's rules: eight logs and an insight; the digest counts for nothing.
/// Two sign-ins of one user stand in one log, and in one message.
const COUNT: &str = "9 logs, 261 events, 21 matches, 20 messages";

fn alerts(told: &str, rule: &str) -> usize {
    let is_of_rule = |line: &&str| line.ends_with(&format!(": {rule}")) || line.contains(&format!(": {rule} ×"));
    told.lines().filter(|line| line.contains("┃ ")).filter(is_of_rule).count()
}

fn assert_alerts(told: &str) {
    for rule in RULES {
        assert!(alerts(told, rule) > 0, "no alert of {rule}:\n{told}");
    }
    let all: usize = RULES.iter().map(|rule| alerts(told, rule)).sum();
    assert_eq!(all, 20, "{told}");
    assert!(told.lines().any(|line| line.trim() == COUNT), "{told}");
    assert!(!told.contains('\u{1b}'), "styles are for terminals:\n{told}");
}

#[tokio::test]
async fn the_whole_story_is_told() {
    require!(tools());
    let (code, told) = Demo::new().run().await;
    assert_eq!(code, 0, "{told}");
    assert_alerts(&told);
    for line in [
        "trailhook_rule.root_activity: Creation complete",
        "Apply complete! Resources: 10 added",
        "did you mean `startswith`?",
        "Destroy complete! Resources: 10 destroyed.",
        "0 parameters left",
    ] {
        assert!(told.contains(line), "{line} is missing:\n{told}");
    }
    let steps: Vec<&str> = told.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect();
    let numbers: Vec<&str> = steps.iter().filter_map(|line| Some(line.split_once(". ")?.0)).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6"]);
}

#[tokio::test]
async fn ctrl_c_while_terraform_works_leaves_nothing() {
    require!(tools());
    let provider_runs = |processes: &[Process]| {
        processes.iter().any(|process| process.runs("terraform-provider-trailhook"))
            && processes.iter().any(|process| process.arguments.iter().any(|argument| argument == "apply"))
    };
    let (code, told) = Demo::new().interrupt(Signal::INT, provider_runs).await;
    assert_eq!(code, 130, "{told}");
    assert!(told.ends_with("Interrupted. What was started is stopped, and its files are removed.\n"), "{told}");
    assert!(!told.contains("Apply complete!"), "{told}");
}

#[tokio::test]
async fn a_signal_while_the_function_works_leaves_nothing() {
    require!(tools());
    let function_runs = |processes: &[Process]| processes.iter().any(|process| process.runs("bootstrap"));
    let (code, told) = Demo::new().interrupt(Signal::TERM, function_runs).await;
    assert_eq!(code, 143, "{told}");
    assert!(told.contains("Apply complete!") && !told.contains(COUNT), "{told}");
}

#[tokio::test]
async fn without_terraform_the_logs_are_replayed() {
    let (demo, _programs) = Demo::with_programs(&[]);
    let (code, told) = demo.run().await;
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("Terraform is missing"), "{told}");
    assert!(told.contains("https://developer.hashicorp.com/terraform/install"), "{told}");
    assert_alerts(&told);
}

#[tokio::test]
async fn without_python_the_logs_are_replayed() {
    let (demo, _programs) = Demo::with_programs(&[require!(program("terraform"))]);
    let (code, told) = demo.run().await;
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("(no python3 found) is missing: put python3 on the PATH"), "{told}");
    assert_alerts(&told);
}

/// A program that ends at once.
fn broken(path: &Path) {
    fs::write(path, "#!/bin/sh\necho 'cannot go on' >&2\nexit 3\n").unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_provider_that_fails_is_told_with_terraforms_words() {
    require!(tools());
    let programs = tempfile::tempdir().unwrap();
    broken(&programs.path().join("bootstrap"));
    broken(&programs.path().join("terraform-provider-trailhook"));
    let mut demo = Demo::new();
    demo.command.env("TRAILHOOK_BIN_DIR", programs.path());
    let (code, told) = demo.run().await;
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("Step 3 failed: terraform apply"), "{told}");
    assert!(told.contains("The end of what Terraform said:"), "{told}");
    assert!(told.contains("Failed to load plugin schemas"), "{told}");
}

#[tokio::test]
async fn a_function_that_fails_is_told_with_its_log() {
    require!(tools());
    let programs = tempfile::tempdir().unwrap();
    broken(&programs.path().join("bootstrap"));
    let provider = Artifacts::find().unwrap().provider().unwrap();
    symlink(&provider, programs.path().join(provider.file_name().unwrap())).unwrap();
    let mut demo = Demo::new();
    demo.command.env("TRAILHOOK_BIN_DIR", programs.path());
    let (code, told) = demo.run().await;
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("Step 4 failed: the function failed 3 times"), "{told}");
    assert!(told.contains("cannot go on"), "{told}");
}
