# The ways to the function.

mock_provider "trailhook" {}

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  namespace         = "/trailhook/prod"
  log_bucket_name   = "acme-cloudtrail"
  secret_parameters = ["/trailhook/secrets/slack-webhook"]
}

run "the_bucket_notifies_the_function" {
  assert {
    condition = (
      one(aws_s3_bucket_notification.logs[0].lambda_function).lambda_function_arn == aws_lambda_function.this.arn
      && one(aws_s3_bucket_notification.logs[0].lambda_function).filter_prefix == "AWSLogs/"
      && one(aws_s3_bucket_notification.logs[0].lambda_function).filter_suffix == ".json.gz"
      && one(aws_s3_bucket_notification.logs[0].lambda_function).events == toset(["s3:ObjectCreated:*", "s3:ObjectRemoved:*"])
    )
    error_message = "S3 notifies the function of logs that come and go"
  }

  assert {
    condition = (
      aws_lambda_permission.bucket[0].source_arn == "arn:aws:s3:::acme-cloudtrail"
      && aws_lambda_permission.bucket[0].source_account == "111122223333"
    )
    error_message = "only this bucket of this account may invoke the function"
  }

  assert {
    condition     = length(aws_sns_topic.fanout) + length(aws_sqs_queue.logs) + length(aws_cloudwatch_event_rule.realtime) == 0
    error_message = "nothing else is made"
  }
}

run "removed_logs_can_be_left_out" {
  variables {
    notify_log_removal = false
    log_prefix         = "audit/AWSLogs/o-a1b2c3d4e5/"
  }

  assert {
    condition = (
      one(aws_s3_bucket_notification.logs[0].lambda_function).events == toset(["s3:ObjectCreated:*"])
      && one(aws_s3_bucket_notification.logs[0].lambda_function).filter_prefix == "audit/AWSLogs/o-a1b2c3d4e5/"
    )
    error_message = "S3 notifies of what it is asked for"
  }
}

run "the_notification_can_be_configured_elsewhere" {
  variables {
    create_bucket_notification = false
  }

  assert {
    condition     = length(aws_s3_bucket_notification.logs) == 0 && length(aws_lambda_permission.bucket) == 1
    error_message = "the bucket is left alone, and may invoke the function"
  }
}

run "a_bucket_of_another_account" {
  variables {
    create_bucket_notification = false
    log_bucket_account_id      = "444455556666"
  }

  assert {
    condition     = aws_lambda_permission.bucket[0].source_account == "444455556666"
    error_message = "the bucket's account may invoke the function"
  }

  assert {
    condition     = jsondecode(output.log_bucket_policy_statement).Resource == "arn:aws:s3:::acme-cloudtrail/AWSLogs/*"
    error_message = "the statement for its policy names the logs"
  }
}

run "a_bucket_of_another_account_is_not_configured_here" {
  command = plan

  variables {
    log_bucket_account_id = "444455556666"
  }

  expect_failures = [aws_s3_bucket_notification.logs]
}

run "a_topic_of_its_own" {
  variables {
    sources = ["sns"]
  }

  assert {
    condition = (
      aws_sns_topic.fanout[0].name == "trailhook-logs"
      && one(aws_s3_bucket_notification.logs[0].topic).topic_arn == aws_sns_topic.fanout[0].arn
      && length(aws_s3_bucket_notification.logs[0].lambda_function) == 0
    )
    error_message = "the bucket notifies the topic alone"
  }

  assert {
    condition = (
      aws_sns_topic_subscription.function[0].protocol == "lambda"
      && aws_lambda_permission.topic[0].source_arn == aws_sns_topic.fanout[0].arn
    )
    error_message = "the topic tells the function"
  }

  assert {
    condition     = jsondecode(aws_sns_topic_policy.fanout[0].policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:s3:::acme-cloudtrail"
    error_message = "only this bucket may publish"
  }

  assert {
    condition     = output.sns_fanout_topic_arn == aws_sns_topic.fanout[0].arn
    error_message = "others can subscribe to it"
  }
}

run "a_topic_that_exists" {
  variables {
    sources                    = ["sns"]
    create_bucket_notification = false
    sns_fanout                 = { create_topic = false, topic_arn = "arn:aws:sns:eu-central-1:111122223333:audit" }
  }

  assert {
    condition     = length(aws_sns_topic.fanout) == 0 && aws_sns_topic_subscription.function[0].topic_arn == "arn:aws:sns:eu-central-1:111122223333:audit"
    error_message = "the function listens to it"
  }
}

run "a_queue" {
  variables {
    sources = ["sqs"]
  }

  assert {
    condition = (
      one(aws_s3_bucket_notification.logs[0].queue).queue_arn == aws_sqs_queue.logs[0].arn
      && aws_sqs_queue.logs[0].visibility_timeout_seconds == 1800
    )
    error_message = "the bucket notifies the queue, whose messages stay away for six times the function's time"
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.logs[0].function_response_types == toset(["ReportBatchItemFailures"])
      && aws_lambda_event_source_mapping.logs[0].scaling_config[0].maximum_concurrency == 5
    )
    error_message = "only the messages that failed come again"
  }

  assert {
    condition = (
      jsondecode(aws_sqs_queue_policy.logs[0].policy).Statement[0].Principal.Service == "s3.amazonaws.com"
      && jsondecode(aws_sqs_queue_policy.logs[0].policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "111122223333"
    )
    error_message = "only this bucket may send"
  }

  assert {
    condition     = length(setintersection(keys(output.alarm_arns), ["logs-failed", "logs-waiting"])) == 2
    error_message = "alarms watch what it gave up, and what waits"
  }
}

run "a_queue_behind_a_topic" {
  variables {
    sources = ["sns", "sqs"]
  }

  assert {
    condition = (
      length(aws_s3_bucket_notification.logs[0].topic) == 1
      && length(aws_s3_bucket_notification.logs[0].queue) == 0
      && aws_sns_topic_subscription.queue[0].endpoint == aws_sqs_queue.logs[0].arn
      && length(aws_sns_topic_subscription.function) == 0
    )
    error_message = "the topic tells the queue, and not the function as well"
  }

  assert {
    condition     = jsondecode(aws_sqs_queue_policy.logs[0].policy).Statement[0].Principal.Service == "sns.amazonaws.com"
    error_message = "the topic may send"
  }
}

run "the_bucket_tells_one_of_them" {
  command = plan

  variables {
    sources = ["bucket", "sns"]
  }

  expect_failures = [aws_s3_bucket_notification.logs]
}

run "events_of_objects" {
  variables {
    sources = ["object_events"]
  }

  assert {
    condition     = aws_s3_bucket_notification.logs[0].eventbridge && length(aws_s3_bucket_notification.logs[0].lambda_function) == 0
    error_message = "the bucket tells EventBridge"
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.object_events[0].event_pattern) == {
      source      = ["aws.s3"]
      detail-type = ["Object Created", "Object Deleted"]
      detail      = { bucket = { name = ["acme-cloudtrail"] }, object = { key = [{ wildcard = "AWSLogs/*.json.gz" }] } }
    }
    error_message = "logs of this bucket are asked for"
  }
}

run "in_real_time_beside_the_logs" {
  variables {
    sources  = ["bucket", "realtime"]
    realtime = { event_names = ["StopLogging", "ConsoleLogin"] }
  }

  assert {
    condition     = length(aws_s3_bucket_notification.logs[0].lambda_function) == 1
    error_message = "the logs come, too"
  }

  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.realtime[0].event_pattern).detail.eventName == ["ConsoleLogin", "StopLogging"]
      && contains(jsondecode(aws_cloudwatch_event_rule.realtime[0].event_pattern).detail-type, "AWS API Call via CloudTrail")
      && jsondecode(aws_cloudwatch_event_rule.realtime[0].event_pattern).source == [{ prefix = "aws." }]
      && aws_cloudwatch_event_rule.realtime[0].state == "ENABLED"
    )
    error_message = "EventBridge is asked for these events"
  }

  assert {
    condition     = aws_cloudwatch_event_target.realtime[0].dead_letter_config[0].arn == aws_sqs_queue.failed.arn && length(aws_sqs_queue_policy.failed) == 1
    error_message = "what does not reach the function is kept"
  }

  assert {
    condition     = length(aws_cloudwatch_event_bus.forwarded) == 0
    error_message = "there is no bus that nobody sends to"
  }
}

run "read_only_events_too" {
  variables {
    sources  = ["realtime"]
    realtime = { read_only_events = true }
  }

  assert {
    condition     = aws_cloudwatch_event_rule.realtime[0].state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    error_message = "EventBridge hands on read-only events"
  }

  assert {
    condition     = length(aws_s3_bucket_notification.logs) == 0
    error_message = "a bucket that nobody listens to keeps its configuration"
  }
}

run "other_regions_and_accounts_forward_to_a_bus" {
  variables {
    sources    = ["bucket", "realtime"]
    forwarders = { account_ids = ["444455556666"], organization_ids = ["o-a1b2c3d4e5"] }
  }

  assert {
    condition = (
      output.event_bus_arn == aws_cloudwatch_event_bus.forwarded[0].arn
      && aws_cloudwatch_event_rule.forwarded[0].event_pattern == aws_cloudwatch_event_rule.realtime[0].event_pattern
    )
    error_message = "there is a bus, and its events come to the function"
  }

  assert {
    condition     = [for statement in jsondecode(aws_cloudwatch_event_bus_policy.forwarded[0].policy).Statement : statement.Principal] == [{ AWS = "arn:aws:iam::444455556666:root" }, "*"]
    error_message = "these accounts may send, and those of the organisation"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_bus_policy.forwarded[0].policy).Statement[1].Condition.StringEquals["aws:PrincipalOrgID"] == "o-a1b2c3d4e5"
    error_message = "everybody means everybody of the organisation"
  }
}

run "other_regions_of_the_account_need_no_policy" {
  variables {
    sources    = ["bucket", "realtime"]
    forwarders = {}
  }

  assert {
    condition     = length(aws_cloudwatch_event_bus.forwarded) == 1 && length(aws_cloudwatch_event_bus_policy.forwarded) == 0
    error_message = "there is a bus, for the account itself"
  }
}

run "forwarders_without_real_time" {
  command = plan

  variables {
    forwarders = {}
  }

  expect_failures = [aws_lambda_function.this]
}
