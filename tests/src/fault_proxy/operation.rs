//! Which AWS operation an HTTP request is.

use http::{HeaderMap, Method, Uri, header};

use crate::server::Received;

/// `Service.Operation`, such as `SSM.PutParameter`.
pub(super) fn operation(received: &Received) -> String {
    let path = received.uri.path();
    if let Some(target) = text(&received.headers, "x-amz-target") {
        return operation_of_target(target);
    }
    if let Some(operation) = rpc(path) {
        return operation;
    }
    if let Some(functions) = dated(path) {
        return lambda(&received.method, functions);
    }
    if path == "/"
        && received.method == Method::POST
        && let Some(action) = form_action(&received.body)
    {
        let service = scope(&received.headers).unwrap_or("Query");
        return format!("{}.{action}", service.to_ascii_uppercase());
    }
    s3(&received.method, &received.uri, &received.headers)
}

/// The operation that an `X-Amz-Target` names.
pub(crate) fn operation_of_target(target: &str) -> String {
    let (service, operation) = target.split_once('.').unwrap_or((target, ""));
    format!("{}.{operation}", service_name(service))
}

fn service_name(service: &str) -> &str {
    match service {
        "AmazonSSM" => "SSM",
        "AmazonSQS" => "SQS",
        "AWSEvents" => "Events",
        "DynamoDB_20120810" => "DynamoDB",
        "GraniteServiceVersion20100801" => "CloudWatch",
        "Logs_20140328" => "Logs",
        "TrentService" => "KMS",
        other => other,
    }
}

/// Smithy RPC: `/service/{service}/operation/{operation}`.
fn rpc(path: &str) -> Option<String> {
    let (service, operation) = path.strip_prefix("/service/")?.split_once("/operation/")?;
    Some(format!("{}.{operation}", service_name(service)))
}

/// What follows the version in `/2015-03-31/functions/...`.
fn dated(path: &str) -> Option<&str> {
    let (date, rest) = path.strip_prefix('/')?.split_once('/')?;
    let is_date = date.len() == 10
        && date.char_indices().all(|(at, c)| if at == 4 || at == 7 { c == '-' } else { c.is_ascii_digit() });
    is_date.then_some(rest)
}

fn lambda(method: &Method, path: &str) -> String {
    let mut parts = path.trim_end_matches('/').split('/');
    let (collection, name, rest) = (parts.next(), parts.next(), parts.next());
    let operation = match (method.as_str(), collection, name, rest) {
        ("POST", Some("functions"), Some(_), Some("invocations")) => "Invoke",
        ("POST", Some("functions"), None, None) => "CreateFunction",
        ("GET", Some("functions"), Some(_), None) => "GetFunction",
        ("DELETE", Some("functions"), Some(_), None) => "DeleteFunction",
        ("POST", Some("functions"), Some(_), Some("policy")) => "AddPermission",
        ("PUT", Some("functions"), Some(_), Some("code")) => "UpdateFunctionCode",
        ("PUT", Some("functions"), Some(_), Some("configuration")) => "UpdateFunctionConfiguration",
        _ => return format!("Lambda.{method} {path}"),
    };
    format!("Lambda.{operation}")
}

fn s3(method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let query = uri.query().unwrap_or_default();
    let parameters: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    let has = |name| parameters.contains(&name);
    let operation = match (method.as_str(), key.is_empty()) {
        _ if bucket.is_empty() => "ListBuckets",
        ("GET", true) if has("list-type") => "ListObjectsV2",
        ("GET", true) if has("location") => "GetBucketLocation",
        ("GET", true) if has("notification") => "GetBucketNotificationConfiguration",
        ("GET", true) => "ListObjects",
        ("HEAD", true) => "HeadBucket",
        ("PUT", true) if has("notification") => "PutBucketNotificationConfiguration",
        ("PUT", true) if query.is_empty() => "CreateBucket",
        ("DELETE", true) if query.is_empty() => "DeleteBucket",
        ("POST", true) if has("delete") => "DeleteObjects",
        ("GET", false) => "GetObject",
        ("HEAD", false) => "HeadObject",
        ("PUT", false) if headers.contains_key("x-amz-copy-source") => "CopyObject",
        ("PUT", false) => "PutObject",
        ("DELETE", false) => "DeleteObject",
        _ => return format!("S3.{method} {query}"),
    };
    format!("S3.{operation}")
}

/// The service in `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn scope(headers: &HeaderMap) -> Option<&str> {
    let (_, credential) = text(headers, header::AUTHORIZATION.as_str())?.split_once("Credential=")?;
    credential.split('/').nth(3)
}

fn form_action(body: &[u8]) -> Option<String> {
    url::form_urlencoded::parse(body).find(|(name, _)| name == "Action").map(|(_, action)| action.into_owned())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn named(method: &str, uri: &str, header: Option<(&'static str, &str)>, body: &str) -> String {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, value.parse().unwrap());
        }
        operation(&Received {
            method: method.parse().unwrap(),
            uri: uri.parse().unwrap(),
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
        })
    }

    #[test]
    fn operations_have_the_names_of_the_api() {
        let target = |value| Some(("x-amz-target", value));
        let credential = "AWS4-HMAC-SHA256 Credential=test/20260203/eu-central-1/sns/aws4_request, x=y";
        let cases = [
            (named("POST", "/", target("AmazonSSM.PutParameter"), "{}"), "SSM.PutParameter"),
            (named("POST", "/", target("DynamoDB_20120810.PutItem"), "{}"), "DynamoDB.PutItem"),
            (named("POST", "/", Some(("authorization", credential)), "Action=Publish&Message=x"), "SNS.Publish"),
            (
                named("POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData", None, ""),
                "CloudWatch.PutMetricData",
            ),
            (named("POST", "/2015-03-31/functions/f/invocations", None, "{}"), "Lambda.Invoke"),
            (named("POST", "/2015-03-31/functions", None, "{}"), "Lambda.CreateFunction"),
            (named("GET", "/logs/AWSLogs/a.json.gz?x-id=GetObject", None, ""), "S3.GetObject"),
            (named("HEAD", "/logs/a", None, ""), "S3.HeadObject"),
            (named("PUT", "/logs/a", None, "x"), "S3.PutObject"),
            (named("PUT", "/logs/a", Some(("x-amz-copy-source", "/b/k")), ""), "S3.CopyObject"),
            (named("PUT", "/logs", None, ""), "S3.CreateBucket"),
            (named("GET", "/logs?list-type=2&prefix=a", None, ""), "S3.ListObjectsV2"),
            (named("PUT", "/logs/?notification", None, ""), "S3.PutBucketNotificationConfiguration"),
            (named("GET", "/", None, ""), "S3.ListBuckets"),
            (named("PUT", "/logs?acl", None, ""), "S3.PUT acl"),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
    }
}
