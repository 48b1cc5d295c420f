data "trailhook_lambda_package" "function" {
  output_path = "${path.module}/trailhook.zip"
}

resource "aws_lambda_function" "trailhook" {
  function_name    = "trailhook"
  role             = var.role_arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [data.trailhook_lambda_package.function.architecture]
  memory_size      = 256
  timeout          = 60
  filename         = data.trailhook_lambda_package.function.path
  source_code_hash = data.trailhook_lambda_package.function.source_code_hash

  environment {
    variables = {
      TRAILHOOK_NAMESPACE = "/trailhook/prod"
    }
  }
}

variable "role_arn" {
  description = "A role of Lambda that may read the logs, the parameters of the namespace and the secrets."
  type        = string
}
