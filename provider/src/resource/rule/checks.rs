//! What is said about a rule before it is published.

use tfplugin::{Attribute, Diagnostic, Diagnostics, Path};
use trailhook_engine::document::{Condition, Document, EventName, Finding, RuleDocument};
use trailhook_engine::{self as engine, language};

use super::model::Rule;
use super::tests_run;
use crate::language::{check, check_narrowed};
use crate::resource::reading::{Reading, Texts};
use crate::resource::{sentence, too_large_for_one};

/// Names that are told each by itself.
const MAX_FINDINGS: usize = 10;

/// Checks all that is known: each mistake at its attribute, and the tests if the expressions are known and right. With the text of
/// the parameter, if all of the rule is known; its expressions may have errors.
pub(super) fn check_rule(rule: &Rule) -> (Option<String>, Diagnostics) {
    let mut reading = Reading::default();
    let document = rule.document(&mut reading);
    let is_whole = reading.is_whole();
    let mut found = reading.into_faults();
    let (compiled, expressions) = compile(rule);
    found.append(expressions);
    found.append(field_findings(rule));
    found.extend(expiry(&document));
    found.append(tests_run::run(&rule.tests, compiled.as_ref()));
    let text = is_whole.then(|| {
        let encoded = document.encode();
        encoded.map_err(|error| found.push(too_large_for_one(&error).at(condition_path(&document.condition)))).ok()
    });
    (text.flatten(), found)
}

/// The text of the parameter, if all of the rule is known. Its expressions may have errors.
pub(super) fn text(rule: &Rule) -> Option<String> {
    let mut reading = Reading::default();
    let document = rule.document(&mut reading);
    reading.is_whole().then(|| document.encode().ok()).flatten()
}

/// The text of the parameter: what was unknown at validate is checked here.
pub(super) fn encode(rule: &Rule) -> Result<String, Diagnostics> {
    let mut reading = Reading::default();
    let document = rule.document(&mut reading);
    let is_whole = reading.is_whole();
    let mut found = reading.into_faults();
    found.append(compile(rule).1);
    if found.has_error() {
        return Err(found);
    }
    if !is_whole {
        return Err(Diagnostic::error("The rule is not wholly known at apply").into());
    }
    document.encode().map_err(|error| too_large_for_one(&error).at(condition_path(&document.condition)).into())
}

fn condition_path(condition: &Condition) -> Path {
    Path::from(match condition {
        Condition::Expression(_) => "expression",
        Condition::EventNames(_) => "event_names",
    })
}

/// Checks the expressions, and compiles them if all are known and right. What is wrong with their attributes is told
/// elsewhere.
fn compile(rule: &Rule) -> (Option<engine::Rule>, Diagnostics) {
    let mut reading = Reading::default();
    let mut found = Diagnostics::new();
    let condition = rule.condition(&mut reading);
    match &condition {
        Condition::Expression(source) if rule.expression.known() == Some(source) => {
            // What is not known yet may narrow the rule.
            let is_alone = (rule.exceptions.is_null() || rule.exceptions.known().is_some_and(Vec::is_empty))
                && rule.threshold.is_null();
            found.append(if is_alone { check(source, "expression") } else { check_narrowed(source, "expression") });
        }
        Condition::Expression(_) => {}
        Condition::EventNames(names) => found.append(name_findings(names)),
    }
    let exceptions = rule.exceptions(&mut reading);
    for (path, source) in &exceptions {
        found.append(check(source, path));
    }
    if !reading.is_whole() || found.has_error() {
        return (None, found);
    }
    let exceptions = exceptions.into_iter().map(|(_, source)| source).collect();
    let document = RuleDocument { condition, exceptions, ..RuleDocument::new("", "") };
    match engine::Rule::compile(document) {
        Ok(compiled) => (Some(compiled), found),
        // What was checked compiles; only the condition that stands for names can be beyond the language's bounds.
        Err(broken) => {
            let why = broken.faults.iter().flat_map(|fault| &fault.diagnostics).next();
            let why = why.map_or_else(String::new, |why: &language::Diagnostic| sentence(&why.message));
            let detail = format!("{why} Make several rules out of it.");
            found.push(Diagnostic::error("The names are too many for one rule").detail(detail).at("event_names"));
            (None, found)
        }
    }
}

/// Names that nobody knows: each of the first, and how many more there are.
fn name_findings<'n>(names: impl IntoIterator<Item = &'n EventName>) -> Diagnostics {
    let mut unknown = names.into_iter().filter(|name| !name.is_known());
    let at = Path::from("event_names");
    let first = unknown.by_ref().take(MAX_FINDINGS).filter_map(EventName::finding);
    let mut found: Diagnostics = first.map(|finding| warning(finding, at.clone())).collect();
    let summary = match unknown.count() {
        0 => return found,
        1 => "1 more name is of no known event".to_owned(),
        more => format!("{more} more names are of no known event"),
    };
    let detail = format!("The first {MAX_FINDINGS} are told each by itself.");
    found.push(Diagnostic::warning(summary).detail(detail).at(at));
    found
}

/// Fields that CloudTrail does not write.
fn field_findings(rule: &Rule) -> Diagnostics {
    let at = Path::from("threshold");
    let none = (Attribute::Null, Attribute::Null);
    let (by, distinct) = rule.threshold.known().map_or(none, |one| (one.by.clone(), one.distinct.clone()));
    let each = |texts: &Texts, at: &Path| -> Vec<(Path, String)> {
        Reading::default().texts(texts, at, false).unwrap_or_default()
    };
    let mut fields = each(&rule.group_by, &Path::from("group_by"));
    fields.extend(each(&by, &at.attribute("by")).into_iter().map(|(_, field)| (at.attribute("by"), field)));
    fields.extend(distinct.into_known().map(|field| (at.attribute("distinct"), field)));
    // What no field can be called is told with the document.
    let fields = fields.into_iter().filter(|(_, field)| !field.is_empty() && !field.contains(char::is_whitespace));
    fields.filter_map(|(path, field)| Some(warning(Finding::of_field(&field)?, path))).collect()
}

fn warning(finding: Finding, at: Path) -> Diagnostic {
    Diagnostic::warning(crate::language::summary(&finding.message, finding.code)).detail(finding.help).at(at)
}

/// A rule that has expired is not wrong: it may stand in the configuration for the record.
fn expiry(document: &RuleDocument) -> Option<Diagnostic> {
    let expiry = document.expires_at.as_ref().filter(|expiry| expiry.timestamp() <= jiff::Timestamp::now())?;
    Some(
        Diagnostic::warning("The rule has expired")
            .detail(format!(
                "Events from {} on are not matched. Remove the rule, or give it more time.",
                expiry.as_str()
            ))
            .at("expires_at"),
    )
}
