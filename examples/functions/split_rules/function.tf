# Rules as the module fivexl/cloudtrail-to-slack/aws takes them: one string, with commas between.
variable "rules" {
  type    = string
  default = <<-EOT
    event["eventName"] == "DeleteTrail",
    event["eventName"] == "CreateUser" and event.get("userIdentity.type") == "IAMUser"
  EOT
}

# Each becomes a rule of its own.
resource "trailhook_rule" "taken_over" {
  for_each = {
    for index, expression in provider::trailhook::split_rules(var.rules, ",") :
    format("taken-over-%02d", index + 1) => expression
  }

  name       = each.key
  expression = each.value
}
