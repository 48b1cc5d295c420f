mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/trailhook-forwarder-us-east-1" }
  }
}

variables {
  event_bus_arn = "arn:aws:events:eu-central-1:111122223333:event-bus/trailhook"
}

run "events_go_to_the_bus" {
  assert {
    condition     = aws_cloudwatch_event_target.this.arn == var.event_bus_arn && aws_cloudwatch_event_target.this.role_arn == aws_iam_role.this.arn && aws_cloudwatch_event_rule.this.state == "ENABLED"
    error_message = "what CloudTrail records is forwarded"
  }

  assert {
    condition = aws_cloudwatch_event_rule.this.event_pattern == jsonencode({
      source      = [{ prefix = "aws." }]
      detail-type = [{ suffix = " via CloudTrail" }]
      detail = {
        eventCategory = [{ anything-but = ["Data"] }, { exists = false }]
      }
    })
    error_message = "every kind of event is forwarded, but data events"
  }

  assert {
    condition     = aws_iam_role.this.name == "trailhook-forwarder-us-east-1"
    error_message = "the role is named after the region"
  }

  assert {
    condition = jsonencode(jsondecode(aws_iam_role_policy.this.policy).Statement) == jsonencode([
      {
        Sid      = "Forward"
        Effect   = "Allow"
        Action   = "events:PutEvents"
        Resource = "arn:aws:events:eu-central-1:111122223333:event-bus/trailhook"
      },
    ])
    error_message = "the role may send to this bus, and nothing else"
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "events.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    }]
    error_message = "EventBridge alone takes on the role, for rules of this account"
  }
}

run "some_events" {
  variables {
    event_names      = ["ConsoleLogin"]
    read_only_events = true
  }

  assert {
    condition = aws_cloudwatch_event_rule.this.event_pattern == jsonencode({
      source      = [{ prefix = "aws." }]
      detail-type = [{ suffix = " via CloudTrail" }]
      detail = {
        eventCategory = [{ anything-but = ["Data"] }, { exists = false }]
        eventName     = ["ConsoleLogin"]
      }
    })
    error_message = "events are chosen by their names"
  }

  assert {
    condition     = aws_cloudwatch_event_rule.this.state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    error_message = "read-only events come as well"
  }
}

run "a_bus_by_its_name" {
  command = plan
  variables {
    event_bus_arn = "trailhook"
  }
  expect_failures = [var.event_bus_arn]
}
