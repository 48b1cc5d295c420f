# One region of one account: what CloudTrail records there goes to the bus of the function, which is in another region or account.

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

resource "aws_cloudwatch_event_rule" "this" {
  name        = var.name
  description = "Events that CloudTrail records here, for Trailhook elsewhere"
  tags        = var.tags

  event_pattern = jsonencode({
    # Programs cannot put events of such a source on a bus, so nobody feigns a call.
    source = [{ prefix = "aws." }]
    # Calls, sign-ins, what people do in the console, what services do, insights, and what kinds there will be.
    detail-type = [{ suffix = " via CloudTrail" }]
    detail = merge(
      # A trail may log the invocations of functions as data events. Those of Trailhook's function among them would make new ones without end.
      { eventCategory = [{ anything-but = ["Data"] }, { exists = false }] },
      length(var.event_names) > 0 ? { eventName = sort(var.event_names) } : {},
    )
  })

  # EventBridge leaves read-only events out, unless a rule is in this state.
  state = var.read_only_events ? "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" : "ENABLED"
}

resource "aws_cloudwatch_event_target" "this" {
  rule     = aws_cloudwatch_event_rule.this.name
  arn      = var.event_bus_arn
  role_arn = aws_iam_role.this.arn
}

resource "aws_iam_role" "this" {
  # Roles have no region, and there is a forwarder in each.
  name                 = "${var.name}-${data.aws_region.current.id}"
  description          = "Sends events of ${data.aws_region.current.id} to Trailhook"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "events.amazonaws.com" }
      # For a rule of this account alone.
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "trailhook"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Forward"
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = var.event_bus_arn
    }]
  })
}
