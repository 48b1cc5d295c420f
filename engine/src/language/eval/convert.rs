//! Conversions between values: `str`, `int`, `float`.

use num_bigint::BigInt;

use super::Outcome;
use super::characters::{decimal_digit, is_space};
use crate::language::error::ErrorKind;
use crate::language::number::{MAX_BITS, Number, float_repr, whole_of};
use crate::language::value::{Text, Value};

/// `sys.int_info.default_max_str_digits` of CPython.
pub(super) const MAX_DIGITS: usize = 4300;

/// `str(value)`, for values whose text is the same in every version of Python.
pub(super) fn to_str<'a>(value: &Value<'a>) -> Result<Text<'a>, ErrorKind> {
    let text = match value {
        Value::Str(text) => return Ok(text.clone()),
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(Number::Int(value)) => value.to_string(),
        // 10 ** 4300 has 14,285 bits. The way to decimal digits is long, so the size is looked at first.
        Value::Number(Number::Big(value)) if value.bits() > 14_285 => {
            return Err(ErrorKind::BadValue { function: "str" });
        }
        Value::Number(Number::Big(value)) => {
            let text = value.to_string();
            if text.trim_start_matches('-').len() > MAX_DIGITS {
                return Err(ErrorKind::BadValue { function: "str" });
            }
            text
        }
        Value::Number(Number::Float(value)) => float_repr(*value),
        _ => return Err(ErrorKind::Unsupported { what: "text of a collection" }),
    };
    Ok(Text::Shared(text.into_bytes().into()))
}

/// `int(value)` or `int(text, base)`.
pub(super) fn to_int<'a>(arguments: &[Value<'a>]) -> Outcome<'a> {
    let bad = |value: &Value<'_>| ErrorKind::BadArgument { function: "int", argument: value.type_name() };
    let number = match arguments {
        [] => Number::Int(0),
        [Value::Number(Number::Float(value))] => {
            if value.is_nan() {
                return Err(ErrorKind::NotFinite { value: "NaN" });
            }
            if value.is_infinite() {
                return Err(ErrorKind::NotFinite { value: "infinity" });
            }
            Number::from_big(whole_of(*value))
        }
        [Value::Str(text)] => parse_int(text.bytes(), 10)?,
        [other] => other.as_number().ok_or_else(|| bad(other))?,
        [text, base, ..] => {
            // The base is looked at first.
            let base = base.as_index().ok_or_else(|| bad(base))?;
            let Ok(base @ (0 | 2..=36)) = u32::try_from(base) else {
                return Err(ErrorKind::BadValue { function: "int" });
            };
            let Value::Str(text) = text else { return Err(bad(text)) };
            parse_int(text.bytes(), base)?
        }
    };
    Ok(Value::Number(number))
}

/// The digits of a number in a text: blanks around it gone, decimal digits of every script as those of ASCII. `None` for
/// anything else that is not ASCII.
///
/// What counts as blank is narrower than elsewhere: of ASCII only what C takes for space, without U+001C to U+001F.
fn ascii_number(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let ascii = text.chars().map(|c| match c {
        ascii if ascii.is_ascii() => Some(ascii),
        space if is_space(u32::from(space)) => Some(' '),
        other => decimal_digit(other).and_then(|digit| char::from_digit(digit, 10)),
    });
    let ascii: String = ascii.collect::<Option<_>>()?;
    Some(ascii.trim_matches([' ', '\t', '\n', '\u{0B}', '\u{0C}', '\r']).to_owned())
}

fn parse_int(text: &[u8], base: u32) -> Result<Number, ErrorKind> {
    let bad = ErrorKind::BadValue { function: "int" };
    let text = ascii_number(text).ok_or(bad)?;
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, text.get(1..).unwrap_or_default()),
        Some(b'+') => (false, text.get(1..).unwrap_or_default()),
        _ => (false, text.as_str()),
    };
    let prefix = unsigned.get(..2).map(str::to_ascii_lowercase);
    let prefix_base = match prefix.as_deref() {
        Some("0x") => Some(16),
        Some("0o") => Some(8),
        Some("0b") => Some(2),
        _ => None,
    };
    let zero_base = base == 0;
    let (base, mut digits, prefixed) = match (base, prefix_base) {
        (0, Some(found)) => (found, unsigned.get(2..).unwrap_or_default(), true),
        (0, None) => (10, unsigned, false),
        (base, Some(found)) if base == found => (base, unsigned.get(2..).unwrap_or_default(), true),
        (base, _) => (base, unsigned, false),
    };
    if prefixed {
        // `0x_1` is allowed, `_1` is not.
        digits = digits.strip_prefix('_').unwrap_or(digits);
    }
    let well_formed = !digits.is_empty()
        && !digits.starts_with('_')
        && !digits.ends_with('_')
        && !digits.contains("__")
        && digits.chars().all(|c| c == '_' || c.is_digit(base));
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    if !well_formed || (plain.len() > MAX_DIGITS && !base.is_power_of_two()) {
        return Err(bad);
    }
    if plain.len() as u64 * u64::from(base.ilog2()) > MAX_BITS {
        return Err(ErrorKind::Memory);
    }
    // Where the base is read from the text, `010` is refused: it once was octal.
    if zero_base && !prefixed && plain.len() > 1 && plain.starts_with('0') && plain.contains(|c| c != '0') {
        return Err(bad);
    }
    let value = BigInt::parse_bytes(plain.as_bytes(), base).ok_or(bad)?;
    Ok(Number::from_big(if negative { -value } else { value }))
}

/// `float(value)`.
pub(super) fn to_float<'a>(argument: Option<&Value<'a>>) -> Outcome<'a> {
    match argument {
        None => Ok(Value::float(0.0)),
        Some(Value::Str(text)) => parse_float(text.bytes()).map(Value::float),
        Some(other) => {
            let bad = ErrorKind::BadArgument { function: "float", argument: other.type_name() };
            // Multiplying by a float converts, and rounds as the conversion does.
            let number = other.as_number().ok_or(bad)?;
            number.calculate(crate::language::expr::Operator::Multiply, &Number::Float(1.0)).map(Value::Number)
        }
    }
}

fn parse_float(text: &[u8]) -> Result<f64, ErrorKind> {
    let bad = ErrorKind::BadValue { function: "float" };
    let text = ascii_number(text).ok_or(bad)?;
    let word = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if text.len() - word.len() > 1 {
        return Err(bad);
    }
    if matches!(word.as_str(), "nan" | "inf" | "infinity") {
        return text.parse().map_err(|_| bad);
    }
    // An underscore stands between two digits only.
    let bytes = text.as_bytes();
    let is_digit = |index: Option<usize>| index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_digit);
    let underscores_hold = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'_')
        .all(|(index, _)| is_digit(index.checked_sub(1)) && is_digit(Some(index + 1)));
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let allowed = plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    if !underscores_hold || !allowed {
        return Err(bad);
    }
    plain.parse().map_err(|_| bad)
}
