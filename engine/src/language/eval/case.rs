//! The methods of strings that are about capitals.

use super::characters::{push_folded, push_titled};
use super::{Evaluation, Outcome};
use crate::event::to_string_lossy;
use crate::language::method::Method;
use crate::language::value::{Text, Value};

impl<'a> Evaluation<'a> {
    /// A text in the case that a method asks for.
    pub(super) fn in_case(&mut self, text: &Text<'a>, method: Method) -> Outcome<'a> {
        let mut is_first = true;
        let is_ascii = text.bytes().is_ascii();
        match method {
            Method::Lower | Method::CaseFold if is_ascii => self.mapped(text, u8::to_ascii_lowercase),
            Method::Upper if is_ascii => self.mapped(text, u8::to_ascii_uppercase),
            Method::Lower => self.changed(text, str::to_lowercase),
            Method::Upper => self.changed(text, str::to_uppercase),
            Method::CaseFold => self.changed(text, fold),
            Method::SwapCase => self.changed(text, swap_case),
            Method::Capitalize => self.changed(text, |part| capitalize(part, std::mem::take(&mut is_first))),
            _ => self.changed(text, title),
        }
    }

    /// A text whose bytes are mapped one by one; the text itself if none of them changes.
    fn mapped(&mut self, text: &Text<'a>, map: fn(&u8) -> u8) -> Outcome<'a> {
        let bytes = text.bytes();
        self.budget.scan(bytes.len())?;
        if bytes.iter().all(|byte| map(byte) == *byte) {
            return Ok(Value::Str(text.clone()));
        }
        self.budget.build(bytes.len())?;
        Ok(Value::Str(Text::Shared(bytes.iter().map(map).collect())))
    }

    /// A text made anew; lone surrogates stay as they are.
    fn changed(&mut self, text: &Text<'a>, mut change: impl FnMut(&str) -> String) -> Outcome<'a> {
        // A character becomes at most three of up to as many bytes.
        self.budget.build(text.bytes().len().saturating_mul(3))?;
        let mut out = Vec::with_capacity(text.bytes().len());
        for chunk in text.bytes().utf8_chunks() {
            out.extend_from_slice(change(chunk.valid()).as_bytes());
            out.extend_from_slice(chunk.invalid());
        }
        Ok(Value::text(out))
    }
}

fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|character| push_folded(character, &mut out));
    out
}

/// Whether a text has a character of the wanted case and none of the other. Titlecase letters are of neither.
pub(super) fn has_case(text: &Text<'_>, wanted: fn(char) -> bool, other: fn(char) -> bool) -> bool {
    let text = to_string_lossy(text.bytes());
    text.chars().any(wanted) && !text.chars().any(|c| other(c) || is_titlecase(c))
}

/// Each character with what `lower` makes of it where it stands: the form of a sigma depends on its neighbours.
fn with_lower(text: &str) -> impl Iterator<Item = (char, String)> {
    let lowered: Vec<char> = text.to_lowercase().chars().collect();
    let mut lowered = lowered.into_iter();
    text.chars().map(move |character| {
        let lower = lowered.by_ref().take(character.to_lowercase().count()).collect();
        (character, lower)
    })
}

/// `str.title`: what follows a cased letter is lower, any other cased letter begins a word.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for (character, lower) in with_lower(text) {
        if inside {
            out.push_str(&lower);
        } else {
            push_titled(character, &mut out);
        }
        inside = character.is_lowercase() || character.is_uppercase() || is_titlecase(character);
    }
    out
}

/// `str.capitalize` of a part of a text: the first character of the whole is titled, everything else lower.
fn capitalize(part: &str, is_first: bool) -> String {
    let mut out = String::with_capacity(part.len());
    for (position, (character, lower)) in with_lower(part).enumerate() {
        if is_first && position == 0 {
            push_titled(character, &mut out);
        } else {
            out.push_str(&lower);
        }
    }
    out
}

/// `str.swapcase`. Titlecase letters are of neither case.
fn swap_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (character, lower) in with_lower(text) {
        if character.is_uppercase() {
            out.push_str(&lower);
        } else if character.is_lowercase() {
            out.extend(character.to_uppercase());
        } else {
            out.push(character);
        }
    }
    out
}

fn is_titlecase(character: char) -> bool {
    matches!(
        character,
        '\u{01C5}' | '\u{01C8}' | '\u{01CB}' | '\u{01F2}' | '\u{1F88}'..='\u{1F8F}' | '\u{1F98}'..='\u{1F9F}'
            | '\u{1FA8}'..='\u{1FAF}' | '\u{1FBC}' | '\u{1FCC}' | '\u{1FFC}'
    )
}
