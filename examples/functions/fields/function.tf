# ["errorCode", "eventName", "userIdentity.type"]
output "fields" {
  value = provider::trailhook::fields(<<-EOT
    event["eventName"] == "DeleteBucket"
    and event.get("userIdentity.type") == "IAMUser"
    and not event.get("errorCode")
  EOT
  )
}
