//! CloudTrail's log files: from the bytes of an object, as they arrive, to its records, one at a time, in bounded memory.

mod kind;
mod reader;
mod splitter;

pub use kind::ObjectKind;
pub use reader::{GZIP_BEGINS, LogError, LogReader, RecordSink, TAKE};
pub use splitter::{MAX_RECORD_BYTES, RawRecord, SplitError, Splitter};
