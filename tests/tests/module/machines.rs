//! What is planned on one machine is applied on another, as pipelines do: nothing but the plan and the state goes from one to the next.

use std::fs;

use trailhook_tests::require;

use crate::{Account, Files, event_of};

const FOLDER: &str = "machines";

const MAIN: &str = include_str!("machines.tf");

/// A machine that has checked the configuration out, and has fetched what it needs.
async fn machine(account: &Account) -> anyhow::Result<Files> {
    let files = account.another_machine().await?;
    files.write(&format!("{FOLDER}/main.tf"), MAIN);
    files.init(FOLDER).await?;
    Ok(files)
}

#[tokio::test]
async fn a_plan_of_one_machine_is_applied_on_another() {
    let account = require!(Account::open().await);
    for bucket in ["state", "code", "acme-cloudtrail"] {
        account.aws.create_bucket(bucket).await.unwrap();
    }
    account.webhook("webhook").await;

    let first = require!(machine(&account).await);
    let plan = ["plan", "-no-color", "-input=false", "-out=the.plan"];
    first.run(FOLDER, &plan).await.success().unwrap();
    let planned = fs::read(first.terraform.folder().join(FOLDER).join("the.plan")).unwrap();
    assert_eq!(account.aws.list_objects("code", "").await.unwrap(), [], "a plan uploads nothing");
    // Its folder goes, and the packages in it.
    drop(first);

    let second = machine(&account).await.unwrap();
    fs::write(second.terraform.folder().join(FOLDER).join("the.plan"), planned).unwrap();
    second.run(FOLDER, &["apply", "-no-color", "-input=false", "the.plan"]).await.success().unwrap();
    account.log("acme-cloudtrail", "one", &[event_of("StopLogging", "e1", "alice")]).await;
    assert!(account.messages(1).await[0].1.contains("trail-stopped"));
    drop(second);

    // A third one sees no change in what the second one made.
    let third = machine(&account).await.unwrap();
    third.assert_nothing_to_do(FOLDER).await;
    third.run(FOLDER, &["destroy", "-auto-approve", "-no-color", "-input=false"]).await.success().unwrap();
    assert_eq!(account.aws.list_objects("code", "").await.unwrap(), []);
}
