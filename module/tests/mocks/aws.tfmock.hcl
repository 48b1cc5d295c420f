# An account that does not exist, whose resources have ARNs and URLs of the right form.

mock_data "aws_caller_identity" {
  defaults = { account_id = "111122223333" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
}

mock_data "aws_region" {
  defaults = { id = "eu-central-1" }
}

mock_resource "aws_cloudwatch_event_bus" {
  defaults = { arn = "arn:aws:events:eu-central-1:111122223333:event-bus/trailhook" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/lambda/trailhook" }
}

mock_resource "aws_dynamodb_table" {
  defaults = { arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/trailhook" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::111122223333:role/trailhook-eu-central-1" }
}

mock_resource "aws_lambda_function" {
  defaults = { arn = "arn:aws:lambda:eu-central-1:111122223333:function:trailhook" }
}

mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:eu-central-1:111122223333:trailhook-logs" }
}

# Each queue and each rule is another one, so that they cannot be mistaken for each other.

override_resource {
  target = aws_cloudwatch_event_rule.flush
  values = { arn = "arn:aws:events:eu-central-1:111122223333:rule/trailhook-flush" }
}

override_resource {
  target = aws_cloudwatch_event_rule.object_events
  values = { arn = "arn:aws:events:eu-central-1:111122223333:rule/trailhook-objects" }
}

override_resource {
  target = aws_cloudwatch_event_rule.realtime
  values = { arn = "arn:aws:events:eu-central-1:111122223333:rule/trailhook-realtime" }
}

override_resource {
  target = aws_cloudwatch_event_rule.forwarded
  values = { arn = "arn:aws:events:eu-central-1:111122223333:rule/trailhook/trailhook-forwarded" }
}

override_resource {
  target = aws_sqs_queue.dead_letters
  values = {
    arn = "arn:aws:sqs:eu-central-1:111122223333:trailhook-dead-letters"
    url = "https://sqs.eu-central-1.amazonaws.com/111122223333/trailhook-dead-letters"
  }
}

override_resource {
  target = aws_sqs_queue.failed
  values = {
    arn = "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"
    url = "https://sqs.eu-central-1.amazonaws.com/111122223333/trailhook-failed"
  }
}

override_resource {
  target = aws_sqs_queue.logs
  values = {
    arn = "arn:aws:sqs:eu-central-1:111122223333:trailhook-logs"
    url = "https://sqs.eu-central-1.amazonaws.com/111122223333/trailhook-logs"
  }
}

override_resource {
  target = aws_sqs_queue.logs_failed
  values = {
    arn = "arn:aws:sqs:eu-central-1:111122223333:trailhook-logs-failed"
    url = "https://sqs.eu-central-1.amazonaws.com/111122223333/trailhook-logs-failed"
  }
}
