variable "event_bus_arn" {
  description = "The ARN of the bus that the events go to: the output `event_bus_arn` of the module that has the function."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/", var.event_bus_arn))
    error_message = "event_bus_arn is the ARN of an event bus, arn:aws:events:…:event-bus/…. The module with the function has one if its variable forwarders is given."
  }
}

variable "name" {
  description = "The name of the rule; that of the role has the region behind it."
  type        = string
  default     = "trailhook-forwarder"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,40}$", var.name))
    error_message = "name is up to 40 letters, digits, - and _, so that the name of the role has room for the region."
  }
}

variable "read_only_events" {
  description = "Whether read-only events (`Get…`, `List…`, `Describe…`) are forwarded as well. Say the same in `realtime` of the module with the function."
  type        = bool
  default     = false
  nullable    = false
}

variable "event_names" {
  description = "The names of the events that are forwarded; all if there are none. With names, events of CloudTrail Insights are not, since they have no `eventName`."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "The ARN of a policy that bounds the role, where the account asks for one."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the rule and of the role."
  type        = map(string)
  default     = {}
  nullable    = false
}
