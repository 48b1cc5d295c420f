//! S3: buckets, objects, and the notification that starts everything.

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::{Answer, Aws, Call, expected};

/// One entry of a bucket's listing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectInfo {
    /// The key, decoded.
    pub key: String,
    /// The size in bytes.
    pub size: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    #[serde(default)]
    contents: Vec<ObjectInfo>,
    next_continuation_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename = "CreateBucketConfiguration", rename_all = "PascalCase")]
struct BucketPlace<'a> {
    location_constraint: &'a str,
}

#[derive(Serialize, Default)]
#[serde(rename = "NotificationConfiguration", rename_all = "PascalCase")]
struct Notifications<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_function_configuration: Option<Notification<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic_configuration: Option<Notification<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_configuration: Option<Notification<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_bridge_configuration: Option<EventBridge>,
}

/// That all events go to EventBridge is said by an empty element.
#[derive(Serialize)]
struct EventBridge {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Notification<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_function: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'a str>,
    event: &'a [&'a str],
    filter: Filter<'a>,
}

impl<'a> Notification<'a> {
    /// Of objects below `AWSLogs/` that end in `.json.gz`; nobody is told yet.
    fn of(event: &'a [&'a str]) -> Self {
        let rule = |name, value| FilterRule { name, value };
        let filter = Filter { s3_key: S3Key { filter_rule: [rule("prefix", "AWSLogs/"), rule("suffix", ".json.gz")] } };
        Self { cloud_function: None, topic: None, queue: None, event, filter }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Filter<'a> {
    s3_key: S3Key<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct S3Key<'a> {
    filter_rule: [FilterRule<'a>; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FilterRule<'a> {
    name: &'a str,
    value: &'a str,
}

impl Aws {
    /// Creates a bucket in [`Aws::REGION`].
    ///
    /// # Errors
    ///
    /// The service's answer, such as `BucketAlreadyOwnedByYou`; a failed connection.
    pub async fn create_bucket(&self, bucket: &str) -> anyhow::Result<()> {
        let place = quick_xml::se::to_string(&BucketPlace { location_constraint: Self::REGION })?;
        self.s3("S3.CreateBucket", Method::PUT, bucket, None, &[], place.into()).await?;
        Ok(())
    }

    /// Makes the bucket keep the older versions of its objects.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `NoSuchBucket`; a failed connection.
    pub async fn keep_versions(&self, bucket: &str) -> anyhow::Result<()> {
        let configuration = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        let query = [("versioning", "")];
        self.s3("S3.PutBucketVersioning", Method::PUT, bucket, None, &query, configuration.into()).await?;
        Ok(())
    }

    /// Stores an object.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `NoSuchBucket`; a failed connection.
    pub async fn put_object(&self, bucket: &str, key: &str, body: impl Into<Bytes>) -> anyhow::Result<()> {
        self.s3("S3.PutObject", Method::PUT, bucket, Some(key), &[], body.into()).await?;
        Ok(())
    }

    /// Reads a whole object; `None` when there is none.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `NoSuchBucket`; a failed connection.
    pub async fn get_object(&self, bucket: &str, key: &str) -> anyhow::Result<Option<Bytes>> {
        let result = self.s3("S3.GetObject", Method::GET, bucket, Some(key), &[], Bytes::new()).await;
        Ok(expected(result, &["NoSuchKey"])?.map(|answer| answer.body))
    }

    /// Removes an object; one that does not exist is no error.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `NoSuchBucket`; a failed connection.
    pub async fn delete_object(&self, bucket: &str, key: &str) -> anyhow::Result<()> {
        let body = Bytes::new();
        self.s3("S3.DeleteObject", Method::DELETE, bucket, Some(key), &[], body).await?;
        Ok(())
    }

    /// Lists every object whose key begins with `prefix`, page by page.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `NoSuchBucket`; a failed connection; a listing that is no XML.
    pub async fn list_objects(&self, bucket: &str, prefix: &str) -> anyhow::Result<Vec<ObjectInfo>> {
        let mut objects = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut query = vec![("list-type", "2"), ("prefix", prefix)];
            if let Some(token) = &token {
                query.push(("continuation-token", token));
            }
            let operation = "S3.ListObjectsV2";
            let answer = self.s3(operation, Method::GET, bucket, None, &query, Bytes::new()).await?;
            let text = std::str::from_utf8(&answer.body).context("reading a listing")?;
            let page: Listing = quick_xml::de::from_str(text).context("reading a listing")?;
            objects.extend(page.contents);
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(objects);
            }
        }
    }

    /// Makes the bucket invoke a function for the objects that are `created` or removed below `AWSLogs/` and end in
    /// `.json.gz`. It replaces the bucket's whole configuration.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `InvalidArgument` for a function that does not exist; a failed connection.
    pub async fn notify_function(&self, bucket: &str, function_arn: &str, events: &[&str]) -> anyhow::Result<()> {
        let notification = Notification { cloud_function: Some(function_arn), ..Notification::of(events) };
        self.notify(
            bucket,
            Notifications { cloud_function_configuration: Some(notification), ..Notifications::default() },
        )
        .await
    }

    /// Makes the bucket tell a topic of what happens to such objects.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn notify_topic(&self, bucket: &str, topic_arn: &str, events: &[&str]) -> anyhow::Result<()> {
        let notification = Notification { topic: Some(topic_arn), ..Notification::of(events) };
        self.notify(bucket, Notifications { topic_configuration: Some(notification), ..Notifications::default() }).await
    }

    /// Makes the bucket tell a queue of what happens to such objects.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn notify_queue(&self, bucket: &str, queue_arn: &str, events: &[&str]) -> anyhow::Result<()> {
        let notification = Notification { queue: Some(queue_arn), ..Notification::of(events) };
        self.notify(bucket, Notifications { queue_configuration: Some(notification), ..Notifications::default() }).await
    }

    /// Tells the function of created objects, and EventBridge hands every created object to it as well.
    ///
    /// # Errors
    ///
    /// The answer of S3 or EventBridge; a failed connection.
    pub async fn notify_function_twice(&self, bucket: &str, function_arn: &str) -> anyhow::Result<()> {
        let notification =
            Notification { cloud_function: Some(function_arn), ..Notification::of(&["s3:ObjectCreated:*"]) };
        let notifications = Notifications {
            cloud_function_configuration: Some(notification),
            event_bridge_configuration: Some(EventBridge {}),
            ..Notifications::default()
        };
        self.notify(bucket, notifications).await?;
        let pattern = json!({"source": ["aws.s3"], "detail-type": ["Object Created"]}).to_string();
        let rule = json!({"Name": bucket, "EventPattern": pattern, "State": "ENABLED"});
        self.call_json("events", "AWSEvents.PutRule", &rule).await?;
        let targets = json!({"Rule": bucket, "Targets": [{"Id": "function", "Arn": function_arn}]});
        self.call_json("events", "AWSEvents.PutTargets", &targets).await.map(drop)
    }

    async fn notify(&self, bucket: &str, notifications: Notifications<'_>) -> anyhow::Result<()> {
        let configuration = quick_xml::se::to_string(&notifications)?;
        let query = [("notification", "")];
        let operation = "S3.PutBucketNotificationConfiguration";
        self.s3(operation, Method::PUT, bucket, None, &query, configuration.into()).await?;
        Ok(())
    }

    async fn s3(
        &self,
        operation: &str,
        method: Method,
        bucket: &str,
        key: Option<&str>,
        query: &[(&str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Answer> {
        let mut address = Url::parse(&self.url).context("reading the emulator's address")?;
        if let Ok(mut segments) = address.path_segments_mut() {
            // Segment by segment, so that slashes stay and all else is encoded.
            segments.clear().push(bucket);
            segments.extend(key.unwrap_or_default().split('/').skip_while(|_| key.is_none()));
        }
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        let path = match address.query() {
            Some(query) => format!("{}?{query}", address.path()),
            None => address.path().to_owned(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        self.call(Call { operation, service: "s3", method, path: &path, headers, body }).await
    }
}
