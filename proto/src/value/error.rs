//! Why a value is not what was wanted.

use crate::Diagnostic;
use crate::path::{Path, Step};

/// A value that is not what was wanted, and where it is. The text never shows the value itself: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{kind}", place(.path))]
pub struct ValueError {
    path: Box<Path>,
    kind: ValueErrorKind,
}

fn place(path: &Path) -> String {
    if path.is_root() { String::new() } else { format!("`{path}`: ") }
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueErrorKind {
    /// Unknown, where a value must be known.
    #[error("the value is not known yet")]
    Unknown,
    /// Null, where a value is required.
    #[error("a value is required here, but it is null")]
    Null,
    /// Of another type.
    #[error("{0} is required")]
    Expected(String),
    /// The schema has no attribute or block of this name.
    #[error("the schema has no attribute or block `{0}`")]
    NoSuchAttribute(String),
    /// A double that is infinite or not a number.
    #[error("the number is not finite")]
    NotFinite,
    /// The encoding is broken, or nested too deeply.
    #[error("the encoded value can't be read: {0}")]
    Malformed(String),
}

impl ValueError {
    /// An error about the value itself; [`within`](Self::within) adds where it is.
    pub fn new(kind: ValueErrorKind) -> Self {
        Self { path: Box::default(), kind }
    }

    /// Something else was wanted: `expected` is e.g. "a whole number".
    pub fn expected(expected: impl Into<String>) -> Self {
        Self::new(ValueErrorKind::Expected(expected.into()))
    }

    /// The same error seen from outside: the value is at `step`.
    #[must_use]
    pub fn within(self, step: Step) -> Self {
        let outer = match step {
            Step::Attribute(name) => Path::root().attribute(name),
            Step::Index(index) => Path::root().index(index),
            Step::Key(key) => Path::root().key(key),
        };
        self.below(&outer)
    }

    /// The same error, of a value at `outer`.
    #[must_use]
    pub fn below(self, outer: &Path) -> Self {
        Self { path: Box::new(outer.join(&self.path)), kind: self.kind }
    }

    /// Where the value is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong.
    pub fn kind(&self) -> &ValueErrorKind {
        &self.kind
    }
}

impl From<ValueErrorKind> for ValueError {
    fn from(kind: ValueErrorKind) -> Self {
        Self::new(kind)
    }
}

/// The user's value is wrong, or the model does not fit the schema: the second is said to be the provider's bug.
impl From<ValueError> for Diagnostic {
    fn from(error: ValueError) -> Self {
        match &error.kind {
            ValueErrorKind::NoSuchAttribute(_) | ValueErrorKind::Malformed(_) => {
                Diagnostic::bug(error.to_string()).at(error.path())
            }
            kind => {
                Diagnostic::error("Unsuitable value").detail(format!("{}{kind}.", place(&error.path))).at(error.path())
            }
        }
    }
}

impl From<ValueError> for crate::Diagnostics {
    fn from(error: ValueError) -> Self {
        Diagnostic::from(error).into()
    }
}
