//! What is said of a call to AWS that had no answer, whatever the service.

use std::error::Error;

/// Why there was no answer, with what to do where that is known.
pub(crate) fn no_answer(error: &dyn Error) -> String {
    let text = chain(error);
    let help = if text.contains("credential") {
        "\n\nAWS credentials are taken from the environment, a profile, SSO or the machine's role: check which should be there."
    } else {
        ""
    };
    format!("There was no answer: {text}.{help}")
}

/// An error and its causes on one line. Bodies, which may be of any size, are not among them.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let part = error.to_string();
        if !text.ends_with(&part) {
            text = format!("{text}: {part}");
        }
        cause = error.source();
    }
    text
}
