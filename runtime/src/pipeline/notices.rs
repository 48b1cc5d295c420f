//! What people are to know of the function itself: a document that it cannot use, a rule that errs, logs that it may not read. Each is
//! told once, and said in the log each time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use trailhook_engine::document::Severity;

use super::outcome::{Failure, ReadError};
use super::read::FunctionIntake;
use crate::alert::{Notice, truncate};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{BrokenDocument, Extent, Kept};
use crate::matcher::Tally;
use crate::outbox::digest;

/// How long reading anew may fail until people are told.
const STALE: Duration = Duration::from_secs(60 * 60);
/// Characters of a reason.
const REASON: usize = 1_500;
/// Notices that an instance remembers to have told.
const REMEMBERED: usize = 1_000;
/// Documents that are told of one by one. More are broken by one cause.
const DOCUMENTS: usize = 5;

/// What a notice is known by: it is told once.
pub(super) type Identity = Vec<String>;

/// The notices that this instance told. The state table knows of all instances, and is asked once for each.
#[derive(Default)]
pub(super) struct Notices(Mutex<BTreeSet<Identity>>);

/// A notice on its way.
pub(super) struct Found {
    identity: Identity,
    severity: Severity,
    notice: Notice,
}

impl Found {
    fn new(identity: &[&str], severity: Severity, title: &str, text: String) -> Self {
        let identity = identity.iter().map(|part| (*part).to_owned()).collect();
        Self { identity, severity, notice: Notice { title: title.to_owned(), text, detail: String::new() } }
    }
}

impl Found {
    fn with_detail(mut self, detail: &str) -> Self {
        self.notice.detail = truncate(detail, REASON);
        self
    }
}

impl Notices {
    /// Puts those into the intake that were not told yet, and gives back by what they are known.
    pub(super) fn take(&self, found: Vec<Found>, intake: &mut FunctionIntake<'_>) -> Vec<Identity> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = found.into_iter().filter(|found| !told.contains(&found.identity));
        new.map(|Found { identity, severity, notice }| {
            intake.notice(&identity.iter().map(String::as_str).collect::<Vec<_>>(), severity, &notice);
            identity
        })
        .collect()
    }

    /// Remembers those that are safe in the table.
    pub(super) fn told(&self, identities: Vec<Identity>) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() > REMEMBERED {
            told.clear();
        }
        told.extend(identities);
    }
}

/// What is wrong with the configuration: documents that are broken, and that no newer one can be read.
pub(super) fn of_configuration(kept: &Kept) -> Vec<Found> {
    // Several things may be wrong with one document.
    let mut broken: BTreeMap<&str, Vec<&BrokenDocument>> = BTreeMap::new();
    for document in &kept.configuration.broken {
        broken.entry(&document.parameter).or_default().push(document);
    }
    let mut found = if broken.len() > DOCUMENTS {
        vec![of_many_documents(&broken)]
    } else {
        broken.iter().map(|(parameter, documents)| of_document(parameter, documents)).collect()
    };
    let failing = kept.failing_since.map_or(Duration::ZERO, |since| SystemClock.now().since(since));
    if failing >= STALE {
        let text = format!(
            "The rules and routes could not be read for {} minutes: Parameter Store does not answer, or not in time. Until it does, those of \
             {} are in use. This is told once a day; the function's log has the reason.",
            failing.as_secs() / 60,
            kept.read_at
        );
        found.push(Found::new(&["stale", &day()], Severity::High, "the configuration is old", text));
    }
    found
}

/// The last segments of a parameter's name, such as `rules/root-activity`.
fn short_name(parameter: &str) -> String {
    let name: Vec<_> = parameter.rsplit('/').take(2).collect();
    name.into_iter().rev().collect::<Vec<_>>().join("/")
}

fn of_document(parameter: &str, documents: &[&BrokenDocument]) -> Found {
    let is_off = documents.iter().any(|document| document.extent == Extent::Off);
    let (name, state) = (short_name(parameter), if is_off { "is off" } else { "works in part" });
    let reasons = documents.iter().map(|document| document.reason.as_str()).collect::<Vec<_>>().join("\n");
    let version = documents.first().map_or(0, |document| document.version);
    let text = format!(
        "The function cannot use version {version} of the document {parameter} as it was published; everything else works. Apply the \
         configuration again, or remove the parameter. This is told once for each version."
    );
    // A parameter that is removed and made again begins anew with its versions.
    let identity = ["document", parameter, &version.to_string(), &digest(&[&reasons])];
    Found::new(&identity, Severity::High, &format!("{name} {state}"), text).with_detail(&reasons)
}

fn of_many_documents(broken: &BTreeMap<&str, Vec<&BrokenDocument>>) -> Found {
    let line = |(parameter, documents): (&&str, &Vec<&BrokenDocument>)| {
        let reason = documents.first().and_then(|document| document.reason.lines().next()).unwrap_or_default();
        format!("{}: {reason}", short_name(parameter))
    };
    let lines: Vec<_> = broken.iter().take(DOCUMENTS).map(line).collect();
    let text = format!(
        "The function cannot use {} documents as they were published: a newer provider may have written them for a newer function. \
         Everything else works. The first of them, and the function's log has all:",
        broken.len()
    );
    let all: Vec<_> = broken
        .iter()
        .map(|(parameter, documents)| format!("{parameter} {:?}", documents.first().map(|of| of.version)))
        .collect();
    let identity = ["documents", &digest(&all.iter().map(String::as_str).collect::<Vec<_>>())];
    let title = format!("{} documents are off or work in part", broken.len());
    Found::new(&identity, Severity::High, &title, text).with_detail(&lines.join("\n"))
}

/// The rules that erred, once a day each.
pub(super) fn of_rules(tally: &Tally, are_wanted: bool) -> Vec<Found> {
    let mut found = Vec::new();
    for (rule, (count, first)) in &tally.rule_errors {
        tracing::warn!(rule, count, first, "a rule erred, which counts as no match");
        let text = format!(
            "The rule \"{rule}\" erred on an event, which counts as no match: {first}. It is told once a day. Mend the rule, or set \
             `notify_rule_errors = false` in the trailhook_settings of the namespace."
        );
        found.push(Found::new(&["rule-error", rule, &day()], Severity::Low, &format!("rule {rule} erred"), text));
    }
    if are_wanted { found } else { Vec::new() }
}

/// Records and logs that nobody has read, once a day for each bucket and reason.
pub(super) fn of_reading<'f>(tally: &Tally, failures: impl Iterator<Item = &'f Failure>) -> Vec<Found> {
    let mut found = Vec::new();
    for failure in failures.filter(|failure| failure.is_lasting()) {
        let Failure::Object { bucket, reason, .. } = failure else { continue };
        let kind = match reason {
            ReadError::Call(call) => call.code.clone().unwrap_or_default(),
            _ => "content".to_owned(),
        };
        let text = format!(
            "A log could not be read, and what happened in it is not known: {} It is told once a day for each reason. \
             Its notification comes again, and goes at last to where failed ones are kept.",
            truncate(&format!("{failure}."), REASON)
        );
        let title = format!("a log in {} cannot be read", truncate(bucket, 63));
        found.push(Found::new(&["unreadable", bucket, &kind, &day()], Severity::High, &title, text));
    }
    if tally.broken_records > 0 {
        let text = format!(
            "{} record(s) of a log could not be read and were passed over; the function's log says which. It is told once a day.",
            tally.broken_records
        );
        found.push(Found::new(&["broken-records", &day()], Severity::Medium, "records were passed over", text));
    }
    found
}

/// Today.
fn day() -> String {
    SystemClock.now().day()
}
