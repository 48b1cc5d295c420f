# The trail and its bucket are there already. Three values are yours: the region, the bucket, and the parameter with the webhook's URL.

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
  region = "eu-central-1" # where the bucket is
}

provider "trailhook" {
  namespace = local.namespace
  region    = "eu-central-1"
}

locals {
  namespace = "/trailhook/prod"
  # aws ssm put-parameter --type SecureString --name /trailhook/secrets/slack-webhook --value https://hooks.slack.com/services/...
  webhook_parameter = "/trailhook/secrets/slack-webhook"
}

module "trailhook" {
  source = "../../module" # from the registry: trailhook/trailhook/aws

  namespace         = local.namespace
  log_bucket_name   = var.log_bucket_name
  secret_parameters = [local.webhook_parameter]

  # The module writes the bucket's notification configuration. If the bucket notifies others already, say false, and see "Sources" in the
  # module's README.
  create_bucket_notification = true

  # If a key of your own encrypts the logs:
  # log_kms_key_arns = ["arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]

  # If the trail has a prefix, such as audit:
  # log_prefix = "audit/AWSLogs/"

  # If the function itself is in trouble, it cannot say so in Slack: a topic that reaches people by e-mail, say.
  # alarms = { actions = ["arn:aws:sns:eu-central-1:111122223333:operations"] }

  # In a new account, whose quota of ten concurrent invocations lets nobody reserve any ("decreases account's UnreservedConcurrentExecution
  # below its minimum value"):
  # reserved_concurrency = -1
}

resource "trailhook_rule_pack" "baseline" {
  name = "baseline"
}

resource "trailhook_route" "security" {
  name    = "security"
  default = true

  slack_webhook {
    url_parameter = local.webhook_parameter
  }
}

output "self_test" {
  description = "The command that sends a test alert through every route."
  value       = module.trailhook.self_test_command
}

variable "log_bucket_name" {
  description = "The bucket that the trail writes to."
  type        = string
}
