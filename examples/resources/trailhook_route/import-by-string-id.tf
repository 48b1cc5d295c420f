import {
  to = trailhook_route.security
  id = "security"
}
