# What was told, what is to be told, and who is telling it. It holds nothing that must outlive its items: they expire by themselves.
resource "aws_dynamodb_table" "state" {
  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  tags         = var.tags

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "queue"
    type = "S"
  }

  attribute {
    name = "due"
    type = "N"
  }

  global_secondary_index {
    name            = "due"
    hash_key        = "queue"
    range_key       = "due"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  dynamic "server_side_encryption" {
    for_each = local.encryption_key_arns

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }
}
