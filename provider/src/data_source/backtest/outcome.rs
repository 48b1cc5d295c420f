//! What a backtest found: the attributes, and what people are told beside them.

use std::fmt::Write as _;

use tfplugin::{Diagnostic, Diagnostics};

use super::{ActorCount, Backtest, EventNameCount};
use crate::backtest::{Report, Tally};

/// Actors and event names that are shown.
const TOP: usize = 10;
/// The same in a diagnostic.
const TOP_TOLD: usize = 3;

/// The data source with its results.
pub(super) fn filled(config: Backtest, report: &Report) -> Backtest {
    let tally = &report.tally;
    let span = tally.span.map(|(first, last)| (first.to_string(), last.to_string()));
    let (first, last) = span.unzip();
    let actor = |(actor, count): (&str, u64)| ActorCount { actor: actor.into(), count: whole(count).into() };
    let name = |(name, count): (&str, u64)| EventNameCount { event_name: name.into(), count: whole(count).into() };
    let actors = tally.actors.top(TOP).map(|top| top.into_iter().map(actor).collect::<Vec<_>>());
    let names = tally.event_names.top(TOP).map(|top| top.into_iter().map(name).collect::<Vec<_>>());
    Backtest {
        objects: whole(report.objects).into(),
        bytes: whole(report.bytes).into(),
        truncated: report.truncated.into(),
        events: whole(tally.events).into(),
        broken_records: whole(tally.broken_records).into(),
        matches: whole(tally.matches).into(),
        excepted: whole(tally.excepted).into(),
        matches_per_day: rounded(tally.matches_per_day()).into(),
        errors: whole(tally.errors).into(),
        first_error: tally.first_error().map(str::to_owned).into(),
        first_event_time: first.into(),
        last_event_time: last.into(),
        top_actors: actors.into(),
        top_event_names: names.into(),
        sample_event_ids: tally.sample_ids().into_iter().map(str::to_owned).collect::<Vec<_>>().into(),
        ..config
    }
}

/// The warnings, and the error of a rule that matches too often.
pub(super) fn told(config: &Backtest, report: &Report) -> Diagnostics {
    let tally = &report.tally;
    let mut told = Diagnostics::new();
    let source = if config.bucket.is_null() { "files" } else { "bucket" };
    let per_day = tally.matches_per_day();
    match (config.fail_above.known(), config.warn_above.known()) {
        (Some(limit), _) if per_day > *limit => {
            let fault = Diagnostic::error("The rule matches too often");
            told.push(fault.detail(figures(report, "fail_above", *limit)).at("fail_above"));
        }
        (_, Some(limit)) if per_day > *limit => {
            let warning = Diagnostic::warning("The rule matches often");
            told.push(warning.detail(figures(report, "warn_above", *limit)).at("warn_above"));
        }
        _ => {}
    }
    if report.truncated {
        let detail = format!(
            "`max_bytes` left logs out: {} were read. Raise it, or choose less.",
            count(report.objects, "log", "logs")
        );
        told.push(Diagnostic::warning("The backtest is not complete").detail(detail).at("max_bytes"));
    } else if tally.events == 0 {
        let detail = "So it says nothing about the rule. Are there logs of the time and the place that were chosen?";
        told.push(Diagnostic::warning("The backtest read no events").detail(detail).at(source));
    }
    if let Some(error) = tally.first_error() {
        let detail = format!(
            "On {} of {}, which counts as not true, as it does in the function. The first error: {error}{}",
            count(tally.errors, "event", "events"),
            tally.events,
            insights(tally)
        );
        let at = if config.expression.is_null() { "exceptions" } else { "expression" };
        told.push(Diagnostic::warning("The rule raised errors").detail(detail).at(at));
    }
    for (what, counter, attribute) in
        [("actors", &tally.actors, "top_actors"), ("event names", &tally.event_names, "top_event_names")]
    {
        if counter.top(0).is_none() {
            let detail = format!("`{attribute}` is null: the matches have more different {what} than fit into memory.");
            told.push(Diagnostic::warning(format!("Too many different {what} to count")).detail(detail).at(source));
        }
    }
    if tally.broken_records > 0 {
        let detail = format!("{} could not be read.", count(tally.broken_records, "record", "records"));
        told.push(Diagnostic::warning("Some records are no events").detail(detail).at(source));
    }
    told
}

/// What is to be known of errors on Insight events: what a rule misses there is no mistake of the event.
fn insights(tally: &Tally) -> String {
    let which = match (tally.errors, tally.insight_errors) {
        (_, 0) => return String::new(),
        (1, _) => "It is an Insight event".to_owned(),
        (all, insights) if all == insights => "All of them are Insight events".to_owned(),
        (_, 1) => "One of them is an Insight event".to_owned(),
        (_, insights) => format!("{insights} of them are Insight events"),
    };
    format!(
        "\n\n{which}, without `eventName`, `eventSource` and `userIdentity`: they tell of unusual numbers of calls, in \
         `insightDetails`. Errors there hide no other event; to have none, read a field by `event.get(\"eventName\")`, or put \
         `event.get(\"eventCategory\") != \"Insight\" and` in front."
    )
}

fn figures(report: &Report, limit_name: &str, limit: f64) -> String {
    let tally = &report.tally;
    let days = shown(tally.days());
    let mut text = format!(
        "{} among {} in {days} {}: {} a day, and `{limit_name}` is {limit}.",
        count(tally.matches, "match", "matches"),
        count(tally.events, "event", "events"),
        if days == "1" { "day" } else { "days" },
        shown(tally.matches_per_day()),
    );
    for (title, top) in [("Who", tally.actors.top(TOP_TOLD)), ("What", tally.event_names.top(TOP_TOLD))] {
        text.push_str("\n\n");
        text.push_str(title);
        text.push(':');
        let Some(top) = top else {
            text.push_str(" too many different ones to count");
            continue;
        };
        for (name, count) in top {
            // Terraform keeps lines that begin with a space as they are. Writing to a string does not fail.
            let _ = write!(text, "\n  {count:>7}  {}", name.escape_debug());
        }
    }
    text
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Four digits behind the point, which a rate of one match a year still fills.
fn rounded(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}

/// For people.
fn shown(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::Counter;

    #[test]
    fn names_that_could_not_be_counted_are_null_and_told() {
        let mut report = Report::default();
        report.tally.events = 1;
        report.tally.matches = 1;
        report.tally.actors = Counter::TooMany;
        let config = Backtest { bucket: "logs".into(), fail_above: 0.0.into(), ..Backtest::default() };
        let told: Vec<_> = told(&config, &report).into_iter().collect();
        assert!(told[0].detail_text().contains("Who: too many different ones to count\n\nWhat:"), "{told:?}");
        assert_eq!(told[1].summary(), "Too many different actors to count");
        assert_eq!(told.len(), 2);
        let filled = filled(config, &report);
        assert!(filled.top_actors.is_null() && filled.top_event_names.elements().is_empty());
    }
}
