//! Where the local tool's rules come from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use trailhook_engine::Expectation;
use trailhook_engine::document::RuleDocument;

use super::{packs, terraform};

/// Where rules are to be taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sources {
    /// Files and folders.
    pub(super) paths: Vec<PathBuf>,
    /// Packs: `NAME` or `NAME@VERSION`.
    pub(super) packs: Vec<String>,
}

/// A rule and where it was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoundRule {
    pub(super) document: RuleDocument,
    /// A file, and a place in it that people know.
    pub(super) origin: String,
    /// Its tests, or why one could not be read.
    pub(super) tests: Vec<Result<FoundTest, String>>,
}

/// A test of a rule, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoundTest {
    pub(super) name: String,
    pub(super) event: String,
    pub(super) expected: Expectation,
}

/// The least that a line of a JSON-lines file says of a rule.
#[derive(Deserialize)]
struct Line {
    name: String,
    expression: String,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) rules: Vec<FoundRule>,
    /// The rules that only Terraform can work out, or that are no rules, and why.
    pub(super) unreadable: Vec<String>,
}

/// Reads the rules of files, folders and packs. A folder is read as Terraform reads it: its `.tf` files, not those below.
///
/// # Errors
///
/// If something cannot be read, is of no known kind, or if there is no rule at all: a tool that checked nothing must not
/// say that all is well.
pub(super) fn read(sources: &Sources) -> anyhow::Result<Rules> {
    let mut all = Rules::default();
    for path in &sources.paths {
        ensure!(path.exists(), "there is no file or folder {}", path.display());
        let extension = path.extension().and_then(|extension| extension.to_str());
        let found = match extension {
            _ if path.is_dir() => terraform::read(&terraform_files(path)?)?,
            Some("tf") => terraform::read(std::slice::from_ref(path))?,
            Some("jsonl") => lines(path)?,
            _ => bail!("{} holds no rules: give a .tf file, a folder of them, or a .jsonl file", path.display()),
        };
        let empty = found.rules.is_empty() && found.unreadable.is_empty();
        ensure!(!empty, "{} holds no rules; folders below it and modules are not looked into", path.display());
        all.rules.extend(found.rules);
        all.unreadable.extend(found.unreadable);
    }
    for pack in &sources.packs {
        all.rules.extend(packs::rules(packs::find(pack)?));
    }
    let mut seen = BTreeMap::new();
    for rule in &all.rules {
        if let Some(first) = seen.insert(&rule.document.name, &rule.origin) {
            bail!("two rules are called \"{}\": in {first} and in {}", rule.document.name, rule.origin);
        }
    }
    Ok(all)
}

fn terraform_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading the folder {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("reading the folder {}", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            files.push(path);
        }
    }
    ensure!(!files.is_empty(), "the folder {} holds no .tf files", folder.display());
    files.sort();
    Ok(files)
}

fn lines(path: &Path) -> anyhow::Result<Rules> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let (mut rules, mut unreadable) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let origin = format!("{}:{}", path.display(), number + 1);
        let Line { name, expression } = match serde_json::from_str(line) {
            Ok(line) => line,
            Err(error) => {
                unreadable.push(format!("{origin}: the line is no {{\"name\": …, \"expression\": …}}: {error}"));
                continue;
            }
        };
        rules.push(FoundRule { document: RuleDocument::new(name, expression), origin, tests: Vec::new() });
    }
    Ok(Rules { rules, unreadable })
}
