//! `trailhook test`: the rules' own tests without Terraform.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use serde_json::{Value, json};
use support::trailhook;
use tempfile::TempDir;

const RULES: &str = r#"
locals {
  stop   = merge(local.record, { eventName = "StopLogging" })
  record = { eventSource = "cloudtrail.amazonaws.com", userIdentity = { type = "IAMUser" } }
}

variable "later" {}

resource "trailhook_rule" "stopped" {
  name       = "trail-stopped"
  expression = "event.get('eventSource') == 'cloudtrail.amazonaws.com' and event['eventName'] == 'StopLogging'"
  exceptions = ["event.get('userIdentity.type') == 'Root'"]

  test {
    name  = "from a file"
    event = file("events/stop.json")
  }
  test {
    name  = "from a file of the module"
    event = jsonencode(jsondecode(file("${path.module}/events/log.json")).Records[0])
  }
  test {
    name  = "from a heredoc"
    event = <<-EOT
      {"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging"}
    EOT
  }
  test {
    name   = "from a local"
    event  = jsonencode(merge(local.stop, { userIdentity = { type = "Root" } }))
    expect = "no_match"
  }
  test {
    name   = "without a name"
    event  = jsonencode(local.record)
    expect = "error"
  }
}
"#;

/// A folder of rules, with the files that their tests read.
fn folder(rules: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let stop = r#"{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging"}"#;
    std::fs::create_dir(folder.path().join("events")).unwrap();
    std::fs::write(folder.path().join("events/stop.json"), stop).unwrap();
    std::fs::write(folder.path().join("events/log.json"), format!("{{\"Records\":[{stop}]}}")).unwrap();
    std::fs::write(folder.path().join("rules.tf"), rules).unwrap();
    folder
}

/// Runs the tests of a folder; what is shown names the folder `rules`.
async fn tested(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let path = folder.path().to_str().unwrap();
    let (code, stdout, stderr) = trailhook(&[&["test", path], arguments].concat(), "").await.unwrap();
    (code, stdout.replace(path, "rules"), stderr.replace(path, "rules"))
}

#[tokio::test]
async fn tests_take_their_events_from_files_and_heredocs() {
    let (code, stdout, stderr) = tested(&folder(RULES), &[]).await;
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert_eq!(stdout, "5 tests of 1 rule: 5 passed, 0 failed\n");
}

#[tokio::test]
async fn tests_that_fail_are_explained() {
    let more = r#"
resource "trailhook_rule" "names" {
  name        = "names"
  event_names = ["StopLogging"]

  test {
    name  = "another event"
    event = jsonencode({ eventName = "StartLogging" })
  }
  test {
    name  = "a whole log"
    event = file("events/log.json")
  }
  test {
    name  = "an event that nobody knows yet"
    event = var.later
  }
  test {
    name  = "no file"
    event = file("events/absent.json")
  }
}
resource "trailhook_rule" "broken" {
  name       = "broken"
  expression = "event.x"

  test {
    name  = "of a broken rule"
    event = "{}"
  }
}
resource "trailhook_rule" "untested" {
  name       = "untested"
  expression = "True"
}
"#;
    let folder = folder(&format!("{RULES}{more}"));
    let (code, stdout, _) = tested(&folder, &[]).await;
    assert_eq!(code, 1);
    insta::assert_snapshot!(stdout);

    let (code, stdout, _) = tested(&folder, &["--rule", "names", "--json"]).await;
    assert_eq!(code, 1);
    let first: Value = serde_json::from_str(stdout.lines().next().unwrap()).unwrap();
    assert_eq!(
        first,
        json!({
            "rule": "names", "origin": "rules/rules.tf: trailhook_rule.names", "test": "another event", "expect": "match",
            "passed": false, "outcome": "no_match",
            "summary": "The rule should match the event, and does not: eventName is StartLogging, not StopLogging.",
            "explanation": "  ✗ event.get(\"eventName\") == \"StopLogging\"  eventName = \"StartLogging\""
        })
    );
    let (code, stdout, _) = tested(&folder, &["--rule", "trail-stopped"]).await;
    assert_eq!((code, stdout.as_str()), (0, "5 tests of 1 rule: 5 passed, 0 failed\n"));
}

#[tokio::test]
async fn a_run_without_tests_is_no_success() {
    let untested = "resource \"trailhook_rule\" \"a\" {\n  name       = \"a\"\n  expression = \"True\"\n}\n";
    let (code, stdout, stderr) = tested(&folder(untested), &[]).await;
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("there is no test"), "{stderr}");
    let (code, _, stderr) = tested(&folder(untested), &["--rule", "b"]).await;
    assert_eq!(code, 2);
    assert!(stderr.contains("no rule that can be read is called \"b\"; these are there: a"), "{stderr}");
}

#[tokio::test]
async fn what_is_suspicious_about_names_is_told_by_check() {
    let suspicious = "resource \"trailhook_rule\" \"a\" {\n  name        = \"a\"\n  event_names = [\"StopLoging\"]\n  group_by    = [\"eventname\"]\n}\n";
    let folder = folder(suspicious);
    let (code, stdout, _) = trailhook(&["check", folder.path().to_str().unwrap()], "").await.unwrap();
    assert_eq!(code, 0);
    for told in [
        "warning[TH0301]: no known event has the name \"StopLoging\"",
        "Did you mean \"StopLogging\"?",
        "warning[TH0304]",
        "1 rule checked, 0 errors",
    ] {
        assert!(stdout.contains(told), "{told} is missing in {stdout}");
    }
}
