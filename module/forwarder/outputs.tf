output "rule_arn" {
  description = "The ARN of the rule."
  value       = aws_cloudwatch_event_rule.this.arn
}

output "role_arn" {
  description = "The ARN of the role that puts the events on the bus."
  value       = aws_iam_role.this.arn
}
