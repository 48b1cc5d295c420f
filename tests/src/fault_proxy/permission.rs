//! What a role must permit for a call to get through.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;

use crate::Aws;
use crate::server::Received;

/// An action of IAM and the resource that it is asked for, by its ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// Such as `ssm:GetParameter`.
    pub action: String,
    /// Such as `arn:aws:ssm:eu-central-1:000000000000:parameter/trailhook/prod/settings`.
    pub resource: String,
}

/// The permissions that a call takes. A transaction takes one for each kind of its parts; what is not known takes its own name, for
/// everything.
pub(super) fn permissions(operation: &str, received: &Received) -> Vec<Permission> {
    let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{}:{}:{rest}", Aws::REGION, Aws::ACCOUNT);
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let one = |action: &str, resource: String| vec![Permission { action: action.to_owned(), resource }];
    let table = |name: &str| arn("dynamodb", &format!("table/{name}"));
    match operation {
        "S3.GetObject" => {
            let path = percent_decode_str(received.uri.path().trim_start_matches('/')).decode_utf8_lossy();
            one("s3:GetObject", format!("arn:aws:s3:::{path}"))
        }
        "SSM.GetParameter" => one("ssm:GetParameter", arn("ssm", &format!("parameter{}", text("Name")))),
        "SSM.GetParametersByPath" => one("ssm:GetParametersByPath", arn("ssm", &format!("parameter{}", text("Path")))),
        "DynamoDB.GetItem" => one("dynamodb:GetItem", table(&text("TableName"))),
        "DynamoDB.PutItem" => one("dynamodb:PutItem", table(&text("TableName"))),
        "DynamoDB.Query" => {
            let index = body["IndexName"].as_str().map(|index| format!("/index/{index}")).unwrap_or_default();
            one("dynamodb:Query", format!("{}{index}", table(&text("TableName"))))
        }
        "DynamoDB.TransactWriteItems" => {
            let parts = body["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object).flatten();
            let mut found: Vec<_> = parts
                .map(|(kind, part)| {
                    let action =
                        if kind == "ConditionCheck" { "ConditionCheckItem".to_owned() } else { format!("{kind}Item") };
                    let resource = table(part["TableName"].as_str().unwrap_or_default());
                    Permission { action: format!("dynamodb:{action}"), resource }
                })
                .collect();
            found.sort();
            found.dedup();
            found
        }
        "SNS.Publish" => {
            let topic = form_urlencoded::parse(&received.body).find(|(key, _)| key == "TopicArn");
            one("sns:Publish", topic.map(|(_, topic)| topic.into_owned()).unwrap_or_default())
        }
        "SQS.SendMessage" => {
            let url = text("QueueUrl");
            one("sqs:SendMessage", arn("sqs", url.rsplit('/').next().unwrap_or_default()))
        }
        other => one(&other.replacen('.', ":", 1), "*".to_owned()),
    }
}
