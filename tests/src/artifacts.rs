//! The built programs, and the package that Lambda gets.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, bail};
use tokio::sync::OnceCell;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The environment variable that names the folder of the programs.
const BIN_DIR: &str = "TRAILHOOK_BIN_DIR";

/// One package for each process; see also [`package`] for what outlives it.
static PACKAGE: OnceCell<Arc<[u8]>> = OnceCell::const_new();

/// The folder that holds the built programs.
#[derive(Debug, Clone)]
pub struct Artifacts {
    folder: PathBuf,
}

impl Artifacts {
    /// Looks in `TRAILHOOK_BIN_DIR`, else in the target folder that the running test or demo was built into.
    ///
    /// # Errors
    ///
    /// When the path of the running program is unknown.
    pub fn find() -> anyhow::Result<Self> {
        let folder = match std::env::var_os(BIN_DIR) {
            Some(folder) => PathBuf::from(folder),
            None => build_folder(&std::env::current_exe().context("looking for the built programs")?)?,
        };
        Ok(Self { folder })
    }

    /// The Lambda's program.
    ///
    /// # Errors
    ///
    /// When it was not built.
    pub fn bootstrap(&self) -> anyhow::Result<PathBuf> {
        self.program("bootstrap")
    }

    /// The command-line tool.
    ///
    /// # Errors
    ///
    /// When it was not built.
    pub fn trailhook(&self) -> anyhow::Result<PathBuf> {
        self.program("trailhook")
    }

    /// The Terraform provider.
    ///
    /// # Errors
    ///
    /// When it was not built.
    pub fn provider(&self) -> anyhow::Result<PathBuf> {
        self.program("terraform-provider-trailhook")
    }

    /// The Lambda's package: `bootstrap` without debug information (when binutils' `strip` is there), in a zip.
    ///
    /// It is kept beside the program until that changes, because a debug build takes seconds to pack.
    ///
    /// # Errors
    ///
    /// When the program was not built, or cannot be read.
    pub async fn bootstrap_zip(&self) -> anyhow::Result<Arc<[u8]>> {
        let program = self.bootstrap()?;
        let packed = PACKAGE.get_or_try_init(|| async {
            let bytes = tokio::task::spawn_blocking(move || package(&program)).await.context("packing bootstrap")??;
            anyhow::Ok(bytes.into())
        });
        packed.await.cloned()
    }

    /// A zip whose only file is an executable `bootstrap` with this content, such as a script for a test of the emulator.
    ///
    /// # Errors
    ///
    /// When the content is too large for a zip.
    pub fn zip_of(bootstrap: &[u8]) -> anyhow::Result<Vec<u8>> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // Fast: the package goes over loopback, once.
            .compression_level(Some(1))
            .unix_permissions(0o755)
            .large_file(u32::try_from(bootstrap.len()).is_err());
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("bootstrap", options).context("packing bootstrap")?;
        archive.write_all(bootstrap).context("packing bootstrap")?;
        Ok(archive.finish().context("packing bootstrap")?.into_inner())
    }

    fn program(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.folder.join(name);
        if path.is_file() {
            return Ok(path);
        }
        bail!(
            "{} is not there: run `cargo build --workspace --bins` first, or name the folder of the programs in {BIN_DIR}",
            path.display()
        );
    }
}

/// `target/debug` out of `target/debug/deps/test-0123` or `target/debug/examples/demo`.
fn build_folder(program: &Path) -> anyhow::Result<PathBuf> {
    let folder = program.parent().context("the running program has no folder")?;
    let is_inner = folder.ends_with("deps") || folder.ends_with("examples");
    let folder = if is_inner { folder.parent().unwrap_or(folder) } else { folder };
    Ok(folder.to_owned())
}

/// The program's package, from the file that an earlier process left, or made anew.
fn package(program: &Path) -> anyhow::Result<Vec<u8>> {
    let about = fs::metadata(program).with_context(|| format!("reading {}", program.display()))?;
    let changed = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("bootstrap-{}-{}.zip", about.len(), changed.as_nanos());
    let cache = program.with_file_name("trailhook-packages");
    let kept = cache.join(&name);
    if let Ok(bytes) = fs::read(&kept) {
        return Ok(bytes);
    }
    let bytes = Artifacts::zip_of(&stripped(program)?)?;
    // Without the cache the next process packs again; nothing else is lost.
    let _ = keep(&cache, &kept, &bytes);
    Ok(bytes)
}

/// Replaces all older packages by this one, whole or not at all.
fn keep(cache: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(cache)?;
    for older in fs::read_dir(cache)?.flatten() {
        if older.file_name().to_string_lossy().ends_with(".zip") {
            let _ = fs::remove_file(older.path());
        }
    }
    let mut file = tempfile::NamedTempFile::new_in(cache)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// The program without debug information, when binutils' `strip` is there.
pub(crate) fn stripped(program: &Path) -> anyhow::Result<Vec<u8>> {
    let folder = tempfile::tempdir().context("creating a folder for the stripped program")?;
    let target = folder.path().join("bootstrap");
    let strip = Command::new("strip").arg("--strip-debug").arg("-o").args([&target, program]).output();
    let source = match strip {
        Ok(output) if output.status.success() => target.as_path(),
        // Without it the package is larger, and otherwise the same.
        _ => program,
    };
    fs::read(source).with_context(|| format!("reading {}", source.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_beside_the_folder_of_tests() {
        for program in ["t/debug/deps/e2e-01", "t/debug/examples/demo", "t/debug/demo"] {
            assert_eq!(build_folder(Path::new(program)).unwrap(), Path::new("t/debug"), "{program}");
        }
    }

    #[test]
    fn a_missing_program_says_how_to_build_it() {
        let artifacts = Artifacts { folder: PathBuf::from("nowhere") };
        let error = artifacts.trailhook().unwrap_err().to_string();
        assert!(error.contains("cargo build --workspace --bins"), "{error}");
    }

    #[test]
    fn a_package_follows_its_program() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("bootstrap");
        let content = || {
            let zip = package(&program).unwrap();
            let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
            let mut file = archive.by_name("bootstrap").unwrap();
            assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
            let mut text = String::new();
            std::io::Read::read_to_string(&mut file, &mut text).unwrap();
            text
        };
        fs::write(&program, "#!/bin/sh\n").unwrap();
        assert_eq!(content(), "#!/bin/sh\n");
        assert_eq!(content(), "#!/bin/sh\n", "from the cache");
        fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
        assert_eq!(content(), "#!/bin/sh\nexit 1\n");
        let kept = fs::read_dir(folder.path().join("trailhook-packages")).unwrap().count();
        assert_eq!(kept, 1, "an older package is removed");
    }
}
