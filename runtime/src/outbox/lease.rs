//! The lease of a channel: one sender at a time, and the pace of what it sends.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

/// How long a lease holds unless it is renewed. A sender that died keeps others from the channel for as long.
pub const LEASE: Duration = Duration::from_secs(30);

/// How long one post may take. Its lease holds longer, so that nobody else posts the same meanwhile.
pub const POST_LIMIT: Duration = Duration::from_secs(10);

/// What of a lease must be left when a post begins: the post, and as much again for what is to be recorded and for clocks that
/// differ.
const LEAST_LEFT: Duration = Duration::from_secs(20);

/// Who sends to a channel, as it stands in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The sender's own name, which no other has.
    pub owner: String,
    /// Until when nobody else sends.
    pub until: Moment,
    /// From when on the channel takes the next message.
    pub next_at: Moment,
}

impl Lease {
    /// The lease of a new owner, if the last one, which may still hold it, lets it be taken.
    ///
    /// # Errors
    ///
    /// The moment until which somebody else sends.
    pub fn take(last: Option<&Self>, owner: &str, now: Moment) -> Result<Self, Moment> {
        match last {
            Some(last) if last.until > now && last.owner != owner => Err(last.until),
            _ => Ok(Self {
                owner: owner.to_owned(),
                until: now.plus(LEASE),
                next_at: last.map_or(now, |last| last.next_at),
            }),
        }
    }

    /// Whether a post that begins now ends within the lease.
    #[must_use]
    pub fn covers_a_post(&self, now: Moment) -> bool {
        self.until >= now.plus(LEAST_LEFT)
    }

    /// The lease given back, with the pace kept.
    #[must_use]
    pub fn given_back(&self, now: Moment) -> Self {
        Self { until: now, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_taken_when_nobody_holds_it() {
        let at = |second: i64| Moment::from_millis(second * 1_000);
        let first = Lease::take(None, "a", at(100)).unwrap();
        assert_eq!((first.until, first.next_at), (at(130), at(100)));
        assert_eq!(Lease::take(Some(&first), "b", at(129)), Err(at(130)));
        assert!(Lease::take(Some(&first), "a", at(129)).is_ok(), "its owner renews it");
        let paced = Lease { next_at: at(140), ..first.clone() };
        assert_eq!(Lease::take(Some(&paced), "b", at(130)).unwrap().next_at, at(140), "the pace is the channel's");
        assert_eq!(Lease::take(Some(&paced.given_back(at(110))), "b", at(110)).unwrap().owner, "b");
        assert!(first.covers_a_post(at(110)) && !first.covers_a_post(at(111)));
    }
}
