//! Event names by source, and the request parameters of each event.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::ZlibDecoder;

use crate::similar::Names;

/// `catalogue/events.txt` without its comments, compressed by the build script.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/events.zlib"));

/// Unpacked when a rule first names an event: the function, which only evaluates, never does.
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    match ZlibDecoder::new(PACKED).read_to_string(&mut text) {
        Ok(_) => text,
        // What the build script packed can be unpacked; without it nothing is known, and nothing is said.
        Err(_) => String::new(),
    }
});

static EVENTS: LazyLock<Events> = LazyLock::new(|| Events::read(&TEXT));

/// Names that people take from policies or from an SDK, and the name that CloudTrail writes.
const OTHER_NAMES: [(&str, &str, &str); 10] = [
    ("s3.amazonaws.com", "PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("s3.amazonaws.com", "DeletePublicAccessBlock", "DeleteBucketPublicAccessBlock"),
    ("s3.amazonaws.com", "PutEncryptionConfiguration", "PutBucketEncryption"),
    ("s3.amazonaws.com", "PutLifecycleConfiguration", "PutBucketLifecycle"),
    ("s3.amazonaws.com", "PutBucketLifecycleConfiguration", "PutBucketLifecycle"),
    ("s3.amazonaws.com", "PutReplicationConfiguration", "PutBucketReplication"),
    ("s3.amazonaws.com", "PutBucketNotificationConfiguration", "PutBucketNotification"),
    ("s3.amazonaws.com", "PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"),
    ("s3.amazonaws.com", "ListAllMyBuckets", "ListBuckets"),
    ("s3.amazonaws.com", "ListBucket", "ListObjects"),
];

/// The events that are known.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// For each source its events in the order of their names, with the rest of their line.
    sources: BTreeMap<&'static str, Vec<(&'static str, Option<&'static str>)>>,
    /// The sources without `.amazonaws.com`.
    services: Names,
    /// Every event's name, once.
    names: Names,
}

impl Events {
    /// The catalogue of the binary.
    pub(crate) fn known() -> &'static Self {
        &EVENTS
    }

    fn read(text: &'static str) -> Self {
        let mut sources: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        let mut of_source = None;
        for line in text.lines() {
            match line.strip_prefix("  ") {
                None => of_source = Some(sources.entry(line).or_default()),
                Some(event) => {
                    let (name, parameters) =
                        event.split_once(' ').map_or((event, None), |(name, rest)| (name, Some(rest)));
                    if let Some(events) = &mut of_source {
                        events.push((name, parameters));
                    }
                }
            }
        }
        let names = Names::new(sources.values().flatten().map(|(name, _)| *name));
        Self { services: Names::new(sources.keys().map(|source| bare_source(source))), names, sources }
    }

    /// Whether events of this source are known.
    pub(crate) fn has_source(&self, source: &str) -> bool {
        self.sources.contains_key(source)
    }

    /// Whether an event of this name is known, of whatever source.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether the name of a known event begins so.
    pub(crate) fn has_beginning(&self, prefix: &str) -> bool {
        self.names.has_beginning(prefix)
    }

    /// Whether a source has an event of this name.
    pub(crate) fn has_event(&self, source: &str, name: &str) -> bool {
        self.event(source, name).is_some()
    }

    fn event(&self, source: &str, name: &str) -> Option<&(&'static str, Option<&'static str>)> {
        let events = self.sources.get(source)?;
        events.binary_search_by_key(&name, |(known, _)| known).ok().and_then(|place| events.get(place))
    }

    /// The sources that have an event of this name.
    pub(crate) fn sources_of(&self, name: &str) -> impl Iterator<Item = &'static str> {
        self.sources.keys().copied().filter(move |source| self.has_event(source, name))
    }

    /// The request parameters of an event; `None` where they are not known.
    pub(crate) fn parameters(&self, source: &str, name: &str) -> Option<impl Iterator<Item = &'static str>> {
        let (_, parameters) = self.event(source, name)?;
        parameters.map(|parameters| parameters.split(' ').filter(|parameter| *parameter != "-"))
    }

    /// The source that was meant.
    pub(crate) fn meant_source(&self, source: &str) -> Option<&'static str> {
        let service = bare_source(source).to_ascii_lowercase();
        let of_service = |service: &str| {
            self.sources.get_key_value(format!("{service}.amazonaws.com").as_str()).map(|(known, _)| *known)
        };
        of_service(&service).or_else(|| self.services.nearest(&service).and_then(of_service))
    }

    /// The event that was meant: of these sources, or of any if none is given.
    pub(crate) fn meant_name(&self, sources: &[&str], name: &str) -> Option<&'static str> {
        let other = OTHER_NAMES
            .iter()
            .find(|(source, other, _)| *other == name && (sources.is_empty() || sources.contains(source)));
        if let Some((_, _, meant)) = other {
            return Some(meant);
        }
        if sources.is_empty() {
            return self.names.nearest(name);
        }
        let events = sources.iter().filter_map(|source| self.sources.get(source)).flatten();
        Names::new(events.map(|(name, _)| *name)).nearest(name)
    }

    /// Whether the names of events in CloudTrail carry the date of the interface behind this name, as Lambda's do.
    pub(crate) fn is_dated(&self, sources: &[&str], name: &str) -> bool {
        let has = |source: &str| {
            self.sources.get(source).is_some_and(|events| {
                let start = events.partition_point(|(known, _)| *known < name);
                let candidates = events.get(start..).unwrap_or_default();
                let mut longer = candidates.iter().map_while(|(known, _)| known.strip_prefix(name));
                longer.any(is_date)
            })
        };
        if sources.is_empty() { self.sources.keys().any(|source| has(source)) } else { sources.iter().any(|s| has(s)) }
    }
}

/// `20150331`, `20150331v2`, `2020_05_31`.
fn is_date(suffix: &str) -> bool {
    let digits = suffix.chars().filter(char::is_ascii_digit).count();
    digits >= 8 && suffix.starts_with("20") && suffix.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | 'v'))
}

/// The service of a source or of the start of an action: `s3` of `s3.amazonaws.com`.
pub(crate) fn bare_source(source: &str) -> &str {
    let source = source.trim();
    source.strip_suffix(".cn").unwrap_or(source).strip_suffix(".amazonaws.com").unwrap_or(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole_and_small() {
        let events = Events::known();
        assert!(PACKED.len() < 400_000, "{} bytes", PACKED.len());
        assert!(events.sources.len() > 400 && events.sources.values().map(Vec::len).sum::<usize>() > 20_000);
        assert!(
            events.sources.values().all(|events| events.is_sorted()),
            "events must stand in the order of their names"
        );
        let parameters = events.parameters("iam.amazonaws.com", "CreateUser").unwrap();
        assert_eq!(parameters.collect::<Vec<_>>(), ["path", "permissionsBoundary", "tags", "userName"]);
    }

    #[test]
    fn what_was_meant_is_found() {
        let events = Events::known();
        assert_eq!(events.meant_source("s3"), Some("s3.amazonaws.com"));
        assert_eq!(events.meant_source("S3.amazonaws.com"), Some("s3.amazonaws.com"));
        assert_eq!(events.meant_source("cloudtrial.amazonaws.com"), Some("cloudtrail.amazonaws.com"));
        assert_eq!(events.meant_source("example.org"), None);
        assert_eq!(events.meant_name(&[], "StopLoging"), Some("StopLogging"));
        assert_eq!(events.meant_name(&[], "stop_logging"), Some("StopLogging"));
        assert_eq!(
            events.meant_name(&["s3.amazonaws.com"], "PutPublicAccessBlock"),
            Some("PutBucketPublicAccessBlock")
        );
        assert_eq!(events.meant_name(&[], "SomethingElseEntirely"), None);
        assert!(events.is_dated(&["lambda.amazonaws.com"], "UpdateFunctionCode"));
        assert!(events.is_dated(&[], "CreateDistribution"));
        assert!(!events.is_dated(&[], "CreateUser"));
    }
}
