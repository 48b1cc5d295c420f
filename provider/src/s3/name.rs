//! Names that S3 takes, checked before it is asked.

/// A text that is no bucket's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BucketFault {
    #[error("\"{0}\" is an address; write the name of the bucket alone")]
    Address(String),
    #[error(
        "\"{0}\" is not the name of a bucket: it has 3 to 63 lower-case letters, digits, hyphens and dots, and begins and ends \
         with a letter or a digit"
    )]
    Form(String),
    #[error("\"{0}\" is written like an IP address, which no bucket is called; write the name of the bucket")]
    IpAddress(String),
}

/// A text that is no object's key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyFault {
    #[error("the key is empty; name the object, such as \"trailhook/bootstrap.zip\"")]
    Empty,
    #[error(
        "the key \"{0}\" begins or ends with a slash, or has an empty folder in it; write it as \"folder/name.zip\""
    )]
    Slash(String),
    #[error("the key \"{0}\" has a folder called \".\" or \"..\"; write it without")]
    Dots(String),
    #[error("the key has {0} bytes, and S3 takes at most 1024")]
    Length(usize),
    #[error("the key holds a control character; remove it")]
    Control,
}

/// The rules of S3's user guide, "General purpose bucket naming rules".
pub(crate) fn check_bucket(name: &str) -> Result<(), BucketFault> {
    if name.contains("://") {
        return Err(BucketFault::Address(name.to_owned()));
    }
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_sound = (3..=63).contains(&name.len())
        && name.chars().all(|c| is_word(c) || c == '-' || c == '.')
        && name.starts_with(is_word)
        && name.ends_with(is_word)
        && !name.contains("..");
    match name {
        _ if !is_sound => Err(BucketFault::Form(name.to_owned())),
        _ if name.parse::<std::net::Ipv4Addr>().is_ok() => Err(BucketFault::IpAddress(name.to_owned())),
        _ => Ok(()),
    }
}

/// A key of which an address can be made, and an id to import by.
pub(crate) fn check_key(key: &str) -> Result<(), KeyFault> {
    const MOST: usize = 1024;
    match key {
        "" => Err(KeyFault::Empty),
        _ if key.len() > MOST => Err(KeyFault::Length(key.len())),
        _ if key.contains(char::is_control) => Err(KeyFault::Control),
        _ if key.split('/').any(str::is_empty) => Err(KeyFault::Slash(key.to_owned())),
        // What stands between makes them into another address.
        _ if key.split('/').any(|folder| matches!(folder, "." | "..")) => Err(KeyFault::Dots(key.to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_checked_by_the_rules_of_s3() {
        let fault = |name: &str| check_bucket(name).unwrap_err().to_string();
        for name in ["logs", "my.logs-1", &"a".repeat(63), "1.2.3.4.5", "1.2.3.400"] {
            assert_eq!(check_bucket(name), Ok(()));
        }
        for name in ["", "ab", "Logs", "-logs", "logs.", "my..logs", "my_logs", &"a".repeat(64)] {
            assert_eq!(
                fault(name),
                format!(
                    "\"{name}\" is not the name of a bucket: it has 3 to 63 lower-case letters, digits, hyphens and dots, and begins \
                     and ends with a letter or a digit"
                )
            );
        }
        assert_eq!(fault("s3://logs"), "\"s3://logs\" is an address; write the name of the bucket alone");
        assert_eq!(
            fault("192.168.5.4"),
            "\"192.168.5.4\" is written like an IP address, which no bucket is called; write the name of the bucket"
        );
    }

    #[test]
    fn keys_are_checked_before_they_become_addresses() {
        let fault = |key: &str| check_key(key).unwrap_err().to_string();
        for key in ["trailhook/bootstrap arm64.zip", "a/...zip", "a..b", &"é".repeat(512)] {
            assert_eq!(check_key(key), Ok(()));
        }
        assert_eq!(fault(""), "the key is empty; name the object, such as \"trailhook/bootstrap.zip\"");
        for key in ["/a.zip", "a/", "a//b.zip"] {
            assert_eq!(
                fault(key),
                format!(
                    "the key \"{key}\" begins or ends with a slash, or has an empty folder in it; write it as \"folder/name.zip\""
                )
            );
        }
        for key in ["./a.zip", "a/../b.zip", ".."] {
            assert_eq!(fault(key), format!("the key \"{key}\" has a folder called \".\" or \"..\"; write it without"));
        }
        assert_eq!(fault(&"é".repeat(513)), "the key has 1026 bytes, and S3 takes at most 1024");
        assert_eq!(fault("a\nb"), "the key holds a control character; remove it");
    }
}
