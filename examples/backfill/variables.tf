variable "region" {
  description = "The region of the bucket and of the function."
  type        = string
  default     = "eu-central-1"
}

variable "log_bucket_name" {
  description = "The bucket that the trail writes to."
  type        = string
}
