import {
  to = trailhook_rule_pack.baseline
  id = "baseline"
}
