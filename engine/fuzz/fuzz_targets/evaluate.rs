//! A rule over an event has one verdict, whatever both are, and its costs are bounded.

#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use trailhook_engine::event::Event;
use trailhook_engine::language::{Expression, Outcome};
use trailhook_engine_fuzz::{Case, MIB, within};

fuzz_target!(|case: Case| {
    let Ok(event) = Event::parse(&case.event) else { return };
    let Ok(rule) = Expression::parse(&case.rule) else { return };
    let start = Instant::now();
    let outcome = within(64 * MIB, || rule.evaluate(&event));
    // The bound on time is that of one evaluation.
    if start.elapsed() < Duration::from_millis(200) {
        assert_eq!(rule.evaluate(&event), outcome, "the second verdict is another one");
    }
    if let Outcome::Error(error) = &outcome {
        assert!(!error.span.of(rule.source()).is_empty(), "{error:?}");
        let line = error.describe(rule.source());
        assert!(line.starts_with(error.kind.class()) && line.len() <= rule.source().len() + 300, "{line}");
    }
});
