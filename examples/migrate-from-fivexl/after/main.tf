# The same with Trailhook.

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
  region = "eu-central-1"
}

provider "trailhook" {
  namespace = local.namespace
  region    = "eu-central-1"
}

locals {
  namespace = "/trailhook/prod"

  # The parameters stay where they are. Nothing reads their values but the function.
  hooks = {
    trial      = "/cloudtrail-to-slack/trial-hook"
    default    = "/cloudtrail-to-slack/default-hook"
    production = "/cloudtrail-to-slack/production-hook"
  }

  # At first all routes lead to a channel for trying, whose webhook is in a parameter of its own.
  default_hook    = var.is_alone ? local.hooks.default : local.hooks.trial
  production_hook = var.is_alone ? local.hooks.production : local.hooks.trial
}

module "trailhook" {
  source = "../../../module" # from the registry: trailhook/trailhook/aws

  namespace         = local.namespace
  log_bucket_name   = "acme-cloudtrail" # cloudtrail_logs_s3_bucket_name
  secret_parameters = values(local.hooks)

  memory_size = 512 # lambda_memory_size
  tags        = { team = "security" }

  # While the old module is there, the bucket's notification configuration is its own, and this one listens to EventBridge. It goes on to do so
  # when it has the notification, until that is seen to work: see the README beside.
  create_bucket_notification = var.owns_notification
  sources                    = var.owns_notification ? ["bucket", "object_events"] : ["object_events"]
}

variable "owns_notification" {
  description = "Whether the bucket's notification configuration has been handed over, so that this module writes it."
  type        = bool
  default     = false
}

variable "is_alone" {
  description = "Whether the routes lead to the channels of every day, instead of one for trying."
  type        = bool
  default     = false
}
