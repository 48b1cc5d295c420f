//! What a backtest is asked to do, checked.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tfplugin::{Attribute, Diagnostic, Diagnostics, Path};
use trailhook_engine::Rule;
use trailhook_engine::document::{Condition, EventName, Instant, RuleDocument};

use super::Backtest;
use crate::backtest::{BucketLogs, Files, Level, Limits, MAX_DAYS, Source, Window};
use crate::language::check_narrowed;
use crate::resource::sentence;
use crate::s3::check_bucket;

/// The length of a window whose begin is not given.
pub(super) const DEFAULT_DAYS: i64 = 7;
/// About a day of a company with some hundred accounts, read in minutes.
pub(super) const DEFAULT_MAX_BYTES: i64 = 1024 * 1024 * 1024;
pub(super) const DEFAULT_CONCURRENCY: i64 = 8;
pub(super) const MAX_CONCURRENCY: i64 = 64;

pub(super) struct Settings {
    pub(super) rule: Rule,
    pub(super) source: Source,
    /// Of the bucket.
    pub(super) region: Option<String>,
    pub(super) limits: Limits,
}

impl Settings {
    /// The settings, and what was found; `None` while something is unknown or wrong.
    pub(super) fn of(config: &Backtest, now: Timestamp) -> (Option<Self>, Diagnostics) {
        let mut found = Diagnostics::new();
        let rule = rule(config, &mut found);
        let source = source(config, now, &mut found);
        let limits = limits(config, &mut found);
        let settings = match (rule, source, limits) {
            (Some(rule), Some(source), Some(limits)) if !found.has_error() => {
                Some(Self { rule, source, region: config.region.known().cloned(), limits })
            }
            _ => None,
        };
        (settings, found)
    }
}

fn rule(config: &Backtest, found: &mut Diagnostics) -> Option<Rule> {
    let condition = match (&config.expression, &config.event_names) {
        (Attribute::Null, Attribute::Null) => {
            found.push(neither("rule", "expression", "event_names").at("expression"));
            None
        }
        (Attribute::Known(_), Attribute::Known(_)) => {
            found.push(both("expression", "event_names").at("event_names"));
            None
        }
        // What is unknown may turn out to be null, so that nothing is wrong with the other.
        (Attribute::Known(source), names) => {
            let is_sound = sound(source, Path::from("expression"), found) && names.is_null();
            is_sound.then(|| Condition::Expression(source.clone()))
        }
        (expression, Attribute::Known(names)) => {
            event_names(names, found).filter(|_| expression.is_null()).map(Condition::EventNames)
        }
        (Attribute::Unknown, _) | (_, Attribute::Unknown) => None,
    };
    let mut exceptions = Vec::new();
    let mut all_known = !config.exceptions.is_unknown();
    for (index, exception) in config.exceptions.elements().iter().enumerate() {
        let at = Path::from("exceptions").index(index);
        match exception {
            Attribute::Known(source) if sound(source, at.clone(), found) => exceptions.push(source.clone()),
            Attribute::Known(_) => {}
            Attribute::Unknown => all_known = false,
            Attribute::Null => found.push(Diagnostic::error("The exception is null").detail("Leave it out.").at(at)),
        }
    }
    let condition = condition.filter(|_| all_known && !found.has_error())?;
    let document = RuleDocument { condition, exceptions, ..RuleDocument::new("backtest", "") };
    match Rule::compile(document) {
        Ok(rule) => Some(rule),
        Err(broken) => {
            found.push(Diagnostic::error("The rule cannot be used").detail(broken.to_string()).at("expression"));
            None
        }
    }
}

/// Reports what is found in an expression; whether it can be used.
fn sound(source: &str, at: Path, found: &mut Diagnostics) -> bool {
    // To count every event is a fair question.
    let findings = check_narrowed(source, at);
    let is_sound = !findings.has_error();
    found.append(findings);
    is_sound
}

fn event_names(names: &[Attribute<String>], found: &mut Diagnostics) -> Option<BTreeSet<EventName>> {
    if names.is_empty() {
        found.push(Diagnostic::error("No event names").detail("Name at least one event.").at("event_names"));
        return None;
    }
    let mut parsed = BTreeSet::new();
    let mut all_usable = true;
    for name in names {
        let fault = match name {
            Attribute::Known(name) => match EventName::parse(name) {
                Ok(name) => {
                    parsed.insert(name);
                    continue;
                }
                Err(error) => Some(sentence(&error)),
            },
            Attribute::Null => Some("It is null: leave it out.".to_owned()),
            Attribute::Unknown => None,
        };
        all_usable = false;
        let fault = fault.map(|fault| Diagnostic::error("Not the name of an event").detail(fault).at("event_names"));
        found.extend(fault);
    }
    all_usable.then_some(parsed)
}

fn source(config: &Backtest, now: Timestamp, found: &mut Diagnostics) -> Option<Source> {
    match (&config.bucket, &config.files) {
        (Attribute::Null, Attribute::Null) => {
            found.push(neither("source of logs", "bucket", "files").at("bucket"));
            None
        }
        (Attribute::Known(_), Attribute::Known(_)) => {
            found.push(both("bucket", "files").at("files"));
            None
        }
        // What is unknown may turn out to be null: what is known is checked, and nothing is read.
        (Attribute::Unknown, files @ Attribute::Known(_)) => {
            let _chosen = chosen_files(files, found);
            None
        }
        (Attribute::Null, files) => {
            let mut is_open = false;
            let only_of_buckets =
                [("prefix", &config.prefix), ("region", &config.region), ("from", &config.from), ("to", &config.to)];
            for (name, value) in only_of_buckets {
                is_open |= value.is_unknown();
                if value.known().is_some() && files.known().is_some() {
                    found.push(
                        Diagnostic::error(format!("`{name}` belongs to a bucket"))
                            .detail("Files are read whole. Remove it, or read a bucket.")
                            .at(name),
                    );
                }
            }
            chosen_files(files, found).filter(|_| !is_open).map(Source::Files)
        }
        (bucket, files) => bucket_logs(config, bucket, now, found).filter(|_| files.is_null()).map(Source::Bucket),
    }
}

fn chosen_files(files: &Attribute<Vec<Attribute<String>>>, found: &mut Diagnostics) -> Option<Files> {
    let files = files.known()?;
    if files.is_empty() {
        found.push(Diagnostic::error("No files").detail("Name at least one file, folder or pattern.").at("files"));
    }
    let mut chosen = Vec::new();
    let mut all_known = true;
    for (index, file) in files.iter().enumerate() {
        match file {
            Attribute::Known(file) if !file.is_empty() => chosen.push(file.clone()),
            Attribute::Known(_) | Attribute::Null => {
                let fault = Diagnostic::error("The path is empty").detail("Name a file, a folder or a pattern.");
                found.push(fault.at(Path::from("files").index(index)));
            }
            Attribute::Unknown => all_known = false,
        }
    }
    all_known.then_some(Files(chosen))
}

fn bucket_logs(
    config: &Backtest,
    bucket: &Attribute<String>,
    now: Timestamp,
    found: &mut Diagnostics,
) -> Option<BucketLogs> {
    if let Some(bucket) = bucket.known()
        && let Err(fault) = check_bucket(bucket)
    {
        found.push(Diagnostic::error("The bucket cannot be used").detail(sentence(&fault)).at("bucket"));
    }
    if config.region.as_str() == Some("") {
        found.push(Diagnostic::error("The region is empty").detail("Leave it out for the provider's.").at("region"));
    }
    let prefix = prefix(&config.prefix, found);
    let window = window(config, now, found);
    Some(BucketLogs { bucket: bucket.known()?.clone(), prefix: prefix?, window: window? })
}

/// The prefix with a slash at its end.
fn prefix(prefix: &Attribute<String>, found: &mut Diagnostics) -> Option<String> {
    let text = match prefix {
        Attribute::Unknown => return None,
        Attribute::Null => return Some(String::new()),
        Attribute::Known(text) => text.trim_end_matches('/'),
    };
    let mut fault = |detail: &str| {
        found.push(Diagnostic::error("The prefix cannot be used").detail(detail).at("prefix"));
        None
    };
    if text.starts_with('/') || text.contains("://") {
        return fault("Write it as the trail has it, without the bucket and without a slash in front.");
    }
    if Level::of(text) == Level::Date {
        return fault("It goes further than a region. Choose the time by `from` and `to`.");
    }
    Some(if text.is_empty() { String::new() } else { format!("{text}/") })
}

fn window(config: &Backtest, now: Timestamp, found: &mut Diagnostics) -> Option<Window> {
    let mut point = |name: &str, value: &Attribute<String>| match value {
        Attribute::Null => Some(None),
        Attribute::Unknown => None,
        Attribute::Known(text) => match Instant::parse(text) {
            Ok(instant) => Some(Some(instant.timestamp())),
            Err(error) => {
                found.push(Diagnostic::error("Not a point of time").detail(sentence(&error)).at(name));
                None
            }
        },
    };
    let (from, to) = (point("from", &config.from), point("to", &config.to));
    let to = to?.unwrap_or(now);
    let from = match from? {
        Some(from) => from,
        None => to.checked_sub(SignedDuration::from_hours(24 * DEFAULT_DAYS)).unwrap_or(Timestamp::MIN),
    };
    if from >= to {
        let fault = Diagnostic::error("The window is empty").detail(format!("It goes from {from} to {to}."));
        found.push(fault.at("from"));
        return None;
    }
    let days = to.duration_since(from).as_hours() / 24;
    if usize::try_from(days).is_ok_and(|days| days > MAX_DAYS) {
        found.push(
            Diagnostic::error("The window is too long")
                .detail(format!("It has {days} days, and a backtest reads at most {MAX_DAYS}. Begin later."))
                .at("from"),
        );
        return None;
    }
    Some(Window { from, to })
}

fn limits(config: &Backtest, found: &mut Diagnostics) -> Option<Limits> {
    let mut whole = |name: &str, value: &Attribute<i64>, default: i64, most: i64| match value {
        Attribute::Unknown => None,
        Attribute::Null => Some(default),
        Attribute::Known(value) if (1..=most).contains(value) => Some(*value),
        Attribute::Known(value) => {
            let range = if most == i64::MAX { "at least 1".to_owned() } else { format!("between 1 and {most}") };
            let fault = Diagnostic::error(format!("`{name}` is out of range"));
            found.push(fault.detail(format!("It is {value}, and must be {range}.")).at(name));
            None
        }
    };
    let max_bytes = whole("max_bytes", &config.max_bytes, DEFAULT_MAX_BYTES, i64::MAX);
    let concurrency = whole("concurrency", &config.concurrency, DEFAULT_CONCURRENCY, MAX_CONCURRENCY);
    for (name, value) in [("warn_above", &config.warn_above), ("fail_above", &config.fail_above)] {
        if value.known().is_some_and(|value| *value < 0.0) {
            let fault = Diagnostic::error(format!("`{name}` is negative"));
            found.push(fault.detail("It is a number of matches a day; 0 admits none.").at(name));
        }
    }
    if let (Some(warn), Some(fail)) = (config.warn_above.known(), config.fail_above.known())
        && warn >= fail
    {
        let fault = Diagnostic::error("The warning never comes");
        let detail =
            format!("`warn_above` is {warn}, and the plan fails above {fail} already. Make it the smaller one.");
        found.push(fault.detail(detail).at("warn_above"));
    }
    Some(Limits { max_bytes: u64::try_from(max_bytes?).ok()?, concurrency: usize::try_from(concurrency?).ok()? })
}

fn neither(what: &str, one: &str, other: &str) -> Diagnostic {
    Diagnostic::error(format!("No {what}")).detail(format!("Give either `{one}` or `{other}`."))
}

fn both(one: &str, other: &str) -> Diagnostic {
    Diagnostic::error(format!("Both `{one}` and `{other}`")).detail("Only one of them can be given: remove the other.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(config: &Backtest) -> (bool, Vec<String>) {
        let (settings, found) = Settings::of(config, Timestamp::UNIX_EPOCH);
        let told = found.iter().map(|fault| format!("{} at {}", fault.summary(), fault.path()));
        (settings.is_some(), told.collect())
    }

    fn sound() -> Backtest {
        Backtest { expression: "True".into(), files: vec!["a.json".into()].into(), ..Backtest::default() }
    }

    #[test]
    fn what_is_unknown_may_turn_out_to_be_left_out() {
        assert_eq!(of(&sound()), (true, Vec::new()));
        let names: Attribute<Vec<Attribute<String>>> = vec!["StopLogging".into()].into();
        let bucket = || Backtest { bucket: "logs".into(), files: Attribute::Null, ..sound() };
        for open in [
            Backtest { event_names: Attribute::Unknown, ..sound() },
            Backtest { expression: Attribute::Unknown, event_names: names.clone(), ..sound() },
            Backtest { bucket: Attribute::Unknown, ..sound() },
            Backtest { prefix: Attribute::Unknown, ..sound() },
            Backtest { region: Attribute::Unknown, from: Attribute::Unknown, to: Attribute::Unknown, ..sound() },
            Backtest { files: Attribute::Unknown, ..bucket() },
            Backtest { files: Attribute::Unknown, prefix: "p".into(), bucket: Attribute::Null, ..sound() },
        ] {
            assert_eq!(of(&open), (false, Vec::new()), "{open:?}");
        }
        let both = Backtest { event_names: names, bucket: "logs".into(), ..sound() };
        let told = ["Both `expression` and `event_names` at event_names", "Both `bucket` and `files` at files"];
        assert_eq!(of(&both), (false, told.map(str::to_owned).to_vec()));
        let prefix = Backtest { prefix: "p".into(), ..sound() };
        assert_eq!(of(&prefix), (false, vec!["`prefix` belongs to a bucket at prefix".to_owned()]));
    }

    #[test]
    fn what_is_unknown_hides_no_mistake_beside_it() {
        let wrong = Backtest {
            expression: Attribute::Unknown,
            event_names: vec![Attribute::Unknown, "Stop Logging".into()].into(),
            bucket: Attribute::Unknown,
            files: vec![Attribute::Unknown, "".into()].into(),
            ..Backtest::default()
        };
        let told = ["Not the name of an event at event_names", "The path is empty at files[1]"];
        assert_eq!(of(&wrong), (false, told.map(str::to_owned).to_vec()));
        let wrong = Backtest {
            bucket: Attribute::Unknown,
            prefix: "/logs".into(),
            from: "yesterday".into(),
            files: Attribute::Null,
            ..sound()
        };
        let told = ["The prefix cannot be used at prefix", "Not a point of time at from"];
        assert_eq!(of(&wrong), (false, told.map(str::to_owned).to_vec()));
    }
}
