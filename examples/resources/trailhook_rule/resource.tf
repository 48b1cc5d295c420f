# An expression over the event. The tests run in `terraform validate` and in every plan.
resource "trailhook_rule" "open_to_the_world" {
  name        = "open-to-the-world"
  description = "A security group lets the whole internet in."
  severity    = "high"

  expression = <<-EOT
    event["eventName"] == "AuthorizeSecurityGroupIngress"
    and not event.get("errorCode")    # it went through
    and any(range in ("0.0.0.0/0", "::/0") for range in values(event, "requestParameters.ipPermissions.**"))
  EOT

  # Load balancers are there to be reached.
  exceptions = [
    "event.get('requestParameters.groupId') in ('sg-0123456789abcdef0', 'sg-0fedcba9876543210')",
  ]

  test {
    name  = "SSH for everybody"
    event = file("${path.module}/events/ssh-for-everybody.json")
  }

  test {
    name   = "SSH for the office"
    expect = "no_match"
    event = jsonencode({
      eventName = "AuthorizeSecurityGroupIngress"
      requestParameters = {
        groupId       = "sg-00000000000000001"
        ipPermissions = { items = [{ fromPort = 22, ipRanges = { items = [{ cidrIp = "203.0.113.0/24" }] } }] }
      }
    })
  }
}

# Names of events are enough for many rules. With the service in front, only that one's event is meant.
resource "trailhook_rule" "detection_weakened" {
  name        = "detection-weakened"
  description = "GuardDuty, Config or Security Hub was switched off or made blind. Attackers do that first."
  severity    = "critical"
  labels      = { team = "security", tactic = "defense-evasion" }

  event_names = [
    "config:DeleteConfigurationRecorder",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "guardduty:UpdateDetector",
    "securityhub:DisableSecurityHub",
  ]
}

# A dry run: it is counted how often the rule would alert, and nobody is told. Change `action` when the number is right.
resource "trailhook_rule" "administrators_made" {
  name        = "administrators-made"
  description = "Somebody got the rights of an administrator, and not by the pipeline."
  action      = "record"

  expression = <<-EOT
    event["eventName"] in ("AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy")
    and event.get("requestParameters.policyArn", "").endswith(":policy/AdministratorAccess")
    and not glob(event.get("userIdentity.arn", ""), "arn:aws:sts::*:assumed-role/terraform-deploy/*")
  EOT

  test {
    name = "by hand"
    event = jsonencode({
      eventName         = "AttachUserPolicy"
      userIdentity      = { arn = "arn:aws:iam::111122223333:user/alice" }
      requestParameters = { userName = "bob", policyArn = "arn:aws:iam::aws:policy/AdministratorAccess" }
    })
  }

  test {
    name   = "by the pipeline"
    expect = "no_match"
    event = jsonencode({
      eventName         = "AttachRolePolicy"
      userIdentity      = { arn = "arn:aws:sts::111122223333:assumed-role/terraform-deploy/run-42" }
      requestParameters = { roleName = "admin", policyArn = "arn:aws:iam::aws:policy/AdministratorAccess" }
    })
  }
}

# No rule tells of an event for which an `ignore` rule is true. This one ends by itself.
resource "trailhook_rule" "penetration_test" {
  name        = "penetration-test"
  description = "The testers are at work until the end of June 2030. Their calls alarm nobody."
  action      = "ignore"
  expires_at  = "2030-07-01T00:00:00Z"

  expression = <<-EOT
    event.get("userIdentity.sessionContext.sessionIssuer.userName") == "penetration-test"
    and in_cidr(event["sourceIPAddress"], "198.51.100.0/24")
  EOT
}

# Many different users from one address, within five minutes: nobody is told below ten. All that comes from the address is one
# conversation, for an hour.
resource "trailhook_rule" "password_spraying" {
  name         = "password-spraying"
  description  = "Sign-ins of many users fail from one address."
  severity     = "high"
  expression   = "event['eventName'] == 'ConsoleLogin' and event.get('errorMessage') == 'Failed authentication'"
  group_by     = ["sourceIPAddress"]
  group_window = "1h"

  threshold {
    count    = 10
    window   = "5m"
    by       = ["sourceIPAddress"]
    distinct = "userIdentity.userName"
  }
}
