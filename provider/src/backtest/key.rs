//! What the key of a log object tells, and which objects fit into a budget.
//!
//! `[prefix/]AWSLogs/[o-ORG/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_XXXX.json.gz`

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Span, Timestamp};

/// The longest window, in days: each costs a listing of every account and region.
pub(crate) const MAX_DAYS: usize = 366;

/// How far a folder goes into the order of a log bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Above `AWSLogs`.
    Above,
    /// `AWSLogs`, which holds accounts and organisations.
    Logs,
    /// `o-ORG`, which holds accounts.
    Organisation,
    /// An account, which holds `CloudTrail`, digests, and the logs of other services.
    Account,
    /// `CloudTrail` and its like, which hold regions.
    Trail,
    /// A region, which holds days.
    Region,
    /// A part of a date.
    Date,
}

impl Level {
    /// The level of a folder, which is empty or ends with a slash.
    pub(crate) fn of(folder: &str) -> Self {
        let mut segments: Vec<_> = folder.trim_end_matches('/').split('/').collect();
        let Some(logs) = segments.iter().rposition(|segment| *segment == "AWSLogs") else { return Self::Above };
        let below = segments.split_off(logs + 1);
        let is_organisation = below.first().is_some_and(|first| first.starts_with("o-"));
        match below.len() - usize::from(is_organisation) {
            0 if is_organisation => Self::Organisation,
            0 => Self::Logs,
            1 => Self::Account,
            2 => Self::Trail,
            3 => Self::Region,
            _ => Self::Date,
        }
    }

    /// Whether logs may be in a folder of this name inside one of this level.
    pub(super) fn leads_into(self, name: &str) -> bool {
        let is_account = || !name.is_empty() && name.chars().all(|c| c.is_ascii_digit());
        match self {
            Self::Above => name == "AWSLogs",
            Self::Logs => is_account() || name.starts_with("o-"),
            Self::Organisation => is_account(),
            Self::Account => name.starts_with("CloudTrail") && name != "CloudTrail-Digest",
            Self::Trail => true,
            Self::Region | Self::Date => false,
        }
    }
}

/// The days of a window in UTC, by which CloudTrail sorts its files, the last first. The window ends before `to`.
pub(super) fn days(from: Timestamp, to: Timestamp) -> impl Iterator<Item = Date> {
    let day = |time| Offset::UTC.to_datetime(time).date();
    let first = day(from);
    let last = day(to.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(to));
    std::iter::successors((first <= last).then_some(last), move |day| {
        day.checked_sub(Span::new().days(1)).ok().filter(|before| *before >= first)
    })
}

/// The folder of a day in one of a region.
pub(super) fn day_folder(region: &str, day: Date) -> String {
    format!("{region}{:04}/{:02}/{:02}/", day.year(), day.month(), day.day())
}

/// When CloudTrail wrote the file, by its name.
pub(super) fn written_at(key: &str) -> Option<Timestamp> {
    let name = key.rsplit('/').next()?;
    let time = DateTime::strptime("%Y%m%dT%H%MZ", name.split('_').nth(3)?).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

/// An object of the listing. The order is that of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LogObject {
    /// `None` for a name that tells none.
    pub(super) written_at: Option<Timestamp>,
    pub(super) key: String,
    pub(super) size: u64,
}

/// The newest objects that fit into a budget, without a gap.
#[derive(Debug)]
pub(super) struct Newest {
    budget: u64,
    size: u64,
    kept: BinaryHeap<Reverse<LogObject>>,
    /// The newest one that did not fit.
    cut: Option<LogObject>,
}

impl Newest {
    /// Takes objects of this size altogether, in bytes.
    pub(super) fn new(budget: u64) -> Self {
        Self { budget, size: 0, kept: BinaryHeap::new(), cut: None }
    }

    pub(super) fn push(&mut self, object: LogObject) {
        if self.cut.as_ref().is_some_and(|cut| object < *cut) {
            return;
        }
        self.size = self.size.saturating_add(object.size);
        self.kept.push(Reverse(object));
        while self.size > self.budget
            && let Some(Reverse(oldest)) = self.kept.pop()
        {
            self.size -= oldest.size;
            self.cut = Some(oldest);
        }
    }

    /// Whether something did not fit.
    pub(super) fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// The objects, the newest first.
    pub(super) fn into_objects(self) -> impl Iterator<Item = LogObject> {
        self.kept.into_sorted_vec().into_iter().map(|Reverse(object)| object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_folder_tells_how_deep_it_is() {
        for (folder, level) in [
            ("", Level::Above),
            ("trails/company/", Level::Above),
            ("AWSLogs/", Level::Logs),
            ("trails/AWSLogs/", Level::Logs),
            ("AWSLogs/o-abc/", Level::Organisation),
            ("AWSLogs/111122223333/", Level::Account),
            ("AWSLogs/o-abc/111122223333/", Level::Account),
            ("AWSLogs/111122223333/CloudTrail/", Level::Trail),
            ("AWSLogs/o-abc/111122223333/CloudTrail/eu-central-1/", Level::Region),
            ("AWSLogs/111122223333/CloudTrail/eu-central-1/2026/", Level::Date),
        ] {
            assert_eq!(Level::of(folder), level, "{folder}");
        }
    }

    #[test]
    fn only_what_holds_logs_is_entered() {
        for (level, name, enters) in [
            (Level::Above, "AWSLogs", true),
            (Level::Above, "backup", false),
            (Level::Logs, "o-abc", true),
            (Level::Logs, "111122223333", true),
            (Level::Logs, "vpc", false),
            (Level::Organisation, "111122223333", true),
            (Level::Account, "CloudTrail", true),
            (Level::Account, "CloudTrail-Insight", true),
            (Level::Account, "CloudTrail-Digest", false),
            (Level::Account, "Config", false),
            (Level::Trail, "eu-central-1", true),
        ] {
            assert_eq!(level.leads_into(name), enters, "{level:?} {name}");
        }
    }

    #[test]
    fn a_window_has_its_days_from_the_last_to_the_first() {
        let folders = |from, to| -> Vec<_> { days(time(from), time(to)).map(|day| day_folder("r/", day)).collect() };
        assert_eq!(
            folders("2026-02-27T23:59:00Z", "2026-03-01T00:01:00Z"),
            ["r/2026/03/01/", "r/2026/02/28/", "r/2026/02/27/"]
        );
        assert_eq!(folders("2026-02-03T10:00:00+11:00", "2026-02-03T10:30:00+11:00"), ["r/2026/02/02/"]);
        assert_eq!(folders("2026-02-03T00:00:00Z", "2026-02-04T00:00:00Z"), ["r/2026/02/03/"]);
        assert_eq!(folders("2026-02-03T10:00:00Z", "2026-02-01T10:00:00Z"), [""; 0]);
    }

    #[test]
    fn the_name_of_a_file_tells_when_it_was_written() {
        let key =
            "AWSLogs/1/CloudTrail/us-east-1/2026/02/03/1_CloudTrail_us-east-1_20260203T1115Z_hcFtuKv0VrSyPdNq.json.gz";
        assert_eq!(written_at(key), Some(time("2026-02-03T11:15:00Z")));
        assert_eq!(written_at("AWSLogs/1/CloudTrail/us-east-1/2026/02/03/copy.json.gz"), None);
        assert_eq!(written_at("1_CloudTrail_us-east-1_20261303T1115Z_a.json.gz"), None);
    }

    #[test]
    fn a_budget_keeps_the_newest_without_a_gap() {
        let object =
            |second, size| LogObject { written_at: Timestamp::from_second(second).ok(), key: second.to_string(), size };
        let kept = |budget, order: &[(i64, u64)]| {
            let mut newest = Newest::new(budget);
            order.iter().for_each(|(second, size)| newest.push(object(*second, *size)));
            let is_cut = newest.is_cut();
            (newest.into_objects().map(|object| object.key).collect::<Vec<_>>().join(" "), is_cut)
        };
        assert_eq!(kept(60, &[(1, 10), (3, 30), (2, 20)]), ("3 2 1".to_owned(), false));
        assert_eq!(kept(59, &[(1, 10), (3, 30), (2, 20)]), ("3 2".to_owned(), true));
        // What is older than a large one is left out with it, however small.
        assert_eq!(kept(50, &[(3, 40), (2, 20), (1, 5)]), ("3".to_owned(), true));
        assert_eq!(kept(5, &[(3, 40)]), (String::new(), true));
    }
}
