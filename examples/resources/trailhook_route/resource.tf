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
