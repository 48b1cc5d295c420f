//! The function's package, which comes with the provider so that both are of one version.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fmt, fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tfplugin::{Attribute, Diagnostic};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/packages.rs"));
}

/// The folder of the packages: at build time of every build, at run time only of a build that was given none.
const FOLDER: &str = "TRAILHOOK_PACKAGE_DIR";

/// A processor for which Lambda runs functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Architecture {
    /// What `aws_lambda_function` takes where `architectures` is not given.
    #[default]
    X86,
    Arm,
}

/// A text that names no [`Architecture`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an architecture of Lambda; write \"x86_64\" or \"arm64\"")]
pub(crate) struct UnknownArchitecture(String);

impl Architecture {
    /// What the attribute `architecture` says in Markdown.
    pub(crate) const DESCRIPTION: &str = "The processor of the function, `x86_64` or `arm64`: the same as in \
         `architectures` of the `aws_lambda_function`.";

    pub(crate) fn parse(text: &str) -> Result<Self, UnknownArchitecture> {
        match text {
            "x86_64" => Ok(Self::X86),
            "arm64" => Ok(Self::Arm),
            other => Err(UnknownArchitecture(other.to_owned())),
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::X86 => "x86_64",
            Self::Arm => "arm64",
        }
    }

    /// The attribute's value; `None` while it is unknown.
    pub(crate) fn of(attribute: &Attribute<String>) -> Result<Option<Self>, Diagnostic> {
        match attribute {
            Attribute::Null => Ok(Some(Self::default())),
            Attribute::Unknown => Ok(None),
            Attribute::Known(text) => Self::parse(text).map(Some).map_err(|error| {
                Diagnostic::error("Unknown architecture").detail(crate::resource::sentence(&error)).at("architecture")
            }),
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The zip that Lambda gets.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    content: Bytes,
    hash: String,
}

impl Package {
    /// The package for this processor. It is looked up once in a process.
    ///
    /// # Errors
    ///
    /// If the provider has none.
    pub(crate) fn find(architecture: Architecture) -> Result<Arc<Self>, PackageError> {
        static FOUND: Mutex<BTreeMap<Architecture, Arc<Package>>> = Mutex::new(BTreeMap::new());
        let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(package) = found.get(&architecture) {
            return Ok(Arc::clone(package));
        }
        let folder = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let package = Arc::new(Self::new(content(embedded::EMBEDDED, folder.as_deref(), architecture)?));
        found.insert(architecture, Arc::clone(&package));
        Ok(package)
    }

    pub(crate) fn new(content: Bytes) -> Self {
        Self { hash: source_code_hash(Sha256::digest(&content).as_slice()), content }
    }

    /// A clone of it copies nothing.
    pub(crate) fn content(&self) -> &Bytes {
        &self.content
    }

    /// In bytes.
    pub(crate) fn size(&self) -> i64 {
        i64::try_from(self.content.len()).unwrap_or(i64::MAX)
    }

    /// Its SHA-256 as `aws_lambda_function` and S3 write it.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }
}

/// A SHA-256 in base64, which is how Lambda writes `CodeSha256` and S3 `ChecksumSHA256`.
pub(crate) fn source_code_hash(digest: &[u8]) -> String {
    STANDARD.encode(digest)
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackageError {
    /// A build without any.
    #[error(
        "this is a development build of the provider {}, which carries no package of the function. Use a release, or set \
         {FOLDER} to the folder that holds bootstrap-{architecture}.zip: when the provider is built, or, for a development \
         build such as this one, when Terraform runs",
        env!("CARGO_PKG_VERSION")
    )]
    Development { architecture: Architecture },
    /// A build with one for the other processor.
    #[error(
        "this build of the provider {} carries no package for {architecture}; use the architecture \"{carried}\", in the \
         function too",
        env!("CARGO_PKG_VERSION")
    )]
    OtherArchitecture { architecture: Architecture, carried: String },
    /// A development build that was told of a folder.
    #[error("{FOLDER} is set, but {} cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
}

impl From<PackageError> for Diagnostic {
    fn from(error: PackageError) -> Self {
        let summary = match error {
            PackageError::Development { .. } => "A development build has no package",
            PackageError::OtherArchitecture { .. } => "No package for this architecture",
            PackageError::Unreadable { .. } => "The package cannot be read",
        };
        Self::error(summary).detail(crate::resource::sentence(&error)).at("architecture")
    }
}

/// The package out of what the build carries. Only one that carries nothing looks into the folder: what a release uploads is
/// decided by the release.
fn content(
    embedded: &'static [(&'static str, &'static [u8])],
    folder: Option<&Path>,
    architecture: Architecture,
) -> Result<Bytes, PackageError> {
    if let Some((_, content)) = embedded.iter().find(|(name, _)| *name == architecture.as_str()) {
        return Ok(Bytes::from_static(content));
    }
    match (embedded.first(), folder) {
        (Some((carried, _)), _) => {
            Err(PackageError::OtherArchitecture { architecture, carried: (*carried).to_owned() })
        }
        (None, None) => Err(PackageError::Development { architecture }),
        (None, Some(folder)) => {
            let path = folder.join(format!("bootstrap-{architecture}.zip"));
            fs::read(&path).map(Bytes::from).map_err(|error| PackageError::Unreadable { path, error })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &[(&str, &[u8])] = &[("x86_64", b"x86"), ("arm64", b"arm")];

    #[test]
    fn a_release_uses_what_it_carries_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("bootstrap-arm64.zip"), "planted").unwrap();
        let planted = Some(folder.path());
        assert_eq!(*content(BOTH, planted, Architecture::Arm).unwrap(), *b"arm");
        let error = content(&BOTH[..1], planted, Architecture::Arm).unwrap_err().to_string();
        assert!(error.contains("carries no package for arm64; use the architecture \"x86_64\""), "{error}");
    }

    #[test]
    fn a_development_build_looks_into_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("bootstrap-x86_64.zip"), "zip").unwrap();
        assert_eq!(*content(&[], Some(folder.path()), Architecture::X86).unwrap(), *b"zip");
        let absent = content(&[], Some(folder.path()), Architecture::Arm).unwrap_err().to_string();
        assert!(absent.contains("bootstrap-arm64.zip cannot be read"), "{absent}");
        let none = content(&[], None, Architecture::Arm).unwrap_err().to_string();
        assert!(none.starts_with("this is a development build") && none.contains("bootstrap-arm64.zip"), "{none}");
    }

    #[test]
    fn the_hash_is_the_one_that_lambda_shows() {
        let package = Package::new(Bytes::from_static(b"abc"));
        assert_eq!(package.hash(), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        assert_eq!(package.size(), 3);
    }
}
