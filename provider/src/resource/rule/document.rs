//! A rule between Terraform and its document.

use tfplugin::{Attribute, Diagnostic, Number, Path};
use trailhook_engine::document::{
    Action, Condition, EventName, Grouping, Instant, RuleDocument, RuleFault, Severity, Threshold, Window,
};
use trailhook_engine::language::Expression;

use super::model::{self, Rule};
use crate::resource::reading::{Reading, Texts, labels, texts};
use crate::resource::{keep_empty, parse_name, sentence};

const WINDOW: &str = "The window cannot be used";

impl Rule {
    /// The document, as far as its parts are known and right; what the expressions say themselves is not looked at.
    pub(super) fn document(&self, reading: &mut Reading) -> RuleDocument {
        let name = reading.text(&self.name).unwrap_or_default();
        if self.name.known().is_some() {
            let _name = parse_name(&name).map_err(|fault| reading.fault(fault));
        }
        let document = RuleDocument {
            name,
            description: reading.text(&self.description).unwrap_or_default(),
            condition: self.condition(reading),
            exceptions: self.exceptions(reading).into_iter().map(|(_, source)| source).collect(),
            action: reading.parsed(&self.action, "action", "Unknown action", Action::parse).unwrap_or_default(),
            severity: reading
                .parsed(&self.severity, "severity", "Unknown severity", Severity::parse)
                .unwrap_or_default(),
            labels: reading.labels(&self.labels, &Path::from("labels")),
            runbook_url: reading.text(&self.runbook_url),
            grouping: Grouping {
                by: fields(reading, &self.group_by, &Path::from("group_by")),
                window: reading.parsed(&self.group_window, "group_window", WINDOW, Window::parse),
            },
            threshold: reading.value(&self.threshold).and_then(|threshold| threshold.document(reading)),
            expires_at: reading.parsed(
                &self.expires_at,
                "expires_at",
                "The point of time cannot be read",
                Instant::parse,
            ),
            enabled: reading.value(&self.enabled).copied().unwrap_or(true),
        };
        // A list of which nothing is known yet is not an empty one.
        let unknown_elements = |texts: &Texts| texts.elements().iter().any(Attribute::is_unknown);
        let faults = document.faults().into_iter().filter(|fault| match fault {
            RuleFault::Empty { attribute: "group_by" } => !unknown_elements(&self.group_by),
            RuleFault::Empty { attribute: "event_names" } => self.event_names.elements().is_empty(),
            _ => true,
        });
        faults.for_each(|found| reading.fault(fault(&found)));
        document
    }

    /// The condition; something that is never asked where it is unknown or missing.
    pub(super) fn condition(&self, reading: &mut Reading) -> Condition {
        let nothing = Condition::Expression(String::new());
        match (&self.expression, &self.event_names) {
            (Attribute::Null, Attribute::Null) => {
                reading.fault(
                    Diagnostic::error("The rule has no condition")
                        .detail("Give it an `expression`, or `event_names` if the names alone decide."),
                );
                nothing
            }
            (Attribute::Known(_), Attribute::Known(_)) => {
                reading.fault(
                    Diagnostic::error("The rule has two conditions")
                        .detail("Give it either an `expression` or `event_names`, not both.")
                        .at("event_names"),
                );
                nothing
            }
            (expression, names) => {
                if let Some(names) = reading.value(names).is_some().then(|| self.names(reading)) {
                    reading.value(expression);
                    return Condition::EventNames(names.into_iter().collect());
                }
                reading.text(expression).map_or(nothing, Condition::Expression)
            }
        }
    }

    fn names(&self, reading: &mut Reading) -> Vec<EventName> {
        let mut names = Vec::new();
        for (path, text) in reading.texts(&self.event_names, &Path::from("event_names"), true).unwrap_or_default() {
            match EventName::parse(&text) {
                Ok(name) => names.push(name),
                Err(error) => {
                    reading
                        .fault(Diagnostic::error("An event's name cannot be used").detail(sentence(&error)).at(path));
                }
            }
        }
        names
    }

    /// The exceptions that are known, with the path of each.
    pub(super) fn exceptions(&self, reading: &mut Reading) -> Vec<(Path, String)> {
        reading.texts(&self.exceptions, &Path::from("exceptions"), false).unwrap_or_default()
    }

    /// The fields that the expressions read; `None` while one is unknown or does not parse.
    pub(super) fn read_fields(&self) -> Option<Vec<String>> {
        let mut reading = Reading::default();
        let condition = self.condition(&mut reading);
        let exceptions = self.exceptions(&mut reading);
        let sources = std::iter::once(condition.expression().into_owned());
        let sources = sources.chain(exceptions.into_iter().map(|(_, source)| source));
        reading.is_whole().then(|| read_fields(sources)).flatten()
    }

    /// What stands in a parameter. Where the document leaves out what is empty, the state tells how it was configured.
    pub(super) fn of(document: RuleDocument, state: &Self) -> Self {
        let sources = std::iter::once(document.condition.expression().into_owned());
        let fields = read_fields(sources.chain(document.exceptions.iter().cloned())).unwrap_or_default();
        let (expression, event_names) = match document.condition {
            Condition::Expression(source) => (source.into(), Attribute::Null),
            Condition::EventNames(names) => (Attribute::Null, texts(names).into()),
        };
        let threshold = document.threshold.map(|threshold| model::Threshold::from_document(threshold, state));
        Self {
            name: document.name.into(),
            description: keep_empty(document.description, &state.description),
            expression,
            event_names,
            exceptions: keep_empty(texts(document.exceptions), &state.exceptions),
            action: document.action.as_str().into(),
            severity: document.severity.as_str().into(),
            labels: keep_empty(labels(document.labels), &state.labels),
            runbook_url: document.runbook_url.into(),
            group_by: document.grouping.by.map(texts).into(),
            group_window: document.grouping.window.map(String::from).into(),
            threshold: threshold.into(),
            expires_at: document.expires_at.map(String::from).into(),
            enabled: document.enabled.into(),
            tests: state.tests.clone(),
            fields: fields.into(),
            ..Self::default()
        }
    }
}

impl model::Threshold {
    fn document(&self, reading: &mut Reading) -> Option<Threshold> {
        let at = Path::from("threshold");
        let count = reading.value(&self.count).map(|count| count.as_i64().and_then(|count| u32::try_from(count).ok()));
        let window = reading.parsed(&self.window, at.attribute("window"), WINDOW, Window::parse);
        let by = fields(reading, &self.by, &at.attribute("by")).unwrap_or_default();
        let distinct = reading.text(&self.distinct);
        // Stand-ins for what is unknown or wrong, with which the rest can be looked at; nothing of that is published. A
        // number that cannot be counted to is told as none at all.
        let (count, window) = (count.unwrap_or(Some(2)), window.or_else(|| Window::parse("1m").ok()));
        Some(Threshold { count: count.unwrap_or(0), window: window?, by, distinct })
    }

    fn from_document(threshold: Threshold, state: &Rule) -> Self {
        let by = state.threshold.known().map(|threshold| threshold.by.clone()).unwrap_or_default();
        Self {
            count: Number::from(i64::from(threshold.count)).into(),
            window: String::from(threshold.window).into(),
            by: keep_empty(texts(threshold.by), &by),
            distinct: threshold.distinct.into(),
        }
    }
}

fn fields(reading: &mut Reading, values: &Texts, at: &Path) -> Option<Vec<String>> {
    let texts = reading.texts(values, at, false)?;
    Some(texts.into_iter().map(|(_, text)| text).collect())
}

/// The fields that expressions read, sorted; `None` if one does not parse.
fn read_fields(sources: impl IntoIterator<Item = String>) -> Option<Vec<String>> {
    let mut fields = std::collections::BTreeSet::new();
    for source in sources {
        fields.extend(Expression::parse(&source).ok()?.fields().map(str::to_owned));
    }
    Some(fields.into_iter().collect())
}

/// What cannot be about a rule, at its attribute.
fn fault(fault: &RuleFault) -> Diagnostic {
    let summary = match fault {
        RuleFault::NotForIgnore { .. } => "An ignore rule tells nobody",
        RuleFault::RunbookUrl => "The runbook cannot be linked to",
        RuleFault::ThresholdCount | RuleFault::DistinctCount => "The threshold cannot be counted",
        RuleFault::Empty { .. } => "Nothing is named",
        RuleFault::Field { .. } => "The name of a field cannot be used",
    };
    let path = match fault.attribute() {
        // Terraform shows the line of an attribute of a block, and not that of the block.
        "threshold" => Path::from("threshold").attribute("count"),
        attribute => attribute.split('.').fold(Path::root(), |path, name| path.attribute(name)),
    };
    Diagnostic::error(summary).detail(sentence(fault)).at(path)
}
