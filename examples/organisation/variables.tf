variable "region" {
  description = "The region of the bucket and of the function."
  type        = string
  default     = "eu-central-1"
}

variable "organization_id" {
  description = "The id of the organisation, which is part of the logs' keys. The logs of old trails lack it: say `AWSLogs/` in `log_prefix` then."
  type        = string
}

variable "log_bucket_name" {
  description = "The bucket that the organisation's trail writes to."
  type        = string
}

variable "log_kms_key_arns" {
  description = "The keys that encrypt the logs. Their policies must let the function's role decrypt, too."
  type        = list(string)
  default     = []
}

variable "accounts" {
  description = "The accounts that have a channel of their own, by names such as `production`."
  type = map(object({
    account_id = string
    channel    = string
  }))
}

variable "security_channel" {
  description = "The channel of the security team."
  type        = string
  default     = "#security"
}
