//! Patterns: globs over texts, and over the paths of an event.

use super::characters::code_point;
use crate::event::code_points;

/// Whether a path fits a pattern of segments: `*` within one segment, `**` for any number of them.
pub(super) fn path_fits(path: &[&[u8]], pattern: &[Vec<u32>]) -> bool {
    const STAR: u32 = 0x2A;
    let is_any = |segment: &[u32]| segment == [STAR, STAR];
    // As with stars in a glob, only the last `**` needs to be tried again.
    let (mut at, mut in_pattern) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < path.len() {
        match pattern.get(in_pattern) {
            Some(segment) if is_any(segment) => {
                retry = Some((in_pattern, at));
                in_pattern += 1;
                continue;
            }
            Some(segment) => {
                let text: Vec<u32> =
                    path.get(at).map(|part| code_points(part).map(code_point).collect()).unwrap_or_default();
                if star_fits(&text, segment) {
                    at += 1;
                    in_pattern += 1;
                    continue;
                }
            }
            None => {}
        }
        let Some((any, from)) = retry else { return false };
        retry = Some((any, from + 1));
        at = from + 1;
        in_pattern = any + 1;
    }
    pattern.get(in_pattern..).unwrap_or_default().iter().all(|segment| is_any(segment))
}

/// A pattern in which `*` alone is special.
fn star_fits(text: &[u32], pattern: &[u32]) -> bool {
    fits(text, pattern, |pattern, at| match pattern.get(at) {
        Some(0x2A) => Unit::Star,
        Some(literal) => Unit::One { literal: Some(*literal), set: None, next: at + 1 },
        None => Unit::End,
    })
}

/// A pattern with `*`, `?` and `[…]` over a whole text.
pub(super) fn glob(text: &[u32], pattern: &[u32]) -> bool {
    fits(text, pattern, |pattern, at| match pattern.get(at) {
        None => Unit::End,
        Some(0x2A) => Unit::Star,
        Some(0x3F) => Unit::One { literal: None, set: None, next: at + 1 },
        Some(0x5B) => match set_end(pattern, at) {
            Some(end) => Unit::One { literal: None, set: Some((at + 1, end)), next: end + 1 },
            None => Unit::One { literal: Some(0x5B), set: None, next: at + 1 },
        },
        Some(literal) => Unit::One { literal: Some(*literal), set: None, next: at + 1 },
    })
}

enum Unit {
    Star,
    One { literal: Option<u32>, set: Option<(usize, usize)>, next: usize },
    End,
}

fn fits(text: &[u32], pattern: &[u32], unit: impl Fn(&[u32], usize) -> Unit) -> bool {
    let (mut at, mut in_pattern) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (unit(pattern, in_pattern), text.get(at)) {
            (Unit::Star, _) => {
                in_pattern += 1;
                retry = Some((in_pattern, at));
                continue;
            }
            (Unit::End, None) => return true,
            (Unit::One { literal, set, next }, Some(character)) => {
                let held = match (literal, set) {
                    (Some(literal), _) => literal == *character,
                    (None, Some((start, end))) => set_holds(pattern.get(start..end).unwrap_or_default(), *character),
                    (None, None) => true,
                };
                if held {
                    at += 1;
                    in_pattern = next;
                    continue;
                }
            }
            (Unit::One { .. }, None) => return false,
            (Unit::End, Some(_)) => {}
        }
        // Only the last star needs to be tried again, with one character more.
        let Some((behind, from)) = retry else { return false };
        retry = Some((behind, from + 1));
        at = from + 1;
        in_pattern = behind;
        if at > text.len() {
            return false;
        }
    }
}

/// The position of the bracket that closes a set; one directly behind the opening (or its `!`) belongs to the set.
fn set_end(pattern: &[u32], open: usize) -> Option<usize> {
    let mut at = open + 1;
    if pattern.get(at) == Some(&0x21) {
        at += 1;
    }
    if pattern.get(at) == Some(&0x5D) {
        at += 1;
    }
    while let Some(character) = pattern.get(at) {
        if *character == 0x5D {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn set_holds(set: &[u32], character: u32) -> bool {
    let (negated, set) = match set.split_first() {
        Some((0x21, rest)) => (true, rest),
        _ => (false, set),
    };
    let mut at = 0;
    let mut found = false;
    while let Some(first) = set.get(at) {
        if let (Some(0x2D), Some(last)) = (set.get(at + 1), set.get(at + 2)) {
            found |= (*first..=*last).contains(&character);
            at += 3;
        } else {
            found |= *first == character;
            at += 1;
        }
    }
    found != negated
}

/// What is wrong with a pattern, if something is; for patterns that stand in the rule.
pub fn check_glob(pattern: &str) -> Result<(), String> {
    let points: Vec<u32> = pattern.chars().map(u32::from).collect();
    let unclosed = points.iter().enumerate().any(|(at, c)| *c == 0x5B && set_end(&points, at).is_none());
    if unclosed { Err(format!("the pattern \"{pattern}\" has a `[` that is not closed")) } else { Ok(()) }
}
