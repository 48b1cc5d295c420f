//! The `trailhook_rule` blocks of Terraform files, as far as their values can be known without Terraform.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow, bail};
use hcl::eval::{Context, Evaluate as _};
use hcl::{Block, Body, Value};
use trailhook_engine::document::{
    Action, Condition, EventName, Grouping, Instant, Name, RuleDocument, Severity, Threshold, Window,
};

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
    let attributes = Attributes { body: block.body(), context };
    let name = attributes.required("name")?;
    Name::parse(&name)?;
    let condition = match attributes.texts("event_names")? {
        None => Condition::Expression(attributes.required("expression")?),
        Some(_) if attributes.text("expression")?.is_some() => {
            bail!("a rule has an `expression` or `event_names`, not both")
        }
        Some(names) => {
            Condition::EventNames(names.iter().map(|name| EventName::parse(name)).collect::<Result<_, _>>()?)
        }
    };
    let threshold = match body_blocks(block, "threshold").as_slice() {
        [] => None,
        [threshold] => Some(self::threshold(&Attributes { body: threshold.body(), context })?),
        _ => bail!("a rule has one `threshold` at most"),
    };
    let document = RuleDocument {
        description: attributes.text("description")?.unwrap_or_default(),
        condition,
        exceptions: attributes.texts("exceptions")?.unwrap_or_default(),
        action: attributes.text("action")?.map(|word| Action::parse(&word)).transpose()?.unwrap_or_default(),
        severity: attributes.text("severity")?.map(|word| Severity::parse(&word)).transpose()?.unwrap_or_default(),
        labels: attributes.labels()?,
        runbook_url: attributes.text("runbook_url")?,
        grouping: Grouping {
            by: attributes.texts("group_by")?,
            window: attributes.text("group_window")?.map(|text| Window::parse(&text)).transpose()?,
        },
        threshold,
        expires_at: attributes.text("expires_at")?.map(|text| Instant::parse(&text)).transpose()?,
        enabled: attributes.bool("enabled")?.unwrap_or(true),
        ..RuleDocument::new(name, "")
    };
    match document.faults().first() {
        Some(fault) => bail!("{fault}"),
        None => Ok(document),
    }
}

fn threshold(attributes: &Attributes<'_>) -> anyhow::Result<Threshold> {
    let count = match attributes.value("count")? {
        Some(Value::Number(count)) => count.as_u64().and_then(|count| u32::try_from(count).ok()),
        _ => None,
    };
    Ok(Threshold {
        count: count.ok_or_else(|| anyhow!("the `count` of a threshold is a whole number"))?,
        window: Window::parse(&attributes.required("window")?)?,
        by: attributes.texts("by")?.unwrap_or_default(),
        distinct: attributes.text("distinct")?,
    })
}

fn body_blocks<'b>(block: &'b Block, name: &str) -> Vec<&'b Block> {
    block.body().blocks().filter(|block| block.identifier() == name).collect()
}

/// The attributes of a block, worked out as far as that goes without Terraform.
struct Attributes<'a> {
    body: &'a Body,
    context: &'a Context<'a>,
}

impl Attributes<'_> {
    fn value(&self, key: &str) -> anyhow::Result<Option<Value>> {
        let Some(attribute) = self.body.attributes().find(|attribute| attribute.key() == key) else {
            return Ok(None);
        };
        let value = attribute.expr().evaluate(self.context);
        match value.map_err(|error| {
            anyhow!("`{key}` cannot be worked out without Terraform, which `terraform validate` can: {error}")
        })? {
            Value::Null => Ok(None),
            value => Ok(Some(value)),
        }
    }

    fn text(&self, key: &str) -> anyhow::Result<Option<String>> {
        match self.value(key)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => bail!("`{key}` is {other}, not a string"),
        }
    }

    fn required(&self, key: &str) -> anyhow::Result<String> {
        self.text(key)?.ok_or_else(|| anyhow!("`{key}` is missing"))
    }

    fn bool(&self, key: &str) -> anyhow::Result<Option<bool>> {
        match self.value(key)? {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(other) => bail!("`{key}` is {other}, not a bool"),
        }
    }

    fn texts(&self, key: &str) -> anyhow::Result<Option<Vec<String>>> {
        let Some(value) = self.value(key)? else { return Ok(None) };
        let Value::Array(items) = value else { bail!("`{key}` is {value}, not a list of strings") };
        let texts = items.into_iter().map(|item| match item {
            Value::String(text) => Ok(text),
            other => bail!("`{key}` holds {other}, which is not a string"),
        });
        texts.collect::<anyhow::Result<_>>().map(Some)
    }

    fn labels(&self) -> anyhow::Result<BTreeMap<String, String>> {
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
