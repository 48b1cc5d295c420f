import {
  to = trailhook_rule.open_to_the_world
  id = "open-to-the-world"
}
