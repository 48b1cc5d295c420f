//! The engine's findings as Terraform's diagnostics.

use tfplugin::{Diagnostic, Diagnostics, Path};
use trailhook_engine::language::{self, Code, Severity};

/// What is found about an expression, at its attribute.
pub(crate) fn check(source: &str, at: impl Into<Path>) -> Diagnostics {
    told(source, &language::check(source).diagnostics, &at.into())
}

/// What is found about an expression beside other conditions: that it is true of every event is no finding there.
pub(crate) fn check_narrowed(source: &str, at: impl Into<Path>) -> Diagnostics {
    told(source, &language::check_narrowed(source).diagnostics, &at.into())
}

fn told(source: &str, found: &[language::Diagnostic], at: &Path) -> Diagnostics {
    let told = found.iter().filter_map(|finding| {
        let summary = summary(&finding.message, finding.code);
        let told = match finding.severity {
            Severity::Error => Diagnostic::error(summary),
            Severity::Warning => Diagnostic::warning(summary),
            // Terraform has no third level, and a warning at every plan for what is harmless would hide those that matter.
            Severity::Info => return None,
        };
        Some(told.detail(finding.excerpt(source)).at(at.clone()))
    });
    told.collect()
}

/// The message and the code. Terraform shows a heredoc from its first line on, so line, column and excerpt stand in the
/// detail.
pub(crate) fn summary(message: &str, code: Code) -> String {
    format!("{message}  [{code}]")
}
