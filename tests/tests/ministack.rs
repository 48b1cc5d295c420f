//! The emulator starts, does what the end-to-end tests need of it, and goes away.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use trailhook_tests::{
    Action, Artifacts, Aws, AwsError, FaultProxy, FunctionSpec, MiniStack, Outcome, ParameterKind, Rule, require,
    wait_until,
};

const LIMIT: Duration = Duration::from_secs(60);

/// Names the file to which the process that is to be killed writes its emulator's address.
const VICTIM: &str = "TRAILHOOK_TESTS_VICTIM";

/// The package of a function that answers what it saw: see the script.
fn probe(stack: &MiniStack) -> Vec<u8> {
    let script = include_str!("fixtures/probe_function.py");
    Artifacts::zip_of(format!("#!{}\n{script}", stack.python().display()).as_bytes()).unwrap()
}

fn code(error: anyhow::Error) -> String {
    error.downcast::<AwsError>().unwrap().code
}

#[tokio::test]
async fn parameters_behave_as_in_parameter_store() {
    let stack = require!(MiniStack::start().await);
    let aws = Aws::at(stack.url());
    let name = |n: usize| format!("/t/prod/rules/r{n:02}");
    for n in 0..25 {
        assert_eq!(aws.put_parameter(&name(n), ParameterKind::String, "{}", false).await.unwrap(), 1);
    }
    let taken = aws.put_parameter(&name(3), ParameterKind::String, "x", false).await;
    assert_eq!(code(taken.unwrap_err()), "ParameterAlreadyExists");
    assert_eq!(aws.put_parameter(&name(3), ParameterKind::String, "x", true).await.unwrap(), 2);

    let all = aws.get_parameters_by_path("/t/prod").await.unwrap();
    assert_eq!(all.len(), 25, "all three pages");
    assert_eq!((all[3].value.as_str(), all[3].version), ("x", 2));

    aws.put_parameter("/t/token", ParameterKind::SecureString, "xoxb", false).await.unwrap();
    let secret = aws.get_parameter("/t/token").await.unwrap().unwrap();
    assert_eq!((secret.kind.as_str(), secret.value.as_str()), ("SecureString", "xoxb"));

    aws.tag_parameter("/t/token", &[("team", "security"), ("env", "prod")]).await.unwrap();
    let tags = aws.parameter_tags("/t/token").await.unwrap();
    assert_eq!(tags, [("env".to_owned(), "prod".to_owned()), ("team".to_owned(), "security".to_owned())]);

    assert!(aws.delete_parameter("/t/token").await.unwrap());
    assert!(!aws.delete_parameter("/t/token").await.unwrap());
    assert_eq!(aws.get_parameter("/t/token").await.unwrap(), None);
}

#[tokio::test]
async fn objects_are_stored_listed_and_removed() {
    let stack = require!(MiniStack::start().await);
    let aws = Aws::at(stack.url());
    aws.create_bucket("logs").await.unwrap();
    let odd = "AWSLogs/a b+c/ü&<.json.gz";
    aws.put_object("logs", odd, "one").await.unwrap();
    aws.put_object("logs", "other/key", vec![7; 30_000_000]).await.unwrap();

    assert_eq!(aws.get_object("logs", odd).await.unwrap().unwrap(), "one");
    assert_eq!(aws.get_object("logs", "other/key").await.unwrap().unwrap().len(), 30_000_000);
    assert_eq!(aws.get_object("logs", "none").await.unwrap(), None);
    let listed = aws.list_objects("logs", "AWSLogs/").await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].key.as_str(), listed[0].size), (odd, 3));

    aws.delete_object("logs", odd).await.unwrap();
    assert_eq!(aws.list_objects("logs", "AWSLogs/").await.unwrap(), []);
    assert_eq!(code(aws.list_objects("none", "").await.unwrap_err()), "NoSuchBucket");
}

#[tokio::test]
async fn a_function_is_invoked_and_its_log_read() {
    let stack = require!(MiniStack::start().await);
    let aws = Aws::at(stack.url());
    assert_eq!(aws.function_log("probe").await.unwrap(), []);
    let zip = probe(&stack);
    let environment = [("NAMESPACE", "/t/prod")];
    let spec = FunctionSpec { environment: &environment, memory_mb: 256, ..FunctionSpec::new("probe", &zip) };
    aws.create_function(&spec).await.unwrap();

    let invocation = aws.invoke("probe", &json!({ "n": 1 })).await.unwrap();
    assert_eq!(invocation.function_error, None);
    assert!(invocation.log_tail.contains(r#"event {"n": 1}"#), "{}", invocation.log_tail);
    let answer = invocation.json().unwrap();
    assert_eq!(answer["event"], json!({ "n": 1 }));
    let environment = &answer["environment"];
    assert_eq!(environment["NAMESPACE"], "/t/prod");
    assert_eq!(environment["AWS_ENDPOINT_URL"], stack.url());
    assert_eq!(environment["AWS_REGION"], Aws::REGION);
    assert_eq!(environment["AWS_ACCESS_KEY_ID"], Aws::ACCOUNT);
    assert_eq!(environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "256");
    assert_eq!(environment["CARGO"], Value::Null, "nothing of the test's environment gets there");

    let failed = aws.invoke("probe", &json!({ "fail": true })).await.unwrap();
    assert_eq!(failed.function_error.as_deref(), Some("Unhandled"));
    assert_eq!(failed.json().unwrap()["errorType"], "Probe.Failed");

    let log = aws.function_log("probe").await.unwrap();
    assert!(log.iter().any(|line| line.message.contains(r#"event {"n": 1}"#)), "{log:?}");
    assert!(aws.delete_function("probe").await.unwrap());
    assert!(!aws.delete_function("probe").await.unwrap());
}

#[tokio::test]
async fn a_new_log_object_invokes_the_function_and_others_do_not() {
    let stack = require!(MiniStack::start().await);
    let aws = Aws::at(stack.url());
    let zip = probe(&stack);
    let arn = aws.create_function(&FunctionSpec::new("probe", &zip)).await.unwrap();
    aws.create_bucket("logs").await.unwrap();
    aws.allow_bucket("probe", "logs").await.unwrap();
    aws.notify_function("logs", &arn, &["s3:ObjectCreated:*"]).await.unwrap();

    aws.put_object("logs", "elsewhere/a.json.gz", "x").await.unwrap();
    aws.put_object("logs", "AWSLogs/a.txt", "x").await.unwrap();
    aws.put_object("logs", "AWSLogs/a b.json.gz", "x").await.unwrap();
    let log = wait_until("the function's log", LIMIT, || async {
        let log = aws.function_log("probe").await?;
        Ok(log.iter().any(|line| line.message.starts_with("REPORT")).then_some(log))
    });
    let events: Vec<Value> = log
        .await
        .unwrap()
        .iter()
        .filter_map(|line| serde_json::from_str(line.message.strip_prefix("event ")?).ok())
        .collect();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["Records"][0]["s3"]["object"]["key"], "AWSLogs/a+b.json.gz", "keys are form-encoded");
}

#[tokio::test]
async fn a_failed_event_is_retried_twice_and_then_a_dead_letter() {
    let stack = require!(MiniStack::builder().first_retry_after(Duration::from_millis(20)).start().await);
    let aws = Aws::at(stack.url());
    let queue = aws.create_queue("dead").await.unwrap();
    let zip = probe(&stack);
    let spec = FunctionSpec { dead_letter_arn: Some(&queue), ..FunctionSpec::new("probe", &zip) };
    aws.create_function(&spec).await.unwrap();
    aws.invoke_async("probe", &json!({ "fail": true })).await.unwrap();

    let letters = wait_until("the dead letter", LIMIT, || async {
        let messages = aws.receive_messages("dead").await?;
        Ok((!messages.is_empty()).then_some(messages))
    });
    let letters = letters.await.unwrap();
    let letter: Value = serde_json::from_str(&letters[0].body).unwrap();
    assert_eq!(letter["requestPayload"], json!({ "fail": true }));
    let log = aws.function_log("probe").await.unwrap();
    assert_eq!(log.iter().filter(|line| line.message.starts_with("event ")).count(), 3);

    aws.delete_message("dead", &letters[0].receipt_handle).await.unwrap();
    assert_eq!(aws.receive_messages("dead").await.unwrap(), []);
}

#[tokio::test]
async fn functions_can_be_sent_through_the_fault_proxy() {
    let proxy = FaultProxy::start().await.unwrap();
    let stack = require!(MiniStack::builder().endpoint_for_functions(proxy.url()).start().await);
    proxy.forward_to(stack.url());
    let aws = Aws::at(stack.url());
    aws.create_bucket("logs").await.unwrap();
    aws.put_object("logs", "key", "x").await.unwrap();
    let zip = probe(&stack);
    aws.create_function(&FunctionSpec::new("probe", &zip)).await.unwrap();

    let answer = aws.invoke("probe", &json!({ "fetch": "/logs/key" })).await.unwrap().json().unwrap();
    assert_eq!(answer["fetched"], 200, "{answer}");
    let calls = proxy.calls();
    assert_eq!(calls.len(), 1, "the test's own calls go past the proxy");
    assert_eq!((calls[0].operation.as_str(), calls[0].outcome), ("S3.GetObject", Outcome::Passed));
}

#[tokio::test]
async fn dropping_it_ends_the_functions_and_removes_its_files() {
    let proxy = FaultProxy::start().await.unwrap();
    let stack = require!(MiniStack::builder().endpoint_for_functions(proxy.url()).start().await);
    let aws = Aws::at(stack.url());
    let zip = probe(&stack);
    aws.create_function(&FunctionSpec::new("probe", &zip)).await.unwrap();
    let answer = aws.invoke("probe", &json!({})).await.unwrap().json().unwrap();
    let (function, log) = (answer["pid"].as_u64().unwrap(), stack.log_path());
    // In the middle of its work a function does not notice by itself that the emulator is gone.
    proxy.add(Rule::on("*").then(Action::Hang));
    aws.invoke_async("probe", &json!({ "fetch": "/logs/key" })).await.unwrap();
    proxy.wait_for_calls("S3.GetObject", 1, LIMIT).await.unwrap();
    assert!(is_alive(function));

    drop(stack);
    wait_until("the function's end", LIMIT, || async { Ok((!is_alive(function)).then_some(())) }).await.unwrap();
    assert!(!log.exists());
    assert!(aws.invoke("probe", &json!({})).await.is_err());
}

#[tokio::test]
async fn it_does_not_outlive_a_killed_test() {
    let stack = require!(MiniStack::start().await);
    // This test runs itself once more, in a process that is killed.
    if let Some(says) = std::env::var_os(VICTIM) {
        std::fs::write(says, format!("{} ", stack.url())).unwrap();
        return std::future::pending().await;
    }
    let folder = tempfile::tempdir().unwrap();
    let says = folder.path().join("url");
    let mut test = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "it_does_not_outlive_a_killed_test"])
        .env(VICTIM, &says)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let url = wait_until("the other test's emulator", LIMIT, || async {
        let text = std::fs::read_to_string(&says).unwrap_or_default();
        Ok(text.strip_suffix(' ').map(str::to_owned))
    });
    let aws = Aws::at(url.await.unwrap());
    aws.create_bucket("logs").await.unwrap();
    test.kill().unwrap();
    test.wait().unwrap();
    wait_until("the emulator's end", LIMIT, || async { Ok(aws.get_object("logs", "none").await.err()) }).await.unwrap();
}

/// Whether the process exists and is no zombie.
fn is_alive(pid: u64) -> bool {
    let ps = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    matches!(ps.stdout.first(), Some(state) if *state != b'Z')
}
