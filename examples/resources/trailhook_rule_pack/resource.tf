resource "trailhook_rule_pack" "baseline" {
  name = "baseline"

  # Without it, an update of the provider brings the newest rules, and the plan shows which ones change.
  version = "1.0.0"

  # Too many tools of ours try what they may not do.
  disabled_rules = ["unauthorized-operation"]

  severity_overrides = {
    access-denied = "low"
  }

  parameters = {
    # Rules of the pack watch the function that sends the alerts.
    function_name = "trailhook"
  }
}

# What takes part, with its severity: {"baseline/root-activity" = "critical", ...}
output "baseline" {
  value = trailhook_rule_pack.baseline.rules
}
