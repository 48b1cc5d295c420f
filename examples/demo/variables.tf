variable "namespace" {
  description = "The path in Parameter Store that the function reads."
  type        = string
  default     = "/trailhook/demo"
}

variable "region" {
  description = "The region of the function and of its parameters."
  type        = string
  default     = "eu-central-1"
}

variable "webhook_parameter" {
  description = "The SecureString parameter that holds the URL of a Slack incoming webhook."
  type        = string
  default     = "/trailhook/secrets/slack-webhook"
}

variable "webhook_host" {
  description = "A host other than Slack's own that the webhook may name, for trying without Slack."
  type        = string
  default     = null
}

variable "function_name" {
  description = "The name of the function that sends the alerts; changes to it are alerts of their own."
  type        = string
  default     = "trailhook-demo"
}
