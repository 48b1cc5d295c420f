//! What went wrong, with the end of the log that says why.

/// How many lines of a log help.
const LINES: usize = 25;

/// An error and the log that belongs to it.
#[derive(Debug, thiserror::Error)]
#[error("{reason:#}\n\nThe end of {whose}:\n{}", tail(.text))]
pub(crate) struct Failure {
    reason: anyhow::Error,
    whose: &'static str,
    text: String,
}

impl Failure {
    /// `whose` names the log, as in "the function's log".
    pub(crate) fn new(reason: anyhow::Error, whose: &'static str, text: String) -> Self {
        Self { reason, whose, text }
    }
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.len().saturating_sub(LINES);
    lines.iter().skip(first).map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_log_is_shown() {
        let log: String = (1..=100).map(|number| format!("line {number}\n\n")).collect();
        let shown = Failure::new(anyhow::anyhow!("no answer"), "the function's log", log).to_string();
        assert!(shown.starts_with("no answer\n\nThe end of the function's log:\n  line 76\n"), "{shown}");
        assert!(shown.ends_with("  line 100\n"), "{shown}");
    }
}
