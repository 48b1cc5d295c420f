//! Mistakes in routes.

/// What the mistake is, and a configuration with it.
pub(crate) const CASES: &[(&str, &str)] = &[
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
    (
        "a parameter that AWS refuses",
        r#"
resource "trailhook_route" "r" {
  name = "r"
  tier = "Fast"
  tags = {
    "aws:owner" = "security"
  }

  slack_webhook {
    url_parameter = "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"
  }
}
"#,
    ),
];
