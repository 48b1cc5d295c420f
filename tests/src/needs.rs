//! What a test does when a tool that it needs is not on the machine: it is skipped aloud, never silently.

use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::Context as _;

/// The environment variable that names the file to which skipped tests are appended, one line each; an absolute path,
/// because test programs run in their crate's folder.
const SKIPS_FILE: &str = "TRAILHOOK_SKIPS";

/// A tool that a test needs and that this machine lacks.
///
/// The parts of this crate return it inside an [`anyhow::Error`]; [`or_skip`] finds it there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is missing: {remedy}")]
pub struct Missing {
    what: String,
    remedy: String,
    required_on_ci: bool,
}

impl Missing {
    /// A tool that people may lack, but a CI machine may not: there the test fails.
    pub fn required_on_ci(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), required_on_ci: true }
    }

    /// A tool that is optional everywhere.
    pub fn optional(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), required_on_ci: false }
    }
}

/// Turns a missing tool into a skipped test.
///
/// `Ok(Some(_))` means go on, `Ok(None)` that the test was skipped: the line `SKIPPED: <test>: <what and how to get it>`
/// went to stderr, and to the file that the environment variable `TRAILHOOK_SKIPS` names. Tests normally use
/// [`require!`](crate::require), which returns from the test by itself.
///
/// # Errors
///
/// Any error that is not a [`Missing`], and a `Missing` that CI requires when `CI=true`.
pub fn or_skip<T>(test: &str, result: anyhow::Result<T>) -> anyhow::Result<Option<T>> {
    let on_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    let skips = std::env::var_os(SKIPS_FILE);
    decide(test, result, on_ci, skips.as_deref())
}

/// The rule itself, with the environment passed in.
fn decide<T>(
    test: &str,
    result: anyhow::Result<T>,
    on_ci: bool,
    skips: Option<&std::ffi::OsStr>,
) -> anyhow::Result<Option<T>> {
    let error = match result {
        Ok(value) => return Ok(Some(value)),
        Err(error) => error,
    };
    let Some(missing) = error.downcast_ref::<Missing>() else {
        return Err(error);
    };
    if on_ci && missing.required_on_ci {
        return Err(error.context(format!("{test} may not be skipped when CI=true")));
    }
    let line = format!("SKIPPED: {test}: {missing}\n");
    // Not by a macro: the test harness keeps what a passing test prints to itself.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = skips {
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .with_context(|| format!("appending to {}, which {SKIPS_FILE} names", path.display()))?;
    }
    Ok(None)
}

/// What a skipped test returns: tests return `()` or a `Result<()>`.
pub trait SkippedTest {
    /// The value that counts as "not failed".
    fn skipped() -> Self;
}

impl SkippedTest for () {
    fn skipped() -> Self {}
}

impl<E> SkippedTest for Result<(), E> {
    fn skipped() -> Self {
        Ok(())
    }
}

/// Unwraps a `Result<T, anyhow::Error>`; when a tool is [`Missing`], the enclosing test says so and returns.
///
/// Any other error, and a missing tool that CI requires, panics with its whole chain.
#[macro_export]
macro_rules! require {
    ($result:expr) => {{
        fn here() {}
        let test = $crate::enclosing_function(::std::any::type_name_of_val(&here));
        match $crate::or_skip(test, $result) {
            Ok(Some(value)) => value,
            Ok(None) => return $crate::SkippedTest::skipped(),
            Err(error) => panic!("{error:?}"),
        }
    }};
}

/// The test's path out of the type name of a function that is declared inside it. For [`require!`](crate::require) alone.
#[doc(hidden)]
#[must_use]
pub fn enclosing_function(type_name: &'static str) -> &'static str {
    let name = type_name.strip_suffix("::here").unwrap_or(type_name);
    name.trim_end_matches("::{{closure}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(required: bool) -> anyhow::Result<u8> {
        let missing = if required {
            Missing::required_on_ci("Terraform", "install it")
        } else {
            Missing::optional("strip", "install binutils")
        };
        Err(anyhow::Error::new(missing).context("starting"))
    }

    #[test]
    fn a_missing_tool_skips_and_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("skips");
        let first = decide("a::b", missing(true), false, Some(file.as_os_str())).unwrap();
        let second = decide("a::c", missing(false), true, Some(file.as_os_str())).unwrap();
        assert_eq!((first, second), (None, None));
        assert_eq!(
            std::fs::read_to_string(file).unwrap(),
            "SKIPPED: a::b: Terraform is missing: install it\nSKIPPED: a::c: strip is missing: install binutils\n"
        );
    }

    #[test]
    fn ci_does_not_skip_what_it_requires() {
        let error = decide("a::b", missing(true), true, None).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("may not be skipped when CI=true"), "{text}");
    }

    #[test]
    fn other_errors_are_no_skips() {
        let result: anyhow::Result<u8> = Err(anyhow::anyhow!("port in use"));
        let error = decide("a::b", result, false, None).unwrap_err();
        assert_eq!(error.to_string(), "port in use");
    }

    #[test]
    fn the_macro_names_the_test() {
        fn here() {}
        let name = enclosing_function(std::any::type_name_of_val(&here));
        assert!(name.ends_with("needs::tests::the_macro_names_the_test"), "{name}");
        assert_eq!(enclosing_function("t::skips::{{closure}}::here"), "t::skips");
    }
}
