//! The `trailhook_rule` blocks of Terraform files, as far as their values can be known without Terraform.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow, bail};
use hcl::eval::{Context, Evaluate as _};
use hcl::{Block, Body, Value};
use trailhook_engine::document::{Action, Name, RuleDocument, Severity};

use super::rules::{FoundRule, Rules};

const RULE: &str = "trailhook_rule";

/// Reads the rules of files that belong together. Defaults of variables are taken; what else Terraform alone can know is
/// an error that says so.
pub(super) fn read(files: &[PathBuf]) -> anyhow::Result<Rules> {
    let mut bodies = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        let body: Body = hcl::parse(&text).with_context(|| format!("{} is not valid HCL", file.display()))?;
        bodies.push((file, body));
    }
    let mut context = Context::new();
    context.declare_var("var", variables(bodies.iter().map(|(_, body)| body)));
    let (mut rules, mut unreadable) = (Vec::new(), Vec::new());
    for (file, body) in &bodies {
        for block in body.blocks().filter(|block| block.identifier() == "resource") {
            let [kind, label] = block.labels() else { continue };
            if kind.as_str() == RULE {
                let origin = format!("{}: {RULE}.{}", file.display(), label.as_str());
                match document(block, &context) {
                    Ok(document) => rules.push(FoundRule { document, origin }),
                    Err(error) => unreadable.push(format!("{origin}: {error:#}")),
                }
            }
        }
    }
    Ok(Rules { rules, unreadable })
}

fn variables<'b>(bodies: impl Iterator<Item = &'b Body>) -> Value {
    let mut variables = hcl::Map::new();
    for block in bodies.flat_map(Body::blocks).filter(|block| block.identifier() == "variable") {
        let default = block.body().attributes().find(|attribute| attribute.key() == "default");
        let default = default.and_then(|attribute| attribute.expr().evaluate(&Context::new()).ok());
        if let (Some(label), Some(default)) = (block.labels().first(), default) {
            variables.insert(label.as_str().to_owned(), default);
        }
    }
    Value::Object(variables)
}

fn document(block: &Block, context: &Context<'_>) -> anyhow::Result<RuleDocument> {
    for repeated in ["for_each", "count"] {
        if block.body().attributes().any(|attribute| attribute.key() == repeated) {
            bail!("the rule has `{repeated}`, which only Terraform can work out");
        }
    }
    let value = |key: &str| -> anyhow::Result<Option<Value>> {
        let Some(attribute) = block.body().attributes().find(|attribute| attribute.key() == key) else {
            return Ok(None);
        };
        let value = attribute.expr().evaluate(context);
        match value.map_err(|error| {
            anyhow!("`{key}` cannot be worked out without Terraform, which `terraform validate` can: {error}")
        })? {
            Value::Null => Ok(None),
            value => Ok(Some(value)),
        }
    };
    let text = |key: &str| -> anyhow::Result<Option<String>> {
        match value(key)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => bail!("`{key}` is {other}, not a string"),
        }
    };
    let required = |key: &str| text(key)?.ok_or_else(|| anyhow!("`{key}` is missing"));
    let mut labels = BTreeMap::new();
    match value("labels")? {
        None => {}
        Some(Value::Object(members)) => {
            for (key, label) in members {
                let Value::String(label) = label else { bail!("the label `{key}` is {label}, not a string") };
                labels.insert(key, label);
            }
        }
        Some(other) => bail!("`labels` is {other}, not a map of strings"),
    }
    let name = required("name")?;
    Name::parse(&name)?;
    Ok(RuleDocument {
        name,
        description: text("description")?.unwrap_or_default(),
        expression: required("expression")?,
        action: text("action")?.map(|word| Action::parse(&word)).transpose()?.unwrap_or_default(),
        severity: text("severity")?.map(|word| Severity::parse(&word)).transpose()?.unwrap_or_default(),
        labels,
        enabled: match value("enabled")? {
            None => true,
            Some(Value::Bool(enabled)) => enabled,
            Some(other) => bail!("`enabled` is {other}, not a bool"),
        },
    })
}
