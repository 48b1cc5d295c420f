//! What each part of the workspace may know of the others.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::path::Path;

/// The protocol layer could serve any provider, so it names none.
#[test]
fn the_protocol_layer_has_no_word_of_the_product() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            read += 1;
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).to_lowercase();
            for word in ["trailhook", "slack", "cloudtrail", "webhook", "parameter store", "amazon"] {
                assert!(!text.contains(word), "{} has the word {word}", path.display());
            }
        }
    }
    assert!(read > 50, "{read} files");
}
