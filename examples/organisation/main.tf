# An organisation's trail, whose bucket is in the account for logs, where the function is as well. Each account has its channel.

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
  namespace       = "/trailhook/organisation"
  token_parameter = "/trailhook/secrets/slack-token"
}

module "trailhook" {
  source = "../../module" # from the registry: trailhook/trailhook/aws

  namespace         = local.namespace
  log_bucket_name   = var.log_bucket_name
  log_prefix        = "AWSLogs/${var.organization_id}/"
  log_kms_key_arns  = var.log_kms_key_arns
  secret_parameters = [local.token_parameter]

  # The topic lets other programs hear of new logs, too; the queue takes the bursts of many accounts.
  sources = ["sns", "sqs"]

  # The logs of many accounts are many.
  memory_size = 512

  alarms = { actions = [aws_sns_topic.operations.arn] }
}

resource "trailhook_rule_pack" "baseline" {
  name = "baseline"
}

# The account's own channel, for those who can tell whether it was they.
resource "trailhook_route" "account" {
  for_each = var.accounts

  name = each.key

  match {
    accounts = [each.value.account_id]
  }

  slack_app {
    channel         = each.value.channel
    token_parameter = local.token_parameter
  }
}

# What is grave goes to the security team as well, from whichever account.
resource "trailhook_route" "security" {
  name = "security"

  match {
    min_severity = "critical"
  }

  slack_app {
    channel         = var.security_channel
    token_parameter = local.token_parameter
  }
}

# And so does what neither of those takes, such as the alerts of a new account, and what they could not deliver.
resource "trailhook_route" "others" {
  name    = "others"
  default = true

  slack_app {
    channel         = var.security_channel
    token_parameter = local.token_parameter
  }
}

resource "trailhook_settings" "this" {
  account_aliases = { for name, account in var.accounts : account.account_id => name }
}

resource "aws_sns_topic" "operations" {
  name = "trailhook-operations"
}
