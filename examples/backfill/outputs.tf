output "start" {
  description = "The command that makes a job over the logs of a time: set FROM and TO first, such as FROM=2026-01-01T00:00:00Z. With --confirmation-required, the job lists the logs and then waits for a yes, in the console or by `aws s3control update-job-status --requested-job-status Ready`; --no-confirmation-required in its place begins at once."
  value = join(" ", [
    "aws s3control create-job --region ${var.region} --account-id ${local.account_id} --priority 10 --confirmation-required",
    "--role-arn ${aws_iam_role.jobs.arn} --description 'Trailhook: back-fill'",
    "--operation '${jsonencode({ LambdaInvoke = { FunctionArn = module.trailhook.function_arn, InvocationSchemaVersion = "2.0" } })}'",
    "--report '${jsonencode({ Bucket = aws_s3_bucket.jobs.arn, Prefix = "reports", Format = "Report_CSV_20180820", Enabled = true, ReportScope = "FailedTasksOnly" })}'",
    "--manifest-generator \"${replace(jsonencode({ S3JobManifestGenerator = {
      SourceBucket         = local.log_bucket_arn
      EnableManifestOutput = false
      Filter = {
        CreatedAfter      = "$FROM"
        CreatedBefore     = "$TO"
        KeyNameConstraint = { MatchAnyPrefix = ["AWSLogs/"], MatchAnySuffix = [".json.gz"] }
      }
    } }), "\"", "\\\"")}\"",
  ])
}

output "watch" {
  description = "The command that shows the jobs and how far they are."
  value       = "aws s3control list-jobs --region ${var.region} --account-id ${local.account_id}"
}
