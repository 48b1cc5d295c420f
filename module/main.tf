# The function in the middle is in function.tf, and what it may do in role.tf. Around it: what invokes it (sources.tf, bucket.tf, fanout.tf,
# realtime.tf), where it keeps its state (table.tf), what catches failures (queues.tf), and who watches it (alarms.tf).

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # `id` is the region's name in 5.x and in 6.x of the provider.
  region = data.aws_region.current.id

  log_bucket_arn = "arn:${local.partition}:s3:::${var.log_bucket_name}"
  # Who may say in the bucket's name that there is a new log.
  log_bucket_account_id = coalesce(var.log_bucket_account_id, local.account_id)
  log_suffix            = ".json.gz"

  # Lists have a length that is known at plan, even where the key is made in the same run.
  encryption_key_arns = var.encryption_key == null ? [] : [var.encryption_key.arn]
}
