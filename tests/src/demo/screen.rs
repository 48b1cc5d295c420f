//! What the demo writes: numbered steps on standard output, a failure on standard error.

use std::io::{self, IsTerminal as _, Write as _};

use crate::wrap::wrap;

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// What all that belongs to a step is indented by.
const INDENT: &str = "   ";

/// Standard output, with styles and line breaks only where a terminal shows them.
pub(crate) struct Screen {
    out: anstream::Stdout,
    /// Characters in a line; nothing for what is no terminal.
    width: Option<usize>,
    /// The steps that were begun.
    steps: usize,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let stdout = io::stdout();
        let size = stdout.is_terminal().then(|| rustix::termios::tcgetwinsize(&stdout).ok()).flatten();
        let width = size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
        Self { out: anstream::stdout(), width, steps: 0 }
    }

    /// Begins the next step.
    pub(crate) fn step(&mut self, title: &str) -> io::Result<()> {
        self.steps += 1;
        writeln!(self.out, "\n{BOLD}{}. {title}{RESET}", self.steps)
    }

    /// Lines outside of the steps.
    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// Lines of a step.
    pub(crate) fn lines(&mut self, text: &str) -> io::Result<()> {
        for line in text.lines() {
            self.line(line)?;
        }
        Ok(())
    }

    /// What a step comes to.
    pub(crate) fn result(&mut self, text: &str) -> io::Result<()> {
        self.line(&format!("{BOLD}{text}{RESET}"))
    }

    /// What a person would type.
    pub(crate) fn command(&mut self, text: &str) -> io::Result<()> {
        self.line(&format!("{BOLD}$ {text}{RESET}"))
    }

    /// Small print.
    pub(crate) fn small(&mut self, text: &str) -> io::Result<()> {
        self.line(&format!("{DIM}{text}{RESET}"))
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        let Some(width) = self.width else {
            return writeln!(self.out, "{}", format!("{INDENT}{line}").trim_end());
        };
        for part in wrap(line, width.saturating_sub(INDENT.len())) {
            writeln!(self.out, "{INDENT}{part}")?;
        }
        Ok(())
    }

    /// Why the demo ends too early.
    pub(crate) fn failure(&mut self, error: &anyhow::Error) {
        // Where standard error is closed there is nobody to tell.
        let _nobody_listens = match self.steps {
            0 => writeln!(anstream::stderr(), "\n{BOLD}The demo failed:{RESET} {error:#}"),
            step => writeln!(anstream::stderr(), "\n{BOLD}Step {step} failed:{RESET} {error:#}"),
        };
    }

    /// That everything is cleaned up, although the demo was not at its end.
    pub(crate) fn interrupted(&mut self) {
        let _nobody_listens =
            writeln!(anstream::stderr(), "\nInterrupted. What was started is stopped, and its files are removed.");
    }
}
