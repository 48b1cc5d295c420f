//! The machine's own CPython as the oracle: random rules over random events have its verdicts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is a failed test"
)]

mod support;

use std::process::Command;

use trailhook_engine::event::Event;
use trailhook_engine::language::{Expression, Outcome};

const PAIRS: usize = 20_000;

#[derive(serde::Deserialize)]
struct Case {
    expr: String,
    /// JSON as Python writes it, with NaN.
    event: String,
    outcome: String,
}

/// The verdict; `None` for what the language refuses, or bounds otherwise than CPython does.
fn verdict(source: &str, event: &Event) -> Option<String> {
    let rule = Expression::parse(source).ok()?;
    let outcome = rule.evaluate(event);
    assert_eq!(*rule.explain(event).outcome(), outcome, "the explanation of {source}");
    Some(match outcome {
        Outcome::Match => "true".to_owned(),
        Outcome::NoMatch => "false".to_owned(),
        Outcome::NonBool => "nonbool".to_owned(),
        Outcome::Error(error) => match error.kind.class() {
            "Unsupported" | "BudgetExceeded" | "MemoryExceeded" => return None,
            class => format!("error:{class}"),
        },
    })
}

#[test]
fn random_rules_have_cpythons_verdicts() {
    let python = std::env::var_os("TRAILHOOK_PYTHON").unwrap_or_else(|| "python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/generate.py");
    // Another seed with every run: what it finds is reproduced by the seed that the failure shows.
    let seed = std::env::var("TRAILHOOK_SEED").unwrap_or_else(|_| std::process::id().to_string());
    let Ok(output) = Command::new(&python).args([script, &seed, &PAIRS.to_string()]).output() else {
        assert!(std::env::var_os("CI").is_none(), "python3 is not there to ask");
        support::skipped("random_rules_have_cpythons_verdicts: python3 is not there to ask");
        return;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (mut agreed, mut refused, mut wrong) = (0_usize, 0_usize, Vec::new());
    for line in text.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let event = Event::parse(case.event.as_bytes()).unwrap();
        match verdict(&case.expr, &event) {
            None => refused += 1,
            Some(found) if found == case.outcome => agreed += 1,
            Some(found) => {
                wrong.push(format!("{}\n  over {}\n  {found}, CPython: {}", case.expr, case.event, case.outcome));
            }
        }
    }
    let shown = wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "seed {seed}: {} of {PAIRS} differ\n{shown}", wrong.len());
    assert!(agreed > PAIRS * 9 / 10, "seed {seed}: only {agreed} of {PAIRS} were compared, {refused} refused");
}
