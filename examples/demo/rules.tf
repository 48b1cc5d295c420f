resource "trailhook_rule" "console_login_without_mfa" {
  name        = "console-login-without-mfa"
  description = "Somebody signed in to the console without a second factor. Sign-ins through SSO have theirs elsewhere."
  severity    = "high"
  expression  = <<-EOT
    event.get("eventName") == "ConsoleLogin"
    and event.get("additionalEventData.MFAUsed", "") != "Yes"
    and "assumed-role/AWSReservedSSO" not in event.get("userIdentity.arn", "")
  EOT
}

resource "trailhook_rule" "unauthorized_operation" {
  name        = "unauthorized-operation"
  description = "EC2 refused a call for want of permission."
  expression  = <<-EOT
    event.get("errorCode", "").endswith("UnauthorizedOperation")
  EOT
}

resource "trailhook_rule" "access_denied" {
  name        = "access-denied"
  description = "A service refused a call for want of permission. Anonymous callers are left out: the internet knocks all day."
  expression  = <<-EOT
    event.get("errorCode", "").startswith("AccessDenied")
    and event.get("userIdentity.accountId", "") != "ANONYMOUS_PRINCIPAL"
  EOT
}

resource "trailhook_rule" "root_activity" {
  name        = "root-activity"
  description = "The root user did something other than look."
  severity    = "critical"
  expression  = <<-EOT
    event.get("userIdentity.type", "") == "Root"
    and not event.get("eventName", "").startswith(("Get", "List", "Describe", "Head"))
  EOT

  test {
    name  = "root deletes a trail"
    event = jsonencode({ userIdentity = { type = "Root" }, eventName = "DeleteTrail" })
  }
}

resource "trailhook_rule" "trail_stopped" {
  name        = "trail-stopped"
  description = "A trail no longer logs. What happens from now on leaves no trace in it."
  severity    = "critical"
  event_names = ["cloudtrail:StopLogging"]
}

resource "trailhook_rule" "trail_changed" {
  name        = "trail-changed"
  description = "A trail was changed."
  severity    = "high"
  event_names = ["cloudtrail:UpdateTrail"]
}

resource "trailhook_rule" "trail_deleted" {
  name        = "trail-deleted"
  description = "A trail was deleted."
  severity    = "critical"
  event_names = ["cloudtrail:DeleteTrail"]
}

resource "trailhook_rule" "alerter_configuration_changed" {
  name        = "alerter-configuration-changed"
  description = "The configuration of the function that sends these alerts was changed."
  severity    = "high"
  expression  = <<-EOT
    event.get("eventSource") == "lambda.amazonaws.com"
    and event.get("responseElements.functionName", "") == "${var.function_name}"
    and event.get("eventName", "").startswith("UpdateFunctionConfiguration") # CloudTrail adds a date to the name
  EOT
}

resource "trailhook_rule" "alerter_code_changed" {
  name        = "alerter-code-changed"
  description = "The code of the function that sends these alerts was changed."
  severity    = "high"
  expression  = <<-EOT
    event.get("eventSource") == "lambda.amazonaws.com"
    and event.get("responseElements.functionName", "") == "${var.function_name}"
    and event.get("eventName", "").startswith("UpdateFunctionCode")
  EOT
}
