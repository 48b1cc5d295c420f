//! Mistakes in rules, except in their tests.

/// What the mistake is, and a configuration with it.
pub(crate) const CASES: &[(&str, &str)] = &[
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
        "a pattern of names",
        r#"
resource "trailhook_rule" "a" {
  name        = "a"
  event_names = ["Stop*", "s3:", null]
}
"#,
    ),
    (
        "names that are empty, too long, or begin wrongly",
        r#"
resource "trailhook_rule" "a" {
  name       = ""
  expression = "event.get('eventName') == 'StopLogging'"
}
resource "trailhook_rule" "b" {
  name       = "a23456789-b23456789-c23456789-d23456789-e23456789-f23456789-g2345"
  expression = "event.get('eventName') == 'StopLogging'"
}
resource "trailhook_rule" "c" {
  name       = "-a"
  expression = "event.get('eventName') == 'StopLogging'"
}
"#,
    ),
    (
        "a parameter that AWS refuses",
        r#"
resource "trailhook_rule" "a" {
  name       = "a"
  expression = "event.get('eventName') == 'StopLogging'"
  tier       = "Fast"
  tags = {
    "aws:owner" = "security"
    stage       = "a,b"
  }
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
