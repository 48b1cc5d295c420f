//! The attributes of a block, worked out and of their types.

use std::collections::BTreeMap;

use anyhow::{anyhow, bail};
use hcl::eval::{Context, ErrorKind, Evaluate as _};
use hcl::{Body, Value};

/// The attributes of a block, worked out as far as that goes without Terraform.
pub(super) struct Attributes<'a> {
    pub(super) body: &'a Body,
    pub(super) context: &'a Context<'a>,
}

impl Attributes<'_> {
    pub(super) fn value(&self, key: &str) -> anyhow::Result<Option<Value>> {
        let Some(attribute) = self.body.attributes().find(|attribute| attribute.key() == key) else {
            return Ok(None);
        };
        let value = attribute.expr().evaluate(self.context).map_err(|error| match error.kind() {
            // Terraform would say the same.
            ErrorKind::FuncCall(..) => anyhow!("`{key}` cannot be worked out: {}", error.kind()),
            _ => anyhow!("`{key}` cannot be worked out without Terraform, which `terraform validate` can: {error}"),
        });
        match value? {
            Value::Null => Ok(None),
            value => Ok(Some(value)),
        }
    }

    pub(super) fn text(&self, key: &str) -> anyhow::Result<Option<String>> {
        match self.value(key)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => bail!("`{key}` is {other}, not a string"),
        }
    }

    pub(super) fn required(&self, key: &str) -> anyhow::Result<String> {
        self.text(key)?.ok_or_else(|| anyhow!("`{key}` is missing"))
    }

    pub(super) fn bool(&self, key: &str) -> anyhow::Result<Option<bool>> {
        match self.value(key)? {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(other) => bail!("`{key}` is {other}, not a bool"),
        }
    }

    pub(super) fn texts(&self, key: &str) -> anyhow::Result<Option<Vec<String>>> {
        let Some(value) = self.value(key)? else { return Ok(None) };
        let Value::Array(items) = value else { bail!("`{key}` is {value}, not a list of strings") };
        let texts = items.into_iter().map(|item| match item {
            Value::String(text) => Ok(text),
            other => bail!("`{key}` holds {other}, which is not a string"),
        });
        texts.collect::<anyhow::Result<_>>().map(Some)
    }

    pub(super) fn labels(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let members = match self.value("labels")? {
            None => return Ok(BTreeMap::new()),
            Some(Value::Object(members)) => members,
            Some(other) => bail!("`labels` is {other}, not a map of strings"),
        };
        let labels = members.into_iter().map(|(key, label)| match label {
            Value::String(label) => Ok((key, label)),
            other => bail!("the label `{key}` is {other}, not a string"),
        });
        labels.collect()
    }
}
