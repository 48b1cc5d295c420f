# Topic and queue between the bucket and the function: bucket -> topic -> function, bucket -> queue -> function, or
# bucket -> topic -> queue -> function.

locals {
  creates_topic = local.uses.sns && var.sns_fanout.create_topic
  topic_invokes = local.uses.sns && !local.uses.sqs
  topic_queues  = local.uses.sns && local.uses.sqs
  topic_arn     = one(concat(aws_sns_topic.fanout[*].arn, local.uses.sns && !var.sns_fanout.create_topic ? [var.sns_fanout.topic_arn] : []))
}

resource "aws_sns_topic" "fanout" {
  count = local.creates_topic ? 1 : 0

  name              = coalesce(var.sns_fanout.topic_name, "${var.name}-logs")
  kms_master_key_id = one(local.encryption_key_arns)
  tags              = var.tags
}

resource "aws_sns_topic_policy" "fanout" {
  count = local.creates_topic ? 1 : 0

  arn = aws_sns_topic.fanout[0].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LogBucket"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.fanout[0].arn
      Condition = {
        ArnEquals    = { "aws:SourceArn" = local.log_bucket_arn }
        StringEquals = { "aws:SourceAccount" = local.log_bucket_account_id }
      }
    }]
  })
}

resource "aws_sns_topic_subscription" "function" {
  count = local.topic_invokes ? 1 : 0

  topic_arn      = local.topic_arn
  protocol       = "lambda"
  endpoint       = aws_lambda_function.this.arn
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed.arn })

  depends_on = [aws_lambda_permission.topic, aws_sqs_queue_policy.failed]
}

resource "aws_lambda_permission" "topic" {
  count = local.topic_invokes ? 1 : 0

  statement_id  = "log-topic"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "sns.amazonaws.com"
  source_arn    = local.topic_arn
}

resource "aws_sqs_queue" "logs" {
  count = local.uses.sqs ? 1 : 0

  name = "${var.name}-logs"
  # What Lambda asks for: a message must not come up again while a batch is still at work.
  visibility_timeout_seconds = 6 * var.timeout
  message_retention_seconds  = local.longest_retention
  sqs_managed_sse_enabled    = local.sqs_managed_sse
  kms_master_key_id          = one(local.encryption_key_arns)
  tags                       = var.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.logs_failed[0].arn
    maxReceiveCount     = var.sqs.max_receive_count
  })
}

# Apart from the other failures, so that SQS itself can move its messages back to where they came from.
resource "aws_sqs_queue" "logs_failed" {
  count = local.uses.sqs ? 1 : 0

  name                      = "${var.name}-logs-failed"
  message_retention_seconds = local.longest_retention
  sqs_managed_sse_enabled   = local.sqs_managed_sse
  kms_master_key_id         = one(local.encryption_key_arns)
  tags                      = var.tags
}

resource "aws_sqs_queue_redrive_allow_policy" "logs_failed" {
  count = local.uses.sqs ? 1 : 0

  queue_url = aws_sqs_queue.logs_failed[0].url

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.logs[0].arn]
  })
}

resource "aws_sqs_queue_policy" "logs" {
  count = local.uses.sqs ? 1 : 0

  queue_url = aws_sqs_queue.logs[0].url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = local.uses.sns ? "LogTopic" : "LogBucket"
      Effect    = "Allow"
      Principal = { Service = local.uses.sns ? "sns.amazonaws.com" : "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.logs[0].arn
      Condition = merge(
        { ArnEquals = { "aws:SourceArn" = local.uses.sns ? local.topic_arn : local.log_bucket_arn } },
        local.uses.sns ? {} : { StringEquals = { "aws:SourceAccount" = local.log_bucket_account_id } },
      )
    }]
  })
}

resource "aws_sns_topic_subscription" "queue" {
  count = local.topic_queues ? 1 : 0

  topic_arn = local.topic_arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.logs[0].arn

  depends_on = [aws_sqs_queue_policy.logs]
}

resource "aws_lambda_event_source_mapping" "logs" {
  count = local.uses.sqs ? 1 : 0

  event_source_arn = aws_sqs_queue.logs[0].arn
  function_name    = aws_lambda_function.this.arn
  batch_size       = var.sqs.batch_size
  tags             = var.tags

  # The function names the messages that failed, so that only those come again.
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.sqs.maximum_concurrency
  }

  depends_on = [aws_iam_role_policy.function]

  lifecycle {
    precondition {
      condition     = var.reserved_concurrency == -1 || var.sqs.maximum_concurrency < var.reserved_concurrency
      error_message = "sqs.maximum_concurrency (${var.sqs.maximum_concurrency}) is not below reserved_concurrency (${var.reserved_concurrency}), so that logs of the queue would leave no room for flushes, and throttled batches would use up the tries of their messages. Lower the one or raise the other."
    }
  }
}
