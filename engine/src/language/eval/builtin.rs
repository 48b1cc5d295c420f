//! Python's own functions.

use std::ops::ControlFlow;

use super::convert::{self, MAX_DIGITS};
use super::{Evaluation, Outcome, WORDS_PER_STEP_TO_TEXT, at};
use crate::language::error::{ErrorKind, RuleError};
use crate::language::expr::{Arguments, Comparison, Operator};
use crate::language::function::Builtin;
use crate::language::number::{Number, big_divmod, whole_of};
use crate::language::span::Span;
use crate::language::value::{Range, Value};

/// The longest `range`.
const MAX_RANGE: usize = 10_000;

impl<'a> Evaluation<'a> {
    pub(super) fn builtin(
        &mut self,
        function: Builtin,
        arguments: &'a Arguments,
        span: Span,
    ) -> Result<Value<'a>, RuleError> {
        let first = arguments.positional.first();
        match (function, first) {
            (Builtin::Any | Builtin::All, Some(iterable)) => {
                let wanted = function == Builtin::Any;
                let mut found = false;
                self.each(iterable, &mut |_, value| {
                    found = value.is_true() == wanted;
                    Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
                })?;
                Ok(Value::Bool(found == wanted))
            }
            (Builtin::Min | Builtin::Max, Some(_)) => self.extreme(function, arguments, span),
            (Builtin::Sum, Some(iterable)) => {
                // Python evaluates both arguments before it takes the first one apart; a generator has nothing to evaluate.
                let (values, start) = match (arguments.positional.get(1), iterable.generator()) {
                    (None, _) => (self.gather(iterable)?, Value::int(0)),
                    (Some(start), Some(_)) => {
                        let start = self.value(start)?;
                        (self.gather(iterable)?, start)
                    }
                    (Some(start), None) => {
                        let values = self.value(iterable)?;
                        let start = self.value(start)?;
                        (self.gather_of(&values, iterable.span)?, start)
                    }
                };
                at(self.sum(values, start), span)
            }
            (Builtin::Sorted, Some(iterable)) => {
                let values = self.gather(iterable)?;
                let reverse = self.named(&arguments.named)?.first().is_some_and(|(_, value)| value.is_true());
                at(self.sorted(values, reverse), span).map(Value::list)
            }
            (Builtin::List, Some(iterable)) => self.gather(iterable).map(Value::list),
            (Builtin::Tuple, Some(iterable)) => self.gather(iterable).map(Value::tuple),
            (Builtin::Set, Some(iterable)) => {
                let mut set = Vec::new();
                self.each(iterable, &mut |evaluation, value| {
                    at(evaluation.add_to_set(&mut set, value), span)?;
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok(Value::Set(set.into()))
            }
            _ => {
                let values = self.values(&arguments.positional)?;
                at(self.plain(function, &values), span)
            }
        }
    }

    /// The functions that take values and nothing else.
    fn plain(&mut self, function: Builtin, values: &[Value<'a>]) -> Outcome<'a> {
        for value in values {
            self.weigh(value, false)?;
        }
        if let (Builtin::Int | Builtin::Float, Some(Value::Str(text))) = (function, values.first()) {
            // A number is read character by character, several times.
            self.budget.steps(text.bytes().len() / 2)?;
        }
        let bad = |value: &Value<'_>| ErrorKind::BadArgument { function: function.name(), argument: value.type_name() };
        match (function, values) {
            (Builtin::Len, [value]) => {
                value.len().map(Value::size).ok_or(ErrorKind::NoLength { value: value.type_name() })
            }
            (Builtin::Str, []) => Ok(Value::text(Vec::new())),
            (Builtin::Str, [value, ..]) => self.text_of(value).map(Value::Str),
            (Builtin::Int, values) => {
                if let Some(Value::Str(text)) = values.first() {
                    // As many digits as are read at all make their words one by one.
                    let words = text.bytes().len().min(MAX_DIGITS) / 16;
                    self.budget.steps(words * words / WORDS_PER_STEP_TO_TEXT)?;
                }
                convert::to_int(values)
            }
            (Builtin::Float, values) => convert::to_float(values.first()),
            (Builtin::Bool, values) => Ok(Value::Bool(values.first().is_some_and(Value::is_true))),
            (Builtin::Abs, [value]) => {
                value.as_number().map(|number| Value::Number(number.absolute())).ok_or_else(|| bad(value))
            }
            (Builtin::Round, [value]) => round(value, None).unwrap_or_else(|| Err(bad(value))),
            (Builtin::Round, [value, digits]) => {
                if let Value::Number(number) = value {
                    self.budget.steps(number.words().saturating_mul(number.words()) / WORDS_PER_STEP_TO_TEXT)?;
                }
                let digits = match digits {
                    Value::None => None,
                    other => Some(other.as_index().ok_or_else(|| bad(other))?),
                };
                round(value, digits).unwrap_or_else(|| Err(bad(value)))
            }
            (Builtin::Range, values) => range(values),
            (Builtin::List, _) => Ok(Value::list(Vec::new())),
            (Builtin::Tuple, _) => Ok(Value::tuple(Vec::new())),
            (Builtin::Set, _) => Ok(Value::Set(Vec::new().into())),
            _ => Err(ErrorKind::Unsupported { what: "such call" }),
        }
    }

    fn extreme(&mut self, function: Builtin, arguments: &'a Arguments, span: Span) -> Result<Value<'a>, RuleError> {
        let operator = if function == Builtin::Min { Comparison::Less } else { Comparison::Greater };
        let mut best: Option<Value<'a>> = None;
        let mut consider = |evaluation: &mut Self, value: Value<'a>| {
            let better = match &best {
                None => true,
                Some(known) => at(evaluation.compare(operator, &value, known), span)?,
            };
            if better {
                best = Some(value);
            }
            Ok(ControlFlow::Continue(()))
        };
        let named = match arguments.positional.as_slice() {
            [iterable] if iterable.generator().is_some() => {
                let named = self.named(&arguments.named)?;
                self.each(iterable, &mut consider)?;
                named
            }
            [iterable] => {
                let values = self.value(iterable)?;
                let named = self.named(&arguments.named)?;
                self.each_of(&values, iterable.span, &mut consider)?;
                named
            }
            several => {
                let values = self.values(several)?;
                let named = self.named(&arguments.named)?;
                for value in values {
                    let _goes_on = consider(self, value)?;
                }
                named
            }
        };
        let default = named.into_iter().next().map(|(_, value)| value);
        at(best.or(default).ok_or(ErrorKind::Empty { function: function.name() }), span)
    }

    fn sorted(&mut self, mut values: Vec<Value<'a>>, reverse: bool) -> Result<Vec<Value<'a>>, ErrorKind> {
        // Stable, also when reversed: equal elements keep their order.
        if reverse {
            values.reverse();
        }
        let mut failure = None;
        values.sort_by(|left, right| {
            if failure.is_some() {
                return std::cmp::Ordering::Equal;
            }
            let mut before = |left: &Value<'a>, right: &Value<'a>| {
                self.compare(Comparison::Less, left, right).unwrap_or_else(|error| {
                    failure = Some(error);
                    false
                })
            };
            if before(left, right) {
                std::cmp::Ordering::Less
            } else if before(right, left) {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Equal
            }
        });
        if reverse {
            values.reverse();
        }
        failure.map_or(Ok(values), Err)
    }

    /// Floats are added with compensation, as CPython does from 3.12 on.
    fn sum(&mut self, values: Vec<Value<'a>>, start: Value<'a>) -> Outcome<'a> {
        if matches!(start, Value::Str(_)) {
            return Err(ErrorKind::BadArgument { function: "sum", argument: "str" });
        }
        let mut total = start;
        let mut compensation = 0.0_f64;
        for value in values {
            self.budget.steps(1)?;
            total = match (&total, value.as_number()) {
                (Value::Number(Number::Float(sum)), Some(Number::Float(value))) => {
                    let next = sum + value;
                    compensation += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
                    Value::float(next)
                }
                // An integer is added to a float without compensation.
                (Value::Number(sum @ Number::Float(_)), Some(value @ Number::Int(_))) => {
                    Value::Number(sum.calculate(Operator::Add, &value)?)
                }
                _ => {
                    let settled = settle(total, &mut compensation);
                    self.arithmetic(Operator::Add, &settled, &value)?
                }
            };
        }
        Ok(settle(total, &mut compensation))
    }
}

/// Adds what compensation gathered, if it is finite.
fn settle<'a>(total: Value<'a>, compensation: &mut f64) -> Value<'a> {
    let gathered = std::mem::take(compensation);
    match total {
        Value::Number(Number::Float(sum)) if gathered != 0.0 && gathered.is_finite() => Value::float(sum + gathered),
        other => other,
    }
}

/// `None` for a value that cannot be rounded.
fn round<'a>(value: &Value<'a>, digits: Option<i64>) -> Option<Outcome<'a>> {
    let number = value.as_number()?;
    Some(match (number, digits) {
        (Number::Float(value), None) => {
            if value.is_nan() {
                Err(ErrorKind::NotFinite { value: "NaN" })
            } else if value.is_infinite() {
                Err(ErrorKind::NotFinite { value: "infinity" })
            } else {
                Ok(Value::Number(Number::from_big(whole_of(value.round_ties_even()))))
            }
        }
        (Number::Float(value), Some(digits)) => Ok(Value::float(round_float(value, digits))),
        (number, Some(digits)) if digits < 0 => round_int(&number, digits).map(Value::Number),
        (number, _) => Ok(Value::Number(number)),
    })
}

/// Rounds the exact decimal value of a float half to even at a decimal place.
fn round_float(value: f64, digits: i64) -> f64 {
    if !value.is_finite() || value == 0.0 || digits > 330 {
        return value;
    }
    if digits < -330 {
        return 0.0_f64.copysign(value);
    }
    if let Ok(places) = usize::try_from(digits) {
        return format!("{value:.places$}").parse().unwrap_or(value);
    }
    // Before the point: what lies behind it only breaks ties.
    let power = num_bigint::BigInt::from(10).pow(u32::try_from(digits.unsigned_abs()).unwrap_or(330));
    let whole = whole_of(value.abs());
    let (mut quotient, rest) = big_divmod(&whole, &power);
    let twice: num_bigint::BigInt = rest * 2;
    let above_half = twice > power || (twice == power && (value.fract() != 0.0 || quotient.bit(0)));
    if above_half {
        quotient += 1;
    }
    let rounded: f64 = (quotient * power).to_string().parse().unwrap_or(f64::INFINITY);
    rounded.copysign(value)
}

/// Rounds an integer half to even before the point.
fn round_int(number: &Number, digits: i64) -> Result<Number, ErrorKind> {
    let value = match number {
        Number::Int(value) => num_bigint::BigInt::from(*value),
        Number::Big(value) => (**value).clone(),
        Number::Float(_) => return Ok(number.clone()),
    };
    // Three bits for each decimal place: the power is far beyond twice the value.
    let places = digits.unsigned_abs();
    let Some(places) = u32::try_from(places).ok().filter(|places| u64::from(*places) <= value.bits() / 3 + 2) else {
        return Ok(Number::Int(0));
    };
    let power = num_bigint::BigInt::from(10).pow(places);
    let (mut quotient, rest) = big_divmod(&value, &power);
    let twice: num_bigint::BigInt = rest * 2;
    if twice > power || (twice == power && quotient.bit(0)) {
        quotient += 1;
    }
    Ok(Number::from_big(quotient * power))
}

fn range<'a>(values: &[Value<'a>]) -> Outcome<'a> {
    let number = |value: &Value<'_>| value.as_index().ok_or(ErrorKind::IndexNotInteger { index: value.type_name() });
    let (start, stop, step) = match values {
        [stop] => (0, number(stop)?, 1),
        [start, stop] => (number(start)?, number(stop)?, 1),
        [start, stop, step, ..] => (number(start)?, number(stop)?, number(step)?),
        [] => return Err(ErrorKind::BadArgument { function: "range", argument: "NoneType" }),
    };
    if step == 0 {
        return Err(ErrorKind::ZeroStep);
    }
    let distance = if step > 0 { i128::from(stop) - i128::from(start) } else { i128::from(start) - i128::from(stop) };
    let width = i128::from(step).abs();
    let length = usize::try_from((distance + width - 1).max(0) / width).unwrap_or(usize::MAX);
    if length > MAX_RANGE {
        return Err(ErrorKind::Unsupported { what: "range of more than 10000" });
    }
    Ok(Value::Range(Range { start, step, length }))
}
