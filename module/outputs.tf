output "function_name" {
  description = "The name of the function."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "The ARN of the function, for what else is to invoke it."
  value       = aws_lambda_function.this.arn
}

output "role_arn" {
  description = "The ARN of the function's role, for policies of buckets, keys and topics."
  value       = aws_iam_role.function.arn
}

output "role_name" {
  description = "The name of the function's role, for further policies."
  value       = aws_iam_role.function.name
}

output "log_group_name" {
  description = "The name of the function's own log group."
  value       = aws_cloudwatch_log_group.function.name
}

output "table_name" {
  description = "The name of the state table."
  value       = aws_dynamodb_table.state.name
}

output "dead_letter_queue_url" {
  description = "The URL of the queue for alerts that nobody takes."
  value       = aws_sqs_queue.dead_letters.url
}

output "failed_queue_url" {
  description = "The URL of the queue for what the function failed for after all retries."
  value       = aws_sqs_queue.failed.url
}

output "sns_fanout_topic_arn" {
  description = "The ARN of the topic between the bucket and the function, own or existing; null without the source \"sns\". Others in the account may subscribe to it."
  value       = local.topic_arn
}

output "logs_queue_arn" {
  description = "The ARN of the queue between the bucket and the function; null without the source \"sqs\"."
  value       = one(aws_sqs_queue.logs[*].arn)
}

output "event_bus_arn" {
  description = "The ARN of the bus that modules `forwarder` send to; null without `forwarders`."
  value       = one(aws_cloudwatch_event_bus.forwarded[*].arn)
}

output "alarm_arns" {
  description = "The ARNs of the alarms, by their names without that of the function."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.arn }
}

output "log_bucket_policy_statement" {
  description = "The statement, as JSON, that the policy of a log bucket in another account needs so that the function may read the logs."
  value = jsonencode({
    Sid       = "TrailhookReadsLogs"
    Effect    = "Allow"
    Principal = { AWS = aws_iam_role.function.arn }
    Action    = "s3:GetObject"
    Resource  = "${local.log_bucket_arn}/${var.log_prefix}*"
  })
}

output "self_test_command" {
  description = "A command that sends a test alert through every route, and shows what came of it."
  value = join(" ", [
    "echo '${jsonencode({ trailhook = "self-test" })}' | aws lambda invoke --region ${local.region}",
    "--function-name ${aws_lambda_function.this.function_name} --cli-read-timeout 0 --payload fileb:///dev/stdin /dev/stdout",
  ])
}
