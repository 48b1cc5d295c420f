//! SNS: the topics that alerts go to, with queues as their subscribers.

use http::{HeaderMap, HeaderValue, Method, header};
use url::form_urlencoded::Serializer;

use super::{Aws, Call};

impl Aws {
    /// Creates a topic and returns its ARN.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn create_topic(&self, name: &str) -> anyhow::Result<String> {
        self.sns("SNS.CreateTopic", &[("Action", "CreateTopic"), ("Name", name)]).await?;
        Ok(format!("arn:aws:sns:{}:{}:{name}", Self::REGION, Self::ACCOUNT))
    }

    /// Subscribes a queue to a topic.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn subscribe_queue(&self, topic_arn: &str, queue_arn: &str) -> anyhow::Result<()> {
        let form = [("Action", "Subscribe"), ("TopicArn", topic_arn), ("Protocol", "sqs"), ("Endpoint", queue_arn)];
        self.sns("SNS.Subscribe", &form).await
    }

    /// Subscribes a function to a topic.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn subscribe_function(&self, topic_arn: &str, function_arn: &str) -> anyhow::Result<()> {
        let form =
            [("Action", "Subscribe"), ("TopicArn", topic_arn), ("Protocol", "lambda"), ("Endpoint", function_arn)];
        self.sns("SNS.Subscribe", &form).await
    }

    async fn sns(&self, operation: &str, form: &[(&str, &str)]) -> anyhow::Result<()> {
        let body = Serializer::new(String::new()).append_pair("Version", "2010-03-31").extend_pairs(form).finish();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let call = Call {
            operation,
            service: "sns",
            method: Method::POST,
            path: "/",
            headers,
            body: body.into_bytes().into(),
        };
        self.call(call).await.map(drop)
    }
}
