# In near real time: EventBridge hands on what CloudTrail records within seconds. The logs come minutes later and fill what EventBridge does
# not carry; what was told already is not told again.
#
# What happens in IAM, in the global STS and when the root user signs in is recorded in us-east-1 alone, so that region forwards its events to
# the function's. Add a module `forwarder` for each further region with something in it.

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

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

provider "trailhook" {
  namespace = var.namespace
  region    = var.region
}

module "trailhook" {
  source = "../../module" # from the registry: trailhook/trailhook/aws

  namespace         = var.namespace
  log_bucket_name   = aws_s3_bucket.logs.bucket
  secret_parameters = [var.webhook_parameter]

  sources = ["bucket", "realtime"]

  # The bus for the forwarder; the function's own account may send to it anyway.
  forwarders = {}
}

module "us_east_1" {
  source    = "../../module/forwarder" # from the registry: trailhook/trailhook/aws//modules/forwarder
  providers = { aws = aws.us_east_1 }

  event_bus_arn = module.trailhook.event_bus_arn
}

resource "trailhook_rule_pack" "baseline" {
  name = "baseline"
}

resource "trailhook_route" "security" {
  name    = "security"
  default = true

  slack_webhook {
    url_parameter = var.webhook_parameter
  }
}
