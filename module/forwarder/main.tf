# One region of one account: what CloudTrail records there goes to the bus of the function, which is in another region or account.

data "aws_region" "current" {}

resource "aws_cloudwatch_event_rule" "this" {
  name        = var.name
  description = "Events that CloudTrail records here, for Trailhook elsewhere"
  tags        = var.tags

  event_pattern = jsonencode(merge(
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
    length(var.event_names) > 0 ? { detail = { eventName = sort(var.event_names) } } : {},
  ))

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
