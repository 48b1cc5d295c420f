//! The engine's findings as Terraform's diagnostics.

use tfplugin::{Diagnostic, Diagnostics, Path};
use trailhook_engine::language::{self, Expression, Severity};

/// Checks an expression: what was found, at its attribute, and the expression if it has no error.
pub(crate) fn check(source: &str, at: impl Into<Path>) -> (Option<Expression>, Diagnostics) {
    let at = at.into();
    let checked = language::check(source);
    let mut found = Diagnostics::new();
    for finding in &checked.diagnostics {
        match finding.severity {
            Severity::Error => {
                found.push(Diagnostic::error(summary(finding)).detail(finding.excerpt(source)).at(at.clone()));
            }
            Severity::Warning => {
                found.push(Diagnostic::warning(summary(finding)).detail(finding.excerpt(source)).at(at.clone()));
            }
            // Terraform has no third level, and a warning at every plan for what is harmless would hide those that matter.
            Severity::Info => {}
        }
    }
    (checked.expression, found)
}

/// The message and the code. Terraform shows a heredoc from its first line on, so line, column and excerpt stand in the
/// detail.
fn summary(found: &language::Diagnostic) -> String {
    format!("{}  [{}]", found.message, found.code)
}
