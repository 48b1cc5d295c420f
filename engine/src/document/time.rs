//! Lengths and points of time, kept as they were written so that the configuration and the document never differ.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A length of time between one minute and one day: `90s`, `15m`, `24h`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    text: String,
    seconds: u32,
}

/// Why a text is no [`Window`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Another form.
    #[error("\"{0}\" is not a length of time; write a number and its unit: \"90s\", \"15m\" or \"24h\"")]
    Form(String),
    /// Shorter or longer than events can be counted over.
    #[error("\"{0}\" is not between one minute and 24 hours")]
    Range(String),
}

impl Window {
    const LEAST: u64 = 60;
    const MOST: u64 = 24 * 60 * 60;

    /// Takes a number and one of the units `s`, `m` and `h`.
    ///
    /// # Errors
    ///
    /// [`WindowError`] with what to write instead.
    pub fn parse(text: &str) -> Result<Self, WindowError> {
        let form = || WindowError::Form(text.to_owned());
        let unit = match text.as_bytes().last() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3600,
            _ => return Err(form()),
        };
        let digits = text.get(..text.len() - 1).unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(form());
        }
        let seconds = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(unit));
        match seconds.filter(|seconds| (Self::LEAST..=Self::MOST).contains(seconds)).map(u32::try_from) {
            Some(Ok(seconds)) => Ok(Self { text: text.to_owned(), seconds }),
            _ => Err(WindowError::Range(text.to_owned())),
        }
    }

    /// Its length in seconds.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        self.seconds
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for Window {
    type Error = WindowError;

    fn try_from(text: String) -> Result<Self, WindowError> {
        Self::parse(&text)
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.text
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A point of time in the form of RFC 3339, such as `2027-01-31T12:00:00Z`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant {
    text: String,
    timestamp: Timestamp,
}

/// A text that is no [`Instant`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a point of time; write it as \"2027-01-31T12:00:00Z\", with its offset from UTC")]
pub struct InstantError(String);

impl Instant {
    /// Takes a date and a time with their offset.
    ///
    /// # Errors
    ///
    /// [`InstantError`] with what to write instead.
    pub fn parse(text: &str) -> Result<Self, InstantError> {
        let is_plain = !text.contains(['[', ' ']);
        match text.parse::<Timestamp>() {
            Ok(timestamp) if is_plain => Ok(Self { text: text.to_owned(), timestamp }),
            _ => Err(InstantError(text.to_owned())),
        }
    }

    /// The point of time.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for Instant {
    type Error = InstantError;

    fn try_from(text: String) -> Result<Self, InstantError> {
        Self::parse(&text)
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> Self {
        instant.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_have_a_number_a_unit_and_bounds() {
        assert_eq!(Window::parse("15m").map(|window| window.seconds()), Ok(900));
        assert_eq!(Window::parse("60s").map(|window| window.seconds()), Ok(60));
        assert_eq!(Window::parse("24h").map(|window| window.seconds()), Ok(86_400));
        for text in ["", "m", "15", "15 m", "1d", "-5m", "1.5h", "٣m", "15M"] {
            assert_eq!(Window::parse(text), Err(WindowError::Form(text.to_owned())));
        }
        for text in ["59s", "25h", "0m", "99999999999999999999h"] {
            assert_eq!(Window::parse(text), Err(WindowError::Range(text.to_owned())));
        }
    }

    #[test]
    fn points_of_time_have_an_offset() {
        let second = |text: &str| Instant::parse(text).map(|instant| instant.timestamp().as_second());
        assert_eq!(second("2027-01-31T12:00:00Z"), second("2027-01-31T13:00:00+01:00"));
        for text in [
            "",
            "2027-01-31",
            "2027-01-31T12:00:00",
            "tomorrow",
            "2027-02-30T12:00:00Z",
            "2027-01-31T12:00:00+01:00[Europe/Berlin]",
        ] {
            assert!(Instant::parse(text).is_err(), "{text}");
        }
    }
}
