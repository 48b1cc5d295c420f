locals {
  event = jsonencode({
    eventName = "RunInstances"
    requestParameters = {
      instanceType = "p5.48xlarge"
      instancesSet = { items = [{ minCount = 1, maxCount = 8 }] }
    }
  })
}

# The fields that a rule can read: "eventName", "requestParameters.instanceType",
# "requestParameters.instancesSet.items.0.maxCount", "requestParameters.instancesSet.items.0.minCount"
output "fields" {
  value = keys(provider::trailhook::flatten(local.event))
}

# One of them, with its type: the number 8
output "instances" {
  value = provider::trailhook::flatten(local.event)["requestParameters.instancesSet.items.0.maxCount"]
}
