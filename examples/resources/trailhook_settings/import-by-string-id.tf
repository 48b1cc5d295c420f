import {
  to = trailhook_settings.this
  id = "/trailhook/prod"
}
