mock_provider "aws" {
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
    condition     = aws_cloudwatch_event_target.this.arn == var.event_bus_arn && aws_cloudwatch_event_rule.this.state == "ENABLED"
    error_message = "what CloudTrail records is forwarded"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[0].Resource == var.event_bus_arn && aws_iam_role.this.name == "trailhook-forwarder-us-east-1"
    error_message = "the role may send to this bus"
  }
}

run "some_events" {
  variables {
    event_names      = ["ConsoleLogin"]
    read_only_events = true
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this.event_pattern).detail.eventName == ["ConsoleLogin"]
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
