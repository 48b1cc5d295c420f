//! Answers in the exact form in which AWS gives them, so that an SDK classes them as it would the real ones.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::json;

/// The id of the request in every answer.
const REQUEST_ID: &str = "00000000-0000-4000-8000-00000000fa17";

/// An answer that a rule gives instead of the emulator.
#[derive(Debug, Clone)]
pub struct Canned {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

#[derive(Serialize)]
#[serde(rename = "Error", rename_all = "PascalCase")]
struct S3Error<'a> {
    code: &'a str,
    message: &'a str,
    request_id: &'a str,
    host_id: &'a str,
}

impl Canned {
    /// Any answer. A status that HTTP does not have becomes 500.
    #[must_use]
    pub fn http(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: vec![(header::CONTENT_TYPE, HeaderValue::from_static(content_type))],
            body: body.into(),
        }
    }

    /// One more header, its name in lower case.
    ///
    /// # Panics
    ///
    /// When HTTP does not allow the name or the value.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        let name = HeaderName::from_static(name);
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    /// An error of Systems Manager (AWS JSON 1.1), such as `ParameterNotFound`.
    #[must_use]
    pub fn ssm_error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "__type": code, "message": message });
        Self::http(status, "application/x-amz-json-1.1", body.to_string()).with_header("x-amzn-requestid", REQUEST_ID)
    }

    /// Systems Manager's answer to too many calls.
    #[must_use]
    pub fn ssm_throttled() -> Self {
        Self::ssm_error(400, "ThrottlingException", "Rate exceeded")
    }

    /// Systems Manager's answer to a role that may not do this.
    #[must_use]
    pub fn ssm_access_denied() -> Self {
        let message = "User: arn:aws:sts::000000000000:assumed-role/f/f is not authorized to perform this action";
        Self::ssm_error(400, "AccessDeniedException", message)
    }

    /// Systems Manager's answer when it fails itself.
    #[must_use]
    pub fn ssm_internal_error() -> Self {
        Self::ssm_error(500, "InternalServerError", "An error occurred on the server side.")
    }

    /// An error of DynamoDB (AWS JSON 1.0), such as `ConditionalCheckFailedException`.
    #[must_use]
    pub fn dynamodb_error(status: u16, code: &str, message: &str) -> Self {
        let code = format!("com.amazonaws.dynamodb.v20120810#{code}");
        let body = json!({ "__type": code, "message": message });
        Self::http(status, "application/x-amz-json-1.0", body.to_string()).with_header("x-amzn-requestid", REQUEST_ID)
    }

    /// DynamoDB's answer to more load than a table may have.
    #[must_use]
    pub fn dynamodb_throttled() -> Self {
        let message = "The level of configured provisioned throughput for the table was exceeded.";
        Self::dynamodb_error(400, "ProvisionedThroughputExceededException", message)
    }

    /// DynamoDB's answer to a transaction that was not done, with one reason for each of its items, such as `None`,
    /// `ConditionalCheckFailed` or `TransactionConflict`.
    #[must_use]
    pub fn dynamodb_transaction_cancelled(reasons: &[&str]) -> Self {
        let reasons_text = reasons.join(", ");
        let message =
            format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{reasons_text}]");
        let reasons: Vec<_> = reasons.iter().map(|reason| json!({ "Code": reason })).collect();
        let body = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": message,
            "CancellationReasons": reasons,
        });
        Self::http(400, "application/x-amz-json-1.0", body.to_string()).with_header("x-amzn-requestid", REQUEST_ID)
    }

    /// An error of S3 (XML), such as `NoSuchKey`.
    #[must_use]
    pub fn s3_error(status: u16, code: &str, message: &str) -> Self {
        let error = S3Error { code, message, request_id: "FA17FA17FA17FA17", host_id: "fault" };
        // Only a map without string keys could fail here, and there is none.
        let xml = quick_xml::se::to_string(&error).unwrap_or_default();
        let declaration = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
        Self::http(status, "application/xml", format!("{declaration}\n{xml}"))
            .with_header("x-amz-request-id", "FA17FA17FA17FA17")
    }

    /// S3's answer to too many calls.
    #[must_use]
    pub fn s3_slow_down() -> Self {
        Self::s3_error(503, "SlowDown", "Please reduce your request rate.")
    }

    /// S3's answer to a role that may not do this.
    #[must_use]
    pub fn s3_access_denied() -> Self {
        Self::s3_error(403, "AccessDenied", "Access Denied")
    }

    /// S3's answer when it fails itself.
    #[must_use]
    pub fn s3_internal_error() -> Self {
        let message = "We encountered an internal error. Please try again.";
        Self::s3_error(500, "InternalError", message)
    }

    pub(super) fn response(&self) -> Response<Bytes> {
        let mut response = Response::new(self.body.clone());
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers.iter().cloned());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_wire_form_of_their_service() {
        let s3 = Canned::s3_error(503, "SlowDown", "a < b").response();
        assert_eq!(s3.status(), 503);
        assert_eq!(
            s3.body(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SlowDown</Code><Message>a &lt; b</Message>\
             <RequestId>FA17FA17FA17FA17</RequestId><HostId>fault</HostId></Error>"
        );
        let ssm = Canned::ssm_throttled().response();
        assert_eq!(ssm.headers()[header::CONTENT_TYPE], "application/x-amz-json-1.1");
        assert_eq!(ssm.body(), r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);
        let cancelled = Canned::dynamodb_transaction_cancelled(&["None", "TransactionConflict"]).response();
        let body: serde_json::Value = serde_json::from_slice(cancelled.body()).unwrap();
        assert_eq!(body["CancellationReasons"][1]["Code"], "TransactionConflict");
    }
}
