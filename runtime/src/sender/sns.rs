//! Topics of SNS, and the queue for what nobody takes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_config::{Region, SdkConfig};
use aws_sdk_sns::types::MessageAttributeValue;

use super::answer::Answer;
use super::outgoing::Outgoing;
use crate::aws::CallError;
use crate::message::Letter;
use crate::outbox::digest;

/// Sends to topics, each in its own region.
pub(super) struct Topics {
    config: SdkConfig,
    clients: Mutex<HashMap<String, aws_sdk_sns::Client>>,
}

impl Topics {
    pub(super) fn new(config: SdkConfig) -> Self {
        Self { config, clients: Mutex::default() }
    }

    /// A topic's region stands in its ARN, and need not be the function's.
    fn client(&self, topic_arn: &str) -> aws_sdk_sns::Client {
        let region = topic_arn.split(':').nth(3).unwrap_or_default().to_owned();
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region).or_insert_with_key(|region| {
            let config = aws_sdk_sns::config::Builder::from(&self.config).region(Region::new(region.clone()));
            aws_sdk_sns::Client::from_conf(config.build())
        });
        client.clone()
    }

    pub(super) async fn publish(&self, topic_arn: &str, letter: &Letter, outgoing: &Outgoing) -> Answer {
        let mut request = self.client(topic_arn).publish().topic_arn(topic_arn);
        request = request.subject(&letter.subject).message(&letter.body);
        for (name, value) in &letter.attributes {
            match MessageAttributeValue::builder().data_type("String").string_value(value).build() {
                Ok(attribute) => request = request.message_attributes(*name, attribute),
                Err(error) => return Answer::Refused { reason: error.to_string(), is_closed: false },
            }
        }
        if topic_arn.ends_with(".fifo") {
            let ids = (&outgoing.group.id, deduplication_id(letter, outgoing));
            request = request.message_group_id(ids.0).message_deduplication_id(ids.1);
        }
        match request.send().await {
            Ok(_) => Answer::Delivered { thread: None },
            Err(error) => refused(&CallError::new("Publish", topic_arn, &error)),
        }
    }
}

/// By which a FIFO topic drops what it got already in the last five minutes: the same message of the same group, and no other. At
/// most 128 characters.
fn deduplication_id(letter: &Letter, outgoing: &Outgoing) -> String {
    let Outgoing { group, number, .. } = outgoing;
    digest(&[&group.route, &group.id, &number.to_string(), &letter.body])
}

fn refused(call: &CallError) -> Answer {
    /// What another try does not change.
    const CLOSED: [&str; 9] = [
        "AuthorizationError",
        "AuthorizationErrorException",
        "AccessDeniedException",
        "NotFound",
        "NotFoundException",
        "KMSAccessDenied",
        "KMSDisabled",
        "KMSNotFound",
        "KMSOptInRequired",
    ];
    const OF_MESSAGE: [&str; 4] =
        ["InvalidParameter", "InvalidParameterException", "ParameterValueInvalid", "ValidationException"];
    let reason = call.to_string();
    match call.code.as_deref() {
        Some(code) if CLOSED.contains(&code) => Answer::Refused { reason, is_closed: true },
        Some(code) if OF_MESSAGE.contains(&code) => Answer::Refused { reason, is_closed: false },
        _ => Answer::Retry { reason, after: None },
    }
}

/// The queue for what nobody takes.
pub(super) struct DeadLetters {
    client: aws_sdk_sqs::Client,
    queue_url: String,
}

impl DeadLetters {
    pub(super) fn new(config: &SdkConfig, queue_url: String) -> Self {
        Self { client: aws_sdk_sqs::Client::new(config), queue_url }
    }

    pub(super) async fn lay_down(&self, body: &str) -> Result<(), String> {
        let sent = self.client.send_message().queue_url(&self.queue_url).message_body(body).send().await;
        sent.map(drop).map_err(|error| CallError::new("SendMessage", &self.queue_url, &error).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::GroupKey;
    use crate::sender::Content;

    #[test]
    fn a_fifo_topic_tells_messages_apart() {
        let id = |route: &str, number, body: &str| {
            let letter = Letter { subject: String::new(), body: body.to_owned(), attributes: vec![] };
            let (group, content) = (GroupKey::of(route, &["rule"]), Content::Sns(letter.clone()));
            deduplication_id(&letter, &Outgoing { content, thread: None, group, number, count: 1 })
        };
        let one = id("a", 0, "e1");
        assert_eq!(one, id("a", 0, "e1"));
        // What was added before a retry, the next message, and another route to the same topic.
        assert!([id("a", 0, "e1 e2"), id("a", 1, "e1"), id("b", 0, "e1")].iter().all(|other| *other != one));
        assert!(one.len() <= 128);
    }

    #[test]
    fn what_sns_refuses_for_good_is_told_from_what_passes() {
        let answer = |code: Option<&str>| {
            refused(&CallError {
                operation: "Publish",
                subject: "arn:aws:sns:eu-west-1:111122223333:alerts".to_owned(),
                code: code.map(str::to_owned),
                message: "no".to_owned(),
                request_id: None,
            })
        };
        assert!(matches!(answer(Some("NotFound")), Answer::Refused { is_closed: true, .. }));
        assert!(matches!(answer(Some("InvalidParameter")), Answer::Refused { is_closed: false, .. }));
        assert!(matches!(answer(Some("Throttled")), Answer::Retry { after: None, .. }));
        let Answer::Retry { reason, .. } = answer(None) else { panic!("retry") };
        assert_eq!(reason, "Publish of arn:aws:sns:eu-west-1:111122223333:alerts failed: no");
    }
}
