//! The engine's findings as Terraform's diagnostics.

use tfplugin::{Diagnostic, Diagnostics, Path};
use trailhook_engine::language::{self, Expression, Severity};

/// Checks an expression: what was found, at its attribute, and the expression if it has no error.
pub(crate) fn check(source: &str, at: impl Into<Path>) -> (Option<Expression>, Diagnostics) {
    let at = at.into();
    let checked = language::check(source);
    let mut found = Diagnostics::new();
    for finding in &checked.diagnostics {
        found.push(diagnostic(finding, source).at(at.clone()));
    }
    (checked.expression, found)
}

/// Terraform shows a heredoc from its first line on, so line, column and excerpt stand in the detail.
fn diagnostic(found: &language::Diagnostic, source: &str) -> Diagnostic {
    let summary = format!("{}  [{}]", found.message, found.code);
    let diagnostic = match found.severity {
        Severity::Error => Diagnostic::error(summary),
        // Terraform knows two kinds.
        Severity::Warning | Severity::Info => Diagnostic::warning(summary),
    };
    diagnostic.detail(found.excerpt(source))
}
