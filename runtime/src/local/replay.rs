//! `trailhook replay`: the alerts that people would have got for logs that are at hand.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use serde_json::json;
use trailhook_engine::{Rule, RuleSet};

use super::output::{self, Output, count};
use super::played::Played;
use super::rules::{self, Rules, Sources};
use super::{End, input};
use crate::matcher::{Match, Matcher, Tally};
use crate::message::{Message, terminal};

/// What of a replay is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// Each alert as people would read it, and the summary.
    Alerts,
    /// The summary alone.
    Summary,
    /// Each alert and the summary as a JSON line.
    Json,
}

#[derive(Default)]
struct Replay {
    logs: u64,
    unreadable: u64,
    messages: u64,
    tally: Tally,
    by_rule: BTreeMap<String, u64>,
}

pub(super) fn run(sources: &Sources, log_paths: &[PathBuf], show: Show) -> anyhow::Result<End> {
    let rules = compile(sources)?;
    let files = log_files(log_paths)?;
    let mut output = Output::new();
    let mut replay = Replay::default();
    let mut played = Played::new()?;
    // A rule that never matches is the most telling line of the summary.
    replay.by_rule.extend(rules.names().map(|name| (name.to_owned(), 0)));
    for file in &files {
        let mut matcher = Matcher::new(&rules, file.display().to_string(), Timestamp::now());
        let outcome = scan(file, &mut matcher);
        replay.tally.add(matcher.tally());
        let matches = matcher.take();
        replay.count(&matches);
        for (alerts, message) in played.arrive(matches, matcher.last_time())? {
            replay.show(alerts, &message, show, &mut output)?;
        }
        match outcome {
            Ok(()) => replay.logs += 1,
            // What was read until there is shown all the same.
            Err(error) => {
                replay.unreadable += 1;
                output::error(&format!("error: {}: {error:#}", file.display()));
            }
        }
    }
    for (alerts, message) in played.end()? {
        replay.show(alerts, &message, show, &mut output)?;
    }
    replay.summary(played.below_threshold(), show, &mut output)?;
    output.flush()?;
    Ok(if replay.unreadable == 0 { End::Well } else { End::Findings })
}

fn compile(sources: &Sources) -> anyhow::Result<RuleSet> {
    let mut compiled = Vec::new();
    let Rules { rules, unreadable } = rules::read(sources)?;
    let mut broken = unreadable.len();
    for reason in &unreadable {
        output::error(&format!("error: {reason}\n"));
    }
    for found in rules {
        match Rule::compile(found.document) {
            Ok(rule) => compiled.push(rule),
            Err(error) => {
                broken += 1;
                output::error(&format!("{}\n\n{error}\n", found.origin));
            }
        }
    }
    ensure!(broken == 0, "{} cannot be used", count(broken, "rule"));
    Ok(RuleSet::new(compiled))
}

/// The log files of the paths, in order. In a folder, files that are no logs by their name are passed over, and so are
/// digests.
fn log_files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            descend(path, &mut files)?;
            ensure!(files.len() > before, "the folder {} holds no .json or .json.gz files", path.display());
        } else if path.is_file() {
            files.push(path.clone());
        } else {
            bail!("there is no file or folder {}", path.display());
        }
    }
    Ok(files)
}

fn descend(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries: Vec<_> = entries
        .with_context(|| format!("reading the folder {}", folder.display()))?
        .into_iter()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // A link to a folder above would be followed for ever.
        if path.is_dir() && !path.is_symlink() && name != "CloudTrail-Digest" {
            descend(&path, files)?;
        } else if path.is_file() && (name.ends_with(".json") || name.ends_with(".json.gz")) {
            files.push(path);
        }
    }
    Ok(())
}

fn scan(path: &Path, matcher: &mut Matcher<'_>) -> anyhow::Result<()> {
    input::feed(File::open(path)?, matcher)
}

impl Replay {
    fn count(&mut self, matches: &[Match<'_>]) {
        for rule in matches.iter().flat_map(|found| &found.rules) {
            *self.by_rule.entry(rule.name().to_owned()).or_default() += 1;
        }
    }

    fn show(&mut self, alerts: u64, message: &Message, show: Show, output: &mut Output) -> anyhow::Result<()> {
        self.messages += 1;
        let message = serde_json::to_value(message)?;
        match show {
            Show::Summary => Ok(()),
            Show::Alerts => output.line(&terminal::draw(&message)),
            Show::Json => output.line(&json!({"alerts": alerts, "message": message}).to_string()),
        }
    }

    fn summary(&self, below_threshold: u64, show: Show, output: &mut Output) -> anyhow::Result<()> {
        let Self { logs, unreadable, messages, tally, by_rule } = self;
        let mut by_rule = by_rule.clone();
        for (rule, number) in &tally.silent {
            *by_rule.entry(rule.clone()).or_default() += number;
        }
        let errors: BTreeMap<_, _> = tally.rule_errors.iter().map(|(rule, (count, _))| (rule, count)).collect();
        if show == Show::Json {
            let summary = json!({
                "logs": logs, "unreadable_logs": unreadable, "events": tally.events, "broken_records": tally.broken_records,
                "ignored": tally.ignored, "recorded": tally.recorded, "matches": tally.matched, "below_threshold": below_threshold, "messages": messages,
                "matches_by_rule": by_rule, "errors_by_rule": errors,
            });
            return output.line(&json!({"summary": summary}).to_string());
        }
        let width = by_rule.keys().map(String::len).max().unwrap_or_default();
        for (rule, number) in &by_rule {
            output.line(&format!("{rule:width$}  {number:>7}"))?;
        }
        for (rule, (number, first)) in &tally.rule_errors {
            output.line(&format!("{rule}: erred on {}, first with {first}", count(*number, "event")))?;
        }
        let mut further = String::new();
        for (number, what) in [
            (tally.ignored, format!("{} ignored", tally.ignored)),
            (tally.recorded, count(tally.recorded, "dry-run match")),
            (below_threshold, format!("{below_threshold} below a threshold")),
            (tally.broken_records, count(tally.broken_records, "broken record")),
            (*unreadable, count(*unreadable, "unreadable log")),
        ] {
            if number > 0 {
                further = format!("{further}, {what}");
            }
        }
        let counts = [(*logs, "log"), (tally.events, "event"), (tally.matched, "match"), (*messages, "message")];
        let counts: Vec<_> = counts.iter().map(|(number, noun)| count(*number, noun)).collect();
        output.line(&format!("{}{further}", counts.join(", ")))
    }
}
