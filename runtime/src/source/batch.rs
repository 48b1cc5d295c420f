//! Tasks of S3 Batch Operations, by which past logs are read again.

use serde::Deserialize;
use serde_json::Value;

use super::error::SourceError;
use super::s3::decode_form;
use super::work::{Item, LogObject, Part, Reply, Work};

const WHAT: &str = "task of S3 Batch Operations";

/// What S3 Batch Operations asks, in its versions 1.0 and 2.0
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html>).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    invocation_schema_version: String,
    invocation_id: String,
    #[serde(default)]
    job: Option<Job>,
    tasks: Vec<Task>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    #[serde(default)]
    user_arguments: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    task_id: String,
    s3_key: String,
    #[serde(default)]
    s3_bucket: Option<String>,
    #[serde(default)]
    s3_bucket_arn: Option<String>,
}

/// The payload, if it is of S3 Batch Operations.
pub(super) fn tasks(value: &Value) -> Option<&Value> {
    (value.get("invocationSchemaVersion").is_some() && value.get("tasks").is_some()).then_some(value)
}

/// Each task is a part of its own. Past events are counted, and told only if the job says so.
pub(super) fn work(value: &Value) -> Result<Work, SourceError> {
    let request = Request::deserialize(value).map_err(|error| SourceError::broken(WHAT, error))?;
    let delivers = value.get("deliver").or_else(|| request.job.as_ref()?.user_arguments.as_ref()?.get("deliver"));
    let is_told = delivers.is_some_and(|delivers| *delivers == Value::Bool(true) || *delivers == "true");
    let part = |task: Task| {
        let mut part = Part { id: Some(task.task_id), ..Part::default() };
        let bucket = task.s3_bucket.or_else(|| task.s3_bucket_arn?.rsplit(':').next().map(str::to_owned));
        let key = decode_form(&task.s3_key);
        match (bucket, key) {
            (Some(bucket), Ok(key)) => part.items.push(Item::Object(LogObject { bucket, key, is_told })),
            (None, _) => part.broken.push(SourceError::broken(WHAT, "it names no bucket")),
            (_, Err(error)) => part.broken.push(error),
        }
        part
    };
    let Request { invocation_schema_version: schema, invocation_id, tasks, .. } = request;
    let reply = Reply::BatchOperations { schema, invocation_id };
    Ok(Work { parts: tasks.into_iter().map(part).collect(), reply })
}
