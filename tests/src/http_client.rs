//! The HTTP client of the test parts: plain HTTP to loopback, so it never follows a proxy from the environment.

use anyhow::Context as _;

/// A client without redirects, environment proxies, or a time limit of its own (callers set theirs).
///
/// # Errors
///
/// Never for a reason outside the program.
pub fn plain_http_client() -> anyhow::Result<reqwest::Client> {
    // reqwest wants a TLS provider even when no address is https; a second installation is no error.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([])
        .build()
        .context("building the HTTP client")
}
