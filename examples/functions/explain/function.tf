locals {
  sign_in = jsonencode({
    eventName           = "ConsoleLogin"
    userIdentity        = { type = "IAMUser", userName = "alice" }
    responseElements    = { ConsoleLogin = "Success" }
    additionalEventData = { MFAUsed = "Yes" }
  })
  without_mfa = <<-EOT
    event["eventName"] == "ConsoleLogin"
    and event.get("additionalEventData.MFAUsed") == "No"
  EOT
}

# Why does the rule say nothing about this sign-in?
output "why" {
  value = provider::trailhook::explain(local.without_mfa, local.sign_in)
}
