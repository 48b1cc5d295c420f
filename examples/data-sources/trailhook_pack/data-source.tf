data "trailhook_pack" "baseline" {
  name = "baseline"
}

# What each rule of the pack asks of an event.
output "baseline_expressions" {
  value = { for rule in data.trailhook_pack.baseline.rules : rule.name => rule.expression }
}

# To begin with the grave ones: the others, for `disabled_rules` of a trailhook_rule_pack.
output "baseline_not_grave" {
  value = [for rule in data.trailhook_pack.baseline.rules : rule.name if !contains(["high", "critical"], rule.severity)]
}
