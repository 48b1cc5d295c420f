//! What is said of a call to AWS that had no answer, whatever the service.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;

use crate::resource::sentence;

/// Why there was no answer, with what to do where that is known.
pub(crate) fn no_answer(error: &(dyn Error + 'static)) -> String {
    let text = sentence(&chain(error));
    let help = if is_about_credentials(error) {
        "\n\nAWS credentials are taken from the environment, a profile, SSO or the machine's role: check which should be there."
    } else {
        "\n\nCheck the network, the region and the addresses of AWS services: `endpoints` of the provider, or AWS_ENDPOINT_URL and its \
         like in the environment."
    };
    format!("There was no answer. {text}{help}")
}

/// Whether there were no credentials to sign the call with.
fn is_about_credentials(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<CredentialsError>() {
            return true;
        }
        cause = error.source();
    }
    false
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
