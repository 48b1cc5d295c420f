# use_default_rules, which was on
resource "trailhook_rule_pack" "baseline" {
  name = "baseline"

  parameters = {
    function_name = "trailhook"
  }
}

# events_to_track
resource "trailhook_rule" "events_to_track" {
  name         = "events-to-track"
  description  = "A user or an access key was made."
  event_names  = ["CreateUser", "CreateAccessKey"]
  group_window = "30m" # dynamodb_time_to_live
}

# rules: each has a name, a severity, a place in the plan, and a test now.
resource "trailhook_rule" "bucket_deleted" {
  name         = "bucket-deleted"
  description  = "A bucket was deleted."
  expression   = "event[\"eventName\"] == \"DeleteBucket\""
  group_window = "30m"

  test {
    name  = "a bucket"
    event = jsonencode({ eventName = "DeleteBucket" })
  }
}

resource "trailhook_rule" "login_failed" {
  name         = "login-failed"
  description  = "A sign-in to the console failed."
  severity     = "low"
  expression   = "event[\"eventName\"] == \"ConsoleLogin\" and event.get(\"errorMessage\", \"\") == \"Failed authentication\""
  group_window = "30m"
}

# ignore_rules
resource "trailhook_rule" "pipeline" {
  name        = "pipeline"
  description = "What the pipeline does alarms nobody."
  action      = "ignore"
  expression  = "\"assumed-role/terraform-deploy\" in event.get(\"userIdentity.arn\", \"\")"
}
