//! `trailhook preview`: a message as people will see it, in the terminal, as a link to Slack's own builder, or as a picture.

mod browser;
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use trailhook_engine::document::{Mention, SettingsDocument};
use trailhook_engine::event::Redaction;
use trailhook_engine::{Alert, Rule, RuleSet, Verdict};

use super::output::{self, Output};
use super::rules::{self, Rules, Sources};
use super::{End, input};
use crate::alert::{Display, Head, Keep, Sample};
use crate::clock::Moment;
use crate::message::{Message, Shape, View, compose, terminal};
use crate::outbox::{Entry, Group, Repeats, Terms};
pub(super) use page::Theme;

/// What is previewed.
pub(super) enum Subject {
    /// The message of an event.
    Event {
        event: PathBuf,
        event_id: Option<String>,
        sources: Sources,
        /// The rule of this name alone.
        rule: Option<String>,
        options: Options,
    },
    /// Messages as they are sent.
    Messages(PathBuf),
}

/// What a route and the settings would say.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) is_full: bool,
    pub(super) mention: Option<String>,
    pub(super) aliases: Vec<(String, String)>,
    pub(super) redact: Vec<String>,
    pub(super) has_no_link: bool,
}

/// How it is shown.
pub(super) enum Show {
    Terminal,
    Json,
    Picture { file: PathBuf, theme: Theme, width: u32 },
}

pub(super) fn run(subject: &Subject, show: &Show) -> anyhow::Result<End> {
    let messages = match subject {
        Subject::Messages(path) => written(path)?,
        Subject::Event { event, event_id, sources, rule, options } => {
            let event = input::event(event, event_id.as_deref())?;
            let rules = compile(sources, rule.as_deref())?;
            let verdict = rules.decide(&event, Timestamp::now());
            for failure in &verdict.errors {
                output::error(&format!("the rule {} erred: {}", failure.rule.name(), failure.describe()));
            }
            if verdict.alerts.is_empty() {
                output::error(&format!("no message: {}", why_not(&verdict, &rules)));
                return Ok(End::Findings);
            }
            let message = message(&Alert { event: &event, rules: &verdict.alerts }, options)?;
            vec![serde_json::to_value(message).context("writing the message")?]
        }
    };
    if messages.is_empty() {
        output::error("no messages");
        return Ok(End::Findings);
    }
    let mut output = Output::new();
    match show {
        Show::Terminal => {
            for message in &messages {
                output.line(&terminal::draw(message))?;
            }
            if let [message] = messages.as_slice() {
                output.line(&format!("In Slack's own builder: {}\n", builder_link(message)))?;
            }
        }
        Show::Json => {
            for message in &messages {
                output.line(&message.to_string())?;
            }
        }
        Show::Picture { file, theme, width } => {
            let browser = browser::find()?;
            let picture = browser.draw(&page::page(&messages), *theme, *width)?;
            fs::write(file, picture).with_context(|| format!("writing {}", file.display()))?;
            output.line(&format!("{}", file.display()))?;
        }
    }
    output.flush()?;
    Ok(End::Well)
}

/// Why nobody is told of an event.
fn why_not(verdict: &Verdict<'_>, rules: &RuleSet) -> String {
    if let Some(rule) = verdict.ignored_by {
        return format!("the rule {} ignores the event", rule.name());
    }
    if let Some(rule) = verdict.excepted.first() {
        return format!("the rule {} matches, and an exception of it takes that away", rule.name());
    }
    if let Some(rule) = verdict.recorded.first() {
        return format!("the rule {} matches, and its action is `record`: it is counted alone", rule.name());
    }
    let names = rules.names().count();
    let inert = "; `trailhook explain` shows why. Rules that are switched off or have expired match nothing";
    format!("none of {} matches the event{inert}", output::count(u64::try_from(names).unwrap_or(u64::MAX), "rule"))
}

fn compile(sources: &Sources, wanted: Option<&str>) -> anyhow::Result<RuleSet> {
    let Rules { rules, unreadable } = rules::read(sources)?;
    for reason in &unreadable {
        output::error(&format!("passed over: {reason}"));
    }
    let names: Vec<_> = rules.iter().map(|rule| rule.document.name.clone()).collect();
    let mut compiled = Vec::new();
    for rule in rules.into_iter().filter(|rule| wanted.is_none_or(|wanted| wanted == rule.document.name)) {
        compiled.push(Rule::compile(rule.document).map_err(|broken| anyhow::anyhow!("{}: {broken}", rule.origin))?);
    }
    if let (true, Some(wanted)) = (compiled.is_empty(), wanted) {
        bail!("there is no rule \"{wanted}\"; there are {}", names.join(", "));
    }
    Ok(RuleSet::new(compiled))
}

/// The message of an alert, the way it takes in the function.
fn message(alert: &Alert<'_>, options: &Options) -> anyhow::Result<Message> {
    let settings = SettingsDocument {
        account_aliases: options.aliases.iter().cloned().collect::<BTreeMap<_, _>>(),
        redact: options.redact.clone(),
        ..SettingsDocument::default()
    };
    if let Some(fault) = settings.faults().first() {
        bail!("{fault}");
    }
    let mention = options.mention.as_deref().map(Mention::parse).transpose()?;
    let display = Display::of(&settings);
    for pattern in &options.redact {
        let hides = Redaction::new([pattern.as_str()]);
        if !alert.event.flat().keys().any(|key| hides.hides(&key.to_string_lossy())) {
            output::error(&format!("note: the event has no field that \"{pattern}\" hides"));
        }
    }
    let keep = if options.is_full { Keep::Parameters } else { Keep::Shown };
    let head = Head::of(alert, &display);
    let terms = Terms { head, channel: String::new(), window: 0, repeats: Repeats::AtOnce, undeliverable: None };
    let time = alert.event.time().map(Moment::from);
    let sample = Sample::of(alert, keep, &display);
    let entry = Entry { event_id: String::new(), time, sample, values: Vec::new() };
    let now = time.unwrap_or_default();
    let mut group = Group::new(&terms);
    group.add(std::iter::once(&entry), &terms, now);
    let draft = group.draft(Repeats::AtOnce, now).context("there is nothing to tell")?;
    let view = View {
        account_aliases: &display.account_aliases,
        mention: mention.as_ref(),
        console_link: !options.has_no_link,
    };
    Ok(compose(&draft, Shape::Whole, &view))
}

/// Messages of a file: one, a list of them, or lines as `trailhook replay --json` writes them.
fn written(path: &Path) -> anyhow::Result<Vec<Value>> {
    let text = if path.as_os_str() == "-" {
        io::read_to_string(io::stdin().lock()).context("reading standard input")?
    } else {
        fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?
    };
    let values: Vec<Value> = match serde_json::from_str(&text) {
        Ok(Value::Array(values)) => values,
        Ok(value) => vec![value],
        Err(_) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let values = lines.map(serde_json::from_str).collect::<Result<_, _>>();
            values.with_context(|| format!("{} holds no messages in JSON", path.display()))?
        }
    };
    let message = |value: Value| match value.get("message") {
        Some(message) => message.clone(),
        None => value,
    };
    let is_message = |value: &Value| {
        value.get("text").is_some_and(Value::is_string) && value.get("blocks").is_none_or(Value::is_array)
    };
    // The last line of a replay.
    let is_summary = |value: &Value| value.get("summary").is_some();
    let values: Vec<_> = values.into_iter().filter(|value| !is_summary(value)).map(message).collect();
    let strange = values.iter().filter(|value| !is_message(value)).count();
    ensure!(
        strange == 0,
        "{} holds what is no message of Slack, an object with `text` and `blocks`: {strange} of {}",
        path.display(),
        values.len()
    );
    Ok(values)
}

/// Slack's builder shows the blocks that stand behind the `#` (<https://docs.slack.dev/block-kit>). Nothing is sent there but by
/// who opens the link.
fn builder_link(message: &Value) -> String {
    let blocks = serde_json::json!({ "blocks": message.get("blocks") }).to_string();
    format!("https://app.slack.com/block-kit-builder/#{}", utf8_percent_encode(&blocks, NON_ALPHANUMERIC))
}

/// `--alias 111122223333=production`
pub(super) fn alias(text: &str) -> Result<(String, String), String> {
    let (account, name) = text.split_once('=').ok_or("write it as ACCOUNT=NAME")?;
    Ok((account.to_owned(), name.to_owned()))
}
