//! `trailhook preview`: what a message will look like, in the terminal and in a real browser.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a panic is a failed test")]

mod support;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{repository, trailhook};
use trailhook_tests::{Missing, require};

fn record(name: &str) -> String {
    repository(&format!("tests/tests/fixtures/records/{name}.json")).to_str().unwrap().to_owned()
}

async fn preview(arguments: &[&str]) -> (i32, String, String) {
    let arguments: Vec<_> = std::iter::once("preview").chain(arguments.iter().copied()).collect();
    trailhook(&arguments, "").await.unwrap()
}

/// A text without the styles of a terminal.
fn bare(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[tokio::test]
async fn the_terminal_shows_the_message_of_an_event() {
    let event = record("signin-success-no-mfa");
    let (code, stdout, stderr) =
        preview(&["--pack", "baseline", "--alias", "111122223333=production", "--mention", "here", &event]).await;
    assert_eq!((code, stderr.as_str()), (0, ""));
    let shown = bare(&stdout);
    for part in
        ["baseline/", "ConsoleLogin", "production", "Open in CloudTrail", "https://app.slack.com/block-kit-builder/#"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let (code, stdout, _) = preview(&["--pack", "baseline", "--mention", "here", "--json", &event]).await;
    let message: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, message["text"].as_str().unwrap().starts_with("<!here> ")), (0, true), "{message}");
}

#[tokio::test]
async fn there_is_no_message_where_nothing_matches() {
    let (code, stdout, stderr) = preview(&["--pack", "baseline", &record("management-service")]).await;
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("none of 9 rules matches the event"), "{stderr}");
    let event = record("signin-success-no-mfa");
    for (arguments, said) in [
        (vec!["--pack", "baseline", "--rule", "nope", &event], "there is no rule \"nope\""),
        (vec!["--pack", "baseline", "--alias", "prod=1", &event], "is not the number of an account"),
        (vec!["--pack", "baseline", "--mention", "@all", &event], "calls nobody"),
        (vec!["--messages", &event], "holds what is no message of Slack"),
        (vec!["--pack", "baseline", "--messages", &event], "cannot be used with"),
        (vec![&event], "required"),
    ] {
        let (code, _, stderr) = preview(&arguments).await;
        assert!(code == 2 && stderr.contains(said), "{arguments:?}: {code} {stderr}");
    }
}

/// A browser, which the environment names, or the script finds.
fn browser() -> anyhow::Result<String> {
    if let Ok(browser) = std::env::var("TRAILHOOK_BROWSER") {
        return Ok(browser);
    }
    let found = std::process::Command::new(repository("scripts/browser.sh")).output()?;
    let path = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    if found.status.success() && !path.is_empty() {
        return Ok(path);
    }
    let remedy = "install Chromium, or run scripts/browser.sh --install";
    Err(Missing::optional("a browser", remedy).into())
}

/// Draws with that browser; the width and height of the picture.
async fn draw(browser: &str, picture: &Path, arguments: &[&str]) -> Result<(u32, u32), String> {
    let run = tokio::process::Command::new(trailhook_tests::Artifacts::find().unwrap().trailhook().unwrap())
        .env("TRAILHOOK_BROWSER", browser)
        .args(["preview", "--picture", picture.to_str().unwrap()])
        .args(arguments)
        .output()
        .await
        .unwrap();
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into_owned());
    }
    let png = std::fs::read(picture).unwrap();
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    Ok((number(16), number(20)))
}

/// The messages of the golden files.
fn golden() -> Vec<Value> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(repository("runtime/src/message/snapshots"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let message = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).unwrap();
        let body = text.splitn(3, "---\n").nth(2)?.to_owned();
        serde_json::from_str::<Value>(&body).ok().filter(|value| value["blocks"].is_array())
    };
    files.iter().filter_map(message).collect()
}

#[tokio::test]
async fn a_browser_draws_every_kind_of_message_without_anything_that_does_not_fit() {
    let browser = require!(browser());
    let folder = tempfile::tempdir().unwrap();
    let (source, picture) = (folder.path().join("messages.json"), folder.path().join("picture.png"));
    let messages = golden();
    assert!(messages.len() >= 30, "{}", messages.len());
    std::fs::write(&source, json!(messages).to_string()).unwrap();
    for (theme, width) in [("light", "380"), ("dark", "820")] {
        let arguments = ["--theme", theme, "--width", width, "--messages", source.to_str().unwrap()];
        let (wide, high) = draw(&browser, &picture, &arguments).await.unwrap();
        assert_eq!(wide, width.parse::<u32>().unwrap() * 2);
        assert!(high > 5_000, "{high}");
    }
    let event = record("management-root");
    draw(&browser, &picture, &["--pack", "baseline", "--full", &event]).await.unwrap();
}

#[tokio::test]
async fn a_browser_runs_nothing_that_stands_in_a_message() {
    let browser = require!(browser());
    let folder = tempfile::tempdir().unwrap();
    let (source, picture) = (folder.path().join("messages.json"), folder.path().join("picture.png"));
    let hostile = "</script><script>document.documentElement.dataset.error='run'</script><img src=x onerror=\"document.documentElement.dataset.error='run'\">";
    let message = |text: &str| {
        json!({"text": text, "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": text}},
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]},
        ]})
    };
    let word = "x".repeat(2_000);
    std::fs::write(&source, json!([message(hostile), message(&word)]).to_string()).unwrap();
    draw(&browser, &picture, &["--width", "380", "--messages", source.to_str().unwrap()]).await.unwrap();

    // What Slack would not know is an error here as well.
    let unknown = json!({"text": "x", "blocks": [{"type": "marquee", "text": "x"}]});
    std::fs::write(&source, unknown.to_string()).unwrap();
    let said = draw(&browser, &picture, &["--messages", source.to_str().unwrap()]).await.unwrap_err();
    assert!(said.contains("1 parts that are not known"), "{said}");
    let said = draw("/nowhere/chromium", &picture, &["--messages", source.to_str().unwrap()]).await.unwrap_err();
    assert!(said.contains("running /nowhere/chromium"), "{said}");
}
