# The webhook's URL is a secret, so it is put into Parameter Store outside of Terraform, once:
#
#   aws ssm put-parameter --type SecureString --name /trailhook/secrets/slack-webhook --value https://hooks.slack.com/services/...
#
# The configuration names the parameter alone. It is outside of the provider's namespace.
resource "trailhook_route" "security" {
  name    = "security"
  default = true

  slack_webhook {
    url_parameter = "/trailhook/secrets/slack-webhook"
  }
}

# What is grave, of the production accounts, into a channel by a Slack app. Repeats stand in the thread of the first. Alerts that this route takes do not
# go to the default one.
resource "trailhook_route" "production" {
  name = "production"

  match {
    accounts     = ["111122223333", "444455556666"]
    min_severity = "high"
  }

  slack_app {
    channel               = "#security-production"
    token_parameter       = "/trailhook/secrets/slack-token"
    broadcast_first_reply = true
  }
}

# The same alerts as JSON, for programs.
resource "trailhook_route" "archive" {
  name = "archive"

  match {
    accounts     = ["111122223333", "444455556666"]
    min_severity = "high"
  }

  sns {
    topic_arn = "arn:aws:sns:eu-central-1:111122223333:cloudtrail-alerts"
  }
}
