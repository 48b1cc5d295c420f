//! An event is read as it was written or not at all, and takes no more memory than a multiple of its text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhook_engine::event::{Event, Json, flatten};
use trailhook_engine_fuzz::{MIB, within};

/// Bytes of memory for each byte of the text; flat keys are bounded by themselves.
const FACTOR: usize = 256;

fuzz_target!(|text: &[u8]| {
    let parsed = within(16 * MIB + FACTOR * text.len(), || Event::parse(text));
    let json = Json::parse(text);
    match (&parsed, &json) {
        (Ok(event), Ok(json)) => {
            assert_eq!(Some(event.flat().len()), flatten(json).map(|flat| flat.len()));
            let _id = event.id();
        }
        (Err(error), _) => assert!(!error.to_string().is_empty()),
        (Ok(_), Err(error)) => panic!("an event that is no JSON: {error}"),
    }
    if let Ok(json) = json {
        let written = json.to_string();
        assert!(written.is_ascii());
        let again = Json::parse(written.as_bytes()).expect("what was written is JSON");
        // NaN differs from itself; written, it does not.
        assert_eq!(again.to_string(), written);
        assert_eq!(format!("{again:?}"), format!("{json:?}"));
    }
});
