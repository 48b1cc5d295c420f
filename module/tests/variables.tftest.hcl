# What is refused, before anything is made.

mock_provider "aws" {
  source = "./tests/mocks"
}
mock_provider "trailhook" {}

variables {
  namespace         = "/trailhook/prod"
  log_bucket_name   = "acme-cloudtrail"
  secret_parameters = ["/trailhook/secrets/slack-webhook"]
}

run "a_namespace_without_a_slash" {
  command = plan
  variables {
    namespace = "trailhook/prod"
  }
  expect_failures = [var.namespace]
}

run "a_namespace_of_parameter_store" {
  command = plan
  variables {
    namespace = "/AWS/trailhook"
  }
  expect_failures = [var.namespace]
}

run "an_arn_for_a_bucket" {
  command = plan
  variables {
    log_bucket_name = "arn:aws:s3:::acme-cloudtrail"
  }
  expect_failures = [var.log_bucket_name]
}

run "a_secret_itself" {
  command = plan
  variables {
    secret_parameters = ["https://hooks.slack.com/services/T000/B000/XXX"]
  }
  expect_failures = [var.secret_parameters]
}

run "a_path_without_its_slash" {
  command = plan
  variables {
    secret_parameters = ["trailhook/secrets/slack-webhook"]
  }
  expect_failures = [var.secret_parameters]
}

run "a_name_without_room" {
  command = plan
  variables {
    name = "trailhook-of-the-department-of-very-long-names"
  }
  expect_failures = [var.name]
}

run "an_unknown_source" {
  command = plan
  variables {
    sources = ["bucket", "kinesis"]
  }
  expect_failures = [var.sources]
}

run "no_source" {
  command = plan
  variables {
    sources = []
  }
  expect_failures = [var.sources]
}

run "too_little_time" {
  command = plan
  variables {
    timeout = 10
  }
  expect_failures = [var.timeout]
}

run "an_unknown_level" {
  command = plan
  variables {
    log_level = "verbose"
  }
  expect_failures = [var.log_level]
}

run "a_retention_that_cloudwatch_does_not_have" {
  command = plan
  variables {
    log_retention_days = 31
  }
  expect_failures = [var.log_retention_days]
}

run "all_objects_of_the_bucket" {
  command = plan
  variables {
    log_prefix = ""
  }
  expect_failures = [var.log_prefix]
}

run "a_topic_that_exists_without_its_arn" {
  command = plan
  variables {
    sns_fanout = { create_topic = false }
  }
  expect_failures = [var.sns_fanout]
}

run "an_alias_for_a_key" {
  command = plan
  variables {
    log_kms_key_arns = ["arn:aws:kms:eu-central-1:111122223333:alias/logs"]
  }
  expect_failures = [var.log_kms_key_arns]
}

run "a_topic_with_a_star" {
  command = plan
  variables {
    sns_topic_arns = ["arn:aws:sns:eu-central-1:111122223333:*"]
  }
  expect_failures = [var.sns_topic_arns]
}

run "an_alarm_that_does_not_exist" {
  command = plan
  variables {
    alarms = { disabled = ["noise"] }
  }
  expect_failures = [var.alarms]
}

run "an_account_that_is_none" {
  command = plan
  variables {
    forwarders = { account_ids = ["1234"] }
  }
  expect_failures = [var.forwarders]
}
