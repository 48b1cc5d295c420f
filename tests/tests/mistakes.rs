//! What people see for each mistake in a rule or a route: the exact text of Terraform, in golden files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::fmt::Write as _;

use support::{configuration, terraform};
use trailhook_tests::{FaultProxy, Terraform, require};

/// Each case in the same folder; none asks AWS.
async fn shown(cases: &[(&str, &str)]) -> anyhow::Result<String> {
    let proxy = FaultProxy::start().await?;
    let terraform: Terraform = terraform(&proxy.url())?;
    terraform.write("main.tf", &configuration(""))?;
    terraform.write("events/log.json", r#"{"Records":[{"eventName":"StopLogging"}]}"#)?;
    terraform.init().await?.success()?;
    let mut shown = String::new();
    for (title, resources) in cases {
        terraform.write("main.tf", &configuration(resources.trim_start()))?;
        let run = terraform.validate().await?;
        let text = format!("{}\n\n{}", run.stdout.trim(), run.stderr.trim());
        let outcome = if run.code == 0 { "valid" } else { "not valid" };
        writeln!(shown, "=== {title}: {outcome}\n\n{}\n", text.trim())?;
    }
    assert!(proxy.calls().is_empty(), "validate asks nobody: {:?}", proxy.calls());
    Ok(shown)
}

#[tokio::test]
async fn of_rules() {
    let cases = [
        (
            "no condition",
            r#"
resource "trailhook_rule" "a" {
  name = "a"
}
"#,
        ),
        (
            "two conditions, of which one has a mistake",
            r#"
resource "trailhook_rule" "a" {
  name        = "a"
  expression  = "True"
  event_names = ["StopLogging", "Stop*"]
}
"#,
        ),
        (
            "names of events that are none, or unknown",
            r#"
resource "trailhook_rule" "a" {
  name        = "a"
  event_names = ["Stop Logging", "StopLoging", "s3:StopLogging", "lambda:UpdateFunctionCode", "NobodyKnowsThisEvent"]
}
"#,
        ),
        (
            "nothing is named",
            r#"
resource "trailhook_rule" "a" {
  name        = "a"
  event_names = []
  group_by    = []
}
"#,
        ),
        (
            "exceptions with mistakes",
            r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "True"
  exceptions = [
    "event.get('eventName') == 'StopLogging'",
    "event['eventName'].startwith('Get')",
    null,
    <<-EOT
      event.get('readOnly') == True
      and event.eventName == 'x'
    EOT
    ,
  ]
}
"#,
        ),
        (
            "an ignore rule with what tells people",
            r#"
resource "trailhook_rule" "a" {
  name         = "a"
  expression   = "event.get('eventName') == 'StopLogging'"
  action       = "ignore"
  runbook_url  = "https://runbooks.example.com/"
  group_by     = ["actor"]
  group_window = "5m"

  threshold {
    count  = 3
    window = "5m"
  }
}
"#,
        ),
        (
            "words, addresses and times that are none",
            r#"
resource "trailhook_rule" "a" {
  name         = "a b"
  expression   = "event.get('eventName') == 'StopLogging'"
  action       = "drop"
  severity     = "urgent"
  runbook_url  = "http://runbooks.example.com/"
  group_by     = ["actor", "event name", "userIdentity.arm"]
  group_window = "1d"
  expires_at   = "tomorrow"
  labels       = { team = null }

  threshold {
    count    = 1
    window   = "30s"
    by       = ["eventname"]
    distinct = ""
  }
}
"#,
        ),
        (
            "counts beyond the bounds",
            r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "event.get('eventName') == 'StopLogging'"

  threshold {
    count    = 1001
    window   = "5m"
    distinct = "eventName"
  }
}
resource "trailhook_rule" "b" {
  name       = "b"
  expression = "event.get('eventName') == 'StopLogging'"

  threshold {
    count  = 99999999999
    window = "5m"
  }
}
resource "trailhook_rule" "c" {
  name       = "c"
  expression = "event.get('eventName') == 'StopLogging'"

  threshold {
    count  = 2.5
    window = "5m"
  }
}
"#,
        ),
        (
            "a rule that has expired",
            r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "event.get('eventName') == 'StopLogging'"
  expires_at = "2020-01-31T12:00:00Z"
}
"#,
        ),
    ];
    let shown = require!(shown(&cases).await);
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn of_rules_that_do_not_fit() {
    let long = |attribute: &str| format!("resource \"trailhook_rule\" \"a\" {{\n  name = \"a\"\n  {attribute}\n}}\n");
    // Characters of two bytes: what counts is bytes.
    let expression = long(&format!(
        "expression = \"event.get('eventName') == 'StopLogging'\"\n  description = \"{}\"",
        "é".repeat(4_100)
    ));
    let names: Vec<_> = (0..900).map(|number| format!("\"Stop{number}\"")).collect();
    let names = long(&format!("event_names = [{}]", names.join(", ")));
    let shown = require!(shown(&[("a long description", &expression), ("many names", &names)]).await);
    // Of names that nobody knows only some are told, so that the error is not lost behind them.
    let told = ["Error: ", "Warning: ", "The document has", "several out of it."];
    let told: Vec<_> = shown.lines().filter(|line| told.iter().any(|told| line.starts_with(told))).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn of_tests() {
    let cases = [
        (
            "tests that fail",
            r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = <<-EOT
    event.get("eventSource") == "cloudtrail.amazonaws.com"
    and event["eventName"] == "StopLogging"
  EOT
  exceptions = ["event['userIdentity.type'] == 'Root'", "event.get('errorCode') == 'AccessDenied'"]

  test {
    name  = "another event"
    event = jsonencode({ eventSource = "cloudtrail.amazonaws.com", eventName = "StartLogging" })
  }
  test {
    name   = "a match that is not wanted"
    event  = jsonencode({ eventSource = "cloudtrail.amazonaws.com", eventName = "StopLogging" })
    expect = "no_match"
  }
  test {
    name   = "an exception that is not wanted"
    expect = "match"
    event = jsonencode({
      eventSource = "cloudtrail.amazonaws.com", eventName = "StopLogging", errorCode = "AccessDenied"
    })
  }
  test {
    name  = "an event without a name"
    event = jsonencode({ eventSource = "cloudtrail.amazonaws.com" })
  }
  test {
    name   = "no error"
    event  = jsonencode({})
    expect = "error"
  }
  test {
    name   = "one that passes"
    event  = jsonencode({ eventSource = "cloudtrail.amazonaws.com" })
    expect = "error"
  }
}
"#,
        ),
        (
            "events that are none",
            r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "event.get('eventName') == 'StopLogging'"

  test {
    name  = "no JSON"
    event = "{eventName: StopLogging}"
  }
  test {
    name  = "no object"
    event = jsonencode("StopLogging")
  }
  test {
    name  = "a log"
    event = file("events/log.json")
  }
  test {
    name  = "a longer log"
    event = jsonencode({ Records = [{}, {}] })
  }
  test {
    name  = "an event of EventBridge"
    event = jsonencode({ detail-type = "AWS API Call via CloudTrail", detail = { eventName = "StopLogging" } })
  }
  test {
    name  = "an answer of the command-line interface"
    event = jsonencode({ Events = [{ CloudTrailEvent = "{}" }] })
  }
  test {
    name  = "what to write instead"
    event = jsonencode(jsondecode(file("events/log.json")).Records[0])
  }
}
"#,
        ),
        (
            "blocks with mistakes",
            r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "event['eventName'].startwith('Stop')"

  test {
    name  = "twice"
    event = jsonencode({ eventName = "StopLogging" })
  }
  test {
    name   = "twice"
    event  = jsonencode({ eventName = "StopLogging" })
    expect = "matches"
  }
  test {
    name  = " "
    event = jsonencode({ eventName = "StopLogging" })
  }
}
"#,
        ),
    ];
    let shown = require!(shown(&cases).await);
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn of_routes() {
    let cases = [
        (
            "no destination",
            r#"
resource "trailhook_route" "r" {
  name = "r"
}
"#,
        ),
        (
            "several destinations",
            r#"
resource "trailhook_route" "r" {
  name = "r"

  slack_webhook {
    url_parameter = "/trailhook/secrets/webhook"
  }
  slack_app {
    channel         = "alerts"
    token_parameter = "/trailhook/secrets/token"
  }
  sns {
    topic_arn = "arn:aws:sns:eu-west-1:111122223333:alerts"
  }
}
"#,
        ),
        (
            "an app with mistakes",
            r#"
resource "trailhook_route" "r" {
  name    = "r"
  detail  = "all"
  mention = "@here"

  slack_app {
    channel         = "My Alerts"
    token_parameter = "xoxb-hidden"
    api_url         = "http://slack.com/api"
  }
}
"#,
        ),
        (
            "a topic that is none",
            r#"
resource "trailhook_route" "r" {
  name = "R"

  sns {
    topic_arn = "arn:aws:sqs:eu-west-1:111122223333:alerts"
  }
}
"#,
        ),
        (
            "a webhook with mistakes",
            r#"
resource "trailhook_route" "r" {
  name = "r"

  slack_webhook {
    url_parameter = "webhook"
    allowed_host  = "https://chat.example.com/"
  }
}
"#,
        ),
        (
            "conditions with mistakes",
            r#"
resource "trailhook_route" "r" {
  name = "r"

  match {
    accounts     = ["1234", "111122223333"]
    regions      = ["EU", "eu-west-1"]
    min_severity = "urgent"
    rules        = ["baseline/*", "a[b"]
    labels       = { team = null }
    expression   = "event['eventName'].startwith('Get') or event.get('eventName') == 'StopLoging'"
  }
  sns {
    topic_arn = "arn:aws:sns:eu-west-1:111122223333:alerts"
  }
}
"#,
        ),
    ];
    let shown = require!(shown(&cases).await);
    assert_eq!(shown.matches("hidden").count(), 1, "the line of the configuration is the only place");
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn a_plan_shows_all_of_them_at_once() {
    let proxy = FaultProxy::start().await.unwrap();
    let terraform = require!(terraform(&proxy.url()));
    let resources = r#"
resource "trailhook_rule" "a" {
  name       = "a"
  severity   = "urgent"
  expression = <<-EOT
    event.get("userIdentity.type") == "Root"
    and event["eventName"].startwith("Get")
  EOT
}

resource "trailhook_rule" "b" {
  name       = "b"
  expression = "event.get('eventName') == 'StopLogging'"
  exceptions = ["event['a'] && event['b']"]

  threshold {
    count  = 3
    window = "5 minutes"
  }
}

resource "trailhook_rule" "c" {
  name       = "c"
  expression = "event.get('eventName') == 'StopLogging'"

  test {
    name  = "the trail starts"
    event = jsonencode({ eventName = "StartLogging" })
  }
}
"#;
    terraform.write("main.tf", &configuration(resources.trim_start())).unwrap();
    terraform.init().await.unwrap().success().unwrap();
    let run = terraform.plan(&[]).await.unwrap();
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.stderr.trim());
}
