//! The `trailhook_rule` blocks of Terraform files, as far as their values can be known without Terraform.
//!
//! | file | |
//! |---|---|
//! | `attributes` | the attributes of a block, worked out and of their types |
//! | `scope` | what they may refer to: variables, locals and a few functions |

mod attributes;
mod scope;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use hcl::eval::Context;
use hcl::{Block, Body, Value};
use trailhook_engine::Expectation;
use trailhook_engine::document::{
    Action, Condition, EventName, Grouping, Instant, Name, RuleDocument, Severity, Threshold, Window,
};

use self::attributes::Attributes;
use super::rules::{FoundRule, FoundTest, Rules};

const RULE: &str = "trailhook_rule";

/// Reads the rules of files that belong together. Defaults of variables are taken; what else Terraform alone can know is
/// an error that says so.
pub(super) fn read(files: &[PathBuf]) -> anyhow::Result<Rules> {
    let mut bodies = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        let mut body: Body = hcl::parse(&text).with_context(|| format!("{} is not valid HCL", file.display()))?;
        scope::name_folder(&mut body, file.parent().unwrap_or(Path::new("")));
        bodies.push((file, body));
    }
    let context = scope::context(bodies.iter().map(|(_, body)| body));
    let (mut rules, mut unreadable) = (Vec::new(), Vec::new());
    for (file, body) in &bodies {
        for block in body.blocks().filter(|block| block.identifier() == "resource") {
            let [kind, label] = block.labels() else { continue };
            if kind.as_str() == RULE {
                let origin = format!("{}: {RULE}.{}", file.display(), label.as_str());
                match document(block, &context) {
                    Ok(document) => rules.push(FoundRule { document, origin, tests: tests(block, &context) }),
                    Err(error) => unreadable.push(format!("{origin}: {error:#}")),
                }
            }
        }
    }
    Ok(Rules { rules, unreadable })
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

/// The tests of a rule. One that only Terraform can work out hides neither the rule nor the others.
fn tests(block: &Block, context: &Context<'_>) -> Vec<Result<FoundTest, String>> {
    let mut names = BTreeSet::new();
    let tests = body_blocks(block, "test").into_iter().zip(1_usize..).map(|(block, number)| {
        let attributes = Attributes { body: block.body(), context };
        let name = attributes.required("name").map_err(|error| format!("test {number}: {error:#}"))?;
        if !names.insert(name.clone()) {
            return Err(format!("two tests are called \"{name}\""));
        }
        test(&name, &attributes).map_err(|error| format!("test \"{name}\": {error:#}"))
    });
    let mut tests: Vec<_> = tests.collect();
    let is_dynamic = |block: &&Block| block.labels().first().is_some_and(|label| label.as_str() == "test");
    if body_blocks(block, "dynamic").iter().any(is_dynamic) {
        tests.push(Err("tests of a `dynamic` block are for Terraform alone to work out".to_owned()));
    }
    tests
}

fn test(name: &str, attributes: &Attributes<'_>) -> anyhow::Result<FoundTest> {
    Ok(FoundTest {
        name: name.to_owned(),
        event: attributes.required("event")?,
        expected: attributes.text("expect")?.map(|word| Expectation::parse(&word)).transpose()?.unwrap_or_default(),
    })
}

fn body_blocks<'b>(block: &'b Block, name: &str) -> Vec<&'b Block> {
    block.body().blocks().filter(|block| block.identifier() == name).collect()
}
