# A function whose code goes through a bucket, and a state that every machine reads.
terraform {
  required_providers {
    aws       = { source = "hashicorp/aws" }
    trailhook = { source = "trailhook/trailhook" }
  }

  backend "s3" {
    bucket                      = "state"
    key                         = "trailhook.tfstate"
    use_path_style              = true
    skip_credentials_validation = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
  }
}

provider "aws" {}

provider "trailhook" { namespace = "/trailhook/prod" }

module "trailhook" {
  source = "../module"

  namespace         = "/trailhook/prod"
  log_bucket_name   = "acme-cloudtrail"
  secret_parameters = ["/trailhook/secrets/slack-webhook"]
  code_bucket       = { name = "code" }
  alarms            = { create = false }
}

resource "trailhook_rule" "stopped" {
  name       = "trail-stopped"
  expression = "event['eventName'] == 'StopLogging'"
}

resource "trailhook_route" "security" {
  name    = "security"
  default = true

  slack_webhook {
    url_parameter = "/trailhook/secrets/slack-webhook"
    allowed_host  = "127.0.0.1"
  }
}
