//! Cuts the records out of a log file as its bytes arrive.
//!
//! A log file is `{"Records":[{…},{…}]}`. Only brackets and strings are followed, so that memory is bounded by the largest
//! record and not by the file, and a record that is no JSON does not stop the ones behind it.

/// The longest record that is kept, in bytes. CloudTrail's own limit for an event is 256 KB.
pub const MAX_RECORD_BYTES: usize = 1024 * 1024;

/// One element of `Records`.
#[derive(Debug, PartialEq, Eq)]
pub struct RawRecord<'a> {
    /// Its place in the decompressed file, in bytes.
    pub offset: u64,
    /// Its text; `None` for one longer than [`MAX_RECORD_BYTES`].
    pub text: Option<&'a [u8]>,
}

/// Why a file is no log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The file stops inside its content.
    #[error("the log ends in the middle; it was cut off")]
    CutOff,
    /// Something stands behind the end of the content.
    #[error("the log goes on behind its end, at byte {0}; it holds more than one document")]
    Trailing(u64),
    /// The content is something else.
    #[error("the content is not a CloudTrail log: it has no list `Records`")]
    NoRecords,
}

/// The state of the cut.
#[derive(Debug, Default)]
pub struct Splitter {
    offset: u64,
    /// Brackets that are open.
    depth: usize,
    /// Whether the first bracket was seen.
    begun: bool,
    in_string: bool,
    escaped: bool,
    /// The last string at the top level, which is a key when a bracket follows.
    key: Vec<u8>,
    part: Part,
    started_at: u64,
    record: Vec<u8>,
    too_long: bool,
    /// Where something other than white space stands behind the end.
    trailing: Option<u64>,
}

#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
enum Part {
    #[default]
    Before,
    Records,
    After,
}

const RECORDS_DEPTH: usize = 2;
const RECORDS: &[u8] = b"Records";

impl Splitter {
    /// Takes the next bytes and hands over each record that ends in them.
    pub fn push(&mut self, chunk: &[u8], sink: &mut impl FnMut(RawRecord<'_>)) {
        for byte in chunk {
            self.byte(*byte, sink);
            self.offset += 1;
        }
    }

    /// Says whether the file was whole.
    ///
    /// # Errors
    ///
    /// [`SplitError`] if it was cut off, or held no `Records`.
    pub fn finish(&self) -> Result<(), SplitError> {
        match self.part {
            _ if self.depth > 0 || self.in_string => Err(SplitError::CutOff),
            Part::After => self.trailing.map_or(Ok(()), |offset| Err(SplitError::Trailing(offset))),
            Part::Before | Part::Records => Err(SplitError::NoRecords),
        }
    }

    fn byte(&mut self, byte: u8, sink: &mut impl FnMut(RawRecord<'_>)) {
        if self.in_string {
            self.keep(byte);
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                // One byte more than the wanted key tells a longer one from it.
                _ if self.depth == 1 && self.key.len() <= RECORDS.len() => self.key.push(byte),
                _ => {}
            }
            return;
        }
        if self.depth == 0 && self.begun {
            if !byte.is_ascii_whitespace() {
                self.trailing.get_or_insert(self.offset);
            }
            return;
        }
        let between_records = self.part == Part::Records && self.depth == RECORDS_DEPTH;
        match byte {
            b'"' => {
                self.in_string = true;
                if self.depth == 1 {
                    self.key.clear();
                }
                self.keep(byte);
            }
            b'{' | b'[' => {
                if self.part == Part::Before && self.depth == 1 && byte == b'[' && self.key == RECORDS {
                    self.part = Part::Records;
                } else {
                    self.keep(byte);
                }
                self.depth += 1;
                self.begun = true;
            }
            b']' if between_records => {
                self.hand_over(sink);
                self.part = Part::After;
                self.depth -= 1;
            }
            b'}' | b']' => {
                self.keep(byte);
                self.depth = self.depth.saturating_sub(1);
            }
            b',' if between_records => self.hand_over(sink),
            b' ' | b'\t' | b'\r' | b'\n' if between_records => {}
            _ => self.keep(byte),
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.part != Part::Records {
            return;
        }
        if self.record.is_empty() {
            self.started_at = self.offset;
        }
        if self.record.len() < MAX_RECORD_BYTES {
            self.record.push(byte);
        } else {
            self.too_long = true;
        }
    }

    fn hand_over(&mut self, sink: &mut impl FnMut(RawRecord<'_>)) {
        if !self.record.is_empty() {
            let text = (!self.too_long).then_some(self.record.as_slice());
            sink(RawRecord { offset: self.started_at, text });
        }
        self.record.clear();
        self.too_long = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop, proptest};

    type Split = (Vec<(u64, Option<String>)>, Result<(), SplitError>);

    fn split(text: &[u8], chunk: usize) -> Split {
        let mut splitter = Splitter::default();
        let mut records = Vec::new();
        for chunk in text.chunks(chunk) {
            splitter.push(chunk, &mut |record| {
                records.push((record.offset, record.text.map(|text| String::from_utf8_lossy(text).into_owned())));
            });
        }
        (records, splitter.finish())
    }

    fn texts(text: &str) -> Vec<String> {
        let (records, end) = split(text.as_bytes(), 7);
        assert_eq!(end, Ok(()), "{text}");
        records.into_iter().map(|(_, text)| text.unwrap()).collect()
    }

    #[test]
    fn records_are_cut_at_their_own_brackets() {
        assert_eq!(texts(r#"{"Records":[]}"#), [""; 0]);
        assert_eq!(
            texts(" {\"v\": [1], \"Records\" : [ {\"a\":\"]},{\\\"\"} ,\n{\"b\":[{},[]]}, 7 ] , \"z\":[{}] }\n"),
            [r#"{"a":"]},{\""}"#, r#"{"b":[{},[]]}"#, "7"]
        );
    }

    #[test]
    fn offsets_are_those_of_the_file() {
        let text = r#"{"Records":[{"a":1}, {"b":2}]}"#;
        let (records, _) = split(text.as_bytes(), 1);
        assert_eq!(records.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(), [12, 21]);
    }

    #[test]
    fn a_file_that_is_cut_off_says_so_and_gives_what_was_whole() {
        let (records, end) = split(br#"{"Records":[{"a":1},{"b":"#, 5);
        assert_eq!((records.len(), end), (1, Err(SplitError::CutOff)));
        let (_, end) = split(br#"{"Records":[{"a":1}]"#, 5);
        assert_eq!(end, Err(SplitError::CutOff));
    }

    #[test]
    fn a_second_document_is_an_error_and_not_passed_over() {
        let (records, end) = split(br#"{"Records":[{"a":1}]} {"Records":[{"b":2}]}"#, 9);
        assert_eq!((records.len(), end), (1, Err(SplitError::Trailing(22))));
        let (_, end) = split(br#"{"Records":[{"a":1}},{"b":2}]}"#, 9);
        assert!(matches!(end, Err(SplitError::Trailing(_) | SplitError::NoRecords)), "{end:?}");
    }

    #[test]
    fn a_long_key_costs_no_memory() {
        let mut splitter = Splitter::default();
        splitter.push(b"{\"x\":\"", &mut |_| {});
        splitter.push(&vec![b'y'; 1 << 20], &mut |_| {});
        assert!(splitter.key.capacity() < 64);
    }

    #[test]
    fn other_content_is_no_log() {
        for text in ["", "{}", "[]", r#"{"records":[{}]}"#, r#"{"a":{"Records":[{}]}}"#, "hello"] {
            assert_eq!(split(text.as_bytes(), 3), (Vec::new(), Err(SplitError::NoRecords)), "{text}");
        }
    }

    #[test]
    fn a_record_without_end_costs_no_memory() {
        let long = format!(r#"{{"Records":[{{"a":"{}"}},{{"b":1}}]}}"#, "x".repeat(MAX_RECORD_BYTES + 10));
        let (records, end) = split(long.as_bytes(), 4096);
        assert_eq!(end, Ok(()));
        assert_eq!(records.len(), 2);
        assert_eq!(records[0].1, None);
        assert_eq!(records[1].1.as_deref(), Some(r#"{"b":1}"#));
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_parted_does_not_matter(
            strings in prop::collection::vec("[\\\\\"{}\\[\\],a]{0,8}", 0..6), chunk in 1_usize..9
        ) {
            let records: Vec<_> = strings.iter().map(|text| serde_json::json!({"k": [text, {text: 1}]})).collect();
            let file = serde_json::json!({"Records": records}).to_string();
            let (found, end) = split(file.as_bytes(), chunk);
            assert_eq!(end, Ok(()));
            let found: Vec<serde_json::Value> = found.iter().map(|(_, text)| serde_json::from_str(text.as_ref().unwrap()).unwrap()).collect();
            assert_eq!(found, records);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut splitter = Splitter::default();
            splitter.push(br#"{"Records":["#, &mut |_| {});
            splitter.push(&bytes, &mut |_| {});
            let _whole = splitter.finish();
        }
    }
}
