//! Python's numbers: integers without a size, floats, and their exact meeting.

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::{BigInt, Sign};

use super::error::ErrorKind;
use super::expr::Operator;

/// A number in arithmetic. A big integer never fits 64 bits.
#[derive(Debug, Clone)]
pub(crate) enum Number {
    Int(i64),
    Big(Rc<BigInt>),
    Float(f64),
}

/// Bits of the largest integer that a rule may build.
pub(crate) const MAX_BITS: u64 = 64 * 1024;

/// `&`, `|` and `^` are for sets.
const BITWISE: ErrorKind = ErrorKind::Unsupported { what: "bitwise operators" };

impl Number {
    /// An integer in its smallest form.
    pub(crate) fn from_big(value: BigInt) -> Self {
        i64::try_from(&value).map_or_else(|_| Self::Big(Rc::new(value)), Self::Int)
    }

    /// The number of 64-bit words.
    pub(crate) fn words(&self) -> usize {
        match self {
            Self::Int(_) | Self::Float(_) => 1,
            Self::Big(value) => usize::try_from(value.bits().div_ceil(64)).unwrap_or(usize::MAX),
        }
    }

    fn is_zero(&self) -> bool {
        match self {
            Self::Int(value) => *value == 0,
            Self::Big(_) => false,
            Self::Float(value) => *value == 0.0,
        }
    }

    pub(crate) fn to_big(&self) -> Option<BigInt> {
        match self {
            Self::Int(value) => Some(BigInt::from(*value)),
            Self::Big(value) => Some((**value).clone()),
            Self::Float(_) => None,
        }
    }

    /// The nearest float, ties to even.
    pub(crate) fn to_float(&self) -> Result<f64, ErrorKind> {
        match self {
            Self::Float(value) => Ok(*value),
            Self::Int(value) => {
                // Rounds to nearest, ties to even, as Python does.
                #[allow(clippy::cast_precision_loss, reason = "the rounding is what is wanted")]
                Ok(*value as f64)
            }
            Self::Big(value) => ratio(value, &BigInt::from(1)),
        }
    }

    /// `None` if one of them is NaN.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Some(left.cmp(right)),
            (Self::Big(left), Self::Big(right)) => Some(left.cmp(right)),
            // A big integer lies outside of 64 bits, so its sign decides.
            (Self::Int(_), Self::Big(right)) => Some(against_zero(right).reverse()),
            (Self::Big(left), Self::Int(_)) => Some(against_zero(left)),
            (Self::Float(left), Self::Float(right)) => left.partial_cmp(right),
            (left, Self::Float(right)) => compare_with_float(left, *right),
            (Self::Float(left), right) => compare_with_float(right, *left).map(Ordering::reverse),
        }
    }

    pub(crate) fn negate(self) -> Self {
        match self {
            Self::Int(value) => value.checked_neg().map_or_else(|| Self::from_big(-BigInt::from(value)), Self::Int),
            Self::Big(value) => Self::from_big(-(*value).clone()),
            Self::Float(value) => Self::Float(-value),
        }
    }

    pub(crate) fn absolute(self) -> Self {
        let negative = match &self {
            Self::Int(value) => *value < 0,
            Self::Big(value) => value.sign() == Sign::Minus,
            Self::Float(value) => value.is_sign_negative(),
        };
        if negative { self.negate() } else { self }
    }

    /// `self OP other`.
    pub(crate) fn calculate(&self, operator: Operator, other: &Self) -> Result<Self, ErrorKind> {
        let divides = matches!(operator, Operator::Divide | Operator::FloorDivide | Operator::Modulo);
        if let (Self::Int(left), Self::Int(right)) = (self, other) {
            let small = match operator {
                Operator::Add => left.checked_add(*right),
                Operator::Subtract => left.checked_sub(*right),
                Operator::Multiply => left.checked_mul(*right),
                Operator::FloorDivide => floor_divide(*left, *right),
                Operator::Modulo => floor_modulo(*left, *right),
                Operator::Divide | Operator::Intersection | Operator::Union | Operator::SymmetricDifference => None,
            };
            if let Some(small) = small {
                return Ok(Self::Int(small));
            }
        }
        match (self.to_big(), other.to_big()) {
            (Some(_), Some(_)) if divides && other.is_zero() => Err(ErrorKind::DivisionByZero),
            (Some(left), Some(right)) => big(operator, &left, &right),
            _ => {
                // An integer beyond the floats is found before the zero.
                let (left, right) = (self.to_float()?, other.to_float()?);
                if divides && right == 0.0 {
                    return Err(ErrorKind::DivisionByZero);
                }
                Ok(Self::Float(match operator {
                    Operator::Add => left + right,
                    Operator::Subtract => left - right,
                    Operator::Multiply => left * right,
                    Operator::Divide => left / right,
                    Operator::FloorDivide => float_divmod(left, right).0,
                    Operator::Modulo => float_divmod(left, right).1,
                    Operator::Intersection | Operator::Union | Operator::SymmetricDifference => {
                        return Err(BITWISE);
                    }
                }))
            }
        }
    }
}

fn against_zero(value: &BigInt) -> Ordering {
    if value.sign() == Sign::Minus { Ordering::Less } else { Ordering::Greater }
}

/// Exact: the float is taken apart, the integer is never rounded.
fn compare_with_float(left: &Number, right: f64) -> Option<Ordering> {
    if right.is_nan() {
        return None;
    }
    if right.is_infinite() {
        return Some(if right > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = whole_of(right);
    let ordering = match left {
        Number::Int(left) => BigInt::from(*left).cmp(&whole),
        Number::Big(left) => (**left).cmp(&whole),
        Number::Float(left) => return left.partial_cmp(&right),
    };
    let fraction = right.fract();
    Some(ordering.then_with(|| 0.0_f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal)))
}

/// The integer part of a finite float, towards zero.
pub(crate) fn whole_of(value: f64) -> BigInt {
    const MANTISSA_BITS: u64 = 52;
    const BIAS: u64 = 1023;
    let bits = value.abs().trunc().to_bits();
    let exponent = (bits >> MANTISSA_BITS) & 0x7FF;
    if exponent < BIAS {
        return BigInt::ZERO;
    }
    let mantissa = BigInt::from((bits & ((1 << MANTISSA_BITS) - 1)) | (1 << MANTISSA_BITS));
    let zero_shift = BIAS + MANTISSA_BITS;
    let magnitude =
        if exponent >= zero_shift { mantissa << (exponent - zero_shift) } else { mantissa >> (zero_shift - exponent) };
    if value < 0.0 { -magnitude } else { magnitude }
}

/// `None` where 64 bits do not hold the result, or the divisor is zero.
fn floor_divide(left: i64, right: i64) -> Option<i64> {
    let quotient = left.checked_div(right)?;
    let exact = left.checked_rem(right)? == 0;
    Some(if !exact && (left < 0) != (right < 0) { quotient - 1 } else { quotient })
}

fn floor_modulo(left: i64, right: i64) -> Option<i64> {
    let rest = left.checked_rem(right)?;
    Some(if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest })
}

fn big(operator: Operator, left: &BigInt, right: &BigInt) -> Result<Number, ErrorKind> {
    if operator == Operator::Multiply && left.bits() + right.bits() > MAX_BITS {
        return Err(ErrorKind::Memory);
    }
    Ok(match operator {
        Operator::Add => Number::from_big(left + right),
        Operator::Subtract => Number::from_big(left - right),
        Operator::Multiply => Number::from_big(left * right),
        Operator::Divide => Number::Float(ratio(left, right)?),
        Operator::FloorDivide => Number::from_big(big_divmod(left, right).0),
        Operator::Modulo => Number::from_big(big_divmod(left, right).1),
        Operator::Intersection | Operator::Union | Operator::SymmetricDifference => return Err(BITWISE),
    })
}

/// Quotient and rest, with the sign of the divisor.
pub(crate) fn big_divmod(left: &BigInt, right: &BigInt) -> (BigInt, BigInt) {
    let (quotient, rest) = (left / right, left % right);
    if rest.sign() != Sign::NoSign && rest.sign() != right.sign() {
        (quotient - 1, rest + right)
    } else {
        (quotient, rest)
    }
}

/// The float nearest to a quotient of integers, ties to even, as Python's true division gives it.
fn ratio(left: &BigInt, right: &BigInt) -> Result<f64, ErrorKind> {
    // A mantissa has 53 bits; two more and a sticky one decide the rounding.
    const KEPT_BITS: i64 = 55;
    if left.sign() == Sign::NoSign {
        return Ok(if right.sign() == Sign::Minus { -0.0 } else { 0.0 });
    }
    let negative = left.sign() != right.sign();
    let (left, right) = (left.magnitude(), right.magnitude());
    let bits = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let mut shift = KEPT_BITS - (bits(left.bits()) - bits(right.bits()));
    // Below the smallest normal float there are fewer bits to keep.
    shift = shift.min(1074 + 2);
    let (scaled, divisor) = if shift >= 0 {
        (left << shift.unsigned_abs(), right.clone())
    } else {
        (left.clone(), right << shift.unsigned_abs())
    };
    let mut quotient = &scaled / &divisor;
    if &quotient * &divisor != scaled {
        // Something is left over: the lowest bit says so and breaks no tie.
        quotient |= num_bigint::BigUint::from(1_u8);
    }
    let drop = u64::try_from((bits(quotient.bits()) - 53).max(2)).unwrap_or(2);
    let half = num_bigint::BigUint::from(1_u8) << (drop - 1);
    let mask = (&half << 1_u8) - 1_u8;
    let rest = &quotient & &mask;
    let mut kept = quotient >> drop;
    if rest > half || (rest == half && kept.bit(0)) {
        kept += 1_u8;
    }
    let kept = u64::try_from(&kept).unwrap_or(u64::MAX);
    let exponent = bits(drop) - shift;
    // At most 2^53, so the conversion is exact; the two factors keep each step in range.
    #[allow(clippy::cast_precision_loss, reason = "at most 2^53")]
    let value = scale(kept as f64, exponent);
    if value.is_infinite() {
        return Err(ErrorKind::FloatOverflow);
    }
    Ok(if negative { -value } else { value })
}

/// `value * 2^exponent`, exact unless the result leaves the range of floats.
fn scale(mut value: f64, mut exponent: i64) -> f64 {
    while exponent != 0 {
        let step = exponent.clamp(-1000, 1000);
        value *= 2.0_f64.powi(i32::try_from(step).unwrap_or_default());
        exponent -= step;
        if value == 0.0 || value.is_infinite() {
            break;
        }
    }
    value
}

/// Python's `divmod` of floats: the rest has the sign of the divisor, the quotient is whole.
fn float_divmod(left: f64, right: f64) -> (f64, f64) {
    let mut rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest == 0.0 {
        rest = 0.0_f64.copysign(right);
    } else if (right < 0.0) != (rest < 0.0) {
        rest += right;
        quotient -= 1.0;
    }
    let whole = if quotient == 0.0 {
        0.0_f64.copysign(left / right)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    (whole, rest)
}

/// The shortest digits that read back as the same float, in scientific notation. Halfway between two of them CPython takes the
/// even one, and the standard library another.
fn shortest(value: f64) -> String {
    // Two decimals of so few digits never read as the same float.
    const DISTINCT: usize = 14;
    let scientific = format!("{value:e}");
    let digits = scientific.split('e').next().unwrap_or_default().chars().filter(char::is_ascii_digit).count();
    if digits <= DISTINCT {
        return scientific;
    }
    let even = format!("{value:.*e}", digits - 1);
    if even.parse() == Ok(value) { even } else { scientific }
}

/// `repr(value)` of a float: the shortest digits that read back as the same float.
pub(crate) fn float_repr(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = shortest(value);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let mut digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let Ok(last) = usize::try_from(exponent) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or_default();
        return format!("{sign}0.{}{digits}", "0".repeat(zeros));
    };
    while digits.len() <= last + 1 {
        digits.push('0');
    }
    let (whole, fraction) = digits.split_at(last + 1);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divide(left: &str, right: &str) -> f64 {
        ratio(&left.parse().unwrap(), &right.parse().unwrap()).unwrap()
    }

    #[test]
    fn quotients_are_rounded_once() {
        assert_eq!(divide("1", "3"), 1.0 / 3.0);
        assert_eq!(divide("9007199254740993", "1"), 9_007_199_254_740_992.0);
        assert_eq!(divide("9007199254740995", "1"), 9_007_199_254_740_996.0);
        assert_eq!(divide("-7", "2"), -3.5);
        assert_eq!(divide(&format!("1{}", "0".repeat(400)), &format!("1{}", "0".repeat(400))), 1.0);
        assert_eq!(divide("1", &format!("1{}", "0".repeat(400))), 0.0);
        assert_eq!(divide("5", &format!("1{}", "0".repeat(324))), 5e-324);
        assert_eq!(
            ratio(&format!("1{}", "0".repeat(400)).parse().unwrap(), &BigInt::from(1)),
            Err(ErrorKind::FloatOverflow)
        );
    }

    #[test]
    fn floor_division_has_the_divisors_sign() {
        assert_eq!((floor_divide(-7, 2), floor_modulo(-7, 2)), (Some(-4), Some(1)));
        assert_eq!((floor_divide(7, -2), floor_modulo(7, -2)), (Some(-4), Some(-1)));
        assert_eq!(floor_divide(i64::MIN, -1), None);
        assert_eq!(float_divmod(-7.5, 2.0), (-4.0, 0.5));
        assert_eq!(float_divmod(7.5, -2.0), (-4.0, -0.5));
    }

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (value, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (-0.0, "-0.0"),
            (1.5e300, "1.5e+300"),
            (123_456.789, "123456.789"),
            (5e-324, "5e-324"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(float_repr(value), text);
        }
    }
}
