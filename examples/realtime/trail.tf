# EventBridge has events only where a trail is logging.

data "aws_caller_identity" "current" {}

resource "aws_cloudtrail" "this" {
  name                  = "trailhook"
  s3_bucket_name        = aws_s3_bucket.logs.bucket
  is_multi_region_trail = true

  # CloudTrail tries the bucket before it accepts it.
  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_s3_bucket" "logs" {
  bucket = coalesce(var.log_bucket_name, "trailhook-logs-${data.aws_caller_identity.current.account_id}-${var.region}")
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.bucket

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = aws_s3_bucket.logs.arn
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
      },
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.logs.arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*"
        Condition = { StringEquals = {
          "aws:SourceAccount" = data.aws_caller_identity.current.account_id
          "s3:x-amz-acl"      = "bucket-owner-full-control"
        } }
      },
    ]
  })
}
