//! S3 Batch Operations: past logs are read again, and each task gets its result.

use serde_json::{Value, json};
use trailhook_tests::{Action, Canned, Rule, require};

use crate::support::{Deployment, log_key};
use crate::{answer, recorded};

fn result(answer: &Value) -> (&str, &str) {
    let result = &answer["results"][0];
    (result["resultCode"].as_str().unwrap(), result["resultString"].as_str().unwrap())
}

#[tokio::test]
async fn past_events_are_counted_and_told_if_the_job_says_so() {
    let deployment = require!(Deployment::for_every_event().await);
    let key = deployment.put_log("past").await;
    let asked = recorded("batch-operations-1", &key);
    let done = answer(&deployment.invoke(&asked).await);
    for field in ["invocationSchemaVersion", "invocationId"] {
        assert_eq!(done[field], asked[field]);
    }
    assert_eq!(
        (&done["treatMissingKeysAs"], &done["results"][0]["taskId"]),
        (&json!("PermanentFailure"), &asked["tasks"][0]["taskId"])
    );
    let (code, text) = result(&done);
    let summary: Value = serde_json::from_str(text).unwrap();
    assert_eq!((code, &summary["matches"], &summary["claimed"]), ("Succeeded", &json!(1), &json!(0)));
    assert_eq!(deployment.shown(), Vec::<String>::new());

    let told = answer(&deployment.invoke(&recorded("batch-operations-2", &key)).await);
    assert_eq!(result(&told).0, "Succeeded");
    assert_eq!(deployment.shown().len(), 1);
}

#[tokio::test]
async fn a_task_that_may_succeed_later_is_not_given_up() {
    let deployment = require!(Deployment::for_every_event().await);
    let key = deployment.put_log("past").await;
    let asked = recorded("batch-operations-2", &key);
    // A cold start without a configuration.
    let refused = Action::Answer(Canned::ssm_access_denied());
    deployment.proxy.add(Rule::on("SSM.GetParametersByPath").times(3).then(refused));
    let (code, text) = {
        let done = answer(&deployment.invoke(&asked).await);
        let (code, text) = result(&done);
        (code.to_owned(), text.to_owned())
    };
    assert!(code == "TemporaryFailure" && text.contains("AccessDeniedException"), "{code} {text}");
    deployment.proxy.clear_rules();
    // S3 that is busy, through all tries of one call.
    deployment.proxy.add(Rule::on("S3.GetObject").times(20).then(Action::Answer(Canned::s3_slow_down())));
    let done = answer(&deployment.invoke(&asked).await);
    assert_eq!(result(&done).0, "TemporaryFailure", "{done}");
    deployment.proxy.clear_rules();
    let done = answer(&deployment.invoke(&asked).await);
    assert_eq!(result(&done).0, "Succeeded", "{done}");

    let done = answer(&deployment.invoke(&recorded("batch-operations-2", &log_key("absent"))).await);
    let (code, text) = result(&done);
    assert!(code == "PermanentFailure" && text.contains("NoSuchKey"), "{done}");
}
