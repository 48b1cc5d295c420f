//! The folder in which pages are published.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use similar::TextDiff;

use crate::document::Pages;
use crate::sources::{SourcesError, entries};

/// The folders whose pages are all ours.
const FOLDERS: [&str; 3] = ["resources", "data-sources", "functions"];

/// A page that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// It is not there.
    Absent {
        /// The page.
        page: String,
    },
    /// It is there, and belongs to nothing that the provider has.
    Superfluous {
        /// The page.
        page: String,
    },
    /// It says something else.
    Outdated {
        /// The page.
        page: String,
        /// What is to change, as a unified diff.
        diff: String,
    },
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent { page } => write!(f, "{page} is not there"),
            Self::Superfluous { page } => write!(f, "{page} belongs to nothing that the provider has"),
            Self::Outdated { page, diff } => write!(f, "{page} is not current:\n{diff}"),
        }
    }
}

/// A page that cannot be read, written or removed.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A page.
    #[error("{what} {}", path.display())]
    Page {
        /// Reading, writing or removing.
        what: &'static str,
        /// The page.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder of them.
    #[error(transparent)]
    Folder(#[from] SourcesError),
}

/// The pages in `folder` that are not as `pages` has them.
///
/// # Errors
///
/// [`FolderError`] for one that cannot be read.
pub fn stale(pages: &Pages, folder: &Path) -> Result<Vec<Stale>, FolderError> {
    let mut stale = Vec::new();
    for (page, text) in pages {
        let path = folder.join(page);
        match fs::read_to_string(&path) {
            Ok(there) if there == *text => {}
            Ok(there) => {
                let diff = TextDiff::from_lines(&there, text);
                let diff = diff.unified_diff().context_radius(2).header("as it is", "as it should be").to_string();
                stale.push(Stale::Outdated { page: page.clone(), diff });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => stale.push(Stale::Absent { page: page.clone() }),
            Err(source) => return Err(FolderError::Page { what: "reading", path, source }),
        }
    }
    let superfluous = superfluous(pages, folder)?;
    stale.extend(superfluous.into_iter().map(|page| Stale::Superfluous { page }));
    Ok(stale)
}

/// Writes the pages that are not as they should be, and removes the superfluous ones. Returns what was stale.
///
/// # Errors
///
/// [`FolderError`] for one that cannot be read, written or removed.
pub fn write(pages: &Pages, folder: &Path) -> Result<Vec<Stale>, FolderError> {
    let stale = stale(pages, folder)?;
    for one in &stale {
        match one {
            Stale::Absent { page } | Stale::Outdated { page, .. } => {
                let path = folder.join(page);
                let written = match path.parent() {
                    Some(parent) => fs::create_dir_all(parent),
                    None => Ok(()),
                };
                let text = pages.get(page).map(String::as_str).unwrap_or_default();
                let written = written.and_then(|()| fs::write(&path, text));
                written.map_err(|source| FolderError::Page { what: "writing", path, source })?;
            }
            Stale::Superfluous { page } => {
                let path = folder.join(page);
                fs::remove_file(&path).map_err(|source| FolderError::Page { what: "removing", path, source })?;
            }
        }
    }
    Ok(stale)
}

/// What stands in our folders, and is not ours.
fn superfluous(pages: &Pages, folder: &Path) -> Result<BTreeSet<String>, FolderError> {
    let mut found = BTreeSet::new();
    for kind in FOLDERS {
        for path in entries(&folder.join(kind))? {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let page = format!("{kind}/{name}");
            if path.is_file() && !pages.contains_key(&page) {
                found.insert(page);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(pages: &[(&str, &str)]) -> Pages {
        pages.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_folder_becomes_what_it_should_be_and_the_rest_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("index.md", "one\ntwo\n");
        put("functions/gone.md", "x");
        put("guides/own.md", "x");
        put("README.md", "x");
        let pages = pages(&[("index.md", "one\n2\n"), ("resources/rule.md", "rule\n")]);

        let found = stale(&pages, folder.path()).unwrap();
        let told: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "index.md is not current:\n--- as it is\n+++ as it should be\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n",
                "resources/rule.md is not there",
                "functions/gone.md belongs to nothing that the provider has",
            ]
        );
        assert_eq!(write(&pages, folder.path()).unwrap(), found);
        assert_eq!(stale(&pages, folder.path()).unwrap(), []);
        let is_there = |path: &str| folder.path().join(path).exists();
        assert!(is_there("guides/own.md") && is_there("README.md") && !is_there("functions/gone.md"));
    }
}
