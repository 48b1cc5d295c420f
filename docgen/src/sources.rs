//! The files that pages are made of.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::gap::Gap;

/// Where the files are that pages are made of.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The folder of the examples, which the table of the crate names. Other folders in it are left alone.
    pub examples: PathBuf,
    /// The folder of the notes: Markdown that stands between the example and the schema of the page of the same path.
    pub notes: PathBuf,
}

/// A file that is there and cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("reading {}", path.display())]
pub struct SourcesError {
    path: PathBuf,
    source: io::Error,
}

/// The folders of examples that belong to the provider's documentation.
const KINDS: [&str; 4] = ["provider", "resources", "data-sources", "functions"];

/// Reads sources, and keeps in mind which were asked for.
pub(crate) struct Reader<'a> {
    sources: &'a Sources,
    asked: BTreeSet<PathBuf>,
    pub(crate) gaps: Vec<Gap>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self { sources, asked: BTreeSet::new(), gaps: Vec::new() }
    }

    /// An example, which must be there.
    pub(crate) fn example(&mut self, owner: &str, folder: &str, file: &str) -> Result<Option<String>, SourcesError> {
        let folder = self.sources.examples.join(folder);
        let path = folder.join(file);
        self.asked.insert(folder);
        let text = read(&path)?;
        if text.is_none() {
            self.gaps.push(Gap::Example { owner: owner.to_owned(), path });
        }
        Ok(text)
    }

    /// The note of a page, if there is one.
    pub(crate) fn note(&mut self, page: &str) -> Result<Option<String>, SourcesError> {
        let path = self.sources.notes.join(page);
        let text = read(&path)?;
        self.asked.insert(path);
        Ok(text)
    }

    /// Reports the examples and notes that nothing asked for.
    pub(crate) fn report_lost(&mut self) -> Result<(), SourcesError> {
        let Sources { examples, notes } = self.sources;
        let mut there = Vec::new();
        for kind in KINDS {
            let folder = examples.join(kind);
            if kind == "provider" {
                there.push(folder);
            } else {
                there.extend(entries(&folder)?);
            }
            for path in entries(&notes.join(kind))? {
                there.push(path);
            }
        }
        there.extend(entries(notes)?.into_iter().filter(|path| path.is_file()));
        let lost = there.into_iter().filter(|path| path.exists() && !self.asked.contains(path));
        self.gaps.extend(lost.map(|path| Gap::Lost { path }));
        Ok(())
    }
}

/// A file without white space at its end; `None` if it is not there.
fn read(path: &Path) -> Result<Option<String>, SourcesError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim_end().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SourcesError { path: path.to_owned(), source }),
    }
}

/// What is in a folder, sorted; nothing if it is not there.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, SourcesError> {
    let fail = |source| SourcesError { path: folder.to_owned(), source };
    let mut found = match fs::read_dir(folder) {
        Ok(entries) => {
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>().map_err(fail)?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(fail(error)),
    };
    found.sort();
    Ok(found)
}
