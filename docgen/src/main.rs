//! Writes the registry's pages of the provider into `docs/`. Run it in the root of the repository: `make docs`.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use trailhook_docgen::{Sources, Stale, document, write};

fn main() -> anyhow::Result<ExitCode> {
    let (docs, examples, notes) = (Path::new("docs"), Path::new("examples"), Path::new("docgen/notes"));
    ensure!(
        docs.is_dir() && examples.is_dir(),
        "there are no `docs` and `examples` here: run it in the root of the repository"
    );
    let sources = Sources { examples: examples.to_owned(), notes: notes.to_owned() };
    let documentation = document(&trailhook_provider::provider(), "trailhook", &sources)?;
    let mut out = std::io::stdout().lock();
    for stale in write(&documentation.pages, docs)? {
        match stale {
            Stale::Absent { page } | Stale::Outdated { page, .. } => writeln!(out, "wrote docs/{page}"),
            Stale::Superfluous { page } => writeln!(out, "removed docs/{page}"),
        }
        .context("writing to standard output")?;
    }
    let mut err = std::io::stderr().lock();
    for gap in &documentation.gaps {
        writeln!(err, "{gap}").context("writing to standard error")?;
    }
    Ok(if documentation.gaps.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
