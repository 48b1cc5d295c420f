//! What is said about a rule: a stable code, a place, a message, and where possible the right text.

use std::fmt::Write as _;

use super::code::Code;
use super::span::Span;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Blocks the plan.
    Error,
    /// Is shown and does not block.
    Warning,
    /// Is worth knowing.
    Info,
}

impl Severity {
    /// `error`, `warning` or `info`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Characters of a line that are shown, and how many of them at least stand before the mark.
const EXCERPT: usize = 160;
const LEAD: usize = 60;

/// One finding about the text of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding this is.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// The part of the text that is meant.
    pub span: Span,
    /// What to write instead: of the part that is meant or, where that is an operator or a bracket, of what it belongs to.
    pub suggestion: Option<String>,
    /// The part of the text in whose place the suggestion stands as it is; `None` for one that only shows the way.
    pub replaces: Option<Span>,
    /// A further sentence for people, where the replacement alone does not tell.
    pub hint: Option<String>,
}

/// What is said of a path as EventBridge wraps the event.
pub(crate) const ENVELOPE: &str = "The event of a rule is what EventBridge has under `detail`.";

impl Diagnostic {
    pub(crate) fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: shown(&message.into()),
            span,
            suggestion: None,
            replaces: None,
            hint: None,
        }
    }

    pub(crate) fn info(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Info, ..Self::error(code, span, message) }
    }

    pub(crate) fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Suggests a text in place of the part that is meant. One with `…` in it shows the way alone.
    pub(crate) fn suggest(self, suggestion: impl Into<String>) -> Self {
        let span = self.span;
        self.suggest_for(span, suggestion)
    }

    /// Suggests a text in place of another part than the one that is meant.
    pub(crate) fn suggest_for(mut self, replaces: impl Into<Option<Span>>, suggestion: impl Into<String>) -> Self {
        let suggestion = suggestion.into();
        self.replaces = replaces.into().filter(|_| !suggestion.contains('…'));
        self.suggestion = Some(suggestion);
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The line of the rule with the place marked and the replacement beside it.
    ///
    /// ```text
    /// line 1, column 19
    ///
    ///   1 | event['eventName'].startwith('Get')
    ///     |                    ^^^^^^^^^ did you mean `startswith`?
    /// ```
    ///
    /// The excerpt is set in by two blanks, because Terraform wraps lines that begin without one.
    #[must_use]
    pub fn excerpt(&self, source: &str) -> String {
        let (line, column) = self.span.line_and_column(source);
        let text = source.split('\n').nth(line - 1).unwrap_or_default().trim_end_matches('\r');
        let before = text.chars().take(column - 1);
        let marked = self.span.of(source).split('\n').next().map_or(0, |part| part.trim_end().chars().count());
        let gutter = " ".repeat(line.to_string().len());

        // Of a long line the part around the mark is shown.
        let cut = column.saturating_sub(LEAD);
        let (front, lead) = if cut > 0 { ("…", 1) } else { ("", 0) };
        let kept: String = text.chars().skip(cut).take(EXCERPT).collect();
        let back = if text.chars().count() > cut + EXCERPT { "…" } else { "" };
        let marked = marked.clamp(1, (EXCERPT + cut + 1).saturating_sub(column).max(1));

        let mut out =
            format!("line {line}, column {column}\n\n  {line} | {front}{}{back}\n  {gutter} | ", shown(&kept));
        out.push_str(&" ".repeat(lead));
        // A tab in the excerpt stays one, so that the caret stands under its character however wide the tab is drawn.
        out.extend(before.skip(cut).map(|c| if c == '\t' { '\t' } else { ' ' }));
        out.push_str(&"^".repeat(marked));
        if let Some(suggestion) = &self.suggestion {
            // Writing to a string can't fail.
            let _ = write!(out, " did you mean `{}`?", shown(suggestion.trim_end()));
        }
        if let Some(hint) = &self.hint {
            let _ = write!(out, "\n\n{hint}");
        }
        out
    }

    /// The whole finding as the command-line tool and the log show it: severity, code, message, excerpt.
    #[must_use]
    pub fn render(&self, source: &str) -> String {
        format!("{}[{}]: {}\n{}", self.severity.as_str(), self.code, self.message, self.excerpt(source))
    }
}

/// Control characters would move the terminal's cursor, those of the direction of text would show another rule than there is,
/// and invisible ones would part the caret from its place.
fn shown(line: &str) -> String {
    let is_hidden = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    line.chars().map(|c| if is_hidden(c) { '\u{FFFD}' } else { c }).collect()
}
