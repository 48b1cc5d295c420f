# Who tells people that nobody tells them anything? These, by way of the topics in alarms.actions.

locals {
  alarms = {
    failures = {
      description = "Invocations of ${var.name} have failed for a quarter of an hour. Its log says why: ${aws_cloudwatch_log_group.function.name}."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      statistic   = "Sum"
      dimensions  = { FunctionName = var.name }
      periods     = 3
    }
    failed = {
      description = "The queue ${aws_sqs_queue.failed.name} holds notifications or events that ${var.name} could not read, after all retries. Mend the cause, then hand them to the function again."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.failed.name }
    }
    dead-letters = {
      description = "The queue ${aws_sqs_queue.dead_letters.name} holds alerts that neither their route nor a default one could deliver. Read them there, and mend the routes."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.dead_letters.name }
    }
    undeliverable = {
      description = "A route of ${var.namespace} could not deliver alerts, so that others got them. Its secret, its channel or its topic is not right."
      metric      = "AlertsUndeliverable"
      statistic   = "Sum"
    }
    unrouted = {
      description = "No route of ${var.namespace} took an alert, so nobody was told. Give one route default = true and no match."
      metric      = "AlertsUnrouted"
      statistic   = "Sum"
    }
    rules-broken = {
      description = "Rules of ${var.namespace} cannot be read by the function ${var.name}, and are off. Its log names them."
      metric      = "RulesBroken"
    }
    oldest-due = {
      description = "An alert has been due for longer than ${var.alarms.oldest_due_seconds} seconds, or ${var.name} has not looked for a quarter of an hour: Slack does not take it, or the flushes do not run."
      metric      = "OldestDue"
      threshold   = var.alarms.oldest_due_seconds
      period      = 900
      missing     = "breaching"
    }
    parts-failed = {
      description = "Parts of what ${var.name} was given have failed for a quarter of an hour, such as messages of a queue. Its log says why: ${aws_cloudwatch_log_group.function.name}."
      metric      = "PartsFailed"
      statistic   = "Sum"
      periods     = 3
    }
    # Real time may go on where logs do not, so that logs are what is looked for if there are any.
    silence = {
      description = "${var.name} has read no ${local.reads_logs ? "log" : "event"} for ${var.alarms.silence_hours} hours. The trail does not log, or ${local.reads_logs ? "its logs do" : "what it logs does"} not reach the function."
      metric      = local.reads_logs ? "LogsRead" : "EventsRead"
      statistic   = "Sum"
      comparison  = "LessThanThreshold"
      period      = 3600 * var.alarms.silence_hours
      missing     = "breaching"
    }
  }

  # Only where there is such a queue.
  queue_alarms = {
    logs-failed = {
      description = "The queue ${var.name}-logs-failed holds notifications of logs that ${var.name} could not read. Mend the cause, then start a redrive to their source queue."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = "${var.name}-logs-failed" }
    }
    # Messages of a batch that fail are no failed invocations, and come again after six times the function's time.
    logs-waiting = {
      description = "A notification has been in the queue ${var.name}-logs for an hour. ${var.name} fails for it, or gets more logs than it can read."
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = "${var.name}-logs" }
      threshold   = 3600
    }
  }

  alarm_names = setsubtract(
    concat(keys(local.alarms), local.uses.sqs ? keys(local.queue_alarms) : []),
    concat(var.alarms.disabled, var.alarms.silence_hours == 0 ? ["silence"] : []),
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms.create ? local.alarm_names : []

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = local.alarm[each.key].description

  namespace           = local.alarm[each.key].namespace
  metric_name         = local.alarm[each.key].metric
  dimensions          = local.alarm[each.key].dimensions
  statistic           = local.alarm[each.key].statistic
  comparison_operator = local.alarm[each.key].comparison
  threshold           = local.alarm[each.key].threshold
  period              = local.alarm[each.key].period
  evaluation_periods  = local.alarm[each.key].periods
  treat_missing_data  = local.alarm[each.key].missing

  alarm_actions = var.alarms.actions
  ok_actions    = var.alarms.actions
  tags          = var.tags
}

locals {
  # What an alarm above does not say: one of the function's own metrics reached one within five minutes.
  alarm = { for name, alarm in merge(local.alarms, local.queue_alarms) : name => merge({
    namespace  = var.metrics_namespace
    dimensions = { FunctionName = var.name }
    statistic  = "Maximum"
    comparison = "GreaterThanOrEqualToThreshold"
    threshold  = 1
    period     = 300
    periods    = 1
    missing    = "notBreaching"
  }, alarm) }
}
