//! Logs, as lines of JSON on stderr, which Terraform takes into its own log.

use std::fmt;

use serde_json::{Map, Value as Json};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::service::Mask;

/// Libraries that tell too much about themselves: below "trace" only their warnings are of interest.
const NOISY: [&str; 8] = ["aws", "h2", "hyper", "hyper_util", "reqwest", "rustls", "tonic", "tower"];

/// Starts logging if the environment asks for it. `name` is the provider's local name; every text goes through the mask.
pub(super) fn init(name: &str, mask: Mask) {
    let Some(level) = level(name, |variable| std::env::var(variable).ok()) else {
        return;
    };
    let lines = tracing_subscriber::fmt::layer().event_format(Lines(mask)).with_writer(std::io::stderr);
    // Fails if the program has set up logging by itself, which then is what it wants.
    let _ = tracing_subscriber::registry().with(filter(level)).with(lines).try_init();
}

fn filter(level: LevelFilter) -> Targets {
    let filter = Targets::new().with_default(level);
    if level == LevelFilter::TRACE {
        return filter;
    }
    filter.with_targets(NOISY.map(|target| (target, level.min(LevelFilter::WARN))))
}

/// The level that was asked for; the most specific variable wins.
fn level(name: &str, get: impl Fn(&str) -> Option<String>) -> Option<LevelFilter> {
    let own = format!("TF_LOG_PROVIDER_{}", name.to_uppercase().replace('-', "_"));
    let asked = [own.as_str(), "TF_LOG_PROVIDER", "TF_LOG"]
        .into_iter()
        .find_map(|variable| get(variable).filter(|value| !value.is_empty()))?;
    match asked.to_uppercase().as_str() {
        "OFF" => None,
        "ERROR" => Some(LevelFilter::ERROR),
        "WARN" => Some(LevelFilter::WARN),
        "INFO" => Some(LevelFilter::INFO),
        "DEBUG" => Some(LevelFilter::DEBUG),
        // Like Terraform: any other value, JSON among them, means everything.
        _ => Some(LevelFilter::TRACE),
    }
}

/// One JSON object a line, with the keys that Terraform knows.
struct Lines(Mask);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let metadata = event.metadata();
        let mut line = Fields { members: Map::new(), mask: self.0 };
        event.record(&mut line);
        line.set("@level", level_name(*metadata.level()));
        line.set("@module", metadata.target());
        line.set("@timestamp", time);
        line.members.entry("@message").or_insert_with(|| "".into());
        writeln!(writer, "{}", Json::Object(line.members))
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

struct Fields {
    members: Map<String, Json>,
    mask: Mask,
}

impl Fields {
    fn set(&mut self, name: &str, value: impl Into<Json>) {
        let name = if name == "message" { "@message" } else { name };
        self.members.insert(name.to_owned(), value.into());
    }

    fn set_text(&mut self, name: &str, text: &str) {
        self.set(name, (self.mask)(text));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set_text(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set_text(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    fn level_of(variables: &[(&str, &str)]) -> Option<LevelFilter> {
        level("my-cloud", |wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn is_silent_unless_asked() {
        assert_eq!(level_of(&[]), None);
        assert_eq!(level_of(&[("TF_LOG", "")]), None);
        assert_eq!(level_of(&[("TF_LOG", "off")]), None);
    }

    #[test]
    fn the_most_specific_variable_wins() {
        let all = [("TF_LOG", "error"), ("TF_LOG_PROVIDER", "info"), ("TF_LOG_PROVIDER_MY_CLOUD", "DEBUG")];
        assert_eq!(level_of(&all), Some(LevelFilter::DEBUG));
        assert_eq!(level_of(&all[..2]), Some(LevelFilter::INFO));
        assert_eq!(level_of(&all[..1]), Some(LevelFilter::ERROR));
        assert_eq!(level_of(&[("TF_LOG", "json")]), Some(LevelFilter::TRACE));
    }

    #[test]
    fn libraries_are_quiet_below_trace() {
        let debug = filter(LevelFilter::DEBUG);
        assert!(debug.would_enable("tfplugin::service", &Level::DEBUG));
        assert!(debug.would_enable("h2::codec", &Level::WARN));
        assert!(!debug.would_enable("h2::codec", &Level::DEBUG));
        assert!(!filter(LevelFilter::ERROR).would_enable("h2", &Level::WARN));
        assert!(filter(LevelFilter::TRACE).would_enable("h2", &Level::TRACE));
    }

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no panic").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_what_terraform_takes_for_structured() {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let lines = Lines(|text| text.replace("hunter2", "***").into());
        let lines = tracing_subscriber::fmt::layer().event_format(lines).with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            let failure = std::io::Error::other("not with hunter2");
            tracing::warn!(
                target: "memory",
                items = 3,
                name = "a\nb",
                password = "hunter2",
                error = &failure as &dyn std::error::Error,
                "short of {}",
                "space for hunter2"
            );
        });
        let text = String::from_utf8(buffer.0.lock().expect("no panic").clone()).expect("UTF-8");
        assert_eq!(text.lines().count(), 1);
        let line: Json = serde_json::from_str(&text).expect("JSON");
        assert_eq!(line["@level"], "warn");
        assert_eq!(line["@message"], "short of space for ***");
        assert_eq!((&line["password"], &line["error"]), (&"***".into(), &"not with ***".into()));
        assert_eq!(line["@module"], "memory");
        assert_eq!(line["items"], 3);
        assert_eq!(line["name"], "a\nb");
        let time = line["@timestamp"].as_str().expect("text");
        assert!(time.ends_with('Z') && time.len() == 27, "{time}");
    }
}
