//! The methods of strings, by code points.

use std::ops::{ControlFlow, Range};

use super::case::has_case;
use super::characters::{code_point, is_alphabetic, is_decimal, is_digit, is_line_break, is_numeric, is_space};
use super::sequence::clamp;
use super::{Evaluation, Outcome, at};
use crate::event::{code_points, count_code_points};
use crate::language::error::{ErrorKind, RuleError};
use crate::language::expr::Expr;
use crate::language::method::Method;
use crate::language::span::Span;
use crate::language::value::{Text, Value, limit};

impl<'a> Evaluation<'a> {
    pub(super) fn str_method(
        &mut self,
        text: &Text<'a>,
        method: Method,
        arguments: &[Value<'a>],
        named: &[(&'static str, Value<'a>)],
    ) -> Outcome<'a> {
        self.budget.scan(text.bytes().len())?;
        for argument in arguments {
            self.weigh(argument, false)?;
        }
        let by_name = |wanted: &str| named.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        match method {
            Method::StartsWith | Method::EndsWith => has_affix(text, method, arguments).map(Value::Bool),
            Method::Lower
            | Method::Upper
            | Method::CaseFold
            | Method::Title
            | Method::Capitalize
            | Method::SwapCase => self.in_case(text, method),
            Method::Strip | Method::LeftStrip | Method::RightStrip => {
                let stripped = self.strip(text, method, arguments)?;
                self.hold(&stripped)?;
                Ok(stripped)
            }
            Method::Split | Method::RightSplit => {
                let separator = arguments.first().or_else(|| by_name("sep"));
                let most = arguments.get(1).or_else(|| by_name("maxsplit"));
                self.split(text, method, separator, most)
            }
            Method::Partition | Method::RightPartition => {
                self.budget.elements(3)?;
                let parts = partition(text, method, arguments.first())?;
                self.hold(&parts)?;
                Ok(parts)
            }
            Method::SplitLines => {
                let keep = arguments.first().or_else(|| by_name("keepends")).is_some_and(Value::is_true);
                self.split_lines(text, keep)
            }
            Method::Replace => self.replace(text, arguments, arguments.get(2).or_else(|| by_name("count"))),
            Method::Find | Method::RightFind | Method::Index | Method::RightIndex => {
                let backwards = matches!(method, Method::RightFind | Method::RightIndex);
                match find(text, method, arguments, backwards)? {
                    Some(position) => Ok(Value::size(position)),
                    None if matches!(method, Method::Find | Method::RightFind) => Ok(Value::int(-1)),
                    None => Err(ErrorKind::NotFound { method: method.name() }),
                }
            }
            Method::Count => {
                let found = count(text, arguments)?;
                // Each place that is found takes longer than the text between them.
                self.budget.steps(found / 8)?;
                Ok(Value::size(found))
            }
            Method::RemovePrefix | Method::RemoveSuffix => {
                let affix = string_argument(method, arguments.first())?;
                let (bytes, is_prefix) = (text.bytes(), method == Method::RemovePrefix);
                let has = if is_prefix { bytes.starts_with(affix.bytes()) } else { bytes.ends_with(affix.bytes()) };
                let (length, cut) = (count_code_points(bytes), count_code_points(affix.bytes()));
                let rest = match (has, is_prefix) {
                    (false, _) => return Ok(Value::Str(text.clone())),
                    (true, true) => text.part(cut, length),
                    (true, false) => text.part(0, length - cut),
                };
                let rest = Value::Str(rest);
                self.hold(&rest)?;
                Ok(rest)
            }
            Method::IsDigit => Ok(all(text, is_digit)),
            Method::IsAlpha => Ok(all(text, is_alphabetic)),
            Method::IsNumeric => Ok(all(text, is_numeric)),
            Method::IsDecimal => Ok(all(text, is_decimal)),
            Method::IsAlnum => Ok(all(text, |c| is_alphabetic(c) || is_decimal(c) || is_digit(c) || is_numeric(c))),
            Method::IsSpace => Ok(all(text, is_space)),
            Method::IsUpper => Ok(Value::Bool(has_case(text, char::is_uppercase, char::is_lowercase))),
            Method::IsLower => Ok(Value::Bool(has_case(text, char::is_lowercase, char::is_uppercase))),
            Method::Join | Method::Get | Method::Keys | Method::Values | Method::Items => {
                Err(ErrorKind::NoSuchMethod { value: "str", method: method.name() })
            }
        }
    }

    fn strip(&mut self, text: &Text<'a>, method: Method, arguments: &[Value<'a>]) -> Outcome<'a> {
        let set = match arguments.first() {
            None | Some(Value::None) => None,
            argument => Some(string_argument(method, argument)?.bytes()),
        };
        let bytes = text.bytes();
        // Each character of the text may be looked for among all of the set.
        self.budget.scan(bytes.len().saturating_mul(set.map_or(1, <[u8]>::len)))?;
        let goes = |character: &&[u8]| match set {
            None => is_space(code_point(character)),
            Some(set) => code_points(set).any(|candidate| candidate == *character),
        };
        let start = match method {
            Method::RightStrip => 0,
            _ => code_points(bytes).take_while(goes).map(<[u8]>::len).sum(),
        };
        let rest = bytes.get(start..).unwrap_or_default();
        let cut: usize = match method {
            Method::LeftStrip => 0,
            _ => code_points(rest).rev().take_while(goes).map(<[u8]>::len).sum(),
        };
        Ok(Value::Str(text.slice(start..bytes.len() - cut)))
    }

    /// `split` and `rsplit`.
    fn split(
        &mut self,
        text: &Text<'a>,
        method: Method,
        separator: Option<&Value<'a>>,
        most: Option<&Value<'a>>,
    ) -> Outcome<'a> {
        let most = limit(most)?;
        let backwards = method == Method::RightSplit;
        let bytes = text.bytes();
        let mut parts = Parts { evaluation: self, text, parts: Vec::new() };
        match separator {
            None | Some(Value::None) => split_blanks(bytes, most, backwards, &mut parts)?,
            Some(_) => {
                let separator = string_argument(method, separator)?.bytes();
                if separator.is_empty() {
                    return Err(ErrorKind::BadValue { function: method.name() });
                }
                let (mut start, mut stop) = (0, bytes.len());
                if backwards {
                    for cut in memchr::memmem::rfind_iter(bytes, separator).take(most) {
                        parts.push(cut + separator.len()..stop)?;
                        stop = cut;
                    }
                } else {
                    for cut in memchr::memmem::find_iter(bytes, separator).take(most) {
                        parts.push(start..cut)?;
                        start = cut + separator.len();
                    }
                }
                parts.push(start..stop)?;
            }
        }
        let mut parts = parts.parts;
        if backwards {
            parts.reverse();
        }
        Ok(Value::list(parts))
    }

    fn split_lines(&mut self, text: &Text<'a>, keep: bool) -> Outcome<'a> {
        let mut lines = Parts { evaluation: self, text, parts: Vec::new() };
        let (mut start, mut at) = (0, 0);
        let mut characters =
            code_points(text.bytes()).map(|character| (character.len(), code_point(character))).peekable();
        while let Some((length, character)) = characters.next() {
            let stop = at;
            at += length;
            if !is_line_break(character) {
                continue;
            }
            if character == 0x0D && characters.peek().is_some_and(|(_, next)| *next == 0x0A) {
                at += 1;
                characters.next();
            }
            lines.push(start..if keep { at } else { stop })?;
            start = at;
        }
        if start < at {
            lines.push(start..at)?;
        }
        Ok(Value::list(lines.parts))
    }

    fn replace(&mut self, text: &Text<'a>, arguments: &[Value<'a>], count: Option<&Value<'a>>) -> Outcome<'a> {
        let old = string_argument(Method::Replace, arguments.first())?;
        let new = string_argument(Method::Replace, arguments.get(1))?;
        let most = limit(count)?;
        let bytes = text.bytes();
        // Gone through twice, because they may take more memory than the text.
        let places = || -> Box<dyn Iterator<Item = usize>> {
            if old.bytes().is_empty() {
                // Between any two characters, and at both ends.
                let mut offset = 0;
                let starts = code_points(bytes).map(move |character| {
                    offset += character.len();
                    offset
                });
                Box::new(std::iter::once(0).chain(starts).take(most))
            } else {
                Box::new(memchr::memmem::find_iter(bytes, old.bytes()).take(most))
            }
        };
        let count = places().count();
        self.budget.steps(count / 2)?;
        let grown = count.checked_mul(new.bytes().len()).ok_or(ErrorKind::Memory)?;
        self.budget.build(bytes.len().saturating_add(grown))?;
        let mut out = Vec::with_capacity(bytes.len() + grown);
        let mut from = 0;
        for place in places() {
            out.extend_from_slice(bytes.get(from..place).unwrap_or_default());
            out.extend_from_slice(new.bytes());
            from = place + old.bytes().len();
        }
        out.extend_from_slice(bytes.get(from..).unwrap_or_default());
        Ok(Value::text(out))
    }

    /// `separator.join(iterable)`.
    pub(super) fn join(
        &mut self,
        separator: &Value<'a>,
        argument: &'a Expr,
        span: Span,
    ) -> Result<Value<'a>, RuleError> {
        let Value::Str(separator) = separator else {
            let kind = ErrorKind::NoSuchMethod { value: separator.type_name(), method: "join" };
            return Err(RuleError::new(kind, span));
        };
        let mut parts = Vec::new();
        self.each(argument, &mut |evaluation, value| {
            at(evaluation.budget.elements(1), span)?;
            parts.push(value);
            Ok(ControlFlow::Continue(()))
        })?;
        let mut out = Vec::new();
        for (position, part) in parts.iter().enumerate() {
            let Value::Str(part) = part else {
                let kind = ErrorKind::BadArgument { function: "join", argument: part.type_name() };
                return Err(RuleError::new(kind, span));
            };
            at(self.budget.build(part.bytes().len() + separator.bytes().len()), span)?;
            if position > 0 {
                out.extend_from_slice(separator.bytes());
            }
            out.extend_from_slice(part.bytes());
        }
        Ok(Value::text(out))
    }
}

fn string_argument<'v, 'a>(method: Method, argument: Option<&'v Value<'a>>) -> Result<&'v Text<'a>, ErrorKind> {
    match argument {
        Some(Value::Str(text)) => Ok(text),
        Some(other) => Err(ErrorKind::BadArgument { function: method.name(), argument: other.type_name() }),
        None => Err(ErrorKind::BadArgument { function: method.name(), argument: "NoneType" }),
    }
}

/// The characters that `start` and `stop` enclose; `None` where the start lies beyond the stop.
fn bounded<'a>(text: &Text<'a>, bounds: &[Value<'a>]) -> Result<Option<(Text<'a>, usize)>, ErrorKind> {
    let number = |position: usize| match bounds.get(position) {
        None | Some(Value::None) => Ok(None),
        Some(value) => value.as_index().map(Some).ok_or(ErrorKind::IndexNotInteger { index: value.type_name() }),
    };
    let (start, stop) = (number(0)?, number(1)?);
    if start.is_none() && stop.is_none() {
        return Ok(Some((text.clone(), 0)));
    }
    let length = count_code_points(text.bytes());
    let start = start.map_or(0, |start| clamp(start, length));
    let stop = stop.map_or(length, |stop| clamp(stop, length)).min(length);
    // A start beyond the end has no part, not even the empty one.
    Ok((start <= stop).then(|| (text.part(start, stop), start)))
}

/// `text.startswith(affix[, start[, stop]])` and `endswith`.
fn has_affix(text: &Text<'_>, method: Method, arguments: &[Value<'_>]) -> Result<bool, ErrorKind> {
    let (affix, bounds) = arguments.split_first().unwrap_or((&Value::None, &[]));
    let within = bounded(text, bounds)?;
    let matches = |affix: &Text<'_>| {
        within.as_ref().is_some_and(|(within, _)| match method {
            Method::StartsWith => within.bytes().starts_with(affix.bytes()),
            _ => within.bytes().ends_with(affix.bytes()),
        })
    };
    let wrong = |value: &Value<'_>| ErrorKind::PrefixNotString { method: method.name(), argument: value.type_name() };
    match affix {
        Value::Str(affix) => Ok(matches(affix)),
        Value::Tuple(items) => {
            for item in items.iter() {
                match &item {
                    Value::Str(affix) if matches(affix) => return Ok(true),
                    Value::Str(_) => {}
                    other => return Err(wrong(other)),
                }
            }
            Ok(false)
        }
        other => Err(wrong(other)),
    }
}

/// The position of a part, in characters of the whole text.
fn find(text: &Text<'_>, method: Method, arguments: &[Value<'_>], backwards: bool) -> Result<Option<usize>, ErrorKind> {
    let part = string_argument(method, arguments.first())?;
    let Some((within, start)) = bounded(text, arguments.get(1..).unwrap_or_default())? else { return Ok(None) };
    let offset = if backwards {
        memchr::memmem::rfind(within.bytes(), part.bytes())
    } else {
        memchr::memmem::find(within.bytes(), part.bytes())
    };
    Ok(offset.map(|offset| start + count_code_points(within.bytes().get(..offset).unwrap_or_default())))
}

fn count(text: &Text<'_>, arguments: &[Value<'_>]) -> Result<usize, ErrorKind> {
    let part = string_argument(Method::Count, arguments.first())?;
    let Some((within, _)) = bounded(text, arguments.get(1..).unwrap_or_default())? else { return Ok(0) };
    Ok(if part.bytes().is_empty() {
        count_code_points(within.bytes()) + 1
    } else {
        memchr::memmem::find_iter(within.bytes(), part.bytes()).count()
    })
}

/// What stands before a separator, the separator, and what stands behind it.
fn partition<'a>(text: &Text<'a>, method: Method, separator: Option<&Value<'a>>) -> Outcome<'a> {
    let (bytes, separator) = (text.bytes(), string_argument(method, separator)?.bytes());
    if separator.is_empty() {
        return Err(ErrorKind::BadValue { function: method.name() });
    }
    let (found, elsewhere) = match method {
        Method::Partition => (memchr::memmem::find(bytes, separator), bytes.len()),
        _ => (memchr::memmem::rfind(bytes, separator), 0),
    };
    // Without the separator the whole text is the first part, or the last one from the right.
    let (start, stop) = found.map_or((elsewhere, elsewhere), |start| (start, start + separator.len()));
    let parts = [0..start, start..stop, stop..bytes.len()];
    Ok(Value::tuple(parts.into_iter().map(|part| Value::Str(text.slice(part))).collect()))
}

/// Parts of a text, each of which is paid for before it is made.
struct Parts<'p, 'a> {
    evaluation: &'p mut Evaluation<'a>,
    text: &'p Text<'a>,
    parts: Vec<Value<'a>>,
}

impl Parts<'_, '_> {
    fn push(&mut self, range: Range<usize>) -> Result<(), ErrorKind> {
        self.evaluation.budget.elements(1)?;
        let part = Value::Str(self.text.slice(range));
        self.evaluation.hold(&part)?;
        self.parts.push(part);
        Ok(())
    }
}

/// Parts between runs of blanks, in the direction of the walk; the rest after the last allowed cut keeps the blanks in it and
/// behind it.
fn split_blanks(bytes: &[u8], most: usize, backwards: bool, parts: &mut Parts<'_, '_>) -> Result<(), ErrorKind> {
    let is_blank = |character: &&[u8]| is_space(code_point(character));
    // The bytes at the near end whose characters are all blank, or all not.
    let run = |rest: &[u8], blank: bool| -> usize {
        if backwards {
            code_points(rest).rev().take_while(|character| is_blank(character) == blank).map(<[u8]>::len).sum()
        } else {
            code_points(rest).take_while(|character| is_blank(character) == blank).map(<[u8]>::len).sum()
        }
    };
    let (mut start, mut stop) = (0, bytes.len());
    for cuts in 0_usize.. {
        let blanks = run(bytes.get(start..stop).unwrap_or_default(), true);
        if backwards {
            stop -= blanks;
        } else {
            start += blanks;
        }
        if start >= stop {
            break;
        }
        if cuts >= most {
            return parts.push(start..stop);
        }
        let length = run(bytes.get(start..stop).unwrap_or_default(), false);
        if backwards {
            parts.push(stop - length..stop)?;
            stop -= length;
        } else {
            parts.push(start..start + length)?;
            start += length;
        }
    }
    Ok(())
}

/// Whether a text has characters and something holds for all of them.
fn all<'a>(text: &Text<'_>, holds: impl Fn(u32) -> bool) -> Value<'a> {
    Value::Bool(!text.bytes().is_empty() && code_points(text.bytes()).map(code_point).all(holds))
}
