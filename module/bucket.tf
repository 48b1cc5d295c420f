# A bucket has one notification configuration, and this resource owns the whole of it.
resource "aws_s3_bucket_notification" "logs" {
  count = var.create_bucket_notification && local.reads_logs ? 1 : 0

  bucket      = var.log_bucket_name
  eventbridge = local.uses.object_events

  dynamic "lambda_function" {
    for_each = local.uses.bucket ? [aws_lambda_function.this.arn] : []

    content {
      id                  = var.name
      lambda_function_arn = lambda_function.value
      events              = local.bucket_events
      filter_prefix       = var.log_prefix
      filter_suffix       = local.log_suffix
    }
  }

  dynamic "topic" {
    for_each = local.uses.sns ? [local.topic_arn] : []

    content {
      id            = var.name
      topic_arn     = topic.value
      events        = local.bucket_events
      filter_prefix = var.log_prefix
      filter_suffix = local.log_suffix
    }
  }

  dynamic "queue" {
    for_each = local.uses.sqs && !local.uses.sns ? aws_sqs_queue.logs[*].arn : []

    content {
      id            = var.name
      queue_arn     = queue.value
      events        = local.bucket_events
      filter_prefix = var.log_prefix
      filter_suffix = local.log_suffix
    }
  }

  # S3 tries each destination before it accepts the configuration.
  depends_on = [aws_lambda_permission.bucket, aws_sns_topic_policy.fanout, aws_sqs_queue_policy.logs]

  lifecycle {
    precondition {
      condition     = !local.uses.bucket || !(local.uses.sns || local.uses.sqs)
      error_message = "sources contains \"bucket\" together with \"sns\" or \"sqs\". S3 notifies one destination of an object, so \"bucket\" is to be left out; \"sns\" and \"sqs\" together are one way, from the topic into the queue. Where the bucket's notifications are configured elsewhere, set create_bucket_notification = false."
    }

    precondition {
      condition     = local.log_bucket_account_id == local.account_id
      error_message = "The log bucket belongs to another account (log_bucket_account_id), which alone can configure its notifications. Set create_bucket_notification = false here, and see \"A log bucket in another account\" in the module's README."
    }
  }
}

locals {
  # Without the objects that a lifecycle rule lets expire: those are S3's own, and have an event of another name.
  bucket_events = var.notify_log_removal ? ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"] : ["s3:ObjectCreated:*"]
}
