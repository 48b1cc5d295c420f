# What is grave wakes somebody up.
resource "trailhook_route" "on_call" {
  name = "on-call"

  match {
    min_severity = "critical"
  }

  slack_webhook {
    url_parameter = var.webhook_parameters.on_call
  }
}

# Everything else, and what the other route could not deliver.
resource "trailhook_route" "security" {
  name    = "security"
  default = true

  slack_webhook {
    url_parameter = var.webhook_parameters.security
  }
}

resource "trailhook_settings" "this" {
  account_aliases = {
    (data.aws_caller_identity.current.account_id) = "main"
  }
}
