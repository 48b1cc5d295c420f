//! Time and chance, passed in so that tests decide them.

use std::fmt;
use std::future::Future;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A point of time in milliseconds since 1970, as the state table keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    /// The moment of so many milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Its day in UTC, such as `2026-02-03`.
    #[must_use]
    pub fn day(self) -> String {
        Timestamp::from(self).strftime("%Y-%m-%d").to_string()
    }

    /// A later moment.
    #[must_use]
    pub fn plus(self, time: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }

    /// An earlier moment.
    #[must_use]
    pub fn minus(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The time that has passed since another moment; nothing if that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_millisecond())
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        Self::from_millisecond(moment.0).unwrap_or(if moment.0 < 0 { Self::MIN } else { Self::MAX })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Timestamp::from(*self).fmt(f)
    }
}

/// What tells the time, waits, and throws dice.
pub trait Clock {
    /// Now.
    fn now(&self) -> Moment;

    /// Waits.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()>;

    /// A number that nobody can guess before: for jitter, and for names that must not meet.
    fn random(&self) -> u64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment::default().plus(now)
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn random(&self) -> u64 {
        fastrand::u64(..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_milliseconds() {
        let moment: Moment = "2026-02-03T04:05:06.789Z".parse::<Timestamp>().unwrap().into();
        assert_eq!(moment.to_string(), "2026-02-03T04:05:06.789Z");
        let later = moment.plus(Duration::from_secs(2));
        assert_eq!((later.since(moment), moment.since(later)), (Duration::from_secs(2), Duration::ZERO));
        assert_eq!(later.minus(Duration::from_secs(2)), moment);
        assert_eq!(Timestamp::from(moment.plus(Duration::MAX)), Timestamp::MAX);
        assert_eq!(Moment::from_millis(-1).as_seconds(), -1);
    }
}
