resource "trailhook_settings" "this" {
  account_aliases = {
    "111122223333" = "production"
    "444455556666" = "staging"
  }

  # Some requests carry what nobody should read in a channel.
  redact = [
    "requestParameters.**.password",
    "requestParameters.userData",
  ]

  refresh_seconds = 120
}
