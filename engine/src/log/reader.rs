//! From the bytes of a log object, as they arrive, to its records.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

use super::splitter::{RawRecord, SplitError, Splitter};

/// Why an object could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The bytes are not gzip, or stop in the middle.
    #[error("the content cannot be decompressed: {0}")]
    Gzip(io::Error),
    /// The content is no log, or was cut off.
    #[error(transparent)]
    Content(#[from] SplitError),
}

/// What takes the records of a log.
pub trait RecordSink {
    /// Takes one record.
    fn record(&mut self, record: &RawRecord<'_>);
}

impl<S: RecordSink> RecordSink for &mut S {
    fn record(&mut self, record: &RawRecord<'_>) {
        (**self).record(record);
    }
}

/// Reads a log object piece by piece: plain JSON or gzip, told by the first byte, which no JSON begins with.
pub struct LogReader<S: RecordSink> {
    form: Form<S>,
}

enum Form<S: RecordSink> {
    Plain(Records<S>),
    Gzip(Box<MultiGzDecoder<Records<S>>>),
}

/// The first byte of every gzip file.
pub const GZIP_BEGINS: u8 = 0x1F;

/// Compressed bytes that are taken at a time. Deflate makes at most 1,032 bytes of one, so that what waits between two takes
/// is bounded whatever came.
pub const TAKE: usize = 4 * 1024;

impl<S: RecordSink> LogReader<S> {
    /// A reader for an object with this first byte, which hands each record to `sink`.
    pub fn new(first: u8, sink: S) -> Self {
        let records = Records { splitter: Splitter::default(), sink };
        let form = if first == GZIP_BEGINS {
            Form::Gzip(Box::new(MultiGzDecoder::new(records)))
        } else {
            Form::Plain(records)
        };
        Self { form }
    }

    /// Takes the next bytes of the object, at best no more than [`TAKE`].
    ///
    /// # Errors
    ///
    /// [`LogError::Gzip`] if they cannot be decompressed.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), LogError> {
        match &mut self.form {
            Form::Gzip(decoder) => decoder.write_all(chunk).map_err(LogError::Gzip),
            Form::Plain(records) => {
                records.take(chunk);
                Ok(())
            }
        }
    }

    /// What took the records until now.
    pub fn sink_mut(&mut self) -> &mut S {
        match &mut self.form {
            Form::Plain(records) => &mut records.sink,
            Form::Gzip(decoder) => &mut decoder.get_mut().sink,
        }
    }

    /// Says that the object has no more bytes, and whether it was whole.
    ///
    /// # Errors
    ///
    /// [`LogError`] if it was not. The records until then were handed over.
    pub fn finish(&mut self) -> Result<(), LogError> {
        let records = match &mut self.form {
            Form::Plain(records) => records,
            Form::Gzip(decoder) => {
                decoder.try_finish().map_err(LogError::Gzip)?;
                decoder.get_mut()
            }
        };
        Ok(records.splitter.finish()?)
    }
}

struct Records<S> {
    splitter: Splitter,
    sink: S,
}

impl<S: RecordSink> Records<S> {
    fn take(&mut self, bytes: &[u8]) {
        let sink = &mut self.sink;
        self.splitter.push(bytes, &mut |record| sink.record(&record));
    }
}

impl<S: RecordSink> Write for Records<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    struct Count(usize);

    impl RecordSink for Count {
        fn record(&mut self, _: &RawRecord<'_>) {
            self.0 += 1;
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8], chunk: usize) -> (usize, Result<(), LogError>) {
        let mut reader = LogReader::new(bytes[0], Count(0));
        let outcome = bytes.chunks(chunk).try_for_each(|chunk| reader.push(chunk)).and_then(|()| reader.finish());
        (reader.sink_mut().0, outcome)
    }

    const LOG: &[u8] = br#"{"Records":[{"eventName":"A"},{"eventName":"B"}]}"#;

    #[test]
    fn gzip_and_plain_text_are_told_apart() {
        for chunk in [1, 2, 3, 1000] {
            assert!(matches!(read(LOG, chunk), (2, Ok(()))));
            assert!(matches!(read(&gzip(LOG), chunk), (2, Ok(()))));
        }
    }

    #[test]
    fn several_gzip_members_are_one_file() {
        let (head, tail) = LOG.split_at(20);
        assert!(matches!(read(&[gzip(head), gzip(tail)].concat(), 5), (2, Ok(()))));
    }

    #[test]
    fn what_is_not_whole_is_an_error_and_gives_what_was() {
        let whole = gzip(LOG);
        assert!(matches!(read(&whole[..whole.len() - 9], 4).1, Err(LogError::Gzip(_))));
        assert!(matches!(read(&whole[..4], 4).1, Err(LogError::Gzip(_))));
        assert!(matches!(read(&gzip(&LOG[..40]), 100), (1, Err(LogError::Content(SplitError::CutOff)))));
        assert!(matches!(read(b"{", 1).1, Err(LogError::Content(SplitError::CutOff))));
    }

    #[test]
    fn two_logs_in_one_object_are_an_error() {
        let twice = [gzip(LOG), gzip(LOG)].concat();
        assert!(matches!(read(&twice, 100).1, Err(LogError::Content(SplitError::Trailing(_)))));
    }
}
