//! Subscripts, slices, and the methods of lists and tuples.

use super::{Evaluation, Outcome};
use crate::event::{code_points, count_code_points};
use crate::language::error::ErrorKind;
use crate::language::method::Method;
use crate::language::relation::{check_hashable, lookup, same_or_equal};
use crate::language::value::{Sub, Text, Value};

impl<'a> Evaluation<'a> {
    pub(super) fn subscript(&mut self, value: &Value<'a>, index: &Value<'a>) -> Outcome<'a> {
        match value {
            Value::Event(_) | Value::Dict(_) => {
                self.weigh_key(value, index)?;
                check_hashable(index)?;
                let found = lookup(value, index).ok_or(ErrorKind::MissingKey)?;
                if let Value::Event(Sub::Shared(_)) = value {
                    self.hold(&found)?;
                }
                Ok(found)
            }
            Value::Str(text) => {
                self.budget.scan(text.bytes().len())?;
                let position = position(count_code_points(text.bytes()), index)?;
                Ok(Value::Str(text.part(position, position + 1)))
            }
            Value::List(_) | Value::Tuple(_) | Value::Range(_) => {
                let position = position(value.elements().unwrap_or_default(), index)?;
                value.element(position).ok_or(ErrorKind::IndexOutOfRange)
            }
            other => Err(ErrorKind::NotSubscriptable { value: other.type_name() }),
        }
    }

    pub(super) fn slice(&mut self, value: &Value<'a>, bounds: &[Option<Value<'a>>; 3]) -> Outcome<'a> {
        let length = match value {
            Value::Str(text) => {
                self.budget.scan(text.bytes().len())?;
                count_code_points(text.bytes())
            }
            Value::List(items) | Value::Tuple(items) => items.len(),
            Value::Range(_) => return Err(ErrorKind::Unsupported { what: "slices of a range" }),
            // A slice is a key like any other to a dict, hashable since 3.12, and never one of its keys.
            Value::Event(_) | Value::Dict(_) => {
                bounds.iter().flatten().try_for_each(check_hashable)?;
                return Err(ErrorKind::MissingKey);
            }
            other => return Err(ErrorKind::NotSubscriptable { value: other.type_name() }),
        };
        let positions = Positions::new(length, bounds)?;
        self.budget.steps(positions.count)?;
        if let Value::Str(text) = value {
            return self.slice_text(text, length, &positions);
        }
        self.budget.elements(positions.count)?;
        let picked = positions.iter().filter_map(|position| value.element(position)).collect();
        Ok(if matches!(value, Value::List(_)) { Value::list(picked) } else { Value::tuple(picked) })
    }

    fn slice_text(&mut self, text: &Text<'a>, length: usize, positions: &Positions) -> Outcome<'a> {
        let Positions { first, step, count } = *positions;
        if count == 0 {
            return Ok(Value::Str(Text::Borrowed(b"")));
        }
        if step == 1 {
            let part = Value::Str(text.part(first, first + count));
            self.hold(&part)?;
            return Ok(part);
        }
        self.budget.build(text.bytes().len())?;
        let characters = code_points(text.bytes());
        let every = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
        let picked: Vec<u8> = if step > 0 {
            characters.skip(first).step_by(every).take(count).flatten().copied().collect()
        } else {
            characters.rev().skip(length - 1 - first).step_by(every).take(count).flatten().copied().collect()
        };
        Ok(Value::text(picked))
    }

    /// `count` and `index` of a list, a tuple or a range.
    pub(super) fn sequence_method(
        &mut self,
        sequence: &Value<'a>,
        method: Method,
        arguments: &[Value<'a>],
    ) -> Outcome<'a> {
        let length = sequence.elements().unwrap_or_default();
        // A string's `count` takes bounds as well, and so does `index` of a list and a tuple.
        if arguments.len() > 1 && (method == Method::Count || matches!(sequence, Value::Range(_))) {
            return Err(ErrorKind::TooManyArguments { value: sequence.type_name(), method: method.name() });
        }
        let wanted = arguments.first().unwrap_or(&Value::None);
        self.weigh(sequence, true)?;
        self.weigh(wanted, true)?;
        let is_wanted = |index: &usize| sequence.element(*index).is_some_and(|element| same_or_equal(&element, wanted));
        if method == Method::Count {
            return Ok(Value::size((0..length).filter(is_wanted).count()));
        }
        let place = |argument: Option<&Value<'a>>, default: usize| match argument {
            None => Ok(default),
            Some(value) => {
                let index = value.as_index().ok_or(ErrorKind::IndexNotInteger { index: value.type_name() })?;
                Ok(clamp(index, length))
            }
        };
        let (start, stop) = (place(arguments.get(1), 0)?, place(arguments.get(2), length)?);
        (start..stop.min(length)).find(is_wanted).map(Value::size).ok_or(ErrorKind::NotFound { method: "index" })
    }
}

/// A bound as slices take it: from the end if negative, never below zero.
pub(super) fn clamp(index: i64, length: usize) -> usize {
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let place = if index < 0 { index.saturating_add(signed).max(0) } else { index };
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn position(length: usize, index: &Value<'_>) -> Result<usize, ErrorKind> {
    let index = index.as_index().ok_or(ErrorKind::IndexNotInteger { index: index.type_name() })?;
    let from_end = usize::try_from(index.unsigned_abs()).ok().and_then(|back| length.checked_sub(back));
    let position = if index < 0 { from_end } else { usize::try_from(index).ok() };
    position.filter(|position| *position < length).ok_or(ErrorKind::IndexOutOfRange)
}

/// The positions that `[start:stop:step]` picks: `first`, and each `step` behind the one before.
struct Positions {
    first: usize,
    step: i64,
    count: usize,
}

impl Positions {
    fn new(length: usize, bounds: &[Option<Value<'_>>; 3]) -> Result<Self, ErrorKind> {
        let number = |bound: &Option<Value<'_>>| match bound {
            None | Some(Value::None) => Ok(None),
            Some(value) => value.as_index().map(Some).ok_or(ErrorKind::IndexNotInteger { index: value.type_name() }),
        };
        let [start, stop, step] = bounds;
        // Python reads the step first, then the start, then the stop.
        let step = number(step)?.unwrap_or(1);
        if step == 0 {
            return Err(ErrorKind::ZeroStep);
        }
        let (start, stop) = (number(start)?, number(stop)?);
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let clamp = |bound: i64| {
            let bound = if bound < 0 { bound.saturating_add(length) } else { bound };
            bound.clamp(lowest, highest)
        };
        let first = start.map_or(if step > 0 { lowest } else { highest }, clamp);
        let stop = stop.map_or(if step > 0 { highest } else { lowest }, clamp);
        let distance = if step > 0 { stop - first } else { first - stop };
        let count = u64::try_from(distance).map_or(0, |distance| distance.div_ceil(step.unsigned_abs()));
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        // Without a position the first one may be -1.
        Ok(Self { first: usize::try_from(first).unwrap_or_default(), step, count })
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        let mut next = Some(self.first);
        let step = isize::try_from(self.step).unwrap_or(isize::MAX);
        std::iter::from_fn(move || {
            let position = next?;
            next = position.checked_add_signed(step);
            Some(position)
        })
        .take(self.count)
    }
}
