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
    condition = keys(aws_cloudwatch_metric_alarm.this) == [
      "dead-letters", "failed", "failures", "oldest-due", "rules-broken", "silence", "undeliverable", "unrouted",
    ]
    error_message = "these are watched"
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset(["arn:aws:sns:eu-central-1:111122223333:on-call"])])
    error_message = "each tells the topic"
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => "${alarm.namespace} ${alarm.metric_name}" } == {
      dead-letters  = "AWS/SQS ApproximateNumberOfMessagesVisible"
      failed        = "AWS/SQS ApproximateNumberOfMessagesVisible"
      failures      = "AWS/Lambda Errors"
      oldest-due    = "Trailhook OldestDue"
      rules-broken  = "Trailhook RulesBroken"
      silence       = "Trailhook EventsRead"
      undeliverable = "Trailhook AlertsUndeliverable"
      unrouted      = "Trailhook AlertsUnrouted"
    }
    error_message = "each looks at its metric"
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["silence"].period == 86400
      && aws_cloudwatch_metric_alarm.this["silence"].comparison_operator == "LessThanThreshold"
      && aws_cloudwatch_metric_alarm.this["silence"].treat_missing_data == "breaching"
    )
    error_message = "a day without an event is alarming, and so is a day without a metric"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["oldest-due"].threshold == 900 && aws_cloudwatch_metric_alarm.this["oldest-due"].dimensions == tomap({ FunctionName = "trailhook" })
    error_message = "an alert may be due for a quarter of an hour"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["oldest-due"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.this["failures"].treat_missing_data == "notBreaching"
    error_message = "flushes that do not run are alarming, and an hour without a failure is not"
  }
}

run "fewer_alarms" {
  variables {
    metrics_namespace = "Acme/Trailhook"
    alarms            = { silence_hours = 0, disabled = ["unrouted"], oldest_due_seconds = 1800 }
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.this) == ["dead-letters", "failed", "failures", "oldest-due", "rules-broken", "undeliverable"]
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
