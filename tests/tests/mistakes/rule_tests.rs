//! Mistakes in `test` blocks, and tests that fail.

/// What the mistake is, and a configuration with it.
pub(crate) const CASES: &[(&str, &str)] = &[
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
    name  = "a list"
    event = jsonencode([{ eventName = "StopLogging" }])
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
    name  = "one event of such an answer"
    event = jsonencode({ EventName = "StopLogging", CloudTrailEvent = "{}" })
  }
  test {
    name  = "the path of a file"
    event = "events/log.json"
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
