output "self_test" {
  description = "The command that sends a test alert through every route."
  value       = module.trailhook.self_test_command
}

output "baseline" {
  description = "The rules of the pack that take part, with their severities."
  value       = trailhook_rule_pack.baseline.rules
}
