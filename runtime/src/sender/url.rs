//! Which addresses a webhook may have.

use url::{Host, Url};

use crate::config::Secret;

/// Slack's own interface.
const SLACK_INTERFACE: &str = "https://slack.com/api";

/// Slack's own hosts for webhooks.
const SLACK_HOSTS: [&str; 2] = ["hooks.slack.com", "hooks.slack-gov.com"];

/// Why an address is not used. The address itself is a secret and stands in no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// The secret is no address.
    #[error("it does not hold a URL; store the webhook's whole URL, beginning with https://")]
    NotAUrl,
    /// The address would be reached in the clear.
    #[error("its URL is not https; only a loopback address may be reached without TLS")]
    NotHttps,
    /// The address names another host.
    #[error("its URL is not one of Slack; if that is intended, name its host in the route's `allowed_host`")]
    ForeignHost,
    /// The webhook starts a workflow.
    #[error("its URL starts a Slack workflow, which takes another form of message; use an incoming webhook")]
    Workflow,
}

/// Takes an address out of a secret if alerts may be sent to it.
///
/// # Errors
///
/// [`UrlError`] with what to change.
pub(super) fn check(secret: &Secret, allowed_host: Option<&str>) -> Result<Url, UrlError> {
    let url = Url::parse(secret.reveal()).map_err(|_| UrlError::NotAUrl)?;
    let host = url.host().ok_or(UrlError::NotAUrl)?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(UrlError::NotHttps);
    }
    let host = host.to_string();
    let is_slack = SLACK_HOSTS.contains(&host.as_str());
    if !is_slack && allowed_host != Some(host.as_str()) {
        return Err(UrlError::ForeignHost);
    }
    if is_slack && (url.path().starts_with("/workflows/") || url.path().starts_with("/triggers/")) {
        return Err(UrlError::Workflow);
    }
    Ok(url)
}

/// The address of `chat.postMessage`, of Slack's own interface or of the one that a route names.
///
/// # Errors
///
/// [`UrlError`] with what to change.
pub(super) fn check_interface(api_url: Option<&str>) -> Result<Url, UrlError> {
    let base = api_url.unwrap_or(SLACK_INTERFACE).trim_end_matches('/');
    let url = Url::parse(&format!("{base}/chat.postMessage")).map_err(|_| UrlError::NotAUrl)?;
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
        Ok(url)
    } else {
        Err(UrlError::NotHttps)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interface_is_reached_by_tls_or_on_this_machine() {
        let address = |url| check_interface(url).map(|url| url.to_string());
        assert_eq!(address(None), Ok("https://slack.com/api/chat.postMessage".to_owned()));
        let own = address(Some("http://127.0.0.1:8080/api/"));
        assert_eq!(own, Ok("http://127.0.0.1:8080/api/chat.postMessage".to_owned()));
        assert_eq!(address(Some("http://slack.com/api")), Err(UrlError::NotHttps));
        assert_eq!(address(Some("slack.com")), Err(UrlError::NotAUrl));
    }

    #[test]
    fn only_slack_or_the_named_host_is_reached() {
        let check = |url: &str, host: Option<&str>| check(&Secret::new(url), host).map(|_| ());
        assert_eq!(check("https://hooks.slack.com/services/T/B/x", None), Ok(()));
        assert_eq!(check("https://hooks.slack-gov.com/services/T/B/x", None), Ok(()));
        assert_eq!(check("http://127.0.0.1:8080/services/T/B/x", Some("127.0.0.1")), Ok(()));
        assert_eq!(check("http://[::1]:8080/x", Some("[::1]")), Ok(()));
        assert_eq!(check("https://chat.example.com/hooks/x", Some("chat.example.com")), Ok(()));
        assert_eq!(check("http://127.0.0.1:8080/x", None), Err(UrlError::ForeignHost));
        assert_eq!(check("https://hooks.slack.com.evil.example/x", None), Err(UrlError::ForeignHost));
        assert_eq!(check("https://evil.example/hooks.slack.com", None), Err(UrlError::ForeignHost));
        assert_eq!(check("http://hooks.slack.com/services/x", None), Err(UrlError::NotHttps));
        assert_eq!(check("http://10.0.0.1/x", Some("10.0.0.1")), Err(UrlError::NotHttps));
        assert_eq!(check("xoxb-1-2", None), Err(UrlError::NotAUrl));
        assert_eq!(check("mailto:a@b", None), Err(UrlError::NotAUrl));
        assert_eq!(check("https://hooks.slack.com/workflows/T/x", None), Err(UrlError::Workflow));
        assert_eq!(check("https://hooks.slack.com/triggers/T/x", None), Err(UrlError::Workflow));
    }
}
