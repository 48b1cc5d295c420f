//! Strings and numbers that stand in the text of a rule.

use num_bigint::BigInt;
use ruff_python_ast::{ExprStringLiteral, Int};
use ruff_text_size::Ranged;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::expr::Constant;
use super::number::MAX_BITS;
use super::span::Span;
use crate::event::TextBuf;

/// The value of a string literal, its parts joined.
pub(crate) fn text(source: &str, literal: &ExprStringLiteral) -> Result<TextBuf, Diagnostic> {
    for part in &literal.value {
        if !part.flags.prefix().is_raw()
            && let Some(fault) = surrogate_fault(source, Span::from(part.range()))
        {
            return Err(fault);
        }
    }
    Ok(TextBuf::from(literal.value.to_str()))
}

/// What is said of half a surrogate pair in a part of the text.
pub(crate) fn surrogate_fault(source: &str, span: Span) -> Option<Diagnostic> {
    let escape = surrogate_escape(span.of(source))?;
    let span = Span::new(span.start + escape.start, span.start + escape.end);
    let fault = Diagnostic::error(Code::SurrogateEscape, span, "the escape is half of a surrogate pair");
    Some(fault.hint("Write the character itself, or its code point as `\\U0001XXXX`."))
}

/// The first escape of a code point between U+D800 and U+DFFF. The parser would put U+FFFD in its place.
fn surrogate_escape(literal: &str) -> Option<Span> {
    let mut rest = literal.char_indices();
    while let Some((start, character)) = rest.next() {
        if character != '\\' {
            continue;
        }
        let digits = match rest.next()?.1 {
            'u' => 4,
            'U' => 8,
            _ => continue,
        };
        let end = start + 2 + digits;
        let code_point = literal.get(start + 2..end).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if code_point.is_some_and(|code_point| (0xD800..0xE000).contains(&code_point)) {
            return Some(Span::new(start, end));
        }
    }
    None
}

/// The value of an integer literal; `None` for one with more digits than Python reads.
pub(crate) fn integer(int: &Int, negative: bool) -> Option<Constant> {
    if let Some(value) = int.as_i64() {
        return Some(Constant::Int(if negative { -value } else { value }));
    }
    let big = parse_big(&int.to_string())?;
    let big = if negative { -big } else { big };
    // The least integer of 64 bits is a negated literal that does not fit itself.
    Some(i64::try_from(&big).map_or_else(|_| Constant::BigInt(Box::new(big)), Constant::Int))
}

/// Reads what `Int` shows: decimal digits, or the token as it was written (`0xFF_FF`).
fn parse_big(text: &str) -> Option<BigInt> {
    const MAX_DECIMAL_DIGITS: usize = 4300;
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let lower = digits.to_ascii_lowercase();
    let (radix, digits): (u32, _) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)?),
        Some("0o") => (8, lower.get(2..)?),
        Some("0b") => (2, lower.get(2..)?),
        _ if lower.len() > MAX_DECIMAL_DIGITS => return None,
        _ => (10, lower.as_str()),
    };
    // The digits of the other bases are bits, of which a rule may build no more either.
    if digits.len() as u64 * u64::from(radix.ilog2()) > MAX_BITS {
        return None;
    }
    BigInt::parse_bytes(digits.as_bytes(), radix)
}
