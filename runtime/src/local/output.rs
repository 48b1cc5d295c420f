//! What the tool writes: results to standard output, troubles to standard error.

use std::io::{self, BufRead, Write};

use anyhow::Context as _;

/// Writes results, with styles only where a terminal can show them.
pub(super) struct Output {
    stream: io::BufWriter<anstream::Stdout>,
}

impl Output {
    pub(super) fn new() -> Self {
        Self { stream: io::BufWriter::new(anstream::stdout()) }
    }

    pub(super) fn line(&mut self, text: &str) -> anyhow::Result<()> {
        writeln!(self.stream, "{text}").context("writing to standard output")
    }

    /// Lets a reader of a pipe see what was written so far.
    pub(super) fn flush(&mut self) -> anyhow::Result<()> {
        self.stream.flush().context("writing to standard output")
    }
}

/// A number with its noun: `1 rule`, `2 rules`, `2 matches`.
pub(super) fn count(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if noun.ends_with("ch") { "es" } else { "s" };
    format!("{number} {noun}{}", if number == 1 { "" } else { plural })
}

/// Says what went wrong.
pub(super) fn error(text: &str) {
    // Where standard error is closed there is nobody to tell.
    let _nobody_listens = writeln!(anstream::stderr(), "{text}");
}

/// Whether writing failed because the reader went away, as in `… | head`.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Answers each line of standard input that is not empty with one line, in order.
pub(super) fn answer_lines(mut answer: impl FnMut(&[u8]) -> String) -> anyhow::Result<()> {
    let mut output = Output::new();
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).context("reading standard input")? == 0 {
            return output.flush();
        }
        if !line.trim_ascii().is_empty() {
            output.line(&answer(line.trim_ascii()))?;
        }
        // A program that asks one question at a time waits for its answer.
        if input.fill_buf().is_ok_and(<[u8]>::is_empty) {
            output.flush()?;
        }
    }
}
