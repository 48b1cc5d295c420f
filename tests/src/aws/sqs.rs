//! SQS: the queues that dead letters go to.

use serde::Deserialize;
use serde_json::json;

use super::Aws;

/// A message that was received.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueMessage {
    /// The text of the message.
    pub body: String,
    /// What deletes it: see [`Aws::delete_message`].
    pub receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Queue {
    queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    #[serde(default)]
    messages: Vec<QueueMessage>,
}

impl Aws {
    /// Creates a queue and returns its ARN.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn create_queue(&self, name: &str) -> anyhow::Result<String> {
        let request = json!({ "QueueName": name });
        self.call_json("sqs", "AmazonSQS.CreateQueue", &request).await?;
        Ok(format!("arn:aws:sqs:{}:{}:{name}", Self::REGION, Self::ACCOUNT))
    }

    /// Creates a queue whose messages go to another one when they were received so often, and returns its ARN.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn create_queue_with_redrive(&self, name: &str, dead: &str, receives: u32) -> anyhow::Result<String> {
        let policy = json!({"deadLetterTargetArn": dead, "maxReceiveCount": receives}).to_string();
        let attributes = json!({"RedrivePolicy": policy, "VisibilityTimeout": "1"});
        self.call_json("sqs", "AmazonSQS.CreateQueue", &json!({"QueueName": name, "Attributes": attributes})).await?;
        Ok(format!("arn:aws:sqs:{}:{}:{name}", Self::REGION, Self::ACCOUNT))
    }

    /// Puts a message into a queue.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `QueueDoesNotExist`; a failed connection.
    pub async fn send_message(&self, queue: &str, body: &str) -> anyhow::Result<()> {
        let url = self.queue_url(queue).await?;
        self.call_json("sqs", "AmazonSQS.SendMessage", &json!({"QueueUrl": url, "MessageBody": body})).await.map(drop)
    }

    /// Receives up to ten messages at once; an empty list when there is none now.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `QueueDoesNotExist`; a failed connection.
    pub async fn receive_messages(&self, queue: &str) -> anyhow::Result<Vec<QueueMessage>> {
        let url = self.queue_url(queue).await?;
        let request = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0 });
        let batch: Batch = self.json("sqs", "AmazonSQS.ReceiveMessage", &request).await?;
        Ok(batch.messages)
    }

    /// Deletes a received message.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `QueueDoesNotExist`; a failed connection.
    pub async fn delete_message(&self, queue: &str, receipt_handle: &str) -> anyhow::Result<()> {
        let url = self.queue_url(queue).await?;
        let request = json!({ "QueueUrl": url, "ReceiptHandle": receipt_handle });
        self.call_json("sqs", "AmazonSQS.DeleteMessage", &request).await?;
        Ok(())
    }

    /// The address by which a queue is used.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `QueueDoesNotExist`; a failed connection.
    pub async fn queue_url(&self, queue: &str) -> anyhow::Result<String> {
        let request = json!({ "QueueName": queue });
        let answer: Queue = self.json("sqs", "AmazonSQS.GetQueueUrl", &request).await?;
        Ok(answer.queue_url)
    }
}
