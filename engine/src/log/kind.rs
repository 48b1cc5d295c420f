//! What an object is, told by its key.

/// What an object of a log bucket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A CloudTrail log file: management, data, network-activity or insight events.
    Log,
    /// A digest file, which proves that logs were not changed and holds no events.
    Digest,
    /// Something else that is kept in the same bucket.
    Other,
}

impl ObjectKind {
    /// Tells by whole segments of the key, `[prefix/]AWSLogs/[o-ORG/]ACCOUNT/CloudTrail…/REGION/…`, so that a prefix of
    /// the user's own that merely holds such a word decides nothing.
    #[must_use]
    pub fn of_key(key: &str) -> Self {
        let folders = key.rsplit_once('/').map_or("", |(folders, _)| folders);
        // A prefix may hold the word too: the last one is CloudTrail's.
        let below_logs = folders.rsplit_once("AWSLogs/").map_or("", |(_, below)| below);
        // An account, or an organisation and an account, stand before the kind.
        let kind = below_logs.split('/').take(3).find(|segment| segment.starts_with("CloudTrail"));
        match kind {
            Some("CloudTrail-Digest") => Self::Digest,
            Some(_) if key.ends_with(".json.gz") || key.ends_with(".json") => Self::Log,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectKind::{self, Digest, Log, Other};

    #[test]
    fn the_segment_behind_the_account_decides() {
        let file = "eu-central-1/2026/02/03/111122223333_CloudTrail_eu-central-1_20260203T1010Z_abc.json.gz";
        for (folder, kind) in [
            ("AWSLogs/111122223333/CloudTrail/", Log),
            ("AWSLogs/111122223333/CloudTrail-Insight/", Log),
            ("AWSLogs/111122223333/CloudTrail-Digest/", Digest),
            ("AWSLogs/o-abcdef1234/111122223333/CloudTrail/", Log),
            ("my/CloudTrail-Digest/AWSLogs/111122223333/CloudTrail/", Log),
            ("AWSLogs/AWSLogs/o-abcdef1234/111122223333/CloudTrail/", Log),
            ("AWSLogs/111122223333/Config/", Other),
            ("AWSLogs/111122223333/vpcflowlogs/", Other),
            ("elsewhere/", Other),
        ] {
            assert_eq!(ObjectKind::of_key(&format!("{folder}{file}")), kind, "{folder}");
        }
        assert_eq!(ObjectKind::of_key("AWSLogs/111122223333/CloudTrail/"), Other);
    }
}
