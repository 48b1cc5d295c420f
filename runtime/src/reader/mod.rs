//! Reader: the bytes of a log object become records, one at a time, in bounded memory.

mod key;
mod log;
mod splitter;

pub use key::ObjectKind;
pub(crate) use log::GZIP_BEGINS;
pub use log::{LogError, LogReader, RecordSink, TAKE};
pub use splitter::{MAX_RECORD_BYTES, RawRecord, SplitError, Splitter};
