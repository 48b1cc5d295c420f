//! From text to Python's syntax tree, within the limits of the language.

use ruff_python_ast::{Expr, Mod};
use ruff_python_parser::{LexicalErrorType, Mode, ParseError, ParseErrorType, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::span::Span;
use super::{limits, metric_filter, slips};

/// The syntax tree of an expression, read as if it stood in parentheses: newlines and comments may stand anywhere.
pub(crate) fn parse(source: &str) -> Result<Box<Expr>, Vec<Diagnostic>> {
    limits::check(source).map_err(|fault| vec![fault])?;
    let parsed = parse_unchecked(source, ParseOptions::from(Mode::ParenthesizedExpression));
    if let Some(first) = parsed.errors().iter().min_by_key(|error| error.location.start()) {
        if let Some(finding) = metric_filter::find(source, parsed.tokens()) {
            return Err(vec![finding]);
        }
        let slips = slips::find(source, parsed.tokens());
        // Most errors after the first are its consequences; a slip is more telling than what the parser made of it.
        return Err(if slips.is_empty() { vec![syntax_error(source, first)] } else { slips });
    }
    match parsed.into_syntax() {
        Mod::Expression(expression) => Ok(expression.body),
        Mod::Module(module) => {
            let span = Span::from(module.range());
            Err(vec![Diagnostic::error(Code::Syntax, span, "a rule is one expression, not a program")])
        }
    }
}

fn syntax_error(source: &str, error: &ParseError) -> Diagnostic {
    let mut span = Span::from(error.location);
    let fault = |span, message: &str| Diagnostic::error(Code::Syntax, span, message);
    match &error.error {
        ParseErrorType::Lexical(LexicalErrorType::UnclosedStringError) => {
            fault(span, "the string is not closed on this line").hint("Close it with the quotation mark it began with.")
        }
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) => {
            Diagnostic::error(Code::InvalidCharacter, span, format!("`{tok}` has no meaning in a rule"))
        }
        _ if span.of(source).trim().is_empty() && source.get(span.start..).unwrap_or_default().trim().is_empty() => {
            // The end of the text is best shown behind its last character.
            let end = source.trim_end().len();
            span = Span::new(end, end);
            fault(span, "the expression ends too early")
                .hint("A bracket may be open, or an operator may lack its right side.")
        }
        other => {
            let text = span.of(source);
            if let Some(before) = dangling_not(source, span) {
                return fault(before, "`not in` has no value on its left")
                    .hint("Repeat it: `field == \"A\" or field not in [\"B\"]`.");
            }
            match text {
                _ if STATEMENTS.contains(&text) => {
                    fault(span, &format!("`{text}` begins a statement, and a rule is one expression"))
                        .hint("Write the condition alone; its value decides.")
                }
                ")" | "]" | "}" => fault(span, &format!("`{text}` closes nothing"))
                    .hint("If a list of rules was split at its commas, this is the second half of one."),
                // The parser says that the end of the expression was expected, which is in the middle of the text.
                _ if matches!(other, ParseErrorType::UnexpectedExpressionToken) => {
                    fault(span, "this does not belong here")
                        .hint("An operator such as `and`, `or` or `in` may be missing in front of it.")
                }
                _ => fault(span, &lower_first(&other.to_string())),
            }
        }
    }
}

/// The names in a text: what stands in strings and comments is none.
#[cfg(test)]
pub(crate) fn names(source: &str) -> Vec<Span> {
    use ruff_python_ast::token::TokenKind;

    let parsed = parse_unchecked(source, ParseOptions::from(Mode::ParenthesizedExpression));
    parsed
        .tokens()
        .iter()
        .filter(|token| token.kind() == TokenKind::Name)
        .map(|token| Span::from(token.range()))
        .collect()
}

/// Keywords that no expression begins with.
const STATEMENTS: [&str; 18] = [
    "assert", "break", "class", "continue", "def", "del", "for", "from", "global", "if", "import", "nonlocal", "pass",
    "raise", "return", "try", "while", "with",
];

/// The `not` of a `not in` without a value before it, if that is what stands here.
fn dangling_not(source: &str, span: Span) -> Option<Span> {
    let before = source.get(..span.start)?.trim_end();
    let start = before.strip_suffix("not")?.len();
    (span.of(source) == "in").then(|| Span::new(start, start + "not".len()))
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
