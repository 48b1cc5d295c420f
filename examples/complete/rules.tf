# What every account wants to know. `terraform plan` lists the rules.
resource "trailhook_rule_pack" "baseline" {
  name = "baseline"

  parameters = {
    function_name = "trailhook" # the module's `name`
  }
}

# And what this one wants to know.
resource "trailhook_rule" "administrators_made" {
  name        = "administrators-made"
  description = "Somebody got the rights of an administrator, and not by the pipeline."
  severity    = "high"

  expression = <<-EOT
    event["eventName"] in ("AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy")
    and event.get("requestParameters.policyArn", "").endswith(":policy/AdministratorAccess")
  EOT

  exceptions = [
    "glob(event.get('userIdentity.arn', ''), 'arn:aws:sts::*:assumed-role/terraform-deploy/*')",
  ]

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

resource "trailhook_rule" "detection_weakened" {
  name        = "detection-weakened"
  description = "GuardDuty, Config or Security Hub was switched off or made blind."
  severity    = "critical"

  event_names = [
    "config:DeleteConfigurationRecorder",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "guardduty:UpdateDetector",
    "securityhub:DisableSecurityHub",
  ]
}

# A dry run: it is counted how often the rule would alert. Change `action` when the number is right.
resource "trailhook_rule" "buckets_opened" {
  name        = "buckets-opened"
  description = "A bucket's policy or its block of public access was changed."
  action      = "record"
  event_names = ["s3:DeleteBucketPublicAccessBlock", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock"]
}
