//! DynamoDB: the state table.

use serde_json::{Value, json};

use super::Aws;

impl Aws {
    /// Creates a table as the function wants it: `pk` is its key, and the index `due` lists by `queue` and `due`.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `ResourceInUseException`; a failed connection.
    pub async fn create_state_table(&self, name: &str) -> anyhow::Result<()> {
        let attribute = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
        let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
        let request = json!({
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [attribute("pk", "S"), attribute("queue", "S"), attribute("due", "N")],
            "KeySchema": [key("pk", "HASH")],
            "GlobalSecondaryIndexes": [{
                "IndexName": "due",
                "KeySchema": [key("queue", "HASH"), key("due", "RANGE")],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }],
        });
        self.call_json("dynamodb", "DynamoDB_20120810.CreateTable", &request).await?;
        let ttl = json!({
            "TableName": name, "TimeToLiveSpecification": {"Enabled": true, "AttributeName": "expires"},
        });
        self.call_json("dynamodb", "DynamoDB_20120810.UpdateTimeToLive", &ttl).await?;
        Ok(())
    }

    /// All items of a table, in DynamoDB's own form, in no order.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `ResourceNotFoundException`; a failed connection.
    pub async fn scan(&self, table: &str) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut request = json!({"TableName": table, "ConsistentRead": true});
        loop {
            let page = self.call_json("dynamodb", "DynamoDB_20120810.Scan", &request).await?;
            items.extend(page["Items"].as_array().cloned().unwrap_or_default());
            match page.get("LastEvaluatedKey") {
                Some(key) if !key.is_null() => request["ExclusiveStartKey"] = key.clone(),
                _ => return Ok(items),
            }
        }
    }

    /// Writes an item in DynamoDB's own form, whatever stands there.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `ResourceNotFoundException`; a failed connection.
    pub async fn put_item(&self, table: &str, item: &Value) -> anyhow::Result<()> {
        let request = json!({"TableName": table, "Item": item});
        self.call_json("dynamodb", "DynamoDB_20120810.PutItem", &request).await.map(drop)
    }
}
