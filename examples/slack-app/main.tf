# A Slack app instead of a webhook: repeats of an alert stand in the thread of the first, and one token serves all channels.
#
# Create the app at https://api.slack.com/apps from the manifest beside this file, install it in the workspace, and put its bot token into
# Parameter Store, outside of Terraform:
#
#   aws ssm put-parameter --type SecureString --name /trailhook/secrets/slack-token --value xoxb-...

terraform {
  required_version = ">= 1.8"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
    trailhook = {
      source  = "trailhook/trailhook"
      version = "~> 0.1"
    }
  }
}

provider "aws" {
  region = var.region
}

provider "trailhook" {
  namespace = local.namespace
  region    = var.region
}

locals {
  namespace       = "/trailhook/prod"
  token_parameter = "/trailhook/secrets/slack-token"
}

module "trailhook" {
  source = "../../module" # from the registry: trailhook/trailhook/aws

  namespace         = local.namespace
  log_bucket_name   = var.log_bucket_name
  secret_parameters = [local.token_parameter]
}

resource "trailhook_rule_pack" "baseline" {
  name = "baseline"
}

# One conversation for each actor and kind of call; after an hour the next one begins.
resource "trailhook_rule" "console_logins_fail" {
  name         = "console-logins-fail"
  description  = "Sign-ins to the console fail again and again from one address."
  severity     = "high"
  expression   = "event['eventName'] == 'ConsoleLogin' and event.get('errorMessage') == 'Failed authentication'"
  group_by     = ["sourceIPAddress"]
  group_window = "1h"

  threshold {
    count  = 5
    window = "10m"
    by     = ["sourceIPAddress"]
  }
}

resource "trailhook_route" "grave" {
  name = "grave"

  match {
    min_severity = "high"
  }

  slack_app {
    channel               = "#security-alarms"
    token_parameter       = local.token_parameter
    broadcast_first_reply = true
  }
}

resource "trailhook_route" "others" {
  name    = "others"
  default = true

  slack_app {
    channel         = "#security"
    token_parameter = local.token_parameter
  }
}

variable "region" {
  description = "The region of the bucket and of the function."
  type        = string
  default     = "eu-central-1"
}

variable "log_bucket_name" {
  description = "The bucket that the trail writes to."
  type        = string
}
