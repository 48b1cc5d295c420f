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
    condition = jsonencode(jsondecode(aws_iam_role_policy.function.policy).Statement) == jsonencode([
      {
        Sid      = "ReadLogs"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws:s3:::acme-cloudtrail/AWSLogs/*"]
      },
      {
        Sid      = "ReadRulesRoutesAndPacks"
        Effect   = "Allow"
        Action   = ["ssm:GetParametersByPath"]
        Resource = ["arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/rules", "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/routes", "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/packs"]
      },
      {
        Sid      = "ReadSettingsAndSecrets"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter"]
        Resource = ["arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/settings", "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/secrets/slack-webhook", "arn:aws:ssm:eu-central-1:111122223333:parameter/slack-token"]
      },
      {
        Sid      = "KeepState"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
        Resource = ["arn:aws:dynamodb:eu-central-1:111122223333:table/trailhook"]
      },
      {
        Sid      = "FindWhatIsDue"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = ["arn:aws:dynamodb:eu-central-1:111122223333:table/trailhook/index/due"]
      },
      {
        Sid      = "KeepWhatFails"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = ["arn:aws:sqs:eu-central-1:111122223333:trailhook-dead-letters", "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"]
      },
      {
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:eu-central-1:111122223333:log-group:/aws/lambda/trailhook:*"]
      },
    ])
    error_message = "these permissions and no others"
  }

  assert {
    condition = jsondecode(aws_iam_role.function.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
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
    condition = jsonencode(jsondecode(aws_iam_role_policy.function.policy).Statement) == jsonencode([
      {
        Sid      = "ReadLogs"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws:s3:::acme-cloudtrail/AWSLogs/*"]
      },
      {
        Sid       = "DecryptLogs"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:aws:kms:eu-central-1:111122223333:key/logs"]
        Condition = { StringLike = { "kms:ViaService" = "s3.*.amazonaws.com" } }
      },
      {
        Sid      = "ReadRulesRoutesAndPacks"
        Effect   = "Allow"
        Action   = ["ssm:GetParametersByPath"]
        Resource = ["arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/rules", "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/routes", "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/packs"]
      },
      {
        Sid      = "ReadSettingsAndSecrets"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter"]
        Resource = ["arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/prod/settings", "arn:aws:ssm:eu-central-1:111122223333:parameter/trailhook/secrets/slack-webhook", "arn:aws:ssm:eu-central-1:111122223333:parameter/slack-token"]
      },
      {
        Sid       = "DecryptSecrets"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:aws:kms:eu-central-1:111122223333:key/secrets"]
        Condition = { StringEquals = { "kms:ViaService" = "ssm.eu-central-1.amazonaws.com" } }
      },
      {
        Sid      = "KeepState"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
        Resource = ["arn:aws:dynamodb:eu-central-1:111122223333:table/trailhook"]
      },
      {
        Sid      = "FindWhatIsDue"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = ["arn:aws:dynamodb:eu-central-1:111122223333:table/trailhook/index/due"]
      },
      {
        Sid      = "KeepWhatFails"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = ["arn:aws:sqs:eu-central-1:111122223333:trailhook-dead-letters", "arn:aws:sqs:eu-central-1:111122223333:trailhook-failed"]
      },
      {
        Sid      = "TakeNotifications"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = ["arn:aws:sqs:eu-central-1:111122223333:trailhook-logs"]
      },
      {
        Sid       = "UseOwnKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = ["arn:aws:kms:eu-central-1:111122223333:key/own"]
        Condition = { StringEquals = { "kms:ViaService" = ["dynamodb.eu-central-1.amazonaws.com", "sqs.eu-central-1.amazonaws.com"] } }
      },
      {
        Sid      = "TellTopics"
        Effect   = "Allow"
        Action   = ["sns:Publish"]
        Resource = ["arn:aws:sns:eu-central-1:111122223333:alerts"]
      },
      {
        Sid       = "UseKeysOfTopics"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = ["arn:aws:kms:eu-central-1:111122223333:key/topics"]
        Condition = { StringLike = { "kms:ViaService" = "sns.*.amazonaws.com" } }
      },
      {
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:eu-central-1:111122223333:log-group:/aws/lambda/trailhook:*"]
      },
    ])
    error_message = "each key has its statement, by way of the service that it is for; the queue is read, and the topic is told"
  }
}

run "a_secret_within_the_namespace" {
  command = plan

  variables {
    secret_parameters = ["/trailhook/prod/slack-webhook"]
  }

  expect_failures = [aws_lambda_function.this]
}
