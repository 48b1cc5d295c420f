//! The state table in DynamoDB.
//!
//! | attribute | | |
//! |---|---|---|
//! | `pk` | string | the item's name, and the table's only key |
//! | `version` | number | rises with each write |
//! | `body` | string | what the item holds, as JSON |
//! | `expires` | number | seconds since 1970; the table's time-to-live attribute, which only cleans up |
//! | `queue`, `due` | string, number | in groups of which something is to be told: the constant `due`, and milliseconds since 1970 |
//!
//! The index [`DUE_INDEX`] has `queue` as its partition key and `due` as its sort key, and projects keys alone.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, Put, TransactWriteItem};

use super::key::{GroupKey, Key};
use super::table::{Commit, Expect, Stored, Table, TableError, Write};
use crate::aws::CallError;
use crate::clock::Moment;

/// The index of groups by the moment at which they are due.
pub const DUE_INDEX: &str = "due";

/// The partition of the index. A group is written to it when it becomes due and leaves it when it was told, which is far from the
/// 1,000 writes a second of a partition: a channel takes one message a second.
const QUEUE: &str = "due";

/// A table of DynamoDB.
#[derive(Debug)]
pub struct DynamoTable {
    client: Client,
    name: String,
}

impl DynamoTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    fn refused<E, R>(&self, operation: &'static str, error: &SdkError<E, R>) -> TableError
    where
        E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        const PASSING: [&str; 7] = [
            "InternalServerError",
            "LimitExceededException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ServiceUnavailable",
            "ThrottlingException",
            "TransactionInProgressException",
        ];
        let call = CallError::new(operation, format!("table {}", self.name), error);
        // Without a code it was not the service that answered: the network, or something before it.
        let is_passing = call.code.as_deref().is_none_or(|code| PASSING.contains(&code));
        TableError { call, is_passing }
    }
}

impl Table for DynamoTable {
    async fn get(&self, key: &Key, now: Moment) -> Result<Option<Stored>, TableError> {
        let request = self.client.get_item().table_name(&self.name).key("pk", text(key.as_str())).consistent_read(true);
        let answer = request.send().await.map_err(|error| self.refused("GetItem", &error))?;
        Ok(answer.item.as_ref().filter(|item| is_live(item, now)).map(stored))
    }

    async fn write(&self, writes: &[Write], now: Moment) -> Result<Commit, TableError> {
        match writes {
            [] => Ok(Commit::Done),
            [write] => {
                let Form { item, condition, names, values } = Form::of(write, now);
                let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
                let request = request.condition_expression(condition).set_expression_attribute_names(Some(names));
                let request = request.set_expression_attribute_values(Some(values));
                match request.send().await {
                    Ok(_) => Ok(Commit::Done),
                    Err(error) => match error.as_service_error() {
                        Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Commit::Unexpected(vec![0])),
                        Some(PutItemError::TransactionConflictException(_)) => Ok(Commit::Busy),
                        _ => Err(self.refused("PutItem", &error)),
                    },
                }
            }
            writes => {
                let items = writes.iter().map(|write| {
                    let Form { item, condition, names, values } = Form::of(write, now);
                    let put = Put::builder()
                        .table_name(&self.name)
                        .set_item(Some(item))
                        .condition_expression(condition)
                        .set_expression_attribute_names(Some(names))
                        .set_expression_attribute_values(Some(values));
                    Ok(TransactWriteItem::builder().put(put.build()?).build())
                });
                let items =
                    items.collect::<Result<Vec<_>, aws_sdk_dynamodb::error::BuildError>>().map_err(|error| {
                        let call = CallError {
                            operation: "TransactWriteItems",
                            subject: format!("table {}", self.name),
                            code: None,
                            message: error.to_string(),
                            request_id: None,
                        };
                        TableError { call, is_passing: false }
                    })?;
                match self.client.transact_write_items().set_transact_items(Some(items)).send().await {
                    Ok(_) => Ok(Commit::Done),
                    Err(error) => match error.as_service_error() {
                        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                            outcome(cancelled.cancellation_reasons())
                                .ok_or_else(|| self.refused("TransactWriteItems", &error))
                        }
                        _ => Err(self.refused("TransactWriteItems", &error)),
                    },
                }
            }
        }
    }

    async fn due(&self, until: Moment, most: usize) -> Result<Vec<GroupKey>, TableError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(DUE_INDEX)
            .key_condition_expression("#queue = :queue AND #due <= :until")
            .expression_attribute_names("#queue", "queue")
            .expression_attribute_names("#due", "due")
            .expression_attribute_values(":queue", text(QUEUE))
            .expression_attribute_values(":until", millis(until))
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.refused("Query", &error))?;
            let keys = page.items().iter().filter_map(|item| item.get("pk")?.as_s().ok());
            found.extend(keys.filter_map(|key| GroupKey::parse(key)));
            if found.len() >= most {
                break;
            }
        }
        found.truncate(most);
        Ok(found)
    }
}

/// What cancelled a transaction; `None` if it is neither a condition nor somebody else.
fn outcome(reasons: &[CancellationReason]) -> Option<Commit> {
    let numbered = || reasons.iter().map(|reason| reason.code().unwrap_or_default()).enumerate();
    let places = |wanted: &[&str]| -> Vec<usize> {
        numbered().filter(|(_, code)| wanted.contains(code)).map(|(place, _)| place).collect()
    };
    let unexpected = places(&["ConditionalCheckFailed"]);
    let busy = places(&["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);
    match (unexpected.is_empty(), busy.is_empty()) {
        (false, _) => Some(Commit::Unexpected(unexpected)),
        (true, false) => Some(Commit::Busy),
        (true, true) => None,
    }
}

/// A write in DynamoDB's terms. Attributes have placeholders in conditions, because which names are reserved may change.
struct Form {
    item: HashMap<String, AttributeValue>,
    condition: &'static str,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Form {
    fn of(write: &Write, now: Moment) -> Self {
        let (condition, names, value, version): (_, &[_], _, _) = match write.expect {
            // Cleaning up comes up to days late.
            Expect::Absent => {
                ("attribute_not_exists(#pk) OR #expires <= :given", &["pk", "expires"], now.as_seconds().to_string(), 1)
            }
            Expect::Version(version) => ("#version = :given", &["version"], version.to_string(), version + 1),
        };
        let mut item = HashMap::from([
            ("pk".to_owned(), text(write.key.as_str())),
            ("version".to_owned(), AttributeValue::N(version.to_string())),
            ("body".to_owned(), text(&write.body)),
            // Rounded up, so that nothing is forgotten early.
            ("expires".to_owned(), AttributeValue::N((write.expires.as_seconds() + 1).to_string())),
        ]);
        if let Some(due) = write.due {
            item.insert("queue".to_owned(), text(QUEUE));
            item.insert("due".to_owned(), millis(due));
        }
        let names = names.iter().map(|name| (format!("#{name}"), (*name).to_owned())).collect();
        Self { item, condition, names, values: HashMap::from([(":given".to_owned(), AttributeValue::N(value))]) }
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn millis(moment: Moment) -> AttributeValue {
    AttributeValue::N(moment.as_millis().to_string())
}

/// Whether an item is still there, whether or not it was cleaned up. One that does not say stays.
fn is_live(item: &HashMap<String, AttributeValue>, now: Moment) -> bool {
    let expires = item.get("expires").and_then(|value| value.as_n().ok()?.parse::<i64>().ok());
    expires.is_none_or(|expires| expires > now.as_seconds())
}

/// An item that this module did not write holds nothing that can be read.
fn stored(item: &HashMap<String, AttributeValue>) -> Stored {
    let version = item.get("version").and_then(|value| value.as_n().ok()?.parse().ok()).unwrap_or_default();
    let body = item.get("body").and_then(|value| value.as_s().ok().cloned()).unwrap_or_default();
    Stored { version, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(codes: &[&str]) -> Vec<CancellationReason> {
        codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect()
    }

    #[test]
    fn a_cancelled_transaction_says_why() {
        let of = |codes: &[&str]| outcome(&reasons(codes));
        assert_eq!(
            of(&["None", "ConditionalCheckFailed", "TransactionConflict", "ConditionalCheckFailed"]),
            Some(Commit::Unexpected(vec![1, 3]))
        );
        assert_eq!(of(&["None", "TransactionConflict"]), Some(Commit::Busy));
        assert_eq!(of(&["ThrottlingError"]), Some(Commit::Busy));
        assert_eq!(of(&["ValidationError", "None"]), None);
        assert_eq!(of(&[]), None);
    }
}
