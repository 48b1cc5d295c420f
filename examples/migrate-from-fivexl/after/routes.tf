# default_slack_hook_url
resource "trailhook_route" "default" {
  name    = "default"
  default = true

  slack_webhook {
    url_parameter = local.default_hook
  }
}

# Each entry of configuration. Where several hold an account, all of them get the alert, not the first alone.
resource "trailhook_route" "production" {
  name = "production"

  match {
    accounts = ["111122223333"]
  }

  slack_webhook {
    url_parameter = local.production_hook
  }
}
