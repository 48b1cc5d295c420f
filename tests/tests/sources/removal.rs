//! Somebody who removes log objects is told of, once for each.

use serde_json::{Value, json};
use trailhook_tests::require;

use crate::support::{Deployment, log_key};
use crate::{answer, recorded};

fn of_key(source: &str, key: &str, sequencer: &str) -> Value {
    let mut payload = recorded(source, key);
    for path in ["/Records/0/s3/object/sequencer", "/detail/object/sequencer"] {
        if let Some(place) = payload.pointer_mut(path) {
            *place = sequencer.into();
        }
    }
    payload
}

#[tokio::test]
async fn a_removed_log_is_told_once_by_whatever_it_is_said() {
    let deployment = require!(Deployment::with_table().await);
    let key = log_key("gone");
    for source in ["s3-removed", "eventbridge-object-deleted", "s3-removed", "s3-removed-marker"] {
        let done = answer(&deployment.invoke(&of_key(source, &key, "0055AED6DCD90281E5")).await);
        assert_eq!(done["removed"], 1, "{source}: {done}");
    }
    for source in ["s3-lifecycle", "eventbridge-object-expired"] {
        answer(&deployment.invoke(&of_key(source, &key, "0055AED6DCD90281E6")).await);
    }
    let shown = deployment.shown();
    assert_eq!(shown.len(), 1, "{shown:#?}");
    for part in ["High: log object removed", "gone.json.gz", "Somebody removed an object of the log bucket"] {
        assert!(shown[0].contains(part), "{part}: {}", shown[0]);
    }
}

#[tokio::test]
async fn many_removed_logs_are_one_conversation() {
    let deployment = require!(Deployment::with_table().await);
    let mut records = Vec::new();
    for number in 0..50 {
        let payload = of_key("s3-removed-marker", &log_key(&format!("gone-{number}")), &format!("{number:018X}"));
        records.push(payload["Records"][0].clone());
    }
    answer(&deployment.invoke(&json!({"Records": records[..1]})).await);
    answer(&deployment.invoke(&json!({"Records": records})).await);
    assert_eq!(deployment.shown().len(), 1, "what follows waits for the end of the window");
    assert!(deployment.shown()[0].contains("behind a delete marker"));
    deployment.let_pass(std::time::Duration::from_secs(16 * 60)).await.unwrap();
    answer(&deployment.flush().await.unwrap());
    let shown = deployment.shown();
    assert_eq!(shown.len(), 2, "{shown:#?}");
    assert!(shown[1].contains("49 more") && shown[1].contains("gone-1.json.gz"), "{}", shown[1]);
}

#[tokio::test]
async fn who_does_not_want_to_hear_of_it_does_not() {
    let deployment = require!(Deployment::with_table().await);
    let settings = json!({"schema": 1, "notify_log_removal": false}).to_string();
    let parameter = format!("{}/settings", crate::support::NAMESPACE);
    deployment.aws.put_parameter(&parameter, trailhook_tests::ParameterKind::String, &settings, true).await.unwrap();
    let done = answer(&deployment.invoke(&recorded("s3-removed", &log_key("gone"))).await);
    assert_eq!((&done["removed"], &done["claimed"]), (&json!(1), &json!(0)));
    assert_eq!(deployment.shown(), Vec::<String>::new());
}
