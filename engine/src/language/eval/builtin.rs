//! Python's own functions.

use std::ops::ControlFlow;

use num_bigint::BigInt;

use super::convert::{self, MAX_DIGITS};
use super::{Evaluation, Outcome, WORDS_PER_STEP, WORDS_PER_STEP_TO_TEXT, at};
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
            // A float stays the object that it is.
            (Builtin::Float, [value @ Value::Number(Number::Float(_)), ..]) => Ok(value.clone()),
            (Builtin::Float, values) => Ok(self.made(convert::to_float(values.first())?)),
            (Builtin::Bool, values) => Ok(Value::Bool(values.first().is_some_and(Value::is_true))),
            (Builtin::Abs, [value]) => {
                let number = value.as_number().ok_or_else(|| bad(value))?;
                Ok(self.made(Value::Number(number.absolute())))
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
                let rounded = round(value, digits).unwrap_or_else(|| Err(bad(value)))?;
                Ok(self.made(rounded))
            }
            (Builtin::Range, values) => {
                let words = values.iter().filter_map(Value::as_number).map(|number| number.words()).max().unwrap_or(1);
                self.budget.steps(words.saturating_mul(words) / WORDS_PER_STEP)?;
                range(values)
            }
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

    /// Integers are added exactly until the first float, and from there on all is added with compensation, as in CPython
    /// 3.14. It gives up both for good where a sum of integers leaves 64 bits, and where the start is a bool.
    fn sum(&mut self, values: Vec<Value<'a>>, start: Value<'a>) -> Outcome<'a> {
        if matches!(start, Value::Str(_)) {
            return Err(ErrorKind::BadArgument { function: "sum", argument: "str" });
        }
        let mut total = Total::new(start);
        for value in values {
            self.budget.steps(1)?;
            total = match (total, value.as_number()) {
                (Total::Int(sum), Some(Number::Int(value))) => match sum.checked_add(value) {
                    Some(next) => Total::Int(next),
                    None => Total::Plain(self.arithmetic(Operator::Add, &Value::int(sum), &Value::int(value))?),
                },
                (Total::Float { sum, lost }, Some(value)) => {
                    let value = value.to_float()?;
                    let next = sum + value;
                    let rest = if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
                    Total::Float { sum: next, lost: lost + rest }
                }
                (Total::Int(sum), Some(Number::Float(value))) => {
                    Total::Float { sum: Number::Int(sum).to_float()? + value, lost: 0.0 }
                }
                (total, _) => Total::Plain(self.arithmetic(Operator::Add, &total.value(), &value)?),
            };
        }
        Ok(self.made(total.value()))
    }
}

/// What `sum` has so far.
enum Total<'a> {
    Int(i64),
    /// With what rounding took from it.
    Float {
        sum: f64,
        lost: f64,
    },
    Plain(Value<'a>),
}

impl<'a> Total<'a> {
    fn new(start: Value<'a>) -> Self {
        match start {
            Value::Number(Number::Int(sum)) => Self::Int(sum),
            Value::Number(Number::Float(sum)) => Self::Float { sum, lost: 0.0 },
            other => Self::Plain(other),
        }
    }

    fn value(self) -> Value<'a> {
        match self {
            Self::Int(sum) => Value::int(sum),
            Self::Float { sum, lost } if lost != 0.0 && lost.is_finite() => Value::float(sum + lost),
            Self::Float { sum, .. } => Value::float(sum),
            Self::Plain(value) => value,
        }
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
    let power = BigInt::from(10).pow(u32::try_from(digits.unsigned_abs()).unwrap_or(330));
    let whole = whole_of(value.abs());
    let (mut quotient, rest) = big_divmod(&whole, &power);
    let twice: BigInt = rest * 2;
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
        Number::Int(value) => BigInt::from(*value),
        Number::Big(value) => (**value).clone(),
        Number::Float(_) => return Ok(number.clone()),
    };
    // Three bits for each decimal place: the power is far beyond twice the value.
    let places = digits.unsigned_abs();
    let Some(places) = u32::try_from(places).ok().filter(|places| u64::from(*places) <= value.bits() / 3 + 2) else {
        return Ok(Number::Int(0));
    };
    let power = BigInt::from(10).pow(places);
    let (mut quotient, rest) = big_divmod(&value, &power);
    let twice: BigInt = rest * 2;
    if twice > power || (twice == power && quotient.bit(0)) {
        quotient += 1;
    }
    Ok(Number::from_big(quotient * power))
}

fn range<'a>(values: &[Value<'a>]) -> Outcome<'a> {
    let number = |value: &Value<'_>| {
        let integer = value.as_number().and_then(|number| number.to_big());
        integer.ok_or(ErrorKind::IndexNotInteger { index: value.type_name() })
    };
    let (start, stop, step) = match values {
        [stop] => (BigInt::ZERO, number(stop)?, BigInt::from(1)),
        [start, stop] => (number(start)?, number(stop)?, BigInt::from(1)),
        [start, stop, step, ..] => (number(start)?, number(stop)?, number(step)?),
        [] => return Err(ErrorKind::BadArgument { function: "range", argument: "NoneType" }),
    };
    if step == BigInt::ZERO {
        return Err(ErrorKind::ZeroStep);
    }
    // As many steps as begin before the stop.
    let distance = &stop - &start;
    let length = if distance.sign() == step.sign() {
        usize::try_from((distance.magnitude() - 1_u8) / step.magnitude() + 1_u8).unwrap_or(usize::MAX)
    } else {
        0
    };
    if length > MAX_RANGE {
        return Err(ErrorKind::Unsupported { what: "range of more than 10000" });
    }
    let last = &start + &step * length.saturating_sub(1);
    let range = match (length, i64::try_from(start), i64::try_from(step), i64::try_from(last)) {
        (0, ..) => Range { start: 0, step: 1, length },
        (1, Ok(start), ..) => Range { start, step: 1, length },
        (_, Ok(start), Ok(step), Ok(_)) => Range { start, step, length },
        _ => return Err(ErrorKind::Unsupported { what: "range of integers beyond 64 bits" }),
    };
    Ok(Value::Range(range))
}
