//! How the process begins and ends.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

mod support;

use support::client::Client;
use support::{DEADLINE, Plugin, command, signal, temporary, terraform_environment};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::time::timeout;

#[tokio::test]
async fn a_person_is_told_that_terraform_starts_it() {
    let output = timeout(DEADLINE, command(&temporary()).output()).await.expect("it ends").expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(told.contains("is a Terraform provider"), "{told}");
}

#[tokio::test]
async fn a_terraform_without_protocol_6_is_refused() {
    let temporary = temporary();
    let mut command = command(&temporary);
    command.envs(terraform_environment()).env("PLUGIN_PROTOCOL_VERSIONS", "4,5");
    let output = timeout(DEADLINE, command.output()).await.expect("it ends").expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(told.contains("\"4,5\""), "{told}");
}

#[tokio::test]
async fn a_client_certificate_that_is_none_is_refused() {
    let temporary = temporary();
    let mut command = command(&temporary);
    command.envs(terraform_environment()).env("PLUGIN_CLIENT_CERT", "nonsense");
    let output = timeout(DEADLINE, command.output()).await.expect("it ends").expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(told.contains("PLUGIN_CLIENT_CERT"), "{told}");
}

#[tokio::test]
async fn version_and_unknown_arguments() {
    let output = command(&temporary()).arg("--version").output().await.expect("it starts");
    assert_eq!(output.status.code(), Some(0));
    let expected = format!("terraform-provider-memory {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);

    let output = command(&temporary()).arg("--verbose").output().await.expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--verbose"));
}

#[tokio::test]
async fn shutdown_ends_the_process_and_leaves_nothing() {
    let plugin = Plugin::start().await;
    let folder = plugin.folder().to_owned();
    assert!(folder.exists());
    let client = Client::plain(&plugin.socket).await.expect("connected");
    // Terraform keeps this stream open all the time.
    let mut stdio = client.stdio().await;
    assert!(client.schema().await.expect("a schema").provider.is_some());
    client.shutdown().await;
    let (status, stdout, stderr) = plugin.end().await;
    assert_eq!(status.code(), Some(0));
    assert_eq!((stdout.as_str(), stderr.as_str()), ("", ""));
    assert!(!folder.exists());
    assert!(!matches!(stdio.message().await, Ok(Some(_))));
}

/// Terraform gets the same signals, from a terminal or from whoever ends its group, and still has calls to make.
#[tokio::test]
async fn signals_are_left_to_terraform() {
    let mut plugin = Plugin::start_with(&[("TF_LOG_PROVIDER_MEMORY", "debug")]).await;
    let client = Client::plain(&plugin.socket).await.expect("connected");
    client.schema().await.expect("a schema");
    let mut log = BufReader::new(plugin.child.stderr.take().expect("piped"));
    let mut line = String::new();
    for signal in ["INT", "TERM"] {
        plugin.signal(signal);
        // The signal has arrived when the process says so; it still serves.
        while !line.contains(&format!("SIG{signal}")) {
            line.clear();
            let read = timeout(DEADLINE, log.read_line(&mut line)).await.expect("a line").expect("readable");
            assert!(read > 0, "it ended");
        }
        assert!(line.starts_with('{') && line.contains("\"@level\":\"debug\""), "{line}");
        client.schema().await.expect("a schema");
    }
    client.shutdown().await;
    let status = timeout(DEADLINE, plugin.child.wait()).await.expect("it ends").expect("a status");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn the_process_ends_when_terraform_dies() {
    // A shell stands for Terraform.
    let mut shell = tokio::process::Command::new("sh");
    let temporary = temporary();
    shell.args(["-c", "\"$0\" & wait"]).arg(support::example()).envs(terraform_environment());
    shell.env("TMPDIR", temporary.path());
    shell.stdout(std::process::Stdio::piped()).kill_on_drop(true);
    let mut shell = shell.spawn().expect("a shell");
    let mut stdout = BufReader::new(shell.stdout.take().expect("piped"));
    let mut line = String::new();
    timeout(DEADLINE, stdout.read_line(&mut line)).await.expect("the line").expect("readable");
    assert!(line.starts_with("1|6|unix|"), "{line}");
    signal(shell.id().expect("it runs"), "KILL");
    // Open as long as the provider lives.
    timeout(DEADLINE, stdout.read_to_string(&mut line)).await.expect("it ends").expect("readable");
    let socket = line.split('|').nth(3).expect("a socket");
    assert!(!std::path::Path::new(socket).exists());
}

#[tokio::test]
async fn debug_mode_serves_several_runs_until_it_is_interrupted() {
    let temporary = temporary();
    let mut command = command(&temporary);
    command.arg("--debug");
    let mut child = command.spawn().expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    while !line.starts_with("TF_REATTACH_PROVIDERS=") {
        line.clear();
        let read = timeout(DEADLINE, stdout.read_line(&mut line)).await.expect("a line").expect("readable");
        assert!(read > 0, "it ended");
    }
    let json = line.trim().trim_start_matches("TF_REATTACH_PROVIDERS=").trim_matches('\'');
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let reattach = &json["registry.terraform.io/example/memory"];
    assert_eq!(reattach["ProtocolVersion"], 6);
    assert_eq!(reattach["Pid"], child.id().expect("it runs"));
    let socket = reattach["Addr"]["String"].as_str().expect("a path");

    for _run in 0..2 {
        let client = Client::plain(socket.as_ref()).await.expect("connected");
        client.configure().await;
        client.stop().await;
        client.shutdown().await;
        client.schema().await.expect("it still serves");
    }
    signal(child.id().expect("it runs"), "INT");
    let status = timeout(DEADLINE, child.wait()).await.expect("it ends").expect("a status");
    assert_eq!(status.code(), Some(0));
}
