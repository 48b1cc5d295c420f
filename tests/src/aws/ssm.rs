//! Parameter Store.

use serde::Deserialize;
use serde_json::json;

use super::{Aws, expected};

/// How a parameter keeps its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// In plain text.
    String,
    /// Encrypted: reading it in clear takes `WithDecryption`, which this client always sends.
    SecureString,
}

/// A parameter as the service describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Parameter {
    /// The full path.
    pub name: String,
    /// `String`, `SecureString` or `StringList`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// The value in clear.
    pub value: String,
    /// 1 after the creation, and one more with each overwrite.
    pub version: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    version: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    parameter: Parameter,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    parameters: Vec<Parameter>,
    next_token: Option<String>,
}

impl Aws {
    /// Writes a parameter, with or without the right to overwrite, and returns its version.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `ParameterAlreadyExists`; a failed connection.
    pub async fn put_parameter(
        &self,
        name: &str,
        kind: ParameterKind,
        value: &str,
        overwrite: bool,
    ) -> anyhow::Result<u64> {
        let kind = match kind {
            ParameterKind::String => "String",
            ParameterKind::SecureString => "SecureString",
        };
        let request = json!({ "Name": name, "Type": kind, "Value": value, "Overwrite": overwrite });
        let answer: Version = self.json("ssm", "AmazonSSM.PutParameter", &request).await?;
        Ok(answer.version)
    }

    /// Reads a parameter; `None` when there is none.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn get_parameter(&self, name: &str) -> anyhow::Result<Option<Parameter>> {
        let request = json!({ "Name": name, "WithDecryption": true });
        let result: anyhow::Result<One> = self.json("ssm", "AmazonSSM.GetParameter", &request).await;
        Ok(expected(result, &["ParameterNotFound"])?.map(|answer| answer.parameter))
    }

    /// Reads all parameters below a path, however deep, on all pages.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn get_parameters_by_path(&self, path: &str) -> anyhow::Result<Vec<Parameter>> {
        let mut parameters = Vec::new();
        let mut request = json!({ "Path": path, "Recursive": true, "WithDecryption": true });
        loop {
            let page: Page = self.json("ssm", "AmazonSSM.GetParametersByPath", &request).await?;
            parameters.extend(page.parameters);
            match page.next_token.filter(|token| !token.is_empty()) {
                Some(token) => request["NextToken"] = token.into(),
                None => return Ok(parameters),
            }
        }
    }

    /// Removes a parameter; says whether there was one.
    ///
    /// # Errors
    ///
    /// The service's answer; a failed connection.
    pub async fn delete_parameter(&self, name: &str) -> anyhow::Result<bool> {
        let request = json!({ "Name": name });
        let result: anyhow::Result<serde_json::Value> = self.json("ssm", "AmazonSSM.DeleteParameter", &request).await;
        Ok(expected(result, &["ParameterNotFound"])?.is_some())
    }

    /// Adds tags to a parameter.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `InvalidResourceId`; a failed connection.
    pub async fn tag_parameter(&self, name: &str, tags: &[(&str, &str)]) -> anyhow::Result<()> {
        let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let request = json!({ "ResourceType": "Parameter", "ResourceId": name, "Tags": tags });
        self.call_json("ssm", "AmazonSSM.AddTagsToResource", &request).await?;
        Ok(())
    }

    /// A parameter's tags, sorted by key.
    ///
    /// # Errors
    ///
    /// The service's answer, such as `InvalidResourceId`; a failed connection.
    pub async fn parameter_tags(&self, name: &str) -> anyhow::Result<Vec<(String, String)>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Tags {
            tag_list: Vec<Tag>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Tag {
            key: String,
            value: String,
        }
        let request = json!({ "ResourceType": "Parameter", "ResourceId": name });
        let answer: Tags = self.json("ssm", "AmazonSSM.ListTagsForResource", &request).await?;
        let mut tags: Vec<_> = answer.tag_list.into_iter().map(|tag| (tag.key, tag.value)).collect();
        tags.sort();
        Ok(tags)
    }
}
