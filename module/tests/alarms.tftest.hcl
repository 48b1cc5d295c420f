# Who tells people that nobody tells them anything.

mock_provider "trailhook" {}

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  namespace         = "/trailhook/prod"
  log_bucket_name   = "acme-cloudtrail"
  secret_parameters = ["/trailhook/secrets/slack-webhook"]
}

run "alarms" {
  variables {
    alarms = { actions = ["arn:aws:sns:eu-central-1:111122223333:on-call"] }
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset(["arn:aws:sns:eu-central-1:111122223333:on-call"])])
    error_message = "each tells the topic"
  }

  assert {
    condition = (
      alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.ok_actions == alarm.alarm_actions])
      && alltrue([for name, alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name == "trailhook-${name}"])
    )
    error_message = "each tells when it is over, too, and is named after the function"
  }

  assert {
    condition = jsonencode({ for name, alarm in aws_cloudwatch_metric_alarm.this : name => {
      metric     = [alarm.namespace, alarm.metric_name, alarm.statistic]
      dimensions = alarm.dimensions
      alarming   = [alarm.comparison_operator, alarm.threshold]
      periods    = [alarm.evaluation_periods, alarm.period]
      missing    = alarm.treat_missing_data
      } }) == jsonencode({
      dead-letters = {
        metric     = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum"]
        dimensions = { QueueName = "trailhook-dead-letters" }
        alarming   = ["GreaterThanOrEqualToThreshold", 1]
        periods    = [1, 300]
        missing    = "notBreaching"
      }
      failed = {
        metric     = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum"]
        dimensions = { QueueName = "trailhook-failed" }
        alarming   = ["GreaterThanOrEqualToThreshold", 1]
        periods    = [1, 300]
        missing    = "notBreaching"
      }
      failures = {
        metric     = ["AWS/Lambda", "Errors", "Sum"]
        dimensions = { FunctionName = "trailhook" }
        alarming   = ["GreaterThanOrEqualToThreshold", 1]
        periods    = [3, 300]
        missing    = "notBreaching"
      }
      oldest-due = {
        metric     = ["Trailhook", "OldestDue", "Maximum"]
        dimensions = { FunctionName = "trailhook" }
        alarming   = ["GreaterThanOrEqualToThreshold", 900]
        periods    = [1, 900]
        missing    = "breaching"
      }
      parts-failed = {
        metric     = ["Trailhook", "PartsFailed", "Sum"]
        dimensions = { FunctionName = "trailhook" }
        alarming   = ["GreaterThanOrEqualToThreshold", 1]
        periods    = [3, 300]
        missing    = "notBreaching"
      }
      rules-broken = {
        metric     = ["Trailhook", "RulesBroken", "Maximum"]
        dimensions = { FunctionName = "trailhook" }
        alarming   = ["GreaterThanOrEqualToThreshold", 1]
        periods    = [1, 300]
        missing    = "notBreaching"
      }
      silence = {
        metric     = ["Trailhook", "LogsRead", "Sum"]
        dimensions = { FunctionName = "trailhook" }
        alarming   = ["LessThanThreshold", 1]
        periods    = [1, 86400]
        missing    = "breaching"
      }
      undeliverable = {
        metric     = ["Trailhook", "AlertsUndeliverable", "Sum"]
        dimensions = { FunctionName = "trailhook" }
        alarming   = ["GreaterThanOrEqualToThreshold", 1]
        periods    = [1, 300]
        missing    = "notBreaching"
      }
      unrouted = {
        metric     = ["Trailhook", "AlertsUnrouted", "Sum"]
        dimensions = { FunctionName = "trailhook" }
        alarming   = ["GreaterThanOrEqualToThreshold", 1]
        periods    = [1, 300]
        missing    = "notBreaching"
      }
    })
    error_message = "these are watched, each by its metric: the oldest alert may be due for a quarter of an hour; a day without a log is alarming, and so is one without the metric"
  }
}

run "a_queue_is_watched" {
  variables {
    sources = ["sqs", "realtime"]
  }

  assert {
    condition = jsonencode({ for name, alarm in aws_cloudwatch_metric_alarm.this : name => {
      metric     = [alarm.namespace, alarm.metric_name, alarm.statistic]
      dimensions = alarm.dimensions
      alarming   = [alarm.comparison_operator, alarm.threshold]
      periods    = [alarm.evaluation_periods, alarm.period]
      missing    = alarm.treat_missing_data
      } if startswith(name, "logs-") }) == jsonencode({
      logs-failed = {
        metric     = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum"]
        dimensions = { QueueName = "trailhook-logs-failed" }
        alarming   = ["GreaterThanOrEqualToThreshold", 1]
        periods    = [1, 300]
        missing    = "notBreaching"
      }
      logs-waiting = {
        metric     = ["AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum"]
        dimensions = { QueueName = "trailhook-logs" }
        alarming   = ["GreaterThanOrEqualToThreshold", 3600]
        periods    = [1, 300]
        missing    = "notBreaching"
      }
    })
    error_message = "alarms watch what it gave up, and what waits for an hour"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["silence"].metric_name == "LogsRead"
    error_message = "logs that do not come are not hidden by events that do"
  }
}

run "without_logs" {
  variables {
    sources = ["realtime"]
    alarms  = { silence_hours = 6 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["silence"].metric_name == "EventsRead" && aws_cloudwatch_metric_alarm.this["silence"].period == 21600
    error_message = "where there are no logs, events are looked for"
  }
}

run "events_of_objects_are_logs" {
  command = plan

  variables {
    sources = ["object_events"]
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["silence"].metric_name == "LogsRead"
    error_message = "logs are looked for, by whichever way they come"
  }
}

run "fewer_alarms" {
  variables {
    metrics_namespace = "Acme/Trailhook"
    alarms            = { silence_hours = 0, disabled = ["unrouted"], oldest_due_seconds = 1800 }
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.this) == ["dead-letters", "failed", "failures", "oldest-due", "parts-failed", "rules-broken", "undeliverable"]
    error_message = "what is not wanted is not made"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["oldest-due"].namespace == "Acme/Trailhook" && aws_cloudwatch_metric_alarm.this["oldest-due"].threshold == 1800
    error_message = "the metrics are looked for where they are"
  }
}

run "no_alarms" {
  variables {
    alarms = { create = false }
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 0
    error_message = "none is made"
  }
}
