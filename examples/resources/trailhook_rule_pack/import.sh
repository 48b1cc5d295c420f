# By the pack's name. Which version is followed is not published, so the next plan adds a pinned `version` to the state, and
# changes nothing else.
terraform import trailhook_rule_pack.baseline baseline
