# Everything, in an account that has nothing yet: the trail, its bucket, the function, the baseline rules, rules of one's own, and two routes.
#
# The webhooks' URLs are secrets. Put them into Parameter Store before the first apply, outside of Terraform:
#
#   aws ssm put-parameter --type SecureString --name /trailhook/secrets/slack-security --value https://hooks.slack.com/services/...
#   aws ssm put-parameter --type SecureString --name /trailhook/secrets/slack-on-call --value https://hooks.slack.com/services/...

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
  namespace = var.namespace
  region    = var.region
}

module "trailhook" {
  source = "../../module" # from the registry: trailhook/trailhook/aws

  namespace         = var.namespace
  log_bucket_name   = aws_s3_bucket.logs.bucket
  secret_parameters = values(var.webhook_parameters)

  # In a new account, whose quota of ten concurrent invocations lets nobody reserve any ("decreases account's UnreservedConcurrentExecution
  # below its minimum value"):
  # reserved_concurrency = -1

  # If the function itself is in trouble, it cannot say so in Slack.
  alarms = { actions = [aws_sns_topic.operations.arn] }
}

# Alarms, for people, by another way than alerts.
resource "aws_sns_topic" "operations" {
  name = "trailhook-operations"
}

# AWS asks the address whether it wants them.
resource "aws_sns_topic_subscription" "operations" {
  count = var.operations_email == null ? 0 : 1

  topic_arn = aws_sns_topic.operations.arn
  protocol  = "email"
  endpoint  = var.operations_email
}
