//! `trailhook preview`: a message as people will see it, in the terminal, as a link to Slack's own builder, or as a picture.

mod browser;
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use trailhook_engine::document::{Mention, SettingsDocument};
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
            let Verdict { ignored_by, alerts, recorded, .. } = rules.decide(&event, Timestamp::now());
            if alerts.is_empty() {
                let why = match (ignored_by, recorded.first()) {
                    (Some(rule), _) => format!("the rule {} ignores the event", rule.name()),
                    (None, Some(rule)) => format!("the dry-run rule {} alone matches, which is not told", rule.name()),
                    (None, None) => "no rule matches the event; `trailhook explain` shows why".to_owned(),
                };
                output::error(&format!("no message: {why}"));
                return Ok(End::Findings);
            }
            let message = message(&Alert { event: &event, rules: &alerts }, options)?;
            vec![serde_json::to_value(message).context("writing the message")?]
        }
    };
    match show {
        Show::Terminal => {
            let mut output = Output::new();
            for message in &messages {
                output.line(&terminal::draw(message))?;
                output.line(&format!("In Slack's own builder: {}\n", builder_link(message)))?;
            }
            output.flush()?;
        }
        Show::Json => {
            let mut output = Output::new();
            for message in &messages {
                output.line(&message.to_string())?;
            }
            output.flush()?;
        }
        Show::Picture { file, theme, width } => {
            let browser = browser::find()?;
            let picture = browser.draw(&page::page(&messages), *theme, *width)?;
            fs::write(file, picture).with_context(|| format!("writing {}", file.display()))?;
        }
    }
    Ok(End::Well)
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
    let keep = if options.is_full { Keep::Parameters } else { Keep::Shown };
    let head = Head::of(alert);
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
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
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
    let is_message = |value: &Value| value.get("text").is_some_and(Value::is_string);
    let messages: Vec<_> = values.into_iter().map(message).filter(is_message).collect();
    ensure!(!messages.is_empty(), "{} holds no message of Slack: an object with `text` and `blocks`", path.display());
    Ok(messages)
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
