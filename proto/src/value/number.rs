//! Terraform's numbers: decimal, of any size.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// More digits than Terraform itself keeps (512 bits are 155 digits; a double written out exactly has up to 767).
const MAX_DIGITS: usize = 1_100;

/// An exact decimal number.
///
/// Terraform computes with 512 bits, so neither `i64` nor `f64` holds every number. Two numbers are equal if they are
/// the same quantity, however they were written: `1`, `1.0` and `10e-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Without zeros at either end; empty is zero.
    digits: String,
    /// The quantity is `digits` times ten to the power of `exponent`.
    exponent: i32,
}

/// A text or a double that is no finite decimal number, or has too many digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a finite decimal number")]
pub struct NotANumber;

impl Number {
    fn normal(negative: bool, digits: &str, exponent: i64) -> Result<Self, NotANumber> {
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Ok(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        let trailing_zeros = digits.len() - digits.trim_end_matches('0').len();
        let exponent = i64::try_from(trailing_zeros)
            .ok()
            .and_then(|zeros| exponent.checked_add(zeros))
            .and_then(|exponent| i32::try_from(exponent).ok())
            .ok_or(NotANumber)?;
        if significant.len() > MAX_DIGITS {
            return Err(NotANumber);
        }
        Ok(Self { negative, digits: significant.to_owned(), exponent })
    }

    /// The exact quantity of a double: what a peer means that sent one.
    pub(crate) fn exactly(double: f64) -> Result<Self, NotANumber> {
        if !double.is_finite() {
            return Err(NotANumber);
        }
        // A double has at most 1074 digits after the point.
        format!("{double:.1074}").parse()
    }

    /// The number as a 64-bit integer; `None` if it is a fraction or too large.
    pub fn as_i64(&self) -> Option<i64> {
        if self.exponent < 0 || self.exponent > 18 {
            return None;
        }
        self.plain().parse().ok()
    }

    /// The nearest double; infinite if the number is larger than any.
    pub fn as_f64(&self) -> f64 {
        // Rust's parser rounds correctly; the text below is always a number for it.
        self.scientific().parse().unwrap_or(f64::NAN)
    }

    fn scientific(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let digits = if self.digits.is_empty() { "0" } else { &self.digits };
        format!("{sign}{digits}e{}", self.exponent)
    }

    /// Without an exponent. Only for small exponents.
    fn plain(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        let Ok(fraction) = usize::try_from(self.exponent.unsigned_abs()) else {
            return self.scientific();
        };
        if self.exponent >= 0 {
            return format!("{sign}{}{}", self.digits, "0".repeat(fraction));
        }
        match self.digits.len().checked_sub(fraction) {
            Some(whole) if whole > 0 => {
                let (whole, fraction) = self.digits.split_at(whole);
                format!("{sign}{whole}.{fraction}")
            }
            _ => format!("{sign}0.{:0>fraction$}", self.digits),
        }
    }

    /// The power of ten of the first digit.
    fn magnitude(&self) -> i64 {
        i64::from(self.exponent) + i64::try_from(self.digits.len()).unwrap_or(i64::MAX / 2)
    }

    fn cmp_absolute(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            // Digits are aligned at the first one, so text order is number order.
            (false, false) => self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.cmp_absolute(other),
            (true, true) => other.cmp_absolute(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Self::from(i128::from(integer))
    }
}

impl From<u64> for Number {
    fn from(integer: u64) -> Self {
        Self::from(i128::from(integer))
    }
}

impl From<i128> for Number {
    fn from(integer: i128) -> Self {
        let all = integer.unsigned_abs().to_string();
        let digits = all.trim_end_matches('0');
        Self {
            negative: integer < 0,
            // At most 39 digits.
            exponent: i32::try_from(if digits.is_empty() { 0 } else { all.len() - digits.len() }).unwrap_or(0),
            digits: digits.to_owned(),
        }
    }
}

/// The shortest decimal that reads as this double: `0.1`, not the 55 digits of the nearest binary fraction, because
/// Terraform compares with the decimal that the user wrote.
impl TryFrom<f64> for Number {
    type Error = NotANumber;

    fn try_from(double: f64) -> Result<Self, NotANumber> {
        if !double.is_finite() {
            return Err(NotANumber);
        }
        format!("{double:e}").parse()
    }
}

/// `12`, `-0.5`, `1e3`, `1.5E-2`.
impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().map_err(|_| NotANumber)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) || whole.len() + fraction.len() == 0 {
            return Err(NotANumber);
        }
        let places = i64::try_from(fraction.len()).map_err(|_| NotANumber)?;
        let exponent = exponent.checked_sub(places).ok_or(NotANumber)?;
        Self::normal(negative, &format!("{whole}{fraction}"), exponent)
    }
}

/// Plain digits where they are few, else with an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if (-400..=40).contains(&self.exponent) { f.write_str(&self.plain()) } else { f.write_str(&self.scientific()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().expect("a number")
    }

    #[test]
    fn is_the_quantity_not_the_spelling() {
        assert_eq!(number("1"), number("10e-1"));
        assert_eq!(number("-0.0"), number("0"));
        assert_eq!(number("0.50"), Number::exactly(0.5).expect("finite"));
        assert_ne!(number("0.1"), Number::exactly(0.1).expect("finite"));
        assert_eq!(number("0.1"), Number::try_from(0.1).expect("finite"));
    }

    #[test]
    fn keeps_numbers_that_no_machine_number_holds() {
        let big = number("12345678901234567890123");
        assert_eq!(big.to_string(), "12345678901234567890123");
        assert_eq!(big.as_i64(), None);
        assert_eq!(number("1e400000").to_string(), "1e400000");
    }

    #[test]
    fn orders_by_quantity() {
        let ordered = ["-1e30", "-2", "-0.5", "0", "0.49", "0.5", "9", "10", "1e30"];
        for pair in ordered.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in ["", ".", "-", "1e", "e1", "0x1", "1_000", "NaN", "1.2.3", "1e99999999999999999999"] {
            assert_eq!(text.parse::<Number>(), Err(NotANumber), "{text:?}");
        }
        assert!(Number::try_from(f64::INFINITY).is_err());
        assert!("9".repeat(MAX_DIGITS + 1).parse::<Number>().is_err());
    }

    proptest! {
        #[test]
        fn integers_come_back(integer in any::<i64>()) {
            let number = Number::from(integer);
            prop_assert_eq!(number.as_i64(), Some(integer));
            prop_assert_eq!(number.to_string(), integer.to_string());
            prop_assert_eq!(number.to_string().parse::<Number>(), Ok(number));
        }

        #[test]
        fn doubles_come_back(double in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            prop_assert_eq!(Number::try_from(double).map(|n| n.as_f64()), Ok(double));
            prop_assert_eq!(Number::exactly(double).map(|n| n.as_f64()), Ok(double));
            prop_assert_eq!(
                Number::exactly(double).and_then(|n| n.to_string().parse()),
                Number::exactly(double)
            );
        }
    }
}
