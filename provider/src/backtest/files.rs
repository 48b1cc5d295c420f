//! The logs of files, folders and patterns.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tfplugin::{Diagnostic, Path as At};
use trailhook_engine::Rule;

use super::bucket::unreadable;
use super::parallel::{blocking, each};
use super::scan::Scan;
use super::tally::Tally;
use super::{Limits, Report};

/// Files, folders and patterns, as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Files(pub(crate) Vec<String>);

/// Bytes that are read at a time, between two of which the reading can be stopped.
const CHUNK: usize = 256 * 1024;

/// The folder of CloudTrail's proofs, which are no logs.
const DIGESTS: &str = "CloudTrail-Digest";

impl Files {
    /// Reads the files in the order of their paths, as far as the budget goes.
    pub(super) async fn read(&self, rule: &Arc<Rule>, limits: Limits) -> Result<Report, Diagnostic> {
        let given = self.clone();
        let files = blocking(move || given.find()).await?;
        let mut report = Report::default();
        let mut left = limits.max_bytes;
        let within = files.iter().take_while(|(_, size)| {
            let fits = *size <= left;
            left = left.saturating_sub(*size);
            fits
        });
        let chosen: Vec<_> = within.cloned().collect();
        report.truncated = chosen.len() < files.len();
        let work = |(path, size): (PathBuf, u64)| {
            let rule = Arc::clone(rule);
            async move { read_file(&path, rule).await.map(|tally| (size, tally)) }
        };
        each(limits.concurrency, chosen, work, |(bytes, tally)| report.add(bytes, tally)).await?;
        Ok(report)
    }

    /// Each file once, with its size.
    fn find(&self) -> Result<Vec<(PathBuf, u64)>, Diagnostic> {
        let mut found = BTreeSet::new();
        for (index, text) in self.0.iter().enumerate() {
            let at = At::from("files").index(index);
            let mut named = BTreeSet::new();
            for path in places(text).map_err(|reason| no_files(&reason).at(at.clone()))? {
                find_in(&path, &mut named).map_err(|error| no_files(&format!("{text}: {error}")).at(at.clone()))?;
            }
            if named.is_empty() {
                return Err(no_files(&format!("the folder {text} holds no .json or .json.gz files")).at(at));
            }
            found.extend(named);
        }
        let sized = found.into_iter().map(|path| match fs::metadata(&path) {
            Ok(about) => Ok((path, about.len())),
            Err(error) => Err(unreadable(&path.display(), &error.to_string())),
        });
        sized.collect()
    }
}

/// What is meant by one element: the path, or what a pattern matches.
fn places(text: &str) -> Result<Vec<PathBuf>, String> {
    let path = PathBuf::from(text);
    if path.exists() {
        return Ok(vec![path]);
    }
    if !text.contains(['*', '?', '[']) {
        return Err(format!("there is no file or folder {text}"));
    }
    let matches = glob::glob(text).map_err(|error| format!("{text} is no pattern: {error}"))?;
    let is_log = |path: &PathBuf| !path.components().any(|part| part.as_os_str() == DIGESTS);
    let found: Result<Vec<_>, _> = matches.filter(|path| path.as_ref().map_or(true, is_log)).collect();
    match found {
        Ok(found) if found.is_empty() => Err(format!("nothing matches {text}")),
        Ok(found) => Ok(found),
        Err(error) => Err(error.to_string()),
    }
}

/// The logs in a folder by their names, digests left out; or the file, whatever it is called.
fn find_in(path: &Path, found: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        found.insert(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let inside = entry?.path();
        let name = inside.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // A link to a folder above would be followed for ever.
        if inside.is_dir() && !inside.is_symlink() && name != DIGESTS {
            find_in(&inside, found)?;
        } else if inside.is_file() && (name.ends_with(".json") || name.ends_with(".json.gz")) {
            found.insert(inside);
        }
    }
    Ok(())
}

/// Reads a file piece by piece, so that what is dropped stops at the next one.
async fn read_file(path: &Path, rule: Arc<Rule>) -> Result<Tally, Diagnostic> {
    let name = path.display().to_string();
    let opened = path.to_owned();
    let mut open =
        Some(blocking(move || File::open(opened)).await.map_err(|error| unreadable(&name, &error.to_string()))?);
    let mut scan = Scan::new(rule);
    while let Some(file) = open.take() {
        let (scanned, outcome) = blocking(move || {
            let outcome = read_chunk(file, &mut scan);
            (scan, outcome)
        })
        .await;
        scan = scanned;
        open = outcome.map_err(|reason| unreadable(&name, &reason))?;
    }
    scan.finish().map_err(|error| unreadable(&name, &error.to_string()))
}

/// Reads the next piece; the file if there is more of it.
fn read_chunk(mut file: File, scan: &mut Scan) -> Result<Option<File>, String> {
    let mut bytes = Vec::with_capacity(CHUNK);
    let length = u64::try_from(CHUNK).unwrap_or(u64::MAX);
    (&mut file).take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    scan.push(&bytes).map_err(|error| error.to_string())?;
    Ok((!bytes.is_empty()).then_some(file))
}

fn no_files(reason: &str) -> Diagnostic {
    Diagnostic::error("There are no logs to read").detail(format!(
        "{} Name files, folders or patterns such as \"logs/**/*.json.gz\"; a relative path begins where Terraform runs, so \
         put ${{path.module}} in front for one beside the configuration.",
        crate::resource::sentence(&reason)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook_engine::document::RuleDocument;

    const LOG: &str = r#"{"Records":[{"eventName":"A"},{"eventName":"B"}]}"#;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new(files: &[&str]) -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            for name in files {
                let path = folder.0.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, LOG).unwrap();
            }
            folder
        }

        fn path(&self, name: &str) -> String {
            self.0.path().join(name).display().to_string()
        }

        fn found(&self, given: &[&str]) -> Result<Vec<String>, String> {
            let files = Files(given.iter().map(|name| self.path(name)).collect());
            let below = |path: &Path| path.strip_prefix(self.0.path()).unwrap().display().to_string();
            match files.find() {
                Ok(found) => Ok(found.iter().map(|(path, _)| below(path)).collect()),
                Err(fault) => Err(fault.detail_text().replace(&self.path(""), "")),
            }
        }
    }

    #[test]
    fn files_folders_and_patterns_are_found_once_and_in_order() {
        let folder = Folder::new(&[
            "b/2.json",
            "b/1.json.gz",
            "b/CloudTrail-Digest/d.json",
            "b/readme.md",
            "a.log",
            "c/d/3.json",
        ]);
        assert_eq!(folder.found(&["b"]), Ok(vec!["b/1.json.gz".to_owned(), "b/2.json".to_owned()]));
        assert_eq!(folder.found(&["a.log", "b/2.json", "b"]).unwrap(), ["a.log", "b/1.json.gz", "b/2.json"]);
        assert_eq!(folder.found(&["**/*.json"]).unwrap(), ["b/2.json", "c/d/3.json"]);
    }

    #[test]
    fn what_names_nothing_is_told() {
        let folder = Folder::new(&["a/readme.md"]);
        let text = |name| folder.found(&[name]).unwrap_err();
        assert!(text("b").starts_with("There is no file or folder b. Name files"), "{}", text("b"));
        assert!(text("a").starts_with("The folder a holds no .json or .json.gz files."), "{}", text("a"));
        assert!(text("*.json").starts_with("Nothing matches *.json."), "{}", text("*.json"));
        assert!(text("a[").contains("is no pattern"), "{}", text("a["));
    }

    async fn read(folder: &Folder, max_bytes: u64) -> Result<Report, Diagnostic> {
        let rule = Arc::new(Rule::compile(RuleDocument::new("a", "event['eventName'] == 'A'")).unwrap());
        Files(vec![folder.path("")]).read(&rule, Limits { max_bytes, concurrency: 2 }).await
    }

    #[tokio::test]
    async fn the_budget_stops_at_the_first_file_that_does_not_fit() {
        let folder = Folder::new(&["1.json", "2.json", "3.json"]);
        let size = LOG.len() as u64;
        for (budget, objects, truncated) in [(3 * size, 3, false), (3 * size - 1, 2, true), (0, 0, true)] {
            let report = read(&folder, budget).await.unwrap();
            assert_eq!((report.objects, report.bytes, report.truncated), (objects, objects * size, truncated));
            assert_eq!((report.tally.events, report.tally.matches), (2 * objects, objects));
        }
    }

    #[tokio::test]
    async fn a_file_that_is_cut_off_is_named() {
        let folder = Folder::new(&["1.json"]);
        fs::write(folder.path("2.json"), &LOG.as_bytes()[..40]).unwrap();
        let fault = read(&folder, 1000).await.unwrap_err();
        assert_eq!(fault.summary(), format!("{} cannot be read", folder.path("2.json")));
        assert!(fault.detail_text().starts_with("The log ends in the middle; it was cut off."), "{fault:?}");
    }
}
