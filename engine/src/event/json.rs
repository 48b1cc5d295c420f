//! JSON as Python's `json.loads` reads it.
//!
//! CloudTrail records pass through many programs before they reach a log, and the rules' verdicts are defined by what
//! Python makes of them. Where that differs from stricter readers: the last of equal keys wins but keeps the first one's
//! place, `NaN`, `Infinity` and `-Infinity` are numbers, integers have no size, and `\ud800` needs no pair. Control
//! characters inside strings and invalid UTF-8 are errors, as they are there.

use indexmap::IndexMap;
use num_bigint::BigInt;

use super::text::{TextBuf, push_code_point};

/// A JSON value as Python holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// An integer that 64 bits do not hold.
    BigInt(Box<BigInt>),
    /// A number with a fraction or an exponent, `NaN` or an infinity.
    Float(f64),
    /// A string.
    Str(TextBuf),
    /// A list.
    Array(Vec<Json>),
    /// An object; keys in the order of the document.
    Object(IndexMap<TextBuf, Json>),
}

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset}")]
pub struct JsonError {
    /// What is wrong.
    pub reason: JsonErrorReason,
    /// Where, in bytes from the start of the text.
    pub offset: usize,
}

/// The kinds of [`JsonError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonErrorReason {
    /// The text stops inside a value.
    #[error("the text ends too early")]
    UnexpectedEnd,
    /// A byte that cannot stand here.
    #[error("unexpected character")]
    UnexpectedByte,
    /// Something follows the value.
    #[error("unexpected text after the value")]
    TrailingText,
    /// A byte below 0x20 inside a string.
    #[error("control character in a string")]
    ControlCharacter,
    /// A backslash with something that is no escape.
    #[error("invalid escape in a string")]
    InvalidEscape,
    /// A string that is not UTF-8.
    #[error("invalid UTF-8 in a string")]
    InvalidUtf8,
    /// Lists and objects nested deeper than [`MAX_DEPTH`].
    #[error("lists and objects nested too deeply")]
    TooDeep,
    /// An integer of more than 4,300 digits, which Python refuses too.
    #[error("integer with too many digits")]
    TooManyDigits,
}

/// How deeply lists and objects may be nested. Python stops near 1,000; CloudTrail records stay below 30.
pub const MAX_DEPTH: usize = 500;

/// `sys.int_info.default_max_str_digits` of CPython.
const MAX_INT_DIGITS: usize = 4300;

impl Json {
    /// Reads one JSON value that fills the whole text but for white space.
    ///
    /// # Errors
    ///
    /// [`JsonError`] with the place where Python's `json.loads` would fail too.
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let mut reader = Reader { text, at: 0 };
        reader.skip_white_space();
        let value = reader.value(0)?;
        reader.skip_white_space();
        match reader.peek() {
            None => Ok(value),
            Some(_) => Err(reader.error(JsonErrorReason::TrailingText)),
        }
    }

    /// The value of a key, if this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Self::Object(members) => members.get(key.as_bytes()),
            _ => None,
        }
    }

    /// The text, if this is a string; lone surrogates are shown as U+FFFD.
    #[must_use]
    pub fn as_str(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Str(text) => Some(text.to_string_lossy()),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self, reason: JsonErrorReason) -> JsonError {
        let reason = match reason {
            JsonErrorReason::UnexpectedByte if self.at >= self.text.len() => JsonErrorReason::UnexpectedEnd,
            other => other,
        };
        JsonError { reason, offset: self.at }
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, word: &[u8]) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        match self.peek() {
            Some(b'"') => self.string().map(Json::Str),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ if self.take(b"null") => Ok(Json::Null),
            _ if self.take(b"true") => Ok(Json::Bool(true)),
            _ if self.take(b"false") => Ok(Json::Bool(false)),
            _ if self.take(b"NaN") => Ok(Json::Float(f64::NAN)),
            _ if self.take(b"Infinity") => Ok(Json::Float(f64::INFINITY)),
            _ => Err(self.error(JsonErrorReason::UnexpectedByte)),
        }
    }

    fn enter(&mut self, depth: usize) -> Result<usize, JsonError> {
        if depth >= MAX_DEPTH {
            return Err(self.error(JsonErrorReason::TooDeep));
        }
        self.at += 1;
        self.skip_white_space();
        Ok(depth + 1)
    }

    fn array(&mut self, depth: usize) -> Result<Json, JsonError> {
        let depth = self.enter(depth)?;
        let mut items = Vec::new();
        if self.take(b"]") {
            return Ok(Json::Array(items));
        }
        loop {
            self.skip_white_space();
            items.push(self.value(depth)?);
            self.skip_white_space();
            if self.take(b"]") {
                return Ok(Json::Array(items));
            }
            if !self.take(b",") {
                return Err(self.error(JsonErrorReason::UnexpectedByte));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        let depth = self.enter(depth)?;
        let mut members = IndexMap::new();
        if self.take(b"}") {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_white_space();
            if self.peek() != Some(b'"') {
                return Err(self.error(JsonErrorReason::UnexpectedByte));
            }
            let key = self.string()?;
            self.skip_white_space();
            if !self.take(b":") {
                return Err(self.error(JsonErrorReason::UnexpectedByte));
            }
            self.skip_white_space();
            let value = self.value(depth)?;
            members.insert(key, value);
            self.skip_white_space();
            if self.take(b"}") {
                return Ok(Json::Object(members));
            }
            if !self.take(b",") {
                return Err(self.error(JsonErrorReason::UnexpectedByte));
            }
        }
    }

    fn digits(&mut self) -> usize {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        if self.take(b"-Infinity") {
            return Ok(Json::Float(f64::NEG_INFINITY));
        }
        let _negative = self.take(b"-");
        let first = self.peek();
        let digits = if first == Some(b'0') {
            self.at += 1;
            1
        } else {
            self.digits()
        };
        if digits == 0 {
            return Err(self.error(JsonErrorReason::UnexpectedByte));
        }
        let integer_end = self.at;
        // A point or an exponent without digits ends the number before it, as in Python: the rest is then trailing text.
        if self.take(b".") && self.digits() == 0 {
            self.at = integer_end;
        }
        let mantissa_end = self.at;
        if self.take(b"e") || self.take(b"E") {
            let _sign = self.take(b"+") || self.take(b"-");
            if self.digits() == 0 {
                self.at = mantissa_end;
            }
        }
        let literal = self.text.get(start..self.at).unwrap_or_default();
        let literal = std::str::from_utf8(literal).map_err(|_| self.error(JsonErrorReason::InvalidUtf8))?;
        if self.at > integer_end {
            return literal.parse().map(Json::Float).map_err(|_| self.error(JsonErrorReason::UnexpectedByte));
        }
        if let Ok(small) = literal.parse() {
            return Ok(Json::Int(small));
        }
        if digits > MAX_INT_DIGITS {
            return Err(JsonError { reason: JsonErrorReason::TooManyDigits, offset: start });
        }
        let big = literal.parse::<BigInt>().map_err(|_| self.error(JsonErrorReason::UnexpectedByte))?;
        Ok(Json::BigInt(Box::new(big)))
    }

    fn string(&mut self) -> Result<TextBuf, JsonError> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let plain = self.rest().iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1F)).count();
            let chunk = self.rest().get(..plain).unwrap_or_default();
            if let Err(error) = std::str::from_utf8(chunk) {
                self.at += error.valid_up_to();
                return Err(self.error(JsonErrorReason::InvalidUtf8));
            }
            out.extend_from_slice(chunk);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(TextBuf::from_generalised(out));
                }
                Some(b'\\') => self.escape(&mut out)?,
                Some(_) => return Err(self.error(JsonErrorReason::ControlCharacter)),
                None => return Err(self.error(JsonErrorReason::UnexpectedEnd)),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), JsonError> {
        let plain = match self.text.get(self.at + 1) {
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0C,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let unit = self.unicode_escape().ok_or_else(|| self.error(JsonErrorReason::InvalidEscape))?;
                push_code_point(out, self.join_surrogates(unit));
                return Ok(());
            }
            Some(_) => return Err(self.error(JsonErrorReason::InvalidEscape)),
            None => return Err(self.error(JsonErrorReason::UnexpectedEnd)),
        };
        out.push(plain);
        self.at += 2;
        Ok(())
    }

    /// Reads `\uXXXX` at the current place and moves behind it; `None` leaves the place alone.
    fn unicode_escape(&mut self) -> Option<u32> {
        let hex = self.rest().strip_prefix(b"\\u")?.get(..4)?;
        if !hex.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let unit = u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?;
        self.at += 6;
        Some(unit)
    }

    /// A high surrogate takes a low one that follows as an escape; all else stands alone.
    fn join_surrogates(&mut self, unit: u32) -> u32 {
        if !(0xD800..0xDC00).contains(&unit) {
            return unit;
        }
        let before = self.at;
        match self.unicode_escape() {
            Some(low @ 0xDC00..0xE000) => 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00),
            _ => {
                self.at = before;
                unit
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    fn reason(text: &[u8]) -> (JsonErrorReason, usize) {
        let error = Json::parse(text).unwrap_err();
        (error.reason, error.offset)
    }

    #[test]
    fn the_last_of_equal_keys_wins_in_the_first_ones_place() {
        let Json::Object(members) = parse(r#"{"a":1,"b":2,"a":3}"#) else { panic!("an object") };
        let order: Vec<_> = members.iter().map(|(key, value)| (key.to_string(), value.clone())).collect();
        assert_eq!(order, [("a".to_owned(), Json::Int(3)), ("b".to_owned(), Json::Int(2))]);
    }

    #[test]
    fn numbers_are_pythons() {
        assert_eq!(parse("-0"), Json::Int(0));
        assert_eq!(parse("9223372036854775807"), Json::Int(i64::MAX));
        assert!(matches!(parse("9223372036854775808"), Json::BigInt(_)));
        assert_eq!(parse("1e400"), Json::Float(f64::INFINITY));
        assert_eq!(parse("-Infinity"), Json::Float(f64::NEG_INFINITY));
        assert!(matches!(parse("NaN"), Json::Float(float) if float.is_nan()));
        assert_eq!(parse("1E2"), Json::Float(100.0));
        for bad in ["01", "1.", "1.e3", "1e", "+1", ".5", "-", "--1", "nan"] {
            assert!(Json::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert_eq!(reason("9".repeat(4301).as_bytes()).0, JsonErrorReason::TooManyDigits);
    }

    #[test]
    fn lone_surrogates_are_kept_and_pairs_joined() {
        let Json::Str(text) = parse(r#""\ud83d\ude00 \ud800x \udc00\ud800 \ud800\u0041""#) else { panic!("a string") };
        assert_eq!(text.to_string_lossy(), "😀 \u{FFFD}x \u{FFFD}\u{FFFD} \u{FFFD}A");
    }

    #[test]
    fn faults_are_told_with_their_place() {
        assert_eq!(reason(b"{\"a\":}"), (JsonErrorReason::UnexpectedByte, 5));
        assert_eq!(reason(b"{\"a\":1"), (JsonErrorReason::UnexpectedEnd, 6));
        assert_eq!(reason(b"{} x"), (JsonErrorReason::TrailingText, 3));
        assert_eq!(reason(b"\"a\nb\""), (JsonErrorReason::ControlCharacter, 2));
        assert_eq!(reason(b"\"\\x41\""), (JsonErrorReason::InvalidEscape, 1));
        assert_eq!(reason(b"\"\xff\""), (JsonErrorReason::InvalidUtf8, 1));
        assert_eq!(reason(&[b'['; 501]), (JsonErrorReason::TooDeep, 500));
        assert_eq!(reason(b""), (JsonErrorReason::UnexpectedEnd, 0));
        assert_eq!(reason(b"[1,]"), (JsonErrorReason::UnexpectedByte, 3));
    }
}
