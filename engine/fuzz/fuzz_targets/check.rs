//! Whatever is found in a text has a place in it, can be shown to people, and is no longer than they would read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhook_engine::language::{Diagnostic, Severity, check};
use trailhook_engine_fuzz::{MIB, within};

/// Findings of one text.
const MOST: usize = 20;

fuzz_target!(|source: &str| {
    within(32 * MIB, || {
        let checked = check(source);
        let findings = &checked.diagnostics;
        assert_eq!(
            checked.expression.is_none(),
            findings.iter().any(|finding| finding.severity == Severity::Error),
            "only an error keeps a rule from running, and each does"
        );
        assert!(findings.len() <= MOST, "{} findings", findings.len());
        assert!(findings.is_sorted_by_key(|finding| finding.span.start), "not in the order of the text");
        for finding in findings {
            check_finding(source, finding);
        }
    });
});

fn check_finding(source: &str, finding: &Diagnostic) {
    let span = finding.span;
    assert!(span.start <= span.end, "{finding:?}");
    assert!(source.get(span.start..span.end).is_some(), "outside of the text: {finding:?}");
    let (line, column) = span.line_and_column(source);
    let excerpt = finding.excerpt(source);
    assert!(excerpt.starts_with(&format!("line {line}, column {column}\n")), "{excerpt}");
    let shown = finding.render(source);
    assert!(shown.contains(finding.code.as_str()) && shown.ends_with(&excerpt), "{shown}");
    // What stands in the text may be said again, once; a hint may name all methods.
    let said = [&finding.suggestion, &finding.hint].into_iter().flatten().chain([&finding.message]);
    for text in said {
        assert!(!text.is_empty() && text.len() <= source.len() + 1_000, "{} bytes are said: {text}", text.len());
    }
}
