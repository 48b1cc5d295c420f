# Two queues that are empty on a good day; alarms watch both.

# Alerts that no route could deliver, each as JSON with the reason. Nothing reads it: a person does.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = local.longest_retention
  sqs_managed_sse_enabled   = local.sqs_managed_sse
  kms_master_key_id         = one(local.encryption_key_arns)
  tags                      = var.tags
}

# Notifications and events that the function failed for, or that did not reach it. They can be handed to it once more.
resource "aws_sqs_queue" "failed" {
  name                      = "${var.name}-failed"
  message_retention_seconds = local.longest_retention
  sqs_managed_sse_enabled   = local.sqs_managed_sse
  kms_master_key_id         = one(local.encryption_key_arns)
  tags                      = var.tags
}

# Lambda writes to it with the function's role; SNS and EventBridge write what they could not hand over by themselves.
resource "aws_sqs_queue_policy" "failed" {
  count = local.topic_invokes || local.uses.object_events || local.uses.realtime ? 1 : 0

  queue_url = aws_sqs_queue.failed.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for service, arns in local.senders_to_failed : {
      Effect    = "Allow"
      Principal = { Service = "${service}.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.failed.arn
      Condition = { ArnEquals = { "aws:SourceArn" = arns } }
    } if length(arns) > 0]
  })
}

locals {
  # Fourteen days, the most that SQS offers.
  longest_retention = 1209600
  # A queue has either a key of SQS or one of KMS.
  sqs_managed_sse = var.encryption_key == null ? true : null

  senders_to_failed = {
    sns = local.topic_invokes ? [local.topic_arn] : []
    events = concat(
      aws_cloudwatch_event_rule.object_events[*].arn,
      aws_cloudwatch_event_rule.realtime[*].arn,
      aws_cloudwatch_event_rule.forwarded[*].arn,
    )
  }
}
