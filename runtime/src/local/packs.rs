//! `trailhook packs`: what the rule packs hold, and their rules for the other commands.

use serde_json::{Value, json};
use trailhook_engine::pack::{Pack, PackRule, PackVersion};

use super::End;
use super::output::{Output, count};
use super::rules::FoundRule;

/// The pack that `NAME` or `NAME@VERSION` means.
pub(super) fn find(text: &str) -> anyhow::Result<&'static PackVersion> {
    let (name, version) = match text.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (text, None),
    };
    Ok(Pack::find(name)?.resolve(version)?)
}

/// The rules of a pack as they are without further choice.
pub(super) fn rules(version: &PackVersion) -> impl Iterator<Item = FoundRule> {
    let rules = version.select(&version.document()).rules.into_iter();
    rules.map(|rule| FoundRule {
        origin: format!("pack {}: {}", called(version), rule.document.name),
        document: rule.document,
        // A released rule was tested when it was released; its tests do not travel.
        tests: Vec::new(),
    })
}

/// Lists the packs, or shows one.
pub(super) fn run(pack: Option<&str>, as_json: bool) -> anyhow::Result<End> {
    let mut output = Output::new();
    match pack {
        Some(pack) if as_json => output.line(&members(find(pack)?).to_string())?,
        Some(pack) => show(find(pack)?, &mut output)?,
        None => {
            for pack in Pack::all() {
                let newest = pack.newest();
                let line = if as_json {
                    let versions: Vec<_> = pack.versions().map(|version| version.version().to_string()).collect();
                    json!({"name": pack.name(), "versions": versions, "title": newest.title()}).to_string()
                } else {
                    let number = count(newest.select(&newest.document()).rules.len(), "rule");
                    format!("{}  {number}  {}", called(newest), newest.description())
                };
                output.line(&line)?;
            }
        }
    }
    output.flush()?;
    Ok(End::Well)
}

fn called(version: &PackVersion) -> String {
    format!("{} {}", version.name(), version.version())
}

fn show(version: &PackVersion, output: &mut Output) -> anyhow::Result<()> {
    output.line(&format!("{}\n\n{}", called(version), version.description()))?;
    for PackRule { document, runbook } in version.select(&version.document()).rules {
        output.line(&format!("\n{} ({})\n  {}", document.name, document.severity, document.description))?;
        output.line(&format!("  {runbook}\n"))?;
        for line in document.condition.expression().trim().lines() {
            output.line(&format!("    {line}"))?;
        }
        for exception in &document.exceptions {
            output.line(&format!("    except {}", exception.trim()))?;
        }
    }
    if !version.parameters().is_empty() {
        output.line("\nparameters")?;
    }
    for parameter in version.parameters() {
        let (name, default) = (&parameter.name, &parameter.default);
        output.line(&format!("  {name} = \"{default}\" ({})  {}", parameter.kind.as_str(), parameter.description))?;
    }
    Ok(())
}

fn members(version: &PackVersion) -> Value {
    let rules = version.select(&version.document()).rules.into_iter().map(|PackRule { document, runbook }| {
        json!({
            "name": document.name, "description": document.description, "severity": document.severity.as_str(),
            "expression": document.condition.expression(), "exceptions": document.exceptions, "labels": document.labels,
            "runbook": runbook,
        })
    });
    let parameters = version.parameters().iter().map(|parameter| {
        json!({
            "name": parameter.name, "type": parameter.kind.as_str(), "default": parameter.default,
            "description": parameter.description,
        })
    });
    json!({
        "name": version.name(), "version": version.version().to_string(), "title": version.title(),
        "description": version.description(), "digest": version.digest(),
        "parameters": parameters.collect::<Vec<_>>(), "rules": rules.collect::<Vec<_>>(),
    })
}
