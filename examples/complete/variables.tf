variable "region" {
  description = "The region of the function, of its parameters and of the bucket."
  type        = string
  default     = "eu-central-1"
}

variable "namespace" {
  description = "The path in Parameter Store that the function reads."
  type        = string
  default     = "/trailhook/prod"
}

variable "webhook_parameters" {
  description = "The SecureString parameters that hold the URLs of Slack incoming webhooks, one for each channel."
  type = object({
    security = optional(string, "/trailhook/secrets/slack-security")
    on_call  = optional(string, "/trailhook/secrets/slack-on-call")
  })
  default = {}
}

variable "log_bucket_name" {
  description = "The name of the bucket for the logs; made of the account and the region if it is not given."
  type        = string
  default     = null
}

variable "operations_email" {
  description = "The address that hears of the alarms. Nobody does as long as it is not given."
  type        = string
  default     = null
}
