# What the function may do, and nothing more.

mock_provider "trailhook" {}

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  namespace         = "/trailhook/prod"
  log_bucket_name   = "acme-cloudtrail"
  secret_parameters = ["/trailhook/secrets/slack-webhook", "slack-token"]
}

run "least_privilege" {
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.function.policy).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      ReadLogs = [["s3:GetObject"], ["arn:aws:s3:::acme-cloudtrail/AWSLogs/*"]]
      ReadRulesRoutesAndPacks = [["ssm:GetParametersByPath"], [
        "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/rules",
        "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/routes",
        "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/packs",
      ]]
      ReadSettingsAndSecrets = [["ssm:GetParameter"], [
        "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/settings",
        "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/secrets/slack-webhook",
        "arn:aws:ssm:eu-central-1:111122223333:parameter/slack-token",
      ]]
      KeepState     = [["dynamodb:GetItem", "dynamodb:PutItem"], ["arn:aws:dynamodb:eu-central-1:111122223333:table/trailhook"]]
      FindWhatIsDue = [["dynamodb:Query"], ["arn:aws:dynamodb:eu-central-1:111122223333:table/trailhook/index/due"]]
      KeepWhatFails = [["sqs:SendMessage"], [aws_sqs_queue.dead_letters.arn, aws_sqs_queue.failed.arn]]
      WriteItsLog   = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:111122223333:log-group:/aws/lambda/trailhook:*"]]
    }
    error_message = "these permissions and no others"
  }

  assert {
    condition     = jsondecode(aws_iam_role.function.assume_role_policy).Statement[0].Principal == { Service = "lambda.amazonaws.com" }
    error_message = "Lambda alone takes on the role"
  }
}

run "more_where_more_is_asked_for" {
  variables {
    sources             = ["sqs"]
    sns_topic_arns      = ["arn:aws:sns:eu-central-1:111122223333:alerts"]
    log_kms_key_arns    = ["arn:aws:kms:eu-central-1:111122223333:key/logs"]
    secret_kms_key_arns = ["arn:aws:kms:eu-central-1:111122223333:key/secrets"]
    sns_kms_key_arns    = ["arn:aws:kms:eu-central-1:111122223333:key/topics"]
    encryption_key      = { arn = "arn:aws:kms:eu-central-1:111122223333:key/own" }
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.function.policy).Statement : statement.Sid => statement.Resource if startswith(statement.Action[0], "kms:") } == {
      DecryptLogs     = ["arn:aws:kms:eu-central-1:111122223333:key/logs"]
      DecryptSecrets  = ["arn:aws:kms:eu-central-1:111122223333:key/secrets"]
      UseKeysOfTopics = ["arn:aws:kms:eu-central-1:111122223333:key/topics"]
      UseOwnKey       = ["arn:aws:kms:eu-central-1:111122223333:key/own"]
    }
    error_message = "each key has its statement"
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.function.policy).Statement : can(values(statement.Condition)[0]["kms:ViaService"]) if startswith(statement.Action[0], "kms:")])
    error_message = "keys are used by way of the service that they are for, and not directly"
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.function.policy).Statement : statement.Sid => statement.Action if contains(["TakeNotifications", "TellTopics"], statement.Sid) } == {
      TakeNotifications = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      TellTopics        = ["sns:Publish"]
    }
    error_message = "the queue is read, and the topic is told"
  }
}

run "a_secret_within_the_namespace" {
  command = plan

  variables {
    secret_parameters = ["/trailhook/prod/slack-webhook"]
  }

  expect_failures = [aws_lambda_function.this]
}
