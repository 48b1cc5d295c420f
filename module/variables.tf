# What every deployment says

variable "namespace" {
  description = "The path in Parameter Store that the function reads: the same as `namespace` of the provider `trailhook`, such as `/trailhook/prod`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(/[A-Za-z0-9_.-]+){1,8}$", var.namespace))
    error_message = "namespace is a path such as /trailhook/prod: one to eight segments of letters, digits, _, . and -, each with a slash in front and none at the end."
  }

  validation {
    condition     = !can(regex("^/(?i:aws|ssm)", var.namespace))
    error_message = "namespace begins with a name that Parameter Store keeps for itself (aws, ssm). Take another one, such as /trailhook/prod."
  }
}

variable "log_bucket_name" {
  description = "The name of the bucket that CloudTrail writes its logs to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.log_bucket_name))
    error_message = "log_bucket_name is the name of a bucket, such as acme-cloudtrail: neither an ARN nor a URL."
  }
}

variable "secret_parameters" {
  description = "The names of the SecureString parameters that routes name in `url_parameter` and `token_parameter`: the function may read these and no others. Names alone: a secret has no place in Terraform. An empty list if all routes lead to SNS."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for name in var.secret_parameters : can(regex("^(/[A-Za-z0-9_./-]+|[A-Za-z0-9_.-]+)$", name)) && !startswith(name, "xox")])
    error_message = "secret_parameters holds names of parameters, such as /trailhook/secrets/slack-webhook, which begin with / if they have one: neither ARNs nor the secrets themselves. If you have just put a secret here, it may be in the plan's output and in the shell's history: replace it."
  }
}

# The function

variable "name" {
  description = "The name of the function. Whatever else the module makes is named after it, so that two deployments in one account need two names."
  type        = string
  default     = "trailhook"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{3,40}$", var.name))
    error_message = "name is 3 to 40 letters, digits, - and _, so that the names of role, table and queues have room behind it."
  }
}

variable "architecture" {
  description = "The processor of the function, `x86_64` or `arm64`. The provider must carry a package for it."
  type        = string
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture is x86_64 or arm64."
  }
}

variable "code_bucket" {
  description = "A bucket in the function's region that the code goes through, for pipelines whose plan and apply run on different machines. Without it the code is a file in the module's folder, which is written at each plan: a module named by an absolute path is used where it is, and has to be writable there."
  type = object({
    name = string
    # trailhook/NAME-ARCHITECTURE.zip if it is not given.
    key = optional(string)
  })
  default = null
}

variable "memory_size" {
  description = "The function's memory in MB, which its share of a processor goes with. Logs are read as streams, so that no log needs more."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240
    error_message = "memory_size is 128 to 10240 MB."
  }
}

variable "timeout" {
  description = "How many seconds an invocation may take. Near its end the function begins no message that it could not finish; flushes send the rest."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.timeout >= 30 && var.timeout <= 900
    error_message = "timeout is 30 to 900 seconds."
  }
}

variable "reserved_concurrency" {
  description = "How many invocations may run at once; more of them wait. It also keeps reads of Parameter Store far from the account's limit. -1 reserves nothing, which new accounts with a quota of ten need."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 2
    error_message = "reserved_concurrency is at least 2, so that a flush has room beside a log, or -1 to reserve nothing."
  }
}

variable "log_level" {
  description = "How much the function's log tells: `error`, `warn`, `info`, `debug` or `trace`."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["error", "warn", "info", "debug", "trace"], lower(var.log_level))
    error_message = "log_level is error, warn, info, debug or trace."
  }
}

variable "log_retention_days" {
  description = "For how many days the function's own log is kept; 0 keeps it for ever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "log_retention_days is one of those that CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, or 0 for ever."
  }
}

variable "permissions_boundary_arn" {
  description = "The ARN of a policy that bounds the function's role, where the account asks for one."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of all that the module makes, beside the `default_tags` of the provider."
  type        = map(string)
  default     = {}
  nullable    = false
}

# The logs, and how the function learns of them

variable "sources" {
  description = <<-EOT
    How the function learns of what happened. Several at once do not double alerts.

    - `bucket`: the bucket notifies the function of each log.
    - `sns`: the bucket notifies a topic that others may listen to as well; see `sns_fanout`.
    - `sqs`: a queue stands in front of the function. With `sns` as well, it stands behind the topic. See `sqs`.
    - `object_events`: the bucket tells EventBridge of each log. If its notifications are somebody else's, `create_bucket_notification = false`
      goes with it: the module would otherwise replace them all.
    - `realtime`: EventBridge hands on CloudTrail's events themselves, seconds after the call; see `realtime`.
  EOT
  type        = set(string)
  default     = ["bucket"]
  nullable    = false

  validation {
    condition     = length(var.sources) > 0 && length(setsubtract(var.sources, ["bucket", "sns", "sqs", "object_events", "realtime"])) == 0
    error_message = "sources holds one or more of bucket, sns, sqs, object_events and realtime."
  }
}

variable "create_bucket_notification" {
  description = "Whether the module writes the bucket's notification configuration, of which a bucket has one: **what else it notifies is removed by that**. With `false` it is yours to write, and the module grants what it needs. Say so with `object_events` as well, if the notifications are somebody else's."
  type        = bool
  default     = true
  nullable    = false
}

variable "notify_log_removal" {
  description = "Whether the function also learns of logs that somebody removes from the bucket, which is an alert of its own. `notify_log_removal` of `trailhook_settings` says whether people are told."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_prefix" {
  description = "What the keys of the logs begin with: the function reads these alone, and is notified of these alone. `audit/AWSLogs/` for a trail with the prefix `audit`."
  type        = string
  default     = "AWSLogs/"
  nullable    = false

  validation {
    condition     = can(regex("^[^/*?][^*?]*$", var.log_prefix))
    error_message = "log_prefix is what keys begin with, such as AWSLogs/: not empty, without a slash in front, and without * and ?."
  }
}

variable "log_bucket_account_id" {
  description = "The account that the log bucket belongs to, if it is another one. Its bucket policy must then let the function's role read, its Object Ownership must be \"Bucket owner enforced\", and `create_bucket_notification` must be `false`."
  type        = string
  default     = null

  validation {
    condition     = var.log_bucket_account_id == null || can(regex("^[0-9]{12}$", var.log_bucket_account_id))
    error_message = "log_bucket_account_id is an account by its 12 digits, as a string."
  }
}

variable "sns_fanout" {
  description = "The topic of the source `sns`: one that the module makes, called `topic_name` (NAME-logs if it is not given), or with `create_topic = false` the one that exists at `topic_arn`, whose policy must let the bucket publish and, in another account, this account subscribe."
  type = object({
    create_topic = optional(bool, true)
    topic_name   = optional(string)
    topic_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.sns_fanout.create_topic || can(regex("^arn:[a-z-]+:sns:", var.sns_fanout.topic_arn))
    error_message = "sns_fanout has create_topic = false, so it needs topic_arn, the ARN of the topic that exists."
  }
}

variable "sqs" {
  description = "The queue of the source `sqs`: how many messages make a batch, how many batches are at work at once, which is to be below `reserved_concurrency`, and how often a message is tried. A message that failed comes again after six times `timeout`, as Lambda asks for."
  type = object({
    batch_size          = optional(number, 10)
    maximum_concurrency = optional(number, 5)
    max_receive_count   = optional(number, 5)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.sqs.batch_size >= 1 && var.sqs.batch_size <= 10
    error_message = "sqs.batch_size is 1 to 10."
  }

  validation {
    condition     = var.sqs.maximum_concurrency >= 2 && var.sqs.maximum_concurrency <= 1000
    error_message = "sqs.maximum_concurrency is 2 to 1000."
  }

  validation {
    condition     = var.sqs.max_receive_count >= 1 && var.sqs.max_receive_count <= 1000
    error_message = "sqs.max_receive_count is 1 to 1000."
  }
}

variable "realtime" {
  description = "The source `realtime`: whether read-only events (`Get…`, `List…`, `Describe…`) come as well, of which there are very many, and the names of the events that are wanted; all if there are none. With names, events of CloudTrail Insights do not come, since they have no `eventName`."
  type = object({
    read_only_events = optional(bool, false)
    event_names      = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "forwarders" {
  description = "If given, `{}` at the least, there is an event bus for what the module `forwarder` sends from other regions of this account, from other accounts, and from all accounts of organisations."
  type = object({
    account_ids      = optional(list(string), [])
    organization_ids = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.forwarders == null || alltrue([for id in try(var.forwarders.account_ids, []) : can(regex("^[0-9]{12}$", id))])
    error_message = "forwarders.account_ids holds accounts by their 12 digits, as strings."
  }

  validation {
    condition     = var.forwarders == null || alltrue([for id in try(var.forwarders.organization_ids, []) : can(regex("^o-[a-z0-9]{10,32}$", id))])
    error_message = "forwarders.organization_ids holds ids of organisations, such as o-a1b2c3d4e5."
  }
}

# Further permissions

variable "sns_topic_arns" {
  description = "The ARNs of the topics that routes name in `topic_arn`: the function may publish to these and no others."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.sns_topic_arns : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[^*?]+$", arn))])
    error_message = "sns_topic_arns holds ARNs of topics, such as arn:aws:sns:eu-central-1:111122223333:alerts, without * and ?."
  }
}

variable "log_kms_key_arns" {
  description = "The ARNs of the keys that encrypt the logs."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.log_kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))])
    error_message = "log_kms_key_arns holds ARNs of keys, arn:aws:kms:…:key/…: IAM knows neither ids nor aliases."
  }
}

variable "secret_kms_key_arns" {
  description = "The ARNs of the keys that encrypt the parameters of `secret_parameters`, if those are not encrypted with the account's own `aws/ssm`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.secret_kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))])
    error_message = "secret_kms_key_arns holds ARNs of keys, arn:aws:kms:…:key/…: IAM knows neither ids nor aliases."
  }
}

variable "sns_kms_key_arns" {
  description = "The ARNs of the keys that encrypt the topics of `sns_topic_arns`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.sns_kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))])
    error_message = "sns_kms_key_arns holds ARNs of keys, arn:aws:kms:…:key/…: IAM knows neither ids nor aliases."
  }
}

variable "encryption_key" {
  description = "The key that encrypts what the module makes: log group, table, queues and topic. Without it, the keys of the services do. Its policy must let those services use it: see the README."
  type = object({
    arn = string
  })
  default = null
}

# Alarms

variable "metrics_namespace" {
  description = "The CloudWatch namespace of the function's metrics, where the alarms look: the same as `metrics_namespace` of `trailhook_settings`."
  type        = string
  default     = "Trailhook"
  nullable    = false
}

variable "alarms" {
  description = <<-EOT
    The alarms about the function itself.

    - `create`: whether there are any.
    - `actions`: the ARNs that are told when one begins and ends, such as that of a topic with an e-mail subscription. Not of one that leads to Slack by this function.
    - `oldest_due_seconds`: for how long an alert may be due.
    - `silence_hours`: after how many hours without an event the silence is alarming, up to 24; 0 for never. With logs among the
      sources, hours without a log.
    - `disabled`: names of alarms that are not wanted.
  EOT
  type = object({
    create             = optional(bool, true)
    actions            = optional(list(string), [])
    oldest_due_seconds = optional(number, 900)
    silence_hours      = optional(number, 24)
    disabled           = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alarms.silence_hours >= 0 && var.alarms.silence_hours <= 24 && floor(var.alarms.silence_hours) == var.alarms.silence_hours
    error_message = "alarms.silence_hours is a whole number up to 24, since the alarm looks at one period of its metric, which is a day at most; 0 for no such alarm."
  }

  validation {
    condition     = var.alarms.oldest_due_seconds >= 60
    error_message = "alarms.oldest_due_seconds is at least 60: flushes come once a minute."
  }

  validation {
    condition = length(setsubtract(var.alarms.disabled, [
      "dead-letters", "failed", "failures", "logs-failed", "logs-waiting", "oldest-due", "parts-failed", "rules-broken", "silence", "undeliverable", "unrouted",
    ])) == 0
    error_message = "alarms.disabled holds names of alarms: dead-letters, failed, failures, logs-failed, logs-waiting, oldest-due, parts-failed, rules-broken, silence, undeliverable, unrouted."
  }
}
