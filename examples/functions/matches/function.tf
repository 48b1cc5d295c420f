resource "trailhook_rule" "key_deleted" {
  name        = "key-deleted"
  description = "A KMS key will be deleted. What it encrypts is lost then."
  severity    = "high"
  expression  = "event['eventName'] == 'ScheduleKeyDeletion' and not event.get('errorCode')"
}

# Every plan and apply warns if the rule no longer sees what it is there for.
check "deletion_of_keys_is_seen" {
  assert {
    condition = provider::trailhook::matches(trailhook_rule.key_deleted.expression, jsonencode({
      eventSource       = "kms.amazonaws.com"
      eventName         = "ScheduleKeyDeletion"
      requestParameters = { keyId = "1234abcd-12ab-34cd-56ef-1234567890ab", pendingWindowInDays = 7 }
    }))
    error_message = "trailhook_rule.key_deleted does not match the deletion of a key."
  }
}
