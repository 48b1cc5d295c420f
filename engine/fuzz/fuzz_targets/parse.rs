//! Any text is an expression that reads back as itself, or there is something to say about it.

#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use trailhook_engine::language::{Expression, MAX_SOURCE_BYTES};
use trailhook_engine_fuzz::{MIB, within};

fuzz_target!(|source: &str| {
    let start = Instant::now();
    let parsed = within(32 * MIB, || Expression::parse(source));
    match parsed {
        Ok(expression) => {
            assert!(source.len() <= MAX_SOURCE_BYTES);
            // The bound on time is that of one text.
            if start.elapsed() < Duration::from_millis(200) {
                assert_eq!(Expression::parse(expression.source()).as_ref(), Ok(&expression));
            }
            assert!(expression.fields().all(|field| field.len() <= source.len() + 3));
        }
        Err(faults) => assert!(!faults.is_empty()),
    }
});
