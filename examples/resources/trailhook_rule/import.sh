# By the rule's name. Tests are not published, so the next plan adds the `test` blocks to the state, and changes nothing else.
terraform import trailhook_rule.open_to_the_world open-to-the-world
