//! The other examples: each goes up as it is, and a second plan has nothing to do. It takes minutes.

use serde_json::{Value, json};
use trailhook_tests::{Missing, require};

use crate::Account;

/// The folder below `examples`, and its variables.
fn examples() -> anyhow::Result<Vec<(&'static str, Value)>> {
    if std::env::var_os("TRAILHOOK_TEST_EXAMPLES").is_none() {
        let remedy = "`make test-long` takes it, and sets TRAILHOOK_TEST_EXAMPLES";
        return Err(Missing::optional("time for all examples", remedy).into());
    }
    let bucket = json!({"log_bucket_name": "acme-cloudtrail"});
    let accounts = json!({"production": {"account_id": "111122223333", "channel": "#production"}});
    let organisation =
        json!({"log_bucket_name": "acme-cloudtrail", "organization_id": "o-a1b2c3d4e5", "accounts": accounts});
    Ok(vec![
        ("existing-trail", bucket.clone()),
        ("slack-app", bucket.clone()),
        ("backfill", bucket),
        ("organisation", organisation),
        ("migrate-from-fivexl/after", json!({"is_alone": true, "owns_notification": true})),
    ])
}

#[tokio::test]
async fn each_goes_up_as_it_is() {
    for (example, variables) in require!(examples()) {
        let account = require!(Account::open().await);
        let folder = format!("examples/{example}");
        require!(account.files.init(&folder).await);
        account.aws.create_bucket("acme-cloudtrail").await.unwrap();
        account.files.write(&format!("{folder}/terraform.tfvars.json"), &variables.to_string());
        account.files.apply(&folder).await;
        account.files.assert_nothing_to_do(&folder).await;
        // The function is there, and says what it lacks: nobody has stored the secrets yet.
        let tested = account.aws.invoke("trailhook", &json!({"trailhook": "self-test"})).await.unwrap();
        let said = tested.json().unwrap()["errorMessage"].as_str().unwrap_or_default().to_owned();
        assert!(said.contains("the secret parameter") && said.contains("does not exist"), "{example}: {said}");
        account.files.run(&folder, &["destroy", "-auto-approve", "-no-color", "-input=false"]).await.success().unwrap();
    }
}
