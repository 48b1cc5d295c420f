# The past: S3 Batch Operations hands the function each log of a time that is gone by. The function counts what the rules match, in its
# metrics and its log, and tells nobody, because that many alerts of last month help nobody. A new rule is tried like that on what really
# happened. Who does want the alerts adds `UserArguments = { deliver = "true" }` to `LambdaInvoke` in outputs.tf.
#
# The job competes with live logs: its tasks and they share `reserved_concurrency`, so that alerts of today may come late while it runs. For a
# long time, or many logs, give it an instance of its own, which reads the same rules. Nothing invokes that but the job and the schedule of its
# flushes, since the bucket may, but does not, notify it. Say `module.backfill` instead of `module.trailhook` below and in outputs.tf then:
#
#   module "backfill" {
#     source = "../../module"
#
#     name                       = "trailhook-backfill"
#     namespace                  = local.namespace
#     log_bucket_name            = var.log_bucket_name
#     secret_parameters          = [local.webhook_parameter]
#     create_bucket_notification = false # with the source "bucket"
#     alarms                     = { disabled = ["silence"] }
#   }
#
# Its state is its own, too: with `deliver`, it may tell again what the other one has told.
#
# Terraform has no resource for jobs, since a job is a deed and no thing. It makes what a job needs; the output is the command that starts one.

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
  namespace         = "/trailhook/prod"
  webhook_parameter = "/trailhook/secrets/slack-webhook"
  account_id        = data.aws_caller_identity.current.account_id
  log_bucket_arn    = "arn:${data.aws_partition.current.partition}:s3:::${var.log_bucket_name}"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

module "trailhook" {
  source = "../../module" # from the registry: trailhook/trailhook/aws

  namespace         = local.namespace
  log_bucket_name   = var.log_bucket_name
  secret_parameters = [local.webhook_parameter]
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

# S3 writes the list of the logs and the report of the job to this one.
resource "aws_s3_bucket" "jobs" {
  bucket = "trailhook-backfill-${local.account_id}-${var.region}"
}

resource "aws_s3_bucket_public_access_block" "jobs" {
  bucket = aws_s3_bucket.jobs.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_iam_role" "jobs" {
  name = "trailhook-backfill"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "batchoperations.s3.amazonaws.com" }
      # For jobs of this account alone.
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "jobs" {
  name = "backfill"
  role = aws_iam_role.jobs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "InvokeTheFunction"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = [module.trailhook.function_arn, "${module.trailhook.function_arn}:*"]
      },
      {
        Sid      = "ListTheLogs"
        Effect   = "Allow"
        Action   = ["s3:PutInventoryConfiguration", "s3:ListBucket"]
        Resource = local.log_bucket_arn
      },
      {
        Sid      = "WriteListsAndReports"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = "${aws_s3_bucket.jobs.arn}/*"
      },
    ]
  })
}
