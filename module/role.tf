# What the function may do. Each statement names what it is for; one whose list of resources is empty is left out.

resource "aws_iam_role" "function" {
  # Roles have no region: two deployments in different ones must not collide.
  name                 = "${var.name}-${local.region}"
  description          = "Trailhook's function ${var.name} in ${local.region}"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name = "trailhook"
  role = aws_iam_role.function.id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.statements : statement if length(statement.Resource) > 0]
  })
}

locals {
  parameter_arn_prefix = "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter"
  dns_suffix           = data.aws_partition.current.dns_suffix

  statements = [
    {
      Sid      = "ReadLogs"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = ["${local.log_bucket_arn}/${var.log_prefix}*"]
    },
    {
      Sid       = "DecryptLogs"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = var.log_kms_key_arns
      Condition = { StringLike = { "kms:ViaService" = "s3.*.${local.dns_suffix}" } }
    },
    {
      Sid      = "ReadRulesRoutesAndPacks"
      Effect   = "Allow"
      Action   = ["ssm:GetParametersByPath"]
      Resource = [for folder in ["rules", "routes", "packs"] : "${local.parameter_arn_prefix}${var.namespace}/${folder}"]
    },
    {
      Sid    = "ReadSettingsAndSecrets"
      Effect = "Allow"
      Action = ["ssm:GetParameter"]
      Resource = concat(
        ["${local.parameter_arn_prefix}${var.namespace}/settings"],
        [for name in var.secret_parameters : "${local.parameter_arn_prefix}/${trimprefix(name, "/")}"],
      )
    },
    {
      Sid       = "DecryptSecrets"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = var.secret_kms_key_arns
      Condition = { StringEquals = { "kms:ViaService" = "ssm.${local.region}.${local.dns_suffix}" } }
    },
    {
      Sid      = "KeepState"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      Resource = [aws_dynamodb_table.state.arn]
    },
    {
      Sid      = "FindWhatIsDue"
      Effect   = "Allow"
      Action   = ["dynamodb:Query"]
      Resource = ["${aws_dynamodb_table.state.arn}/index/due"]
    },
    {
      Sid      = "KeepWhatFails"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = [aws_sqs_queue.dead_letters.arn, aws_sqs_queue.failed.arn]
    },
    {
      Sid      = "TakeNotifications"
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = aws_sqs_queue.logs[*].arn
    },
    {
      Sid      = "UseOwnKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = local.encryption_key_arns
      Condition = { StringEquals = {
        "kms:ViaService" = [for service in ["dynamodb", "sqs"] : "${service}.${local.region}.${local.dns_suffix}"]
      } }
    },
    {
      Sid      = "TellTopics"
      Effect   = "Allow"
      Action   = ["sns:Publish"]
      Resource = var.sns_topic_arns
    },
    {
      Sid       = "UseKeysOfTopics"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = var.sns_kms_key_arns
      Condition = { StringLike = { "kms:ViaService" = "sns.*.${local.dns_suffix}" } }
    },
    {
      Sid      = "WriteItsLog"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${aws_cloudwatch_log_group.function.arn}:*"]
    },
  ]
}
