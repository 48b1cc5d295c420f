//! Bounds on the text of a rule, checked on its tokens before anything recursive looks at it.
//!
//! The parser, and the code that drops a tree, recurse as deeply as the text nests. A stack that overflows aborts the
//! whole process, so the nesting is estimated here from the tokens alone, in one pass and constant stack.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::span::Span;

/// Bytes of one expression.
pub const MAX_SOURCE_BYTES: usize = 64 * 1024;
/// Tokens of one expression.
pub const MAX_TOKENS: usize = 4_000;
/// Brackets open at one time.
pub const MAX_BRACKETS: usize = 100;
/// Levels of the tree of one expression.
pub const MAX_DEPTH: usize = 100;

/// Operators that nest into one another without a bracket, as in `1+1+…` or `not not …`, summed over the open brackets.
const MAX_CHAIN: usize = 200;

pub(crate) fn check(source: &str) -> Result<(), Diagnostic> {
    let whole = Span::new(0, source.len());
    if source.len() > MAX_SOURCE_BYTES {
        let message = format!("the expression has {} bytes; the limit is {MAX_SOURCE_BYTES}", source.len());
        return Err(Diagnostic::error(Code::TooLong, Span::new(0, first_line_end(source)), message)
            .hint("Split it into several rules."));
    }
    if let Some((offset, character)) = source.char_indices().find(|(_, c)| matches!(c, '\0' | '\u{FEFF}')) {
        let message = format!("the character U+{:04X} cannot stand in a rule", u32::from(character));
        return Err(Diagnostic::error(
            Code::InvalidCharacter,
            Span::new(offset, offset + character.len_utf8()),
            message,
        )
        .hint("Remove it; editors do not show it."));
    }

    let mut lexer = lexer::lex(source, Mode::ParenthesizedExpression);
    let mut nesting = Nesting::default();
    let mut tokens = 0;
    let mut anything = false;
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => break,
            TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::Newline => continue,
            _ => anything = true,
        }
        tokens += 1;
        nesting.see(kind);
        let fault = if tokens > MAX_TOKENS {
            format!("the expression has more than {MAX_TOKENS} tokens")
        } else if nesting.levels.len() > MAX_BRACKETS {
            format!("more than {MAX_BRACKETS} brackets are open at one time")
        } else if nesting.depth() > MAX_BRACKETS + MAX_CHAIN {
            "operators are nested or chained too deeply".to_owned()
        } else {
            continue;
        };
        return Err(Diagnostic::error(Code::TooComplex, Span::new(0, first_line_end(source)), fault)
            .hint("Split it into several rules."));
    }
    if anything {
        Ok(())
    } else {
        Err(Diagnostic::error(Code::Empty, whole, "the expression is empty")
            .hint("Write a condition over the event, such as `event[\"eventName\"] == \"StopLogging\"`."))
    }
}

/// A long text is marked by its first line alone.
fn first_line_end(source: &str) -> usize {
    source.find('\n').unwrap_or(source.len())
}

/// How deeply the tree nests at the current token, estimated from above.
#[derive(Default)]
struct Nesting {
    outermost: Chain,
    levels: Vec<Chain>,
}

#[derive(Default, Clone, Copy)]
struct Chain {
    /// Operators that bind tighter than a comparison.
    tight: usize,
    /// `if … else`, `lambda` and `:=`, which bind looser than `or`.
    loose: usize,
}

impl Nesting {
    fn depth(&self) -> usize {
        let chains = self.levels.iter().chain([&self.outermost]);
        self.levels.len() + chains.map(|chain| chain.tight + chain.loose).sum::<usize>()
    }

    fn see(&mut self, kind: TokenKind) {
        let chain = self.levels.last_mut().unwrap_or(&mut self.outermost);
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                chain.tight += 1;
                self.levels.push(Chain::default());
            }
            TokenKind::FStringStart | TokenKind::TStringStart => self.levels.push(Chain::default()),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                self.levels.pop();
            }
            TokenKind::Comma => *chain = Chain::default(),
            TokenKind::And
            | TokenKind::Or
            | TokenKind::EqEqual
            | TokenKind::NotEqual
            | TokenKind::Less
            | TokenKind::LessEqual
            | TokenKind::Greater
            | TokenKind::GreaterEqual
            | TokenKind::In
            | TokenKind::Is => chain.tight = 0,
            TokenKind::If | TokenKind::Else | TokenKind::Lambda | TokenKind::ColonEqual => {
                chain.tight = 0;
                chain.loose += 1;
            }
            TokenKind::Name
            | TokenKind::String
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::True
            | TokenKind::False
            | TokenKind::None => {}
            // Whatever else: operators before, between and after their operands, and what is no expression at all.
            _ => chain.tight += 1,
        }
    }
}
