//! Links to AWS's console.

use crate::alert::HIDDEN;

/// The address of an event in the CloudTrail console of its account; `None` where the region or the identity is none that could
/// stand in an address.
pub(super) fn event_link(region: &str, event_id: &str) -> Option<String> {
    let is_plain = |text: &str| {
        !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !is_plain(region) || !is_plain(event_id) || region == HIDDEN || event_id == HIDDEN {
        return None;
    }
    // Each partition has a console of its own.
    let host = if region.starts_with("us-gov-") {
        "console.amazonaws-us-gov.com"
    } else if region.starts_with("cn-") {
        "console.amazonaws.cn"
    } else {
        "console.aws.amazon.com"
    };
    Some(format!("https://{region}.{host}/cloudtrailv2/home?region={region}#/events/{event_id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_console() {
        let host = |region: &str| {
            let link = event_link(region, "e-1")?;
            Some(link.split('/').nth(2)?.to_owned())
        };
        assert_eq!(host("eu-west-1").as_deref(), Some("eu-west-1.console.aws.amazon.com"));
        assert_eq!(host("us-gov-east-1").as_deref(), Some("us-gov-east-1.console.amazonaws-us-gov.com"));
        assert_eq!(host("cn-north-1").as_deref(), Some("cn-north-1.console.amazonaws.cn"));
        assert_eq!(
            event_link("eu-west-1", "e-1").unwrap(),
            "https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/e-1"
        );
        assert!(event_link("hidden", "e-1").is_none() && event_link("eu-west-1", "hidden").is_none());
        assert!(event_link("evil.example/", "e-1").is_none() && event_link("eu-west-1", "a#b").is_none());
    }
}
