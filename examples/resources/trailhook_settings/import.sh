# By the provider's namespace: there is one of these in each.
terraform import trailhook_settings.this /trailhook/prod
