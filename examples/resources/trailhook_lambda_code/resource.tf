resource "trailhook_lambda_code" "function" {
  bucket       = aws_s3_bucket_versioning.code.bucket
  key          = "trailhook/bootstrap.zip"
  architecture = "x86_64"
}

# A new release of the provider uploads new code, and so the function is updated.
resource "aws_lambda_function" "trailhook" {
  function_name = "trailhook"
  role          = var.role_arn
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [trailhook_lambda_code.function.architecture]
  memory_size   = 256
  timeout       = 60

  s3_bucket         = trailhook_lambda_code.function.bucket
  s3_key            = trailhook_lambda_code.function.key
  s3_object_version = trailhook_lambda_code.function.version_id
  source_code_hash  = trailhook_lambda_code.function.source_code_hash

  environment {
    variables = {
      TRAILHOOK_NAMESPACE = "/trailhook/prod"
    }
  }
}

resource "aws_s3_bucket" "code" {
  bucket_prefix = "trailhook-code-"
}

resource "aws_s3_bucket_versioning" "code" {
  bucket = aws_s3_bucket.code.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

variable "role_arn" {
  description = "A role of Lambda that may read the logs, the parameters of the namespace and the secrets."
  type        = string
}
