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
      && aws_lambda_permission.bucket[0].principal == "s3.amazonaws.com"
      && aws_lambda_permission.bucket[0].action == "lambda:InvokeFunction"
      && aws_lambda_permission.bucket[0].function_name == "trailhook"
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
    condition = jsondecode(output.log_bucket_policy_statement) == {
      Sid       = "TrailhookReadsLogs"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:role/trailhook-eu-central-1" }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::acme-cloudtrail/AWSLogs/*"
    }
    error_message = "the statement for its policy lets the role read the logs"
  }
}

run "a_bucket_of_another_account_is_not_configured_here" {
  command = plan

  variables {
    log_bucket_account_id = "444455556666"
  }

  expect_failures = [aws_s3_bucket_notification.logs]
}

run "events_of_objects_in_another_account_are_not_heard" {
  command = plan

  variables {
    sources                    = ["object_events"]
    create_bucket_notification = false
    log_bucket_account_id      = "444455556666"
  }

  expect_failures = [aws_cloudwatch_event_rule.object_events]
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
      && aws_sns_topic_subscription.function[0].topic_arn == "arn:aws:sns:eu-central-1:111122223333:trailhook-logs"
      && aws_sns_topic_subscription.function[0].endpoint == "arn:aws:lambda:eu-central-1:111122223333:function:trailhook"
      && jsondecode(aws_sns_topic_subscription.function[0].redrive_policy) == { deadLetterTargetArn = "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed" }
    )
    error_message = "the topic tells the function, and keeps what it could not"
  }

  assert {
    condition = (
      aws_lambda_permission.topic[0].source_arn == "arn:aws:sns:eu-central-1:111122223333:trailhook-logs"
      && aws_lambda_permission.topic[0].principal == "sns.amazonaws.com"
      && aws_lambda_permission.topic[0].action == "lambda:InvokeFunction"
      && aws_lambda_permission.topic[0].function_name == "trailhook"
    )
    error_message = "only this topic may invoke the function"
  }

  assert {
    condition = jsonencode(jsondecode(aws_sns_topic_policy.fanout[0].policy).Statement) == jsonencode([
      {
        Sid       = "LogBucket"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = "arn:aws:sns:eu-central-1:111122223333:trailhook-logs"
        Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:s3:::acme-cloudtrail" }, StringEquals = { "aws:SourceAccount" = "111122223333" } }
      },
    ])
    error_message = "only this bucket may publish"
  }

  assert {
    condition = jsonencode(jsondecode(aws_sqs_queue_policy.failed[0].policy).Statement) == jsonencode([
      {
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"
        Condition = { ArnEquals = { "aws:SourceArn" = ["arn:aws:sns:eu-central-1:111122223333:trailhook-logs"] } }
      },
    ])
    error_message = "the topic may keep what does not reach the function"
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

  assert {
    condition = (
      aws_lambda_permission.topic[0].source_arn == "arn:aws:sns:eu-central-1:111122223333:audit"
      && aws_lambda_permission.topic[0].principal == "sns.amazonaws.com"
      && aws_lambda_permission.topic[0].action == "lambda:InvokeFunction"
      && aws_lambda_permission.topic[0].function_name == "trailhook"
    )
    error_message = "only this topic may invoke the function"
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
      aws_lambda_event_source_mapping.logs[0].event_source_arn == "arn:aws:sqs:eu-central-1:111122223333:trailhook-logs"
      && aws_lambda_event_source_mapping.logs[0].function_name == "arn:aws:lambda:eu-central-1:111122223333:function:trailhook"
      && aws_lambda_event_source_mapping.logs[0].batch_size == 10
    )
    error_message = "the function takes ten at once from this queue"
  }

  assert {
    condition = jsondecode(aws_sqs_queue.logs[0].redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:eu-central-1:111122223333:trailhook-logs-failed"
      maxReceiveCount     = 5
    }
    error_message = "what fails five times goes into a queue of its own"
  }

  assert {
    condition = (
      aws_sqs_queue_redrive_allow_policy.logs_failed[0].queue_url == "https://sqs.eu-central-1.amazonaws.com/111122223333/trailhook-logs-failed"
      && jsondecode(aws_sqs_queue_redrive_allow_policy.logs_failed[0].redrive_allow_policy) == {
        redrivePermission = "byQueue"
        sourceQueueArns   = ["arn:aws:sqs:eu-central-1:111122223333:trailhook-logs"]
      }
    )
    error_message = "and back from there to where it came from"
  }

  assert {
    condition     = aws_sqs_queue_policy.logs[0].queue_url == "https://sqs.eu-central-1.amazonaws.com/111122223333/trailhook-logs"
    error_message = "the policy is that of this queue"
  }

  assert {
    condition = jsonencode(jsondecode(aws_sqs_queue_policy.logs[0].policy).Statement) == jsonencode([
      {
        Sid       = "LogBucket"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:111122223333:trailhook-logs"
        Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:s3:::acme-cloudtrail" }, StringEquals = { "aws:SourceAccount" = "111122223333" } }
      },
    ])
    error_message = "only this bucket may send"
  }

  assert {
    condition     = length(setintersection(keys(output.alarm_arns), ["logs-failed", "logs-waiting"])) == 2
    error_message = "alarms watch what it gave up, and what waits"
  }
}

run "batches_leave_room_for_flushes" {
  command = plan

  variables {
    sources              = ["sqs"]
    reserved_concurrency = 5
  }

  expect_failures = [aws_lambda_event_source_mapping.logs]
}

run "batches_without_reserved_concurrency" {
  command = plan

  variables {
    sources              = ["sqs"]
    reserved_concurrency = -1
  }

  assert {
    condition     = aws_lambda_event_source_mapping.logs[0].scaling_config[0].maximum_concurrency == 5 && aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "there is no bound to be below of"
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
      && aws_sns_topic_subscription.queue[0].endpoint == "arn:aws:sqs:eu-central-1:111122223333:trailhook-logs"
      && aws_sns_topic_subscription.queue[0].protocol == "sqs"
      && aws_sns_topic_subscription.queue[0].topic_arn == "arn:aws:sns:eu-central-1:111122223333:trailhook-logs"
      && length(aws_sns_topic_subscription.function) == 0
    )
    error_message = "the topic tells the queue, and not the function as well"
  }

  assert {
    condition = jsonencode(jsondecode(aws_sqs_queue_policy.logs[0].policy).Statement) == jsonencode([
      {
        Sid       = "LogTopic"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:111122223333:trailhook-logs"
        Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:sns:eu-central-1:111122223333:trailhook-logs" } }
      },
    ])
    error_message = "only this topic may send"
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

  assert {
    condition = (
      aws_lambda_permission.object_events[0].source_arn == "arn:aws:events:eu-central-1:111122223333:rule/trailhook-objects"
      && aws_lambda_permission.object_events[0].principal == "events.amazonaws.com"
      && aws_lambda_permission.object_events[0].action == "lambda:InvokeFunction"
      && aws_lambda_permission.object_events[0].function_name == "trailhook"
    )
    error_message = "only this rule may invoke the function"
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.object_events[0].arn == "arn:aws:lambda:eu-central-1:111122223333:function:trailhook"
      && aws_cloudwatch_event_target.object_events[0].rule == aws_cloudwatch_event_rule.object_events[0].name
      && aws_cloudwatch_event_target.object_events[0].dead_letter_config[0].arn == "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"
    )
    error_message = "the rule invokes the function, and keeps what does not reach it"
  }

  assert {
    condition = jsonencode(jsondecode(aws_sqs_queue_policy.failed[0].policy).Statement) == jsonencode([
      {
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"
        Condition = { ArnEquals = { "aws:SourceArn" = ["arn:aws:events:eu-central-1:111122223333:rule/trailhook-objects"] } }
      },
    ])
    error_message = "these rules may keep what does not reach the function"
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
      aws_cloudwatch_event_rule.realtime[0].event_pattern == jsonencode({
        source      = [{ prefix = "aws." }]
        detail-type = [{ suffix = " via CloudTrail" }]
        detail = {
          eventCategory = [{ anything-but = ["Data"] }, { exists = false }]
          eventName     = ["ConsoleLogin", "StopLogging"]
        }
      })
      && aws_cloudwatch_event_rule.realtime[0].state == "ENABLED"
    )
    error_message = "EventBridge is asked for these events"
  }

  assert {
    condition = (
      aws_lambda_permission.realtime[0].source_arn == "arn:aws:events:eu-central-1:111122223333:rule/trailhook-realtime"
      && aws_lambda_permission.realtime[0].principal == "events.amazonaws.com"
      && aws_lambda_permission.realtime[0].action == "lambda:InvokeFunction"
      && aws_lambda_permission.realtime[0].function_name == "trailhook"
    )
    error_message = "only this rule may invoke the function"
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.realtime[0].arn == "arn:aws:lambda:eu-central-1:111122223333:function:trailhook"
      && aws_cloudwatch_event_target.realtime[0].rule == aws_cloudwatch_event_rule.realtime[0].name
      && aws_cloudwatch_event_target.realtime[0].dead_letter_config[0].arn == "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"
    )
    error_message = "the rule invokes the function, and keeps what does not reach it"
  }

  assert {
    condition = jsonencode(jsondecode(aws_sqs_queue_policy.failed[0].policy).Statement) == jsonencode([
      {
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"
        Condition = { ArnEquals = { "aws:SourceArn" = ["arn:aws:events:eu-central-1:111122223333:rule/trailhook-realtime"] } }
      },
    ])
    error_message = "these rules may keep what does not reach the function"
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
    condition = aws_cloudwatch_event_rule.realtime[0].event_pattern == jsonencode({
      source      = [{ prefix = "aws." }]
      detail-type = [{ suffix = " via CloudTrail" }]
      detail = {
        eventCategory = [{ anything-but = ["Data"] }, { exists = false }]
      }
    })
    error_message = "every kind of event comes, but data events, among which the function's own invocations may be"
  }

  assert {
    condition     = length(aws_s3_bucket_notification.logs) == 0
    error_message = "a bucket that nobody listens to keeps its configuration"
  }
}

run "other_regions_and_accounts_forward_to_a_bus" {
  variables {
    sources    = ["bucket", "realtime"]
    forwarders = { account_ids = ["444455556666", "444455556666"], organization_ids = ["o-a1b2c3d4e5", "o-a1b2c3d4e5"] }
  }

  assert {
    condition = (
      output.event_bus_arn == aws_cloudwatch_event_bus.forwarded[0].arn
      && aws_cloudwatch_event_rule.forwarded[0].event_pattern == aws_cloudwatch_event_rule.realtime[0].event_pattern
    )
    error_message = "there is a bus, and its events come to the function"
  }

  assert {
    condition = (
      aws_lambda_permission.forwarded[0].source_arn == "arn:aws:events:eu-central-1:111122223333:rule/trailhook/trailhook-forwarded"
      && aws_lambda_permission.forwarded[0].principal == "events.amazonaws.com"
      && aws_lambda_permission.forwarded[0].action == "lambda:InvokeFunction"
      && aws_lambda_permission.forwarded[0].function_name == "trailhook"
    )
    error_message = "only this rule may invoke the function"
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.forwarded[0].arn == "arn:aws:lambda:eu-central-1:111122223333:function:trailhook"
      && aws_cloudwatch_event_target.forwarded[0].rule == aws_cloudwatch_event_rule.forwarded[0].name
      && aws_cloudwatch_event_target.forwarded[0].dead_letter_config[0].arn == "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"
      && aws_cloudwatch_event_target.forwarded[0].event_bus_name == "trailhook"
      && aws_cloudwatch_event_rule.forwarded[0].event_bus_name == "trailhook"
    )
    error_message = "the rule invokes the function, and keeps what does not reach it"
  }

  assert {
    condition = jsonencode(jsondecode(aws_sqs_queue_policy.failed[0].policy).Statement) == jsonencode([
      {
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"
        Condition = { ArnEquals = { "aws:SourceArn" = ["arn:aws:events:eu-central-1:111122223333:rule/trailhook-realtime", "arn:aws:events:eu-central-1:111122223333:rule/trailhook/trailhook-forwarded"] } }
      },
    ])
    error_message = "these rules may keep what does not reach the function"
  }

  assert {
    condition = jsonencode(jsondecode(aws_cloudwatch_event_bus_policy.forwarded[0].policy).Statement) == jsonencode([
      {
        Sid       = "Account444455556666"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::444455556666:root" }
        Action    = "events:PutEvents"
        Resource  = "arn:aws:events:eu-central-1:111122223333:event-bus/trailhook"
      },
      {
        Sid       = "Organizationa1b2c3d4e5"
        Effect    = "Allow"
        Principal = "*"
        Action    = "events:PutEvents"
        Resource  = "arn:aws:events:eu-central-1:111122223333:event-bus/trailhook"
        Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
      },
    ])
    error_message = "these accounts may send, and everybody of the organisation, once each"
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
