//! The engine's findings as Terraform's diagnostics.

use tfplugin::{Cx, Diagnostic, Path};
use trailhook_engine::language::{self, Expression, Severity, check};

/// Checks an expression and reports what was found at its attribute; the expression, if it has no error.
pub(crate) fn report<C>(cx: &Cx<C>, source: &str, at: impl Into<Path>) -> Option<Expression> {
    let at = at.into();
    let checked = check(source);
    for found in &checked.diagnostics {
        cx.report(diagnostic(found, source).at(at.clone()));
    }
    checked.expression
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
