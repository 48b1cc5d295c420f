//! Secrets that stand in a text which is to be logged.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands where a secret was.
const MASK: &str = "***";

/// Each secret stands behind a first group, which stays and tells what there was.
const SECRETS: [&str; 4] = [
    // What follows in a webhook's URL is all that one needs to post. The later two are of chats that speak Slack's language.
    r#"((?:hooks\.slack[a-z.-]*/|/services/T|/hooks/))[^\s"'\\<>,;)\]}]+"#,
    // Tokens of Slack: https://api.slack.com/authentication/token-types
    r"((?:xox[a-z]|xapp)[-.])[0-9A-Za-z.%_-]{4,}",
    // Keys and sessions of AWS by the names that SDKs, profiles, headers and signed URLs have for them.
    r#"(?i)((?:secret_?access_?key|session_?token|x-amz-security-token|x-amz-signature)[\\"' ]*[:=>][\\" ']*(?:Some\([\\"]*)?)[^\s"'\\&<,;)\]}]+"#,
    r#"(?i)(authorization[\\"' ]*[:=][\\"' ]*(?:bearer|basic|aws4-hmac-sha256)? *)[^"'\\\s][^"'\\]*"#,
];

/// The text with nothing in it that lets anybody in: webhooks, tokens of Slack, and credentials of AWS are replaced by `***`.
///
/// This is for what libraries put into a log. It knows secrets by their looks, so it is no reason to log one.
///
/// ```
/// let line = "no answer from https://hooks.slack.com/services/T0/B0/abc in 5 s";
/// assert_eq!(trailhook_engine::mask_secrets(line), "no answer from https://hooks.slack.com/*** in 5 s");
/// ```
#[must_use]
pub fn mask_secrets(text: &str) -> Cow<'_, str> {
    static PATTERNS: LazyLock<Vec<Regex>> =
        LazyLock::new(|| SECRETS.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect());
    PATTERNS.iter().fold(Cow::Borrowed(text), |text, pattern| {
        let masked = |found: &Captures<'_>| format!("{}{MASK}", found.get(1).map_or("", |first| first.as_str()));
        match pattern.replace_all(&text, masked) {
            Cow::Borrowed(_) => text,
            Cow::Owned(masked) => Cow::Owned(masked),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        for pattern in SECRETS {
            assert!(Regex::new(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn secrets_are_masked_where_they_stand() {
        for (text, masked) in [
            ("https://hooks.slack.com/services/T0/B0/x, then", "https://hooks.slack.com/***, then"),
            ("\"https://hooks.slack-gov.com/services/T0/B0/x\"", "\"https://hooks.slack-gov.com/***\""),
            ("at http://127.0.0.1:1/services/T0/B0/x)", "at http://127.0.0.1:1/services/T***)"),
            ("https://chat.example.com/hooks/abc", "https://chat.example.com/hooks/***"),
            ("token xoxb-1-2-abc and xapp-1-A-2-b.", "token xoxb-*** and xapp-***"),
            ("aws_secret_access_key = abc/def+g", "aws_secret_access_key = ***"),
            (r#"{"SecretAccessKey":"abc","SessionToken":"d"}"#, r#"{"SecretAccessKey":"***","SessionToken":"***"}"#),
            (r#"secret_access_key: Some("abc")"#, r#"secret_access_key: Some("***")"#),
            (
                "<SecretAccessKey>a/b</SecretAccessKey><SessionToken>c+d</SessionToken>",
                "<SecretAccessKey>***</SecretAccessKey><SessionToken>***</SessionToken>",
            ),
            ("?X-Amz-Signature=0aff&x=1", "?X-Amz-Signature=***&x=1"),
            (r#""x-amz-security-token": "abc""#, r#""x-amz-security-token": "***""#),
            (r#""authorization": "Bearer abc""#, r#""authorization": "Bearer ***""#),
            (
                r#"authorization: "AWS4-HMAC-SHA256 Credential=A/b, Signature=c""#,
                r#"authorization: "AWS4-HMAC-SHA256 ***""#,
            ),
        ] {
            assert_eq!(mask_secrets(text), masked);
        }
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        for text in [
            "",
            "the webhook's parameter is /trailhook/secrets/slack-webhook",
            "hooks.slack.com answered 404 no_service",
            "no session token was given; secret access key is missing",
            "authorization failed",
        ] {
            assert!(matches!(mask_secrets(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
