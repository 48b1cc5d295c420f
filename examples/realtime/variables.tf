variable "region" {
  description = "The home region: that of the function, of its parameters and of the bucket."
  type        = string
  default     = "eu-central-1"
}

variable "namespace" {
  description = "The path in Parameter Store that the function reads."
  type        = string
  default     = "/trailhook/prod"
}

variable "webhook_parameter" {
  description = "The SecureString parameter that holds the URL of a Slack incoming webhook."
  type        = string
  default     = "/trailhook/secrets/slack-webhook"
}

variable "log_bucket_name" {
  description = "The name of the bucket for the logs; made of the account and the region if it is not given."
  type        = string
  default     = null
}
