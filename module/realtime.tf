# CloudTrail's events as EventBridge hands them on, seconds after the call, while the log of the same events follows minutes later.

locals {
  realtime_pattern = jsonencode({
    # Programs cannot put events of such a source on a bus, so nobody feigns a call.
    source = [{ prefix = "aws." }]
    # Calls, sign-ins, what people do in the console, what services do, insights, and what kinds there will be.
    detail-type = [{ suffix = " via CloudTrail" }]
    detail = merge(
      # A trail may log the invocations of functions as data events. Those of the function itself among them would make new ones without end.
      { eventCategory = [{ anything-but = ["Data"] }, { exists = false }] },
      length(var.realtime.event_names) > 0 ? { eventName = sort(var.realtime.event_names) } : {},
    )
  })

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
  receives = local.uses.realtime && var.forwarders != null
  # Statements of one policy must not have one name.
  account_ids      = distinct(try(var.forwarders.account_ids, []))
  organization_ids = distinct(try(var.forwarders.organization_ids, []))
}

resource "aws_cloudwatch_event_bus" "forwarded" {
  count = local.receives ? 1 : 0

  name = var.name
  tags = var.tags
}

# The function's own account may send to it anyway.
resource "aws_cloudwatch_event_bus_policy" "forwarded" {
  count = local.receives && length(local.account_ids) + length(local.organization_ids) > 0 ? 1 : 0

  event_bus_name = aws_cloudwatch_event_bus.forwarded[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for account_id in local.account_ids : {
        Sid       = "Account${account_id}"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${account_id}:root" }
        Action    = "events:PutEvents"
        Resource  = aws_cloudwatch_event_bus.forwarded[0].arn
      }],
      [for organization_id in local.organization_ids : {
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
