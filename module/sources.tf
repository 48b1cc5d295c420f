# How the function learns of new logs and events. The ways may overlap: an event is claimed in the state table by its id, once for each
# route, so that the second way to bring it finds it told.

locals {
  uses = { for source in ["bucket", "sns", "sqs", "object_events", "realtime"] : source => contains(var.sources, source) }

  # All but real time, which brings events without logs.
  reads_logs = length(setsubtract(var.sources, ["realtime"])) > 0
}

# Straight from the bucket.
resource "aws_lambda_permission" "bucket" {
  count = local.uses.bucket ? 1 : 0

  statement_id   = "log-bucket"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = local.log_bucket_arn
  source_account = local.log_bucket_account_id
}

# S3's events of objects, by EventBridge.
resource "aws_cloudwatch_event_rule" "object_events" {
  count = local.uses.object_events ? 1 : 0

  name        = "${var.name}-objects"
  description = "New CloudTrail logs in ${var.log_bucket_name}, for Trailhook"
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = var.notify_log_removal ? ["Object Created", "Object Deleted"] : ["Object Created"]
    detail = {
      bucket = { name = [var.log_bucket_name] }
      object = { key = [{ wildcard = "${var.log_prefix}*${local.log_suffix}" }] }
    }
  })

  lifecycle {
    precondition {
      condition     = local.log_bucket_account_id == local.account_id
      error_message = "sources contains \"object_events\", but the log bucket belongs to another account (log_bucket_account_id). S3 tells the EventBridge of the bucket's own account alone, so that nothing would be heard here. Take \"bucket\", \"sns\" or \"sqs\", with a notification that the bucket's owner configures."
    }
  }
}

resource "aws_cloudwatch_event_target" "object_events" {
  count = local.uses.object_events ? 1 : 0

  rule = aws_cloudwatch_event_rule.object_events[0].name
  arn  = aws_lambda_function.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.failed.arn
  }
}

resource "aws_lambda_permission" "object_events" {
  count = local.uses.object_events ? 1 : 0

  statement_id  = "object-events"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.object_events[0].arn
}
