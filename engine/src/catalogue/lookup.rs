//! What is known of an event's name that no source, or none of those that are asked for, has.

use super::Events;

/// A name that no known event of the sources has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfound {
    /// The other sources that have an event of this name.
    pub(crate) elsewhere: Vec<&'static str>,
    /// What was meant, if there is something near.
    pub(crate) meant: Option<Meant>,
}

/// What was meant by an event's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meant {
    /// The event of this name.
    Name(String),
    /// The events whose names begin so and end with the date of the interface.
    Dated(String),
}

impl Events {
    /// Whether one of these sources, or any if none is given, has an event of this name.
    pub(crate) fn has(&self, sources: &[&str], name: &str) -> bool {
        if sources.is_empty() { self.has_name(name) } else { sources.iter().any(|source| self.has_event(source, name)) }
    }

    /// Looks a name up among the events of these sources, or of all if none is given. `None`: there is such an event.
    pub(crate) fn look_up(&self, sources: &[&str], name: &str) -> Option<Unfound> {
        if self.has(sources, name) {
            return None;
        }
        // People take `s3:PutBucketPolicy` out of a policy.
        let bare = name.rsplit([':', '.']).next().unwrap_or(name);
        let meant = if self.is_dated(sources, bare) {
            Some(Meant::Dated(bare.to_owned()))
        } else if bare != name && self.has_name(bare) {
            Some(Meant::Name(bare.to_owned()))
        } else {
            self.meant_name(sources, bare).map(|meant| Meant::Name(meant.to_owned()))
        };
        Some(Unfound { elsewhere: self.sources_of(name).collect(), meant })
    }
}
