//! The CloudTrail logs of `examples/demo/logs`.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;
use flate2::read::GzDecoder;
use serde_json::Value;

/// The sample logs: a day of a small company, with an intruder in it.
#[derive(Debug, Clone)]
pub struct SampleLogs {
    folder: PathBuf,
}

/// One object of a log bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleObject {
    /// The key, as CloudTrail makes it: `AWSLogs/111122223333/CloudTrail/...`.
    pub key: String,
    /// The object, compressed.
    pub body: Bytes,
}

impl SampleObject {
    /// Whether it is a log, and neither a digest nor an insight.
    #[must_use]
    pub fn is_log(&self) -> bool {
        self.key.contains("/CloudTrail/")
    }

    /// The decompressed content.
    ///
    /// # Errors
    ///
    /// When it is no gzip.
    pub fn content(&self) -> anyhow::Result<Vec<u8>> {
        let mut content = Vec::new();
        GzDecoder::new(self.body.as_ref())
            .read_to_end(&mut content)
            .with_context(|| format!("decompressing {}", self.key))?;
        Ok(content)
    }

    /// The records in it; none in a digest.
    ///
    /// # Errors
    ///
    /// When it is no gzip, or no JSON.
    pub fn records(&self) -> anyhow::Result<Vec<Value>> {
        let mut file: Value =
            serde_json::from_slice(&self.content()?).with_context(|| format!("reading {}", self.key))?;
        Ok(match file["Records"].take() {
            Value::Array(records) => records,
            _ => Vec::new(),
        })
    }
}

impl SampleLogs {
    /// The ones in the repository.
    #[must_use]
    pub fn checked_in() -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { folder: tests.parent().unwrap_or(tests).join("examples/demo/logs") }
    }

    /// Those below a folder, which holds `AWSLogs`.
    #[must_use]
    pub fn below(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder that holds `AWSLogs`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All objects, sorted by key.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub fn objects(&self) -> anyhow::Result<Vec<SampleObject>> {
        let mut objects = Vec::new();
        let mut folders = vec![self.folder.join("AWSLogs")];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
            for entry in entries {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let body = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
                let key = path.strip_prefix(&self.folder)?.to_string_lossy().into_owned();
                objects.push(SampleObject { key, body: body.into() });
            }
        }
        objects.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(objects)
    }
}
