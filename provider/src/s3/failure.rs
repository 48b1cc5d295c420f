//! What is said when S3 refuses, or cannot be reached.

use std::error::Error;
use std::fmt;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use tfplugin::Diagnostic;

use crate::failure::no_answer;

/// What a call was about: a bucket, or a key or prefix in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

impl Address {
    pub(crate) fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// The operation, bucket and key, what S3 said, the request, and what to do where that is known.
pub(crate) fn failed<E>(operation: &str, address: &Address, error: &SdkError<E, HttpResponse>) -> Diagnostic
where
    E: ProvideErrorMetadata + RequestId + Error + 'static,
{
    let detail = match error {
        SdkError::ServiceError(service) => {
            let (error, response) = (service.err(), service.raw());
            let status = response.status().as_u16();
            // The answer to HeadObject has no body, and so neither a code nor a reason.
            let code = error.code().map_or_else(|| format!("HTTP status {status}"), str::to_owned);
            let message = error.message().map_or_else(|| reason(status).to_owned(), str::to_owned);
            let request = error.request_id().map(|id| format!(" (request {id})")).unwrap_or_default();
            let help = match (response.headers().get("x-amz-bucket-region"), code.as_str()) {
                (Some(region), _) if status == 301 || status == 400 => {
                    format!(
                        "\n\nThe bucket {} is in the region {region}: set `region` to that, of the data source if it has one or \
                         else of the provider.",
                        address.bucket
                    )
                }
                (_, "InvalidObjectState") => "\n\nThe object is archived: restore it, or leave it out.".to_owned(),
                _ if operation == "HeadObject" && status == 403 => HEAD_REFUSED.to_owned(),
                _ => String::new(),
            };
            format!("{code}: {message}{request}{help}")
        }
        other => no_answer(other),
    };
    Diagnostic::error(format!("{operation} of {address} failed")).detail(detail)
}

/// What S3 leaves unsaid, because this answer has no room for it.
const HEAD_REFUSED: &str = "\n\nIt takes `s3:GetObject` on the object; `kms:Decrypt` on the key if it is encrypted with one of \
     KMS; and `s3:ListBucket` on the bucket if there is no such object, which is told to nobody else.";

fn reason(status: u16) -> &'static str {
    match status {
        301 => "the bucket is in another region",
        403 => "access denied",
        404 => "not found",
        412 => "an object is there already",
        _ => "S3 gave no reason",
    }
}
