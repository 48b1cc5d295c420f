//! What is said about a rule: a stable code, a place, a message, and where possible the right text.

use std::fmt::{self, Write as _};

use super::span::Span;

/// The stable name of a kind of finding. Numbers are never reused.
///
/// `TH00` the text and its syntax, `TH01` what the language does not have, `TH02` what runs and was not meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The expression is empty.
    Empty,
    /// The expression is longer than the language admits.
    TooLong,
    /// The expression has too many tokens, or brackets or operators nested too deeply.
    TooComplex,
    /// A character that cannot stand in a rule.
    InvalidCharacter,
    /// The text is not a Python expression.
    Syntax,
    /// An operator of another language.
    ForeignOperator,
    /// A string escape that names half of a surrogate pair.
    SurrogateEscape,
    /// A name that does not exist.
    UnknownName,
    /// A construct of Python that the language leaves out.
    Unsupported,
    /// `event.a.b` where `event["a.b"]` was meant.
    AttributeAccess,
    /// `event["a"]["b"]` where `event["a.b"]` was meant.
    NestedSubscript,
    /// A method that strings or events do not have, or that the language leaves out.
    UnknownMethod,
    /// Too many or too few arguments, or one given by name.
    Arguments,
    /// An argument that raises `TypeError` whenever it is reached.
    ArgumentType,
    /// A regular expression or a pattern that cannot be read.
    Pattern,
    /// A network that cannot be read.
    Network,
    /// A rule whose value is never `True`.
    NeverTrue,
    /// `field == "A" or "B"` where `field in ["A", "B"]` was meant.
    LiteralOperand,
    /// `field in ("A")` where `field in ("A",)` was meant.
    SubstringForMember,
}

impl Code {
    /// Every code, in the order of their numbers.
    pub const ALL: [Self; 19] = [
        Self::Empty,
        Self::TooLong,
        Self::TooComplex,
        Self::InvalidCharacter,
        Self::Syntax,
        Self::ForeignOperator,
        Self::SurrogateEscape,
        Self::UnknownName,
        Self::Unsupported,
        Self::AttributeAccess,
        Self::NestedSubscript,
        Self::UnknownMethod,
        Self::Arguments,
        Self::ArgumentType,
        Self::Pattern,
        Self::Network,
        Self::NeverTrue,
        Self::LiteralOperand,
        Self::SubstringForMember,
    ];

    /// The code as it is shown, e.g. `TH0107`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "TH0001",
            Self::TooLong => "TH0002",
            Self::TooComplex => "TH0003",
            Self::InvalidCharacter => "TH0004",
            Self::Syntax => "TH0005",
            Self::ForeignOperator => "TH0006",
            Self::SurrogateEscape => "TH0007",
            Self::UnknownName => "TH0101",
            Self::Unsupported => "TH0102",
            Self::AttributeAccess => "TH0103",
            Self::NestedSubscript => "TH0104",
            Self::UnknownMethod => "TH0107",
            Self::Arguments => "TH0108",
            Self::ArgumentType => "TH0109",
            Self::Pattern => "TH0110",
            Self::Network => "TH0111",
            Self::NeverTrue => "TH0201",
            Self::LiteralOperand => "TH0202",
            Self::SubstringForMember => "TH0203",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

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
    /// What to write instead of the part that is meant.
    pub suggestion: Option<String>,
    /// A further sentence for people, where the replacement alone does not tell.
    pub hint: Option<String>,
}

impl Diagnostic {
    pub(crate) fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), span, suggestion: None, hint: None }
    }

    pub(crate) fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    pub(crate) fn suggest(mut self, replacement: impl Into<String>) -> Self {
        self.suggestion = Some(replacement.into());
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
            let _ = write!(out, " did you mean `{suggestion}`?");
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

/// Control characters would move the terminal's cursor, and an invisible one would not, and part the caret from its place.
fn shown(line: &str) -> String {
    line.chars().map(|c| if (c.is_control() && c != '\t') || c == '\u{FEFF}' { '\u{FFFD}' } else { c }).collect()
}
