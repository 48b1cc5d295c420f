//! The self-test says whether an alert would arrive.

use serde_json::json;
use trailhook_tests::{Action, Canned, ParameterKind, Rule, require};

use crate::support::{Deployment, FUNCTION, NAMESPACE, SECRET};
use crate::{STOPPED, answer, failure};

#[tokio::test]
async fn it_sends_a_message_on_each_route() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let second = format!("{SECRET}-second");
    let url = format!("{}/services/T000/B000/second", deployment.slack.url());
    deployment.aws.put_parameter(&second, ParameterKind::SecureString, &url, true).await.unwrap();
    deployment.put_route("second", &second).await.unwrap();
    for round in 1..=2 {
        let done = answer(&deployment.aws.invoke(FUNCTION, &json!({"trailhook": "self-test"})).await.unwrap());
        let checks = json!({"route second": "ok", "route security": "ok", "state table": "ok"});
        assert_eq!((&done["self_test"], &done["sent"]["messages"]), (&checks, &json!(2)), "{done}");
        assert_eq!(deployment.shown().len(), 2 * round, "each self-test sends anew");
    }
    let shown = deployment.shown();
    for part in ["self-test", NAMESPACE, "Rules at work there: 1."] {
        assert!(shown[0].contains(part), "{part}: {}", shown[0]);
    }
}

#[tokio::test]
async fn it_fails_and_names_all_that_is_wrong() {
    let deployment = require!(Deployment::with_table().await);
    deployment.put_rule("typing-error", "event['eventName'].startwith('Stop')").await.unwrap();
    deployment.put_route("nowhere", "/trailhook/secrets/absent").await.unwrap();
    let payload = json!({"trailhook": "self-test"});
    let (kind, message) = failure(&deployment.aws.invoke(FUNCTION, &payload).await.unwrap());
    assert_eq!(kind, "SelfTestFailed");
    for part in
        ["rules/typing-error is off", "route nowhere: the secret parameter /trailhook/secrets/absent does not exist"]
    {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(!message.contains("route security"), "{message}");

    let refused = Action::Answer(Canned::dynamodb_error(400, "ResourceNotFoundException", "no such table"));
    deployment.proxy.add(Rule::on("DynamoDB.GetItem").then(refused));
    let (kind, message) = failure(&deployment.aws.invoke(FUNCTION, &payload).await.unwrap());
    assert!(
        kind == "SelfTestFailed" && message.contains("state table: ") && message.contains("no such table"),
        "{message}"
    );
}
