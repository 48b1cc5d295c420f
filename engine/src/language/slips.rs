//! Habits of other languages, told from the tokens of a text that does not parse.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::quotes::quoted_like;
use super::span::Span;

/// The slips of a text, in its order. Called only when the text is no expression, or holds `&` or `|`.
pub(crate) fn find(source: &str, tokens: &[Token]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tokens = tokens.iter().peekable();
    let mut call_depth = Vec::new();
    let mut before: Option<Token> = None;
    while let Some(token) = tokens.next() {
        let span = Span::from(token.range());
        let joined = tokens.peek().filter(|next| next.start() == token.end()).map(|next| next.kind());
        let with_next = || Span::new(span.start, span.end + 1);
        match (token.kind(), joined) {
            (TokenKind::Lpar, _) => call_depth.push(is_operand_end(before.as_ref())),
            (TokenKind::Lsqb | TokenKind::Lbrace, _) => call_depth.push(false),
            (TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace, _) => {
                call_depth.pop();
            }
            (TokenKind::EqEqual, Some(TokenKind::Equal)) => {
                tokens.next();
                found.push(foreign(with_next(), "===", "=="));
            }
            (TokenKind::NotEqual, Some(TokenKind::Equal)) => {
                tokens.next();
                found.push(foreign(with_next(), "!==", "!="));
            }
            (TokenKind::Amper, Some(TokenKind::Amper)) => {
                tokens.next();
                found.push(foreign(with_next(), "&&", "and"));
            }
            (TokenKind::Vbar, Some(TokenKind::Vbar)) => {
                tokens.next();
                found.push(foreign(with_next(), "||", "or"));
            }
            (TokenKind::Exclamation, _) => {
                let is_apart = source.get(span.end..).is_some_and(|behind| behind.starts_with(char::is_whitespace));
                found.push(foreign(span, "!", if is_apart { "not" } else { "not " }));
            }
            (TokenKind::Equal, Some(TokenKind::Tilde)) => {
                tokens.next();
                let message = "`=~` is not an operator of the rule language";
                found.push(Diagnostic::error(Code::ForeignOperator, with_next(), message).suggest("matches(…)"));
            }
            (TokenKind::Less, Some(TokenKind::Greater)) => {
                tokens.next();
                found.push(foreign(with_next(), "<>", "!="));
            }
            (TokenKind::Name, _) => found.extend(word(source, span)),
            // `f(name=…)` is an argument by name; everywhere else `=` stands where `==` was meant.
            (TokenKind::Equal, _) if !call_depth.last().is_some_and(|call| *call) => {
                found
                    .push(Diagnostic::error(Code::ForeignOperator, span, "`=` assigns; a rule compares").suggest("=="));
            }
            (TokenKind::Unknown, _) => match span.of(source).chars().next() {
                Some('“' | '”' | '„' | '‟' | '«' | '»') => found.push(curly(span, "\"")),
                Some('‘' | '’' | '‚' | '‛') => found.push(curly(span, "'")),
                _ => {}
            },
            _ => {}
        }
        before = Some(*token);
    }
    found
}

/// A word that is an operator elsewhere.
fn word(source: &str, span: Span) -> Option<Diagnostic> {
    let text = span.of(source);
    let python = match text {
        "AND" => "and",
        "OR" => "or",
        "NOT" => "not",
        "IN" => "in",
        "IS" => "is",
        _ => {
            let message = format!("`{text}` is not an operator of the rule language");
            return is_comparison(text).then(|| {
                let like = |text: &str| quoted_like(source, span, text);
                let (part, some) = (like("part"), like("…"));
                Diagnostic::error(Code::ForeignOperator, span, message).hint(format!(
                    "Write `{part} in text`, `text.startswith({some})`, `glob(text, {})` or `matches(text, r{some})`.",
                    like("…*")
                ))
            });
        }
    };
    Some(foreign(span, text, python))
}

fn is_comparison(text: &str) -> bool {
    ["like", "ilike", "contains", "rlike", "regexp", "equals", "between"].contains(&text.to_ascii_lowercase().as_str())
}

fn foreign(span: Span, operator: &str, python: &str) -> Diagnostic {
    let message = format!("`{operator}` is not an operator of the rule language");
    Diagnostic::error(Code::ForeignOperator, span, message).suggest(python)
}

fn curly(span: Span, straight: &str) -> Diagnostic {
    Diagnostic::error(Code::InvalidCharacter, span, "a curly quotation mark does not delimit a string")
        .suggest(straight)
}

/// Whether a bracket behind this token opens a call's arguments.
fn is_operand_end(token: Option<&Token>) -> bool {
    token.is_some_and(|token| {
        matches!(token.kind(), TokenKind::Name | TokenKind::Rpar | TokenKind::Rsqb | TokenKind::String)
    })
}
