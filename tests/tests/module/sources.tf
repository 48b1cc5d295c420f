# A deployment of the module for each way to the function; every bucket, topic and key is made in the same run.
terraform {
  required_providers {
    aws       = { source = "hashicorp/aws" }
    trailhook = { source = "trailhook/trailhook" }
  }
}

provider "aws" {}

provider "trailhook" { namespace = "/trailhook/prod" }

variable "ways" {
  type = set(string)
}

locals {
  deployments = { for way, deployment in local.all : way => deployment if contains(var.ways, way) }

  all = {
    topic  = { sources = ["sns"], sns_fanout = {} }
    queue  = { sources = ["sqs"], sns_fanout = {} }
    both   = { sources = ["sns", "sqs"], sns_fanout = {} }
    bridge = { sources = ["object_events"], sns_fanout = {} }
    theirs = { sources = ["sns"], sns_fanout = { create_topic = false, topic_arn = aws_sns_topic.theirs.arn } }
  }
}

resource "aws_s3_bucket" "logs" {
  for_each      = local.deployments
  bucket        = "logs-${each.key}"
  force_destroy = true
}

resource "aws_s3_bucket" "code" {
  bucket        = "code"
  force_destroy = true
}

resource "aws_sns_topic" "theirs" { name = "theirs" }

resource "aws_sns_topic" "alerts" { name = "alerts" }

resource "aws_kms_key" "own" {}

module "trailhook" {
  for_each = local.deployments
  source   = "../module"

  name              = "trailhook-${each.key}"
  namespace         = "/trailhook/prod"
  log_bucket_name   = aws_s3_bucket.logs[each.key].id
  secret_parameters = ["/trailhook/secrets/slack-webhook"]
  sources           = each.value.sources
  sns_fanout        = each.value.sns_fanout
  sns_topic_arns    = [aws_sns_topic.alerts.arn]
  log_kms_key_arns  = [aws_kms_key.own.arn]
  alarms            = { create = false }
  tags              = { deployment = each.key }
  code_bucket       = each.key == "queue" ? { name = aws_s3_bucket.code.id } : null
  encryption_key    = each.key == "queue" ? { arn = aws_kms_key.own.arn } : null
}

resource "trailhook_rule_pack" "baseline" { name = "baseline" }

resource "trailhook_route" "security" {
  name    = "security"
  default = true

  slack_webhook {
    url_parameter = "/trailhook/secrets/slack-webhook"
    allowed_host  = "127.0.0.1"
  }
}
