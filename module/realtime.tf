# CloudTrail's events as EventBridge hands them on, seconds after the call, while the log of the same events follows minutes later.

locals {
  realtime_pattern = jsonencode(merge(
    {
      # Programs cannot put events of such a source on a bus, so nobody feigns a call.
      source = [{ prefix = "aws." }]
      detail-type = [
        "AWS API Call via CloudTrail",
        "AWS Console Sign In via CloudTrail",
        "AWS Insight via CloudTrail",
        "AWS Service Event via CloudTrail",
      ]
    },
    length(var.realtime.event_names) > 0 ? { detail = { eventName = sort(var.realtime.event_names) } } : {},
  ))

  # EventBridge leaves read-only events out, unless a rule is in this state.
  realtime_state = var.realtime.read_only_events ? "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" : "ENABLED"
}

resource "aws_cloudwatch_event_rule" "realtime" {
  count = local.uses.realtime ? 1 : 0

  name          = "${var.name}-realtime"
  description   = "Events that CloudTrail records in ${local.region}, for Trailhook"
  event_pattern = local.realtime_pattern
  state         = local.realtime_state
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "realtime" {
  count = local.uses.realtime ? 1 : 0

  rule = aws_cloudwatch_event_rule.realtime[0].name
  arn  = aws_lambda_function.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.failed.arn
  }
}

resource "aws_lambda_permission" "realtime" {
  count = local.uses.realtime ? 1 : 0

  statement_id  = "realtime"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.realtime[0].arn
}

# A bus of its own for what the module `forwarder` sends from other regions and accounts, so that the rules of the default bus see nothing
# of it.

locals {
  receives      = local.uses.realtime && var.forwarders != null
  other_senders = var.forwarders == null ? [] : concat(var.forwarders.account_ids, var.forwarders.organization_ids)
}

resource "aws_cloudwatch_event_bus" "forwarded" {
  count = local.receives ? 1 : 0

  name = var.name
  tags = var.tags
}

# The function's own account may send to it anyway.
resource "aws_cloudwatch_event_bus_policy" "forwarded" {
  count = local.receives && length(local.other_senders) > 0 ? 1 : 0

  event_bus_name = aws_cloudwatch_event_bus.forwarded[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for account_id in var.forwarders.account_ids : {
        Sid       = "Account${account_id}"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${account_id}:root" }
        Action    = "events:PutEvents"
        Resource  = aws_cloudwatch_event_bus.forwarded[0].arn
      }],
      [for organization_id in var.forwarders.organization_ids : {
        Sid       = "Organization${trimprefix(organization_id, "o-")}"
        Effect    = "Allow"
        Principal = "*"
        Action    = "events:PutEvents"
        Resource  = aws_cloudwatch_event_bus.forwarded[0].arn
        Condition = { StringEquals = { "aws:PrincipalOrgID" = organization_id } }
      }],
    )
  })
}

resource "aws_cloudwatch_event_rule" "forwarded" {
  count = local.receives ? 1 : 0

  name           = "${var.name}-forwarded"
  description    = "Events that CloudTrail records in other regions and accounts, for Trailhook"
  event_bus_name = aws_cloudwatch_event_bus.forwarded[0].name
  event_pattern  = local.realtime_pattern
  state          = local.realtime_state
  tags           = var.tags
}

resource "aws_cloudwatch_event_target" "forwarded" {
  count = local.receives ? 1 : 0

  rule           = aws_cloudwatch_event_rule.forwarded[0].name
  event_bus_name = aws_cloudwatch_event_bus.forwarded[0].name
  arn            = aws_lambda_function.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.failed.arn
  }
}

resource "aws_lambda_permission" "forwarded" {
  count = local.receives ? 1 : 0

  statement_id  = "forwarded"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.forwarded[0].arn
}
