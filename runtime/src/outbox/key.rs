//! The names of the items in the state table.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The longest event identity that stands in a key as it is. CloudTrail's have 36 bytes; a key of DynamoDB has at most 2,048.
const MAX_PLAIN: usize = 200;

/// The name of an item. Its first letter says what the item is:
///
/// | | |
/// |---|---|
/// | `E#route#event` | a receipt: the event was claimed for the route |
/// | `G#route#group` | a group: what is to be told, and was |
/// | `C#channel` | a channel's lease |
/// | `N#rule#event` | a receipt: the event was counted by the rule's threshold |
/// | `T#rule#values` | the counts of a threshold |
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// The name of a group: its route, and what its alerts have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// The route's name.
    pub route: String,
    /// A digest of what the alerts have in common.
    pub id: String,
}

impl GroupKey {
    /// The group of a route whose alerts have these texts in common. Neither their number nor their length matters.
    #[must_use]
    pub fn of(route: &str, common: &[&str]) -> Self {
        Self { route: route.to_owned(), id: digest(common) }
    }

    /// The group that an item's name means.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let (route, id) = key.strip_prefix("G#")?.split_once('#')?;
        Some(Self { route: route.to_owned(), id: id.to_owned() })
    }

    /// The item's name.
    #[must_use]
    pub fn key(&self) -> Key {
        Key(format!("G#{}#{}", self.route, self.id))
    }
}

impl Key {
    /// The receipt of an event on a route.
    #[must_use]
    pub fn claimed(route: &str, event_id: &str) -> Self {
        Self(format!("E#{route}#{}", plain_or_digest(event_id)))
    }

    /// The receipt of an event at a rule's threshold.
    #[must_use]
    pub fn counted(rule: &str, event_id: &str) -> Self {
        Self(format!("N#{rule}#{}", plain_or_digest(event_id)))
    }

    /// The counts of a rule's threshold for events of these values.
    #[must_use]
    pub fn threshold(rule: &str, values: &[&str]) -> Self {
        Self(format!("T#{rule}#{}", digest(values)))
    }

    /// The lease of a channel.
    #[must_use]
    pub fn channel(name: &str) -> Self {
        Self(format!("C#{name}"))
    }

    /// As it stands in the table.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key().fmt(f)
    }
}

fn plain_or_digest(event_id: &str) -> String {
    if event_id.len() <= MAX_PLAIN { event_id.to_owned() } else { digest(&[event_id]) }
}

/// Half of a SHA-256 in hexadecimal digits, over the texts with their lengths, so that no two lists run together.
pub(crate) fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.len().to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_groups_name_can_be_read_back() {
        let group = GroupKey::of("security", &["rule", "alice", "StopLogging"]);
        assert_eq!(GroupKey::parse(group.key().as_str()), Some(group.clone()));
        assert_eq!(GroupKey::parse("E#security#e1"), None);
        assert_ne!(group, GroupKey::of("security", &["rule", "aliceStop", "Logging"]));
        assert_ne!(group, GroupKey::of("security", &["rule", "alice", "StopLogging", ""]));
    }

    #[test]
    fn a_key_is_short_whatever_the_event_says() {
        assert_eq!(Key::claimed("r", "e1").as_str(), "E#r#e1");
        assert!(Key::claimed("r", &"x".repeat(100_000)).as_str().len() < 64);
        assert!(Key::counted("pack/rule", &"日".repeat(100)).as_str().len() < 64);
    }
}
