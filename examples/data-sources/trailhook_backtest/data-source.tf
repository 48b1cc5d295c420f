locals {
  access_denied = <<-EOT
    event.get("errorCode", "") in ("AccessDenied", "Client.UnauthorizedOperation")
    and event.get("userIdentity.type") != "AWSAccount"
  EOT
}

# The last week of the account's logs, in all regions. The plan fails if the rule would alert more than twenty times a day.
data "trailhook_backtest" "access_denied" {
  expression = local.access_denied
  bucket     = "example-cloudtrail-logs"
  prefix     = "AWSLogs/111122223333/"
  warn_above = 5
  fail_above = 20
}

resource "trailhook_rule" "access_denied" {
  name       = "access-denied-by-people"
  expression = local.access_denied
}

# Who it would be about.
output "access_denied_by" {
  value = data.trailhook_backtest.access_denied.top_actors
}

# A fixed set of logs beside the configuration needs no bucket, and no credentials.
data "trailhook_backtest" "recorded_incident" {
  expression = local.access_denied
  files      = ["${path.module}/incidents/2026-02-03/**/*.json.gz"]
}
