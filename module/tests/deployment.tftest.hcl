# What a deployment with the three required variables is. Everything of AWS is made up, so that the tests need neither an account nor a
# network: `terraform init && terraform test` in the module's folder.

mock_provider "trailhook" {}

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  namespace         = "/trailhook/prod"
  log_bucket_name   = "acme-cloudtrail"
  secret_parameters = ["/trailhook/secrets/slack-webhook"]
}

run "three_variables_are_enough" {
  assert {
    condition     = aws_lambda_function.this.function_name == "trailhook"
    error_message = "the function is called trailhook"
  }

  assert {
    condition     = aws_lambda_function.this.runtime == "provided.al2023" && aws_lambda_function.this.handler == "bootstrap"
    error_message = "the function is a program of its own"
  }

  assert {
    condition     = aws_lambda_function.this.timeout == 300 && aws_lambda_function.this.reserved_concurrent_executions == 10
    error_message = "it has five minutes, and ten run at once"
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      TRAILHOOK_NAMESPACE         = "/trailhook/prod"
      TRAILHOOK_TABLE             = "trailhook"
      TRAILHOOK_DEAD_LETTER_QUEUE = "https://sqs.eu-central-1.amazonaws.com/111122223333/trailhook-dead-letters"
      TRAILHOOK_LOG               = "info"
    })
    error_message = "the function learns where its rules, its state and its dead letters are"
  }

  assert {
    condition     = aws_lambda_function.this.filename == data.trailhook_lambda_package.function[0].path && length(trailhook_lambda_code.function) == 0
    error_message = "the code is a file"
  }

  assert {
    condition     = aws_cloudwatch_log_group.function.name == "/aws/lambda/trailhook" && aws_cloudwatch_log_group.function.retention_in_days == 30
    error_message = "its log is kept for 30 days"
  }
}

run "the_state_table_has_an_index_and_forgets" {
  assert {
    condition = (
      aws_dynamodb_table.state.hash_key == "pk"
      && one(aws_dynamodb_table.state.global_secondary_index).name == "due"
      && one(aws_dynamodb_table.state.global_secondary_index).hash_key == "queue"
      && one(aws_dynamodb_table.state.global_secondary_index).range_key == "due"
      && one(aws_dynamodb_table.state.global_secondary_index).projection_type == "KEYS_ONLY"
    )
    error_message = "the index finds what is due"
  }

  assert {
    condition     = one(aws_dynamodb_table.state.ttl).attribute_name == "expires" && one(aws_dynamodb_table.state.ttl).enabled
    error_message = "items expire"
  }
}

run "flushes_come_each_minute" {
  assert {
    condition = (
      aws_cloudwatch_event_rule.flush.schedule_expression == "rate(1 minute)"
      && aws_cloudwatch_event_target.flush.rule == "trailhook-flush"
      && aws_cloudwatch_event_target.flush.arn == "arn:aws:lambda:eu-central-1:111122223333:function:trailhook"
      && jsondecode(aws_cloudwatch_event_target.flush.input) == { trailhook = "flush" }
    )
    error_message = "the schedule invokes the function with the payload of a flush"
  }

  assert {
    condition = (
      aws_lambda_permission.flush.source_arn == "arn:aws:events:eu-central-1:111122223333:rule/trailhook-flush"
      && aws_lambda_permission.flush.principal == "events.amazonaws.com"
      && aws_lambda_permission.flush.action == "lambda:InvokeFunction"
      && aws_lambda_permission.flush.function_name == "trailhook"
    )
    error_message = "the schedule may, and no other rule by this permission"
  }

  assert {
    condition     = aws_cloudwatch_event_target.flush.retry_policy[0].maximum_retry_attempts == 0
    error_message = "a flush is not tried again, since the next one comes"
  }
}

run "what_fails_is_kept" {
  assert {
    condition     = aws_lambda_function_event_invoke_config.this.destination_config[0].on_failure[0].destination == "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"
    error_message = "invocations that fail go to a queue"
  }

  assert {
    condition     = aws_sqs_queue.failed.message_retention_seconds == 1209600 && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    error_message = "both queues keep what they have for fourteen days"
  }

  assert {
    condition     = aws_sqs_queue.failed.name != aws_sqs_queue.dead_letters.name
    error_message = "alerts that nobody takes are not mixed with notifications that failed"
  }

  assert {
    condition = (
      output.failed_queue_url == "https://sqs.eu-central-1.amazonaws.com/111122223333/trailhook-failed"
      && output.dead_letter_queue_url == "https://sqs.eu-central-1.amazonaws.com/111122223333/trailhook-dead-letters"
    )
    error_message = "both queues are told of"
  }

  assert {
    condition     = output.self_test_command == "echo '{\"trailhook\":\"self-test\"}' | aws lambda invoke --region eu-central-1 --function-name trailhook --cli-read-timeout 0 --payload fileb:///dev/stdin /dev/stdout"
    error_message = "the self-test is waited for, and is not begun again meanwhile"
  }
}

run "code_through_a_bucket" {
  variables {
    code_bucket  = { name = "acme-code" }
    architecture = "arm64"
  }

  assert {
    condition = (
      trailhook_lambda_code.function[0].bucket == "acme-code"
      && trailhook_lambda_code.function[0].key == "trailhook/trailhook-arm64.zip"
      && trailhook_lambda_code.function[0].architecture == "arm64"
    )
    error_message = "the code is uploaded"
  }

  assert {
    condition = (
      aws_lambda_function.this.s3_bucket == "acme-code"
      && aws_lambda_function.this.source_code_hash == trailhook_lambda_code.function[0].source_code_hash
      && aws_lambda_function.this.architectures == tolist(["arm64"])
      && length(data.trailhook_lambda_package.function) == 0
    )
    error_message = "the function takes it from there"
  }
}

run "two_deployments_do_not_collide" {
  variables {
    name      = "trailhook-staging"
    log_level = "DEBUG"
    tags      = { team = "security" }
  }

  assert {
    condition = (
      aws_lambda_function.this.function_name == "trailhook-staging"
      && aws_iam_role.function.name == "trailhook-staging-eu-central-1"
      && aws_dynamodb_table.state.name == "trailhook-staging"
      && aws_sqs_queue.failed.name == "trailhook-staging-failed"
      && aws_cloudwatch_metric_alarm.this["failures"].alarm_name == "trailhook-staging-failures"
    )
    error_message = "everything is named after the function"
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables["TRAILHOOK_LOG"] == "debug"
    error_message = "levels may be written in capitals"
  }

  assert {
    condition     = aws_lambda_function.this.tags["team"] == "security" && aws_dynamodb_table.state.tags["team"] == "security"
    error_message = "tags are on everything"
  }
}

run "a_key_of_ones_own" {
  variables {
    encryption_key = { arn = "arn:aws:kms:eu-central-1:111122223333:key/own" }
  }

  assert {
    condition = (
      aws_cloudwatch_log_group.function.kms_key_id == var.encryption_key.arn
      && aws_dynamodb_table.state.server_side_encryption[0].kms_key_arn == var.encryption_key.arn
      && aws_sqs_queue.failed.kms_master_key_id == var.encryption_key.arn
      && aws_sqs_queue.dead_letters.kms_master_key_id == var.encryption_key.arn
    )
    error_message = "all that holds data is encrypted with it"
  }
}
