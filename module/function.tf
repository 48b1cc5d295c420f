# The code comes with the provider: as a file, or by way of a bucket where plan and apply run on different machines.

data "trailhook_lambda_package" "function" {
  count = var.code_bucket == null ? 1 : 0

  output_path  = "${path.module}/trailhook-${var.architecture}.zip"
  architecture = var.architecture
}

resource "trailhook_lambda_code" "function" {
  count = var.code_bucket == null ? 0 : 1

  bucket       = var.code_bucket.name
  key          = coalesce(var.code_bucket.key, "trailhook/${var.name}-${var.architecture}.zip")
  architecture = var.architecture
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = "Trailhook: reads CloudTrail logs and tells people by the rules of ${var.namespace}"
  role          = aws_iam_role.function.arn

  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]

  filename          = one(data.trailhook_lambda_package.function[*].path)
  s3_bucket         = one(trailhook_lambda_code.function[*].bucket)
  s3_key            = one(trailhook_lambda_code.function[*].key)
  s3_object_version = one(trailhook_lambda_code.function[*].version_id)
  source_code_hash = one(concat(
    data.trailhook_lambda_package.function[*].source_code_hash,
    trailhook_lambda_code.function[*].source_code_hash,
  ))

  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrency

  environment {
    variables = {
      TRAILHOOK_NAMESPACE         = var.namespace
      TRAILHOOK_TABLE             = aws_dynamodb_table.state.name
      TRAILHOOK_DEAD_LETTER_QUEUE = aws_sqs_queue.dead_letters.url
      TRAILHOOK_LOG               = lower(var.log_level)
    }
  }

  tags = var.tags

  # Without the permissions, its first invocations would fail. Without the log group, Lambda would make one that keeps everything for ever.
  depends_on = [aws_iam_role_policy.function, aws_cloudwatch_log_group.function]

  lifecycle {
    precondition {
      condition     = alltrue([for name in var.secret_parameters : !startswith(name, "${var.namespace}/")])
      error_message = "A parameter in secret_parameters is within the namespace ${var.namespace}. What is in there is published and read by others than the function: keep secrets beside it, such as /trailhook/secrets/slack-webhook."
    }

    precondition {
      condition     = var.forwarders == null || local.uses.realtime
      error_message = "forwarders is given, but sources does not contain \"realtime\". Add it, or leave forwarders out."
    }
  }
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = one(local.encryption_key_arns)
  tags              = var.tags
}

# S3, SNS and EventBridge invoke it asynchronously: Lambda keeps what it cannot hand over, tries it again, and then puts it into the queue.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failed.arn
    }
  }

  # Lambda refuses a destination that the role may not write to.
  depends_on = [aws_iam_role_policy.function]
}

# What had to wait (repeats, a channel's one message a second, what Slack did not take) is sent by this.
resource "aws_cloudwatch_event_rule" "flush" {
  name                = "${var.name}-flush"
  description         = "Lets Trailhook send the alerts that are due"
  schedule_expression = "rate(1 minute)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "flush" {
  rule  = aws_cloudwatch_event_rule.flush.name
  arn   = aws_lambda_function.this.arn
  input = jsonencode({ trailhook = "flush" })

  # The next one comes anyway. For the same reason the function answers a flush that failed with success and an `error`: nothing of it is tried
  # again or lands in the queue, but OldestDue is missing, which alarms when it lasts.
  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

resource "aws_lambda_permission" "flush" {
  statement_id  = "flush"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.flush.arn
}
