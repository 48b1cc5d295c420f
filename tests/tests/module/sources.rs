//! Each way from a bucket to the function, as the module lays it, each in a deployment of its own.

use serde_json::json;
use trailhook_tests::require;

use crate::{Account, event_of};

const FOLDER: &str = "sources";

const MAIN: &str = include_str!("sources.tf");

/// All ways, of which a run takes minutes, or a topic in front of a queue, which has most on its way. `make test-long` asks for all.
fn ways() -> Vec<&'static str> {
    match std::env::var_os("TRAILHOOK_TEST_WAYS") {
        Some(_) => vec!["topic", "queue", "both", "bridge", "theirs"],
        None => vec!["both"],
    }
}

#[tokio::test]
async fn each_way_brings_each_event_once() {
    let ways = ways();
    let account = require!(Account::open().await);
    account.files.write(&format!("{FOLDER}/main.tf"), MAIN);
    account.files.write(&format!("{FOLDER}/terraform.tfvars.json"), &json!({"ways": ways}).to_string());
    require!(account.files.init(FOLDER).await);
    account.webhook("webhook").await;
    account.files.apply(FOLDER).await;
    account.files.assert_nothing_to_do(FOLDER).await;
    for (number, way) in ways.iter().enumerate() {
        account.log(&format!("logs-{way}"), way, &[event_of("StopLogging", way, &format!("by-{way}"))]).await;
        account.messages(number + 1).await;
    }
    let messages = account.messages(ways.len()).await;
    assert_eq!(messages.len(), ways.len(), "{messages:#?}");
    for (message, way) in messages.iter().zip(&ways) {
        assert!(message.1.contains(&format!("by-{way}")), "{way}: {messages:#?}");
    }
    if ways.len() > 1 {
        account.files.run(FOLDER, &["destroy", "-auto-approve", "-no-color", "-input=false"]).await.success().unwrap();
    }
}
