//! Which fields hold secrets, by their names.

/// Whether the field at a flat key, or at those that a pattern of paths fits, holds a secret by its name: a password, a
/// passphrase, a token, a credential, a private key, or anything that is called secret. What only belongs to one is none.
///
/// ```
/// use trailhook_engine::event::is_secret;
///
/// assert!(is_secret("requestParameters.masterUserPassword") && is_secret("responseElements.credentials.sessionToken"));
/// assert!(!is_secret("requestParameters.secretId") && !is_secret("responseElements.credentials.accessKeyId"));
/// ```
#[must_use]
pub fn is_secret(path: &str) -> bool {
    const TELLS: [&str; 7] = ["credential", "passphrase", "passwd", "password", "privatekey", "secret", "token"];
    // The last word of what only belongs to a secret: `secretId`, `tokenIssueTime`, `passwordResetRequired`.
    const ABOUT: [&str; 18] = [
        "age",
        "arn",
        "arns",
        "count",
        "date",
        "enabled",
        "expiration",
        "id",
        "ids",
        "length",
        "name",
        "names",
        "policy",
        "required",
        "status",
        "time",
        "type",
        "used",
    ];
    // What makes a call unique, or asks for the next page.
    const PLAIN: [&str; 6] =
        ["clienttoken", "clientrequesttoken", "continuationtoken", "idempotencytoken", "nexttoken", "paginationtoken"];
    let mut named = path.split('.').filter(|part| !part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*'));
    let Some(last) = named.clone().next_back() else { return false };
    let letters = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    named.any(|part| {
        let part = letters(part);
        TELLS.iter().any(|tell| part.contains(tell))
    }) && !ABOUT.contains(&last_word(last).as_str())
        && !PLAIN.contains(&letters(last).as_str())
}

/// `id` of `secretId`, `secret-id` and `secretID`, in small letters.
fn last_word(name: &str) -> String {
    let mut word = String::new();
    let mut was_small = false;
    for character in name.chars() {
        if !character.is_alphanumeric() || (character.is_uppercase() && was_small) {
            word.clear();
        }
        was_small = character.is_lowercase();
        word.extend(character.is_alphanumeric().then_some(character).into_iter().flat_map(char::to_lowercase));
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_what_belongs_to_them() {
        for path in [
            "requestParameters.masterUserPassword",
            "requestParameters.MasterUserPASSWORD",
            "requestParameters.db-password",
            "requestParameters.secrets.0",
            "requestParameters.password.value",
            "responseElements.credentials.sessionToken",
            "responseElements.accessKey.secretAccessKey",
            "requestParameters.private_key",
            "requestParameters.**.passphrase",
            "requestParameters.secretMessage",
        ] {
            assert!(is_secret(path), "{path}");
        }
        for path in [
            "requestParameters.secretId",
            "requestParameters.secretARN",
            "responseElements.accessKey.accessKeyId",
            "responseElements.credentials.accessKeyId",
            "responseElements.credentials.expiration",
            "userIdentity.sessionContext.tokenIssueTime",
            "requestParameters.minimumPasswordLength",
            "requestParameters.clientRequestToken",
            "requestParameters.secret.name",
            "eventName",
            "*",
            "",
        ] {
            assert!(!is_secret(path), "{path}");
        }
    }
}
