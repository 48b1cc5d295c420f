# What an account may have today: the module fivexl/cloudtrail-to-slack/aws. It is here to be read beside `after`; nothing applies it.

module "cloudtrail_to_slack" {
  source  = "fivexl/cloudtrail-to-slack/aws"
  version = "4.5.1"

  cloudtrail_logs_s3_bucket_name = "acme-cloudtrail"

  default_slack_hook_url = data.aws_ssm_parameter.default_hook.value
  configuration = [
    {
      accounts       = ["111122223333"]
      slack_hook_url = data.aws_ssm_parameter.production_hook.value
    },
  ]

  rules           = join("|", local.rules)
  ignore_rules    = join("|", local.ignore_rules)
  rules_separator = "|"
  events_to_track = join(",", ["CreateUser", "CreateAccessKey"])

  dynamodb_time_to_live = 1800
  lambda_memory_size    = 512
  tags                  = { team = "security" }
}

locals {
  rules = [
    "event[\"eventName\"] == \"DeleteBucket\"",
    "event[\"eventName\"] == \"ConsoleLogin\" and event.get(\"errorMessage\", \"\") == \"Failed authentication\"",
  ]

  ignore_rules = [
    "\"assumed-role/terraform-deploy\" in event.get(\"userIdentity.arn\", \"\")",
  ]
}

# The webhooks' URLs end up in the state in plain text.
data "aws_ssm_parameter" "default_hook" {
  name = "/cloudtrail-to-slack/default-hook"
}

data "aws_ssm_parameter" "production_hook" {
  name = "/cloudtrail-to-slack/production-hook"
}
