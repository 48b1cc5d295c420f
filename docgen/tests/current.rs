//! The pages in `docs/` are those that `make docs` writes, and lack nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use trailhook_docgen::{Documentation, Sources, document, stale};

/// Where the registry shows the pages.
const PUBLISHED: &str = "https://registry.terraform.io/providers/trailhook/trailhook/latest/docs/";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn documentation() -> Documentation {
    let sources = Sources { examples: repository().join("examples"), notes: repository().join("docgen/notes") };
    document(&trailhook_provider::provider(), "trailhook", &sources).unwrap()
}

#[test]
fn the_pages_are_current() {
    let stale = stale(&documentation().pages, &repository().join("docs")).unwrap();
    let told = stale.iter().fold(String::new(), |mut told, one| {
        writeln!(told, "docs/{one}").unwrap();
        told
    });
    assert!(stale.is_empty(), "`make docs` mends this:\n\n{told}");
}

#[test]
fn everything_is_described_and_has_its_examples() {
    let gaps = documentation().gaps;
    let told: Vec<_> = gaps.iter().map(ToString::to_string).collect();
    assert!(gaps.is_empty(), "{}", told.join("\n"));
}

#[test]
fn links_lead_somewhere() {
    let pages = documentation().pages;
    for (page, text) in &pages {
        let anchors: BTreeSet<_> = text.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            match (target.strip_prefix('#'), target.strip_prefix(PUBLISHED)) {
                (Some(anchor), _) => assert!(anchors.contains(anchor), "{page}: {target}"),
                (None, Some(other)) => {
                    let other = format!("{}.md", other.split('#').next().unwrap());
                    let is_there = pages.contains_key(&other) || repository().join("docs").join(&other).is_file();
                    assert!(is_there, "{page}: {target}");
                }
                // The registry shows pages elsewhere than they stand, so a relative link would not lead there.
                (None, None) => assert!(target.starts_with("https://"), "{page}: {target}"),
            }
        }
    }
}

#[test]
fn guides_have_what_the_registry_asks_for() {
    for guide in fs::read_dir(repository().join("docs/guides")).unwrap() {
        let path = guide.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let front = text.strip_prefix("---\n").and_then(|text| text.split_once("\n---\n")).unwrap().0;
        for key in ["page_title: ", "subcategory: ", "description: "] {
            assert!(front.lines().any(|line| line.starts_with(key)), "{} lacks {key}", path.display());
        }
        assert!(text.len() <= 500_000, "{}: the registry shows 500,000 bytes", path.display());
    }
}
