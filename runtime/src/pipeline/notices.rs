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

/// The age of a configuration from which on people are told that it cannot be read anew.
const STALE: Duration = Duration::from_secs(60 * 60);
/// Characters of a reason.
const REASON: usize = 1_500;
/// Notices that an instance remembers to have told.
const REMEMBERED: usize = 1_000;

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
        Self { identity, severity, notice: Notice { title: title.to_owned(), text } }
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

/// What is wrong with the configuration: each version of a document that is broken, and one that is old because no newer can be
/// read.
pub(super) fn of_configuration(kept: &Kept) -> Vec<Found> {
    // Several things may be wrong with one document.
    let mut broken: BTreeMap<(&str, i64), Vec<&BrokenDocument>> = BTreeMap::new();
    for document in &kept.configuration.broken {
        broken.entry((&document.parameter, document.version)).or_default().push(document);
    }
    let broken = broken.into_iter().map(|((parameter, version), documents)| {
        let name: Vec<_> = parameter.rsplit('/').take(2).collect();
        let name = name.into_iter().rev().collect::<Vec<_>>().join("/");
        let is_off = documents.iter().any(|document| document.extent == Extent::Off);
        let title = if is_off { format!("{name} is off") } else { format!("{name} works in part") };
        let reasons: Vec<_> = documents.iter().map(|document| format!("{document}.")).collect();
        let text = format!(
            "{} This is told once for each version of the document. Apply the configuration again, or remove the parameter.",
            truncate(&reasons.join(" "), REASON)
        );
        Found::new(&["document", parameter, &version.to_string()], Severity::High, &title, text)
    });
    let mut found: Vec<_> = broken.collect();
    let age = SystemClock.now().since(kept.read_at);
    if age >= STALE {
        let text = format!(
            "The rules and routes were last read {} minutes ago. Parameter Store has not answered since, or not in time; until then \
             the last good ones are in use. It is told once a day. The function's log has the reason.",
            age.as_secs() / 60
        );
        found.push(Found::new(&["stale", &day()], Severity::High, "the configuration is old", text));
    }
    found
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
            "A log could not be read, and what happened in it is not known: {} It is told once a day for each reason; Lambda tries \
             each log again, and then puts its notification into the function's on-failure destination.",
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
    let now = SystemClock.now().to_string();
    now.split('T').next().unwrap_or_default().to_owned()
}
