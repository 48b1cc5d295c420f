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
  default_hook    = "/cloudtrail-to-slack/default-hook"
  production_hook = "/cloudtrail-to-slack/production-hook"
}

module "trailhook" {
  source = "../../../module" # from the registry: trailhook/trailhook/aws

  namespace         = local.namespace
  log_bucket_name   = "acme-cloudtrail" # cloudtrail_logs_s3_bucket_name
  secret_parameters = [local.default_hook, local.production_hook]

  memory_size = 512 # lambda_memory_size
  tags        = { team = "security" }

  # While the old module is there, the bucket's notification configuration is its own, and this one listens to EventBridge: see the README beside.
  create_bucket_notification = var.is_alone
  sources                    = var.is_alone ? ["bucket"] : ["object_events"]
}

variable "is_alone" {
  description = "Whether the old module is gone, so that this one writes the bucket's notification configuration."
  type        = bool
  default     = false
}
