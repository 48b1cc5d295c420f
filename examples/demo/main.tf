# Nine rules that every account can start from, and one route to a Slack channel.

terraform {
  required_providers {
    trailhook = {
      source = "trailhook/trailhook"
    }
  }
}

provider "trailhook" {
  namespace = var.namespace
  region    = var.region
}

resource "trailhook_route" "security" {
  name    = "security"
  default = true

  slack_webhook {
    # The name of the parameter that holds the webhook's URL, never the URL itself.
    url_parameter = var.webhook_parameter
    allowed_host  = var.webhook_host
  }
}
