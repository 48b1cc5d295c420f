//! Evaluation of a rule over one event.

use std::rc::Rc;

use super::error::{ErrorKind, RuleError};
use super::expr::{Comparison, Expr, ExprKind, Method};
use super::value::{Items, Text, Value, check_hashable, contains, equal, ordered, same};
use crate::event::{Flat, byte_offset, code_points, count_code_points};

/// Steps that one evaluation may take: one for each part of the rule and one for each [`BYTES_PER_STEP`] looked at.
/// A rule of ordinary size takes below one hundred.
pub(crate) const STEP_BUDGET: usize = 1_000_000;

const BYTES_PER_STEP: usize = 64;

pub(crate) struct Evaluation<'a> {
    event: &'a Flat,
    steps_left: usize,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(event: &'a Flat) -> Self {
        Self { event, steps_left: STEP_BUDGET }
    }

    // Recursion is bounded by the depth that the parser admits.
    pub(crate) fn value(&mut self, expr: &'a Expr) -> Result<Value<'a>, RuleError> {
        let at = |kind| RuleError::new(kind, expr.span);
        self.spend(1).map_err(at)?;
        match &expr.kind {
            ExprKind::Constant(constant) => Ok(Value::from(constant)),
            ExprKind::Event => Ok(Value::Event(self.event)),
            ExprKind::Subscript { value, index } => {
                let value = self.value(value)?;
                let index = self.value(index)?;
                self.subscript(&value, &index).map_err(at)
            }
            ExprKind::Slice { value, start, stop, step } => {
                let value = self.value(value)?;
                let mut bounds = [None, None, None];
                for (bound, expr) in bounds.iter_mut().zip([start, stop, step]) {
                    if let Some(expr) = expr {
                        *bound = Some(self.value(expr)?);
                    }
                }
                self.slice(&value, &bounds).map_err(at)
            }
            ExprKind::Call { receiver, method, arguments } => {
                let receiver = self.value(receiver)?;
                // Python looks the method up before it evaluates the arguments.
                check_method(&receiver, *method).map_err(at)?;
                let arguments = arguments.iter().map(|argument| self.value(argument)).collect::<Result<Vec<_>, _>>()?;
                self.call(&receiver, *method, &arguments).map_err(at)
            }
            ExprKind::And(operands) => self.first_operand(operands, false),
            ExprKind::Or(operands) => self.first_operand(operands, true),
            ExprKind::Not(operand) => Ok(Value::Bool(!self.value(operand)?.is_true())),
            ExprKind::Compare { first, rest } => {
                let mut left = self.value(first)?;
                for (operator, right) in rest {
                    let right = self.value(right)?;
                    if !self.compare(*operator, &left, &right).map_err(at)? {
                        return Ok(Value::Bool(false));
                    }
                    left = right;
                }
                Ok(Value::Bool(true))
            }
            ExprKind::List(items) => Ok(Value::List(self.items(items)?)),
            ExprKind::Tuple(items) => Ok(Value::Tuple(self.items(items)?)),
        }
    }

    fn spend(&mut self, steps: usize) -> Result<(), ErrorKind> {
        self.steps_left = self.steps_left.checked_sub(steps).ok_or(ErrorKind::Budget)?;
        Ok(())
    }

    fn spend_bytes(&mut self, bytes: usize) -> Result<(), ErrorKind> {
        self.spend(bytes / BYTES_PER_STEP)
    }

    fn items(&mut self, items: &'a [Expr]) -> Result<Items<'a>, RuleError> {
        let items = items.iter().map(|item| self.value(item)).collect::<Result<Rc<[_]>, _>>()?;
        Ok(Items::Shared(items))
    }

    /// `and` gives its first false operand, `or` its first true one; either gives its last operand if there is none.
    fn first_operand(&mut self, operands: &'a [Expr], wanted: bool) -> Result<Value<'a>, RuleError> {
        let mut last = Value::None;
        for operand in operands {
            last = self.value(operand)?;
            if last.is_true() == wanted {
                break;
            }
        }
        Ok(last)
    }

    fn compare(&mut self, operator: Comparison, left: &Value<'a>, right: &Value<'a>) -> Result<bool, ErrorKind> {
        self.spend(size_in_steps(left) + size_in_steps(right))?;
        match operator {
            Comparison::Equal => Ok(equal(left, right)),
            Comparison::NotEqual => Ok(!equal(left, right)),
            Comparison::In => contains(right, left),
            Comparison::NotIn => contains(right, left).map(|found| !found),
            Comparison::Is => Ok(same(left, right)),
            Comparison::IsNot => Ok(!same(left, right)),
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                ordered(operator, left, right)
            }
        }
    }

    fn subscript(&mut self, value: &Value<'a>, index: &Value<'a>) -> Result<Value<'a>, ErrorKind> {
        match value {
            Value::Event(flat) => match index {
                Value::Str(key) => flat.get(key.bytes()).map(Value::from).ok_or(ErrorKind::MissingKey),
                other => check_hashable(other).and(Err(ErrorKind::MissingKey)),
            },
            Value::Str(text) => {
                self.spend_bytes(text.bytes().len())?;
                let position = element_position(count_code_points(text.bytes()), index)?;
                Ok(Value::Str(part(text, position, position + 1)))
            }
            Value::List(items) | Value::Tuple(items) => {
                let position = element_position(items.len(), index)?;
                items.get(position).ok_or(ErrorKind::IndexOutOfRange)
            }
            other => Err(ErrorKind::NotSubscriptable { value: other.type_name() }),
        }
    }

    fn slice(&mut self, value: &Value<'a>, bounds: &[Option<Value<'a>>; 3]) -> Result<Value<'a>, ErrorKind> {
        let length = match value {
            Value::Str(text) => {
                self.spend_bytes(text.bytes().len())?;
                count_code_points(text.bytes())
            }
            Value::List(items) | Value::Tuple(items) => items.len(),
            // A slice is a key like any other to a dict, hashable since 3.12, and never one of its keys.
            Value::Event(_) => {
                bounds.iter().flatten().try_for_each(check_hashable)?;
                return Err(ErrorKind::MissingKey);
            }
            other => return Err(ErrorKind::NotSubscriptable { value: other.type_name() }),
        };
        let positions = slice_positions(length, bounds)?;
        self.spend(positions.len())?;
        Ok(match value {
            Value::Str(text) => match positions.as_slice() {
                [] => Value::Str(Text::Borrowed(b"")),
                [first, .., last] if *last > *first && last - first + 1 == positions.len() => {
                    Value::Str(part(text, *first, last + 1))
                }
                _ => {
                    let characters: Vec<_> = code_points(text.bytes()).collect();
                    let picked: Vec<u8> = positions
                        .iter()
                        .filter_map(|position| characters.get(*position))
                        .copied()
                        .flatten()
                        .copied()
                        .collect();
                    Value::Str(Text::Shared(picked.into()))
                }
            },
            Value::List(items) => Value::List(pick(items, &positions)),
            Value::Tuple(items) => Value::Tuple(pick(items, &positions)),
            _ => Value::None,
        })
    }

    fn call(&mut self, receiver: &Value<'a>, method: Method, arguments: &[Value<'a>]) -> Result<Value<'a>, ErrorKind> {
        match (receiver, arguments) {
            (Value::Event(flat), [key, default @ ..]) => {
                check_hashable(key)?;
                let found = match key {
                    Value::Str(key) => flat.get(key.bytes()),
                    _ => None,
                };
                Ok(found.map(Value::from).or_else(|| default.first().cloned()).unwrap_or(Value::None))
            }
            (Value::Str(text), [affix, bounds @ ..]) => {
                self.spend_bytes(text.bytes().len())?;
                self.spend(size_in_steps(affix))?;
                has_affix(text, method, affix, bounds).map(Value::Bool)
            }
            (other, _) => Err(ErrorKind::NoSuchMethod { value: other.type_name(), method: method.name() }),
        }
    }
}

fn check_method(receiver: &Value<'_>, method: Method) -> Result<(), ErrorKind> {
    match (receiver, method) {
        (Value::Event(_), Method::Get) | (Value::Str(_), Method::StartsWith | Method::EndsWith) => Ok(()),
        _ => Err(ErrorKind::NoSuchMethod { value: receiver.type_name(), method: method.name() }),
    }
}

fn size_in_steps(value: &Value<'_>) -> usize {
    match value {
        Value::Str(text) => text.bytes().len() / BYTES_PER_STEP,
        Value::List(items) | Value::Tuple(items) => {
            items.iter().fold(items.len(), |sum, item| sum.saturating_add(size_in_steps(&item)))
        }
        _ => 0,
    }
}

fn element_position(length: usize, index: &Value<'_>) -> Result<usize, ErrorKind> {
    let index = index.as_index().ok_or(ErrorKind::IndexNotInteger { index: index.type_name() })?;
    let from_end = usize::try_from(index.unsigned_abs()).ok().and_then(|back| length.checked_sub(back));
    let position = if index < 0 { from_end } else { usize::try_from(index).ok() };
    position.filter(|position| *position < length).ok_or(ErrorKind::IndexOutOfRange)
}

/// The positions that `[start:stop:step]` picks, in order.
fn slice_positions(length: usize, bounds: &[Option<Value<'_>>; 3]) -> Result<Vec<usize>, ErrorKind> {
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
    let mut position = start.map_or(if step > 0 { lowest } else { highest }, clamp);
    let stop = stop.map_or(if step > 0 { highest } else { lowest }, clamp);
    let mut positions = Vec::new();
    while if step > 0 { position < stop } else { position > stop } {
        positions.extend(usize::try_from(position));
        position = position.saturating_add(step);
    }
    Ok(positions)
}

fn pick<'a>(items: &Items<'a>, positions: &[usize]) -> Items<'a> {
    Items::Shared(positions.iter().filter_map(|position| items.get(*position)).collect())
}

/// The characters from `start` to before `stop`, borrowed where the text is.
fn part<'a>(text: &Text<'a>, start: usize, stop: usize) -> Text<'a> {
    let range = |bytes: &[u8]| byte_offset(bytes, start)..byte_offset(bytes, stop);
    match text {
        Text::Borrowed(bytes) => Text::Borrowed(bytes.get(range(bytes)).unwrap_or_default()),
        Text::Shared(bytes) => Text::Shared(bytes.get(range(bytes)).unwrap_or_default().into()),
    }
}

/// `text.startswith(affix[, start[, stop]])` and `endswith`.
fn has_affix(text: &Text<'_>, method: Method, affix: &Value<'_>, bounds: &[Value<'_>]) -> Result<bool, ErrorKind> {
    let number = |position: usize| match bounds.get(position) {
        None | Some(Value::None) => Ok(None),
        Some(value) => value.as_index().map(Some).ok_or(ErrorKind::IndexNotInteger { index: value.type_name() }),
    };
    let (start, stop) = (number(0)?, number(1)?);
    let within = if start.is_none() && stop.is_none() {
        Some(text.clone())
    } else {
        let length = count_code_points(text.bytes());
        let signed = i64::try_from(length).unwrap_or(i64::MAX);
        let place = |bound: i64| {
            let place = if bound < 0 { bound.saturating_add(signed).max(0) } else { bound };
            usize::try_from(place).unwrap_or(usize::MAX)
        };
        let start = start.map_or(0, place);
        let stop = stop.map_or(length, place).min(length);
        // A start beyond the end has no affix, not even the empty one.
        (start <= stop).then(|| part(text, start, stop))
    };
    let matches = |affix: &Text<'_>| {
        within.as_ref().is_some_and(|within| match method {
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
