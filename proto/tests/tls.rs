//! Who may connect.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

mod support;

use support::Plugin;
use support::client::Client;
use support::tls::{Identity, config};

async fn plugin_for(identity: &Identity) -> Plugin {
    let plugin = Plugin::start_with(&[("PLUGIN_CLIENT_CERT", &identity.pem())]).await;
    assert!(!plugin.certificate.is_empty());
    plugin
}

/// With TLS 1.3 a client may learn only at its first call that it was refused.
async fn is_served(plugin: &Plugin, identity: Option<&Identity>) -> bool {
    match Client::tls(&plugin.socket, config(&plugin.certificate, identity)).await {
        Ok(client) => client.schema().await.is_ok(),
        Err(_) => false,
    }
}

#[tokio::test]
async fn only_the_holder_of_the_certificate_is_served() {
    let (terraform, other) = (Identity::new(1), Identity::new(2));
    let plugin = plugin_for(&terraform).await;
    assert!(is_served(&plugin, Some(&terraform)).await, "the right certificate");
    assert!(!is_served(&plugin, None).await, "no certificate");
    assert!(!is_served(&plugin, Some(&other)).await, "another certificate");
    let sibling = Identity::with_serial(1, 2);
    assert!(!is_served(&plugin, Some(&sibling)).await, "another certificate of the same key");
    let thief = terraform.with_key_of(&other);
    assert!(!is_served(&plugin, Some(&thief)).await, "the right certificate without its key");
    assert!(is_served(&plugin, Some(&terraform)).await, "the right certificate, again");
}

#[tokio::test]
async fn nobody_is_served_without_tls() {
    let plugin = plugin_for(&Identity::new(1)).await;
    let served = match Client::plain(&plugin.socket).await {
        Ok(client) => client.schema().await.is_ok(),
        Err(_) => false,
    };
    assert!(!served);
}

#[tokio::test]
async fn a_client_that_stalls_does_not_hold_up_the_next() {
    let terraform = Identity::new(1);
    let plugin = plugin_for(&terraform).await;
    let _stalled = tokio::net::UnixStream::connect(&plugin.socket).await.expect("connected");
    assert!(is_served(&plugin, Some(&terraform)).await);
}

#[tokio::test]
async fn there_is_no_tls_where_terraform_wants_none() {
    let plugin = Plugin::start_with(&[("PLUGIN_CLIENT_CERT", "")]).await;
    assert!(plugin.certificate.is_empty());
    let client = Client::plain(&plugin.socket).await.expect("connected");
    client.schema().await.expect("a schema");
}
