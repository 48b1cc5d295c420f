//! What the user is told.

use crate::Path;
use crate::generated::tfplugin6::{Diagnostic as WireDiagnostic, diagnostic};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Shown; the run goes on.
    Warning,
    /// The operation failed.
    Error,
}

/// One error or warning.
///
/// Terraform adds the address of the resource and, where [`at`](Self::at) allows it, the line of the configuration.
///
/// ```
/// use tfplugin::{Diagnostic, Path};
///
/// let diagnostic = Diagnostic::error("Name is taken")
///     .detail("Another item has the name `a`. Choose another one, or import the item.")
///     .at("name");
/// assert_eq!(diagnostic.path(), &Path::from("name"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    summary: String,
    detail: String,
    path: Path,
}

impl Diagnostic {
    /// An error. `summary` is one short line without a full stop.
    pub fn error(summary: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary)
    }

    /// A warning. `summary` is one short line without a full stop.
    pub fn warning(summary: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary)
    }

    fn new(severity: Severity, summary: impl Into<String>) -> Self {
        Self { severity, summary: summary.into(), detail: String::new(), path: Path::root() }
    }

    /// Adds the explanation. Terraform wraps it; lines that start with a space are kept as they are.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Points at an attribute: a name, or a [`Path`].
    #[must_use]
    pub fn at(mut self, path: impl Into<Path>) -> Self {
        self.path = path.into();
        self
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The short line.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// The explanation; empty if there is none. ([`detail`](Self::detail) sets it.)
    pub fn detail_text(&self) -> &str {
        &self.detail
    }

    /// What it points at; the root if nothing.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Something that only the provider's authors can repair.
    pub(crate) fn bug(what: impl AsRef<str>) -> Self {
        Self::error("The provider has a bug")
            .detail(format!("{}\n\nThis is a bug in the provider; please report it to its authors.", what.as_ref()))
    }

    pub(crate) fn to_wire(&self) -> WireDiagnostic {
        let severity = match self.severity {
            Severity::Error => diagnostic::Severity::Error,
            Severity::Warning => diagnostic::Severity::Warning,
        };
        WireDiagnostic {
            severity: severity.into(),
            summary: self.summary.clone(),
            detail: self.detail.clone(),
            attribute: Some(self.path.shown()).filter(|path| !path.is_root()).map(|path| path.to_wire()),
        }
    }
}

/// Errors and warnings, in the order in which they were found.
///
/// A handler's `Err(…)` takes one [`Diagnostic`] or several, so `?` works with both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: impl Into<Diagnostics>) {
        self.0.append(&mut other.into().0);
    }

    /// `true` if one of them is an error.
    pub fn has_error(&self) -> bool {
        self.0.iter().any(|one| one.severity == Severity::Error)
    }

    /// `true` if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// One after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// `Ok(value)`, or all of these if one is an error.
    pub fn or_ok<T>(self, value: T) -> Result<T, Self> {
        if self.has_error() { Err(self) } else { Ok(value) }
    }

    pub(crate) fn to_wire(&self) -> Vec<WireDiagnostic> {
        self.0.iter().map(Diagnostic::to_wire).collect()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<Vec<Diagnostic>> for Diagnostics {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self(diagnostics)
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
