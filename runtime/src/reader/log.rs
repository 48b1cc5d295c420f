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

/// Reads a log object piece by piece: plain JSON or gzip, told by the first bytes.
pub struct LogReader<F: FnMut(RawRecord<'_>)> {
    form: Form<F>,
}

enum Form<F: FnMut(RawRecord<'_>)> {
    /// Fewer bytes than it takes to tell have come.
    Unknown(Vec<u8>, Records<F>),
    Plain(Records<F>),
    Gzip(Box<MultiGzDecoder<Records<F>>>),
    /// Left behind while one form becomes another.
    Moving,
}

const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];

impl<F: FnMut(RawRecord<'_>)> LogReader<F> {
    /// A reader that hands each record to `sink`.
    pub fn new(sink: F) -> Self {
        Self { form: Form::Unknown(Vec::new(), Records { splitter: Splitter::default(), sink }) }
    }

    /// Takes the next bytes of the object.
    ///
    /// # Errors
    ///
    /// [`LogError::Gzip`] if they cannot be decompressed.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), LogError> {
        match &mut self.form {
            Form::Plain(records) => {
                records.take(chunk);
                Ok(())
            }
            Form::Gzip(decoder) => decoder.write_all(chunk).map_err(LogError::Gzip),
            Form::Unknown(head, _) => {
                head.extend_from_slice(chunk);
                if head.len() < GZIP_MAGIC.len() { Ok(()) } else { self.settle() }
            }
            Form::Moving => Ok(()),
        }
    }

    /// Says that the object has no more bytes.
    ///
    /// # Errors
    ///
    /// [`LogError`] if the object was not whole. The records until then were handed over.
    pub fn finish(mut self) -> Result<(), LogError> {
        if matches!(self.form, Form::Unknown(..)) {
            self.settle()?;
        }
        let records = match self.form {
            Form::Gzip(decoder) => decoder.finish().map_err(LogError::Gzip)?,
            Form::Plain(records) | Form::Unknown(_, records) => records,
            Form::Moving => return Ok(()),
        };
        Ok(records.splitter.finish()?)
    }

    fn settle(&mut self) -> Result<(), LogError> {
        let Form::Unknown(head, records) = std::mem::replace(&mut self.form, Form::Moving) else { return Ok(()) };
        self.form = if head.starts_with(&GZIP_MAGIC) {
            Form::Gzip(Box::new(MultiGzDecoder::new(records)))
        } else {
            Form::Plain(records)
        };
        self.push(&head)
    }
}

struct Records<F> {
    splitter: Splitter,
    sink: F,
}

impl<F: FnMut(RawRecord<'_>)> Records<F> {
    fn take(&mut self, bytes: &[u8]) {
        self.splitter.push(bytes, &mut self.sink);
    }
}

impl<F: FnMut(RawRecord<'_>)> Write for Records<F> {
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

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8], chunk: usize) -> (usize, Result<(), LogError>) {
        let mut count = 0;
        let mut reader = LogReader::new(|_| count += 1);
        let pushed = bytes.chunks(chunk.max(1)).try_for_each(|chunk| reader.push(chunk));
        let end = match pushed {
            Ok(()) => reader.finish(),
            Err(error) => {
                drop(reader);
                Err(error)
            }
        };
        (count, end)
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
    fn what_is_not_whole_is_an_error() {
        let whole = gzip(LOG);
        assert!(matches!(read(&whole[..whole.len() - 9], 4).1, Err(LogError::Gzip(_))));
        assert!(matches!(read(&whole[..4], 4).1, Err(LogError::Gzip(_))));
        assert!(matches!(read(&gzip(&LOG[..20]), 100).1, Err(LogError::Content(SplitError::CutOff))));
        assert!(matches!(read(b"", 1).1, Err(LogError::Content(SplitError::NoRecords))));
        assert!(matches!(read(b"{", 1).1, Err(LogError::Content(SplitError::CutOff))));
    }
}
