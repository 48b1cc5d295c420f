//! From the bytes of one log to its tally.

use std::sync::Arc;

use trailhook_engine::Rule;
use trailhook_engine::event::Event;
use trailhook_engine::log::{LogError, LogReader, RawRecord, RecordSink, SplitError, TAKE};

use super::tally::Tally;

/// One log that is being read.
pub(super) struct Scan {
    judge: Option<Judge>,
    reader: Option<LogReader<Judge>>,
}

struct Judge {
    rule: Arc<Rule>,
    tally: Tally,
}

impl RecordSink for Judge {
    fn record(&mut self, record: &RawRecord<'_>) {
        match record.text.map(Event::parse) {
            Some(Ok(event)) => self.tally.event(&event, &self.rule),
            Some(Err(_)) | None => self.tally.broken(),
        }
    }
}

impl Scan {
    pub(super) fn new(rule: Arc<Rule>) -> Self {
        Self { judge: Some(Judge { rule, tally: Tally::default() }), reader: None }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), LogError> {
        for part in bytes.chunks(TAKE) {
            if let (Some(first), Some(judge)) = (part.first(), self.judge.take()) {
                self.reader = Some(LogReader::new(*first, judge));
            }
            if let Some(reader) = &mut self.reader {
                reader.push(part)?;
            }
        }
        Ok(())
    }

    /// What was seen, if the log was whole.
    pub(super) fn finish(mut self) -> Result<Tally, LogError> {
        let reader = self.reader.as_mut().ok_or(LogError::Content(SplitError::NoRecords))?;
        reader.finish()?;
        Ok(std::mem::take(&mut reader.sink_mut().tally))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook_engine::document::RuleDocument;

    fn scan(text: &[u8]) -> Result<Tally, String> {
        let mut scan = Scan::new(Arc::new(Rule::compile(RuleDocument::new("a", "True")).unwrap()));
        scan.push(text).and_then(|()| scan.finish()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_log_is_counted_whole_or_not_at_all() {
        let tally = scan(br#"{"Records":[{"eventName":"A"},{broken},{"eventName":"B"}]}"#).unwrap();
        assert_eq!((tally.events, tally.matches, tally.broken_records), (2, 2, 1));
        assert!(scan(br#"{"Records":[{"eventName":"A"},"#).unwrap_err().contains("cut off"));
        assert!(scan(b"").unwrap_err().contains("no list `Records`"));
    }
}
