//! Logs and single records, from files and from standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use flate2::read::MultiGzDecoder;
use trailhook_engine::event::Event;

use super::output::count;
use trailhook_engine::log::{GZIP_BEGINS, LogError, LogReader, MAX_RECORD_BYTES, RawRecord, RecordSink, SplitError};

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;

/// Hands each record of a log to a sink.
///
/// # Errors
///
/// If the log cannot be read to its end. The records until then were handed over.
pub(super) fn feed(mut input: impl Read, sink: impl RecordSink) -> anyhow::Result<()> {
    let mut buffer = vec![0; CHUNK];
    let mut sink = Some(sink);
    let mut reader = None;
    loop {
        let length = input.read(&mut buffer)?;
        let Some((first, _)) = buffer.get(..length).and_then(<[u8]>::split_first) else { break };
        if let Some(sink) = sink.take() {
            reader = Some(LogReader::new(*first, sink));
        }
        if let Some(reader) = &mut reader {
            reader.push(buffer.get(..length).unwrap_or_default())?;
        }
    }
    reader.context("the file is empty")?.finish()?;
    Ok(())
}

/// The one event that a path names: a file with a single record, or of a log the event with the wanted `eventID`. `-` is
/// standard input.
///
/// # Errors
///
/// If the file cannot be read, or does not say which event is meant.
pub(super) fn event(path: &Path, wanted: Option<&str>) -> anyhow::Result<Event> {
    if path.as_os_str() == "-" {
        return event_of(io::stdin().lock(), wanted).context("standard input");
    }
    let file = File::open(path).with_context(|| path.display().to_string())?;
    event_of(file, wanted).with_context(|| path.display().to_string())
}

fn event_of(input: impl Read, wanted: Option<&str>) -> anyhow::Result<Event> {
    let mut search = Search { wanted, ..Search::default() };
    let mut input = Keeping { input, head: Vec::new() };
    let read = feed(&mut input, &mut search);
    match (read, search.found) {
        // Whatever comes behind it, this is the event.
        (_, Some(event)) if wanted.is_some() => return Ok(event),
        (Ok(()), Some(event)) if search.events == 1 => return Ok(event),
        (Ok(()), _) => {}
        (Err(error), _) => match error.downcast_ref::<LogError>() {
            Some(LogError::Content(SplitError::NoRecords)) => return single(&input.head, wanted),
            _ => return Err(error),
        },
    }
    let events = count(search.events, "event");
    match (wanted, search.example) {
        (Some(wanted), _) => bail!("none of the {events} of the log has the eventID {wanted}"),
        (None, Some(id)) => bail!("the log has {events}: choose one by its eventID, such as --event-id {id}"),
        (None, None) => bail!("the log has {events}, and none with an eventID to choose one by"),
    }
}

/// The event of a file that holds one record.
fn single(head: &[u8], wanted: Option<&str>) -> anyhow::Result<Event> {
    let mut text = Vec::new();
    let limit = u64::try_from(MAX_RECORD_BYTES + 1).unwrap_or(u64::MAX);
    if head.first() == Some(&GZIP_BEGINS) {
        MultiGzDecoder::new(head).take(limit).read_to_end(&mut text).context("the content cannot be decompressed")?;
    } else {
        text.extend_from_slice(head);
    }
    ensure!(text.len() <= MAX_RECORD_BYTES, "neither a log with a list `Records` nor a single record: it is too long");
    let event = Event::parse(&text).context("neither a log with a list `Records` nor a single record")?;
    if let Some(wanted) = wanted {
        ensure!(event.id().as_deref() == Some(wanted), "the event has not the eventID {wanted}");
    }
    Ok(event)
}

/// Keeps as much of what is read as a single record can take.
struct Keeping<R> {
    input: R,
    head: Vec<u8>,
}

impl<R: Read> Read for Keeping<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        if self.head.len() <= MAX_RECORD_BYTES {
            self.head.extend_from_slice(buffer.get(..length).unwrap_or_default());
        }
        Ok(length)
    }
}

#[derive(Default)]
struct Search<'w> {
    wanted: Option<&'w str>,
    /// The wanted event, or the first.
    found: Option<Event>,
    events: u64,
    /// An `eventID` that is there.
    example: Option<String>,
}

impl RecordSink for Search<'_> {
    fn record(&mut self, record: &RawRecord<'_>) {
        let Some(Ok(event)) = record.text.map(Event::parse) else { return };
        self.events += 1;
        if self.example.is_none() {
            self.example = event.id().map(std::borrow::Cow::into_owned);
        }
        let fits = self.wanted.is_none_or(|wanted| event.id().as_deref() == Some(wanted));
        if fits && self.found.is_none() {
            self.found = Some(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    const LOG: &str = r#"{"Records":[{"eventID":"a","n":1},{"eventID":"b","n":2},7]}"#;

    fn found(text: &[u8], wanted: Option<&str>) -> Result<String, String> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        let said = |event: anyhow::Result<Event>| match event {
            Ok(event) => Ok(event.record().to_string()),
            Err(error) => Err(format!("{error:#}")),
        };
        let plain = said(event_of(text, wanted));
        assert_eq!(said(event_of(encoder.finish().unwrap().as_slice(), wanted)), plain);
        plain
    }

    #[test]
    fn the_event_is_the_only_one_or_the_wanted_one() {
        assert_eq!(found(br#" {"eventID":"a"}"#, None), Ok(r#"{"eventID":"a"}"#.to_owned()));
        assert_eq!(found(br#"{"eventID":"a"}"#, Some("a")), Ok(r#"{"eventID":"a"}"#.to_owned()));
        assert_eq!(found(br#"{"Records":[{"n":1}]}"#, None), Ok(r#"{"n":1}"#.to_owned()));
        assert_eq!(found(LOG.as_bytes(), Some("b")), Ok(r#"{"eventID":"b","n":2}"#.to_owned()));
    }

    #[test]
    fn where_it_is_not_clear_the_error_says_what_to_do() {
        let error = |text: &str, wanted| found(text.as_bytes(), wanted).unwrap_err();
        assert_eq!(error(LOG, None), "the log has 2 events: choose one by its eventID, such as --event-id a");
        assert_eq!(error(LOG, Some("c")), "none of the 2 events of the log has the eventID c");
        assert_eq!(error(r#"{"Records":[]}"#, None), "the log has 0 events, and none with an eventID to choose one by");
        assert_eq!(error(r#"{"eventID":"a"}"#, Some("b")), "the event has not the eventID b");
        assert_eq!(
            error("[1]", None),
            "neither a log with a list `Records` nor a single record: the record is not a JSON object"
        );
        assert!(error(r#"{"Records":[{"eventID":"a"}"#, None).contains("cut off"));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(2 * MAX_RECORD_BYTES));
        assert!(error(&long, None).contains("too long"));
        assert_eq!(event_of(&b""[..], None).unwrap_err().to_string(), "the file is empty");
    }
}
