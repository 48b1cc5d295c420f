//! The rule for a test that lacks something: it says so, and is counted as skipped.

/// Says why a test was skipped, and adds the line to the file that the count is made of.
pub(crate) fn skipped(why: &str) {
    let line = format!("SKIPPED: {why}");
    eprintln!("{line}");
    if let Some(list) = std::env::var_os("TRAILHOOK_SKIPS") {
        use std::io::Write as _;
        let mut list = std::fs::OpenOptions::new().append(true).create(true).open(list).unwrap();
        writeln!(list, "{line}").unwrap();
    }
}
