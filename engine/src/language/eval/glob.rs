//! Patterns: globs over texts, and over the paths of an event.

use super::characters::code_point;
use crate::event::{CodePoints, code_points};

/// A pattern with `*`, `?` and `[…]` over a whole text, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glob {
    units: Vec<Unit>,
    /// Bytes of the pattern.
    length: usize,
    closed: bool,
}

/// What stands for characters of the text.
#[derive(Debug, Clone, PartialEq)]
enum Unit {
    /// Any number of characters.
    Star,
    /// Any one.
    Any,
    One(u32),
    /// One that lies in a range of code points, or in none of them.
    Set {
        negated: bool,
        ranges: Vec<(u32, u32)>,
    },
}

impl Glob {
    pub(crate) fn compile(pattern: &[u8]) -> Self {
        let mut units = Vec::new();
        let mut closed = true;
        let mut rest = code_points(pattern);
        while let Some(character) = rest.next().map(code_point) {
            units.push(match character {
                0x2A => Unit::Star,
                0x3F => Unit::Any,
                // Where one set is not closed, none behind it is: the rest is not gone through for each.
                0x5B if closed => match set(rest.clone()) {
                    Some((set, behind)) => {
                        rest = behind;
                        set
                    }
                    None => {
                        closed = false;
                        Unit::One(character)
                    }
                },
                literal => Unit::One(literal),
            });
        }
        Self { units, length: pattern.len(), closed }
    }

    /// Whether each `[` is closed; one that is not stands for itself.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn fits(&self, text: &[u8]) -> bool {
        fits(text, &self.units)
    }

    /// The most characters that are looked at for a text of some bytes: each unit at each place.
    pub(super) fn cost(&self, text: usize) -> usize {
        text.saturating_mul(self.length)
    }
}

/// A set from behind its `[`, and what follows it. A `]` directly behind the opening (or its `!`) belongs to the set.
fn set(mut rest: CodePoints<'_>) -> Option<(Unit, CodePoints<'_>)> {
    let mut first = rest.next().map(code_point)?;
    let negated = first == 0x21;
    if negated {
        first = rest.next().map(code_point)?;
    }
    let mut characters = vec![first];
    loop {
        match rest.next().map(code_point)? {
            0x5D => break,
            character => characters.push(character),
        }
    }
    let mut ranges = Vec::new();
    let mut left = characters.as_slice();
    loop {
        left = match left {
            [] => return Some((Unit::Set { negated, ranges }, rest)),
            [first, 0x2D, last, behind @ ..] => {
                ranges.push((*first, *last));
                behind
            }
            [one, behind @ ..] => {
                ranges.push((*one, *one));
                behind
            }
        };
    }
}

impl Unit {
    fn holds(&self, character: u32) -> bool {
        match self {
            Self::Star | Self::Any => true,
            Self::One(literal) => *literal == character,
            Self::Set { negated, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&character)) != *negated
            }
        }
    }
}

/// Whether a whole text fits. At worst each unit is tried at each place: only the last star is ever tried again.
fn fits(text: &[u8], units: &[Unit]) -> bool {
    let (mut rest, mut ahead) = (code_points(text), units);
    let mut last_star: Option<(CodePoints<'_>, &[Unit])> = None;
    loop {
        let mut shorter = rest.clone();
        match (ahead.split_first(), shorter.next().map(code_point)) {
            (None, None) | (Some((Unit::Star, [])), _) => return true,
            (Some((Unit::Star, behind)), _) => {
                ahead = behind;
                last_star = Some((rest.clone(), behind));
            }
            (Some((unit, behind)), Some(character)) if unit.holds(character) => {
                ahead = behind;
                rest = shorter;
            }
            (Some(_), None) => return false,
            (_, Some(_)) => {
                // The star takes one character more.
                let Some((from, behind)) = &mut last_star else { return false };
                from.next();
                rest = from.clone();
                ahead = behind;
            }
        }
    }
}

/// A pattern of segments over a path: `*` within one segment, `**` for any number of them.
pub(super) struct PathPattern {
    segments: Vec<Segment>,
}

/// `None` for any number of segments.
type Segment = Option<Vec<Unit>>;

impl PathPattern {
    pub(super) fn compile(pattern: &[u8]) -> Self {
        let unit = |character| if character == 0x2A { Unit::Star } else { Unit::One(character) };
        let segments = pattern.split(|byte| *byte == b'.').map(|segment| match segment {
            b"**" => None,
            segment => Some(code_points(segment).map(code_point).map(unit).collect()),
        });
        Self { segments: segments.collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.segments.len()
    }

    pub(super) fn fits(&self, path: &[&[u8]]) -> bool {
        let (mut rest, mut ahead) = (path, self.segments.as_slice());
        // As with the stars of a text, only the last `**` is ever tried again.
        let mut last_any: Option<(&[&[u8]], &[Segment])> = None;
        loop {
            match (ahead.split_first(), rest.split_first()) {
                (None, None) => return true,
                (Some((None, behind)), _) => {
                    ahead = behind;
                    last_any = Some((rest, behind));
                }
                (Some((Some(segment), behind)), Some((part, behind_part))) if fits(part, segment) => {
                    ahead = behind;
                    rest = behind_part;
                }
                (Some(_), None) => return false,
                (_, Some(_)) => {
                    let Some((from, behind)) = &mut last_any else { return false };
                    *from = from.get(1..).unwrap_or_default();
                    rest = from;
                    ahead = behind;
                }
            }
        }
    }
}
