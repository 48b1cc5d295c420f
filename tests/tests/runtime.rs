//! The function as it runs: the real `bootstrap` in the emulator, real log objects, a Slack that answers by script.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use support::{BUCKET, Deployment, FUNCTION, NAMESPACE, SECRET, State, event, gzip, log_key, repository, trailhook};
use trailhook_tests::{
    Action, Answer, Canned, Endpoint, Invocation, Missing, ParameterKind, Rule, SampleLogs, Terraform, require,
    wait_until,
};

const STOPPED: &str = "event.get('eventName') == 'StopLogging'";

fn error_of(invocation: &Invocation) -> (String, String) {
    assert!(invocation.function_error.is_some(), "the invocation should fail: {invocation:?}");
    let payload = invocation.json().unwrap();
    let text = |key: &str| payload[key].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned();
    (text("errorType"), text("errorMessage"))
}

fn summary_of(invocation: &Invocation) -> Value {
    assert_eq!(invocation.function_error, None, "{invocation:?}");
    invocation.json().unwrap()
}

/// Events that stop a trail, each by another user: alerts that have nothing in common.
fn of_different_users(count: usize) -> Vec<Value> {
    let event_of = |number: usize| {
        let mut record = event("StopLogging", &format!("e{number}"));
        record["userIdentity"]["arn"] = format!("arn:aws:iam::111122223333:user/user-{number}").into();
        record
    };
    (0..count).map(event_of).collect()
}

/// The function's log once it holds a text.
async fn wait_for_log(deployment: &Deployment, wanted: &str) -> String {
    wait_until(wanted, Duration::from_secs(30), async || {
        let log = deployment.aws.function_log(FUNCTION).await?;
        let text: String = log.iter().map(|line| line.message.as_str()).collect();
        Ok(text.contains(wanted).then_some(text))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn an_event_in_a_log_becomes_a_message() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    // A blank and a plus sign in the key come form-encoded in the notification.
    let key = log_key("a b+c");
    let records = [event("StopLogging", "e1"), event("DescribeTrails", "e2")];
    let invocation = deployment.deliver(&key, &records).await.unwrap();
    assert_eq!(
        summary_of(&invocation),
        json!({
            "logs": 1, "skipped": 0, "removed": 0, "events": 2, "broken_records": 0, "ignored": 0, "recorded": 0,
            "matches": 1, "untold": 0, "rule_errors": 0, "below_threshold": 0, "unrouted": 0, "claimed": 1, "repeated": 0,
            "sent": {
                "messages": 1, "alerts": 1, "pending": 0, "handed_over": 0, "dead_letters": 0, "oldest_due_seconds": 0,
                "left": {}
            }
        })
    );
    let messages = deployment.slack.messages();
    assert_eq!(messages.len(), 1);
    let body = messages[0].body.to_string();
    for part in ["trail-stopped", "alice", "StopLogging", "111122223333", "eu-central-1", "203.0.113.20", "e1"] {
        assert!(body.contains(part), "{part} is missing in {body}");
    }
    // The webhook's address is a secret and stands in no log.
    let log = deployment.aws.function_log(FUNCTION).await.unwrap();
    assert!(log.iter().all(|line| !line.message.contains("/services/")), "{log:?}");
}

#[tokio::test]
async fn s3_invokes_the_function_and_a_second_delivery_sends_nothing() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.aws.notify_function(BUCKET, &deployment.function_arn, &["s3:ObjectCreated:*"]).await.unwrap();
    let log = gzip(json!({"Records": [event("StopLogging", "e1")]}).to_string().as_bytes()).unwrap();
    deployment.aws.put_object(BUCKET, &log_key("one"), log).await.unwrap();
    deployment.slack.wait_for(1, Duration::from_secs(30)).await.unwrap();
    // While that invocation runs, another one would get an instance of its own, which has sent nothing yet.
    wait_for_log(&deployment, "invocation done").await;

    let summary = summary_of(&deployment.invoke_for(&[&log_key("one")]).await.unwrap());
    assert_eq!((&summary["sent"]["messages"], &summary["repeated"]), (&json!(0), &json!(1)));
    assert_eq!(deployment.slack.messages().len(), 1);
}

#[tokio::test]
async fn a_slack_that_is_busy_is_obeyed() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment
        .slack
        .script(Endpoint::Webhook, [Answer::TooMany { retry_after: 1 }, Answer::status(502), Answer::Close]);
    let invocation = deployment.deliver(&log_key("busy"), &[event("StopLogging", "e1")]).await.unwrap();
    assert_eq!(summary_of(&invocation)["sent"]["messages"], 1);
    let requests = deployment.slack.requests();
    assert_eq!(requests.len(), 4, "{requests:?}");
    let waited = requests[1].at.duration_since(requests[0].at);
    assert!(waited >= Duration::from_secs(1), "Retry-After was 1 second, and {waited:?} passed");
}

#[tokio::test]
async fn a_slack_that_refuses_fails_the_invocation_until_it_takes_the_message() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, [Answer::Ok, Answer::error("channel_is_archived")]);
    let records = of_different_users(3);
    let (kind, message) = error_of(&deployment.deliver(&log_key("refused"), &records).await.unwrap());
    assert_eq!(kind, "IncompleteInvocation");
    assert_eq!(
        message,
        "route security: 2 alert(s) not delivered: messages are not taken there (HTTP 410: channel_is_archived); mend the \
         channel, or send to another one"
    );
    // The retry sends what is left, and only that.
    let summary = summary_of(&deployment.invoke_for(&[&log_key("refused")]).await.unwrap());
    assert_eq!((&summary["sent"]["messages"], &summary["repeated"]), (&json!(2), &json!(1)));
    assert_eq!(deployment.slack.messages().len(), 3);
}

#[tokio::test]
async fn one_message_that_slack_refuses_keeps_no_other_back() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    // Also in its smallest form.
    deployment.slack.script(Endpoint::Webhook, [Answer::error("invalid_blocks"), Answer::error("invalid_blocks")]);
    let records = of_different_users(5);
    let (_, message) = error_of(&deployment.deliver(&log_key("refused"), &records).await.unwrap());
    assert_eq!(
        message,
        "route security: 1 alert(s) not delivered: Slack does not take this message, also in its shortest form (HTTP 400: \
         invalid_blocks)"
    );
    assert_eq!(deployment.slack.messages().len(), 4);
}

#[tokio::test]
async fn a_wait_without_end_is_a_failure_and_no_loss() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, [Answer::TooMany { retry_after: u64::MAX }]);
    let (_, message) = error_of(&deployment.deliver(&log_key("wait"), &of_different_users(2)).await.unwrap());
    assert!(message.contains("2 alert(s) not delivered: there was no time left to send it (HTTP 429"), "{message}");
    // This instance waits as it was told; another one knows nothing of it.
    let (_, message) = error_of(&deployment.invoke_for(&[&log_key("wait")]).await.unwrap());
    assert!(message.contains("2 alert(s) not delivered"), "{message}");
    support::create_function(&deployment.aws, "twin", State::Memory, Duration::from_secs(30)).await.unwrap();
    let retried = deployment.aws.invoke("twin", &support::notification(&[&log_key("wait")])).await.unwrap();
    assert_eq!(summary_of(&retried)["sent"]["messages"], 2);
}

#[tokio::test]
async fn work_stops_before_the_invocation_is_killed() {
    let deployment = require!(Deployment::with_timeout(Duration::from_secs(10)).await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, [Answer::Ok, Answer::Hang]);
    let records = of_different_users(3);
    let (kind, message) = error_of(&deployment.deliver(&log_key("slow"), &records).await.unwrap());
    assert_eq!(kind, "IncompleteInvocation", "the function itself says what is left: {message}");
    assert!(message.contains("2 alert(s) not delivered"), "{message}");
    let summary = summary_of(&deployment.invoke_for(&[&log_key("slow")]).await.unwrap());
    assert_eq!((&summary["sent"]["messages"], &summary["repeated"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn lambda_retries_what_failed() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.slack.script(Endpoint::Webhook, [Answer::error("invalid_payload"), Answer::error("invalid_payload")]);
    let log = gzip(json!({"Records": [event("StopLogging", "e1")]}).to_string().as_bytes()).unwrap();
    deployment.aws.put_object(BUCKET, &log_key("later"), log).await.unwrap();
    deployment.aws.invoke_async(FUNCTION, &support::notification(&[&log_key("later")])).await.unwrap();
    deployment.slack.wait_for(1, Duration::from_secs(30)).await.unwrap();
    assert_eq!(deployment.slack.requests().len(), 3, "two refusals and the third try");
}

#[tokio::test]
async fn a_new_secret_is_read_when_the_old_one_is_refused() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    summary_of(&deployment.deliver(&log_key("first"), &[event("StopLogging", "e1")]).await.unwrap());
    // The webhook is revoked and another one stored; the function is warm and holds the old one.
    let old = deployment.slack.messages()[0].path.clone();
    deployment.slack.script_path(&old, [Answer::error("no_service")]);
    let new = format!("{}/services/T0NEW/B0NEW/new", deployment.slack.url());
    deployment.aws.put_parameter(SECRET, ParameterKind::SecureString, &new, true).await.unwrap();
    let summary = summary_of(&deployment.deliver(&log_key("second"), &[event("StopLogging", "e2")]).await.unwrap());
    assert_eq!(summary["sent"]["messages"], 1);
    assert_eq!(deployment.slack.messages().last().unwrap().path, "/services/T0NEW/B0NEW/new");
}

#[tokio::test]
async fn objects_that_cannot_be_read_fail_the_invocation_and_not_one_another() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let whole = gzip(json!({"Records": [event("StopLogging", "e1")]}).to_string().as_bytes()).unwrap();
    let cut = whole[..whole.len() / 2].to_vec();
    for (name, body) in
        [("cut", cut), ("other", gzip(b"{\"a\":1}").unwrap()), ("noise", b"\x1f\x8bnoise".to_vec()), ("good", whole)]
    {
        deployment.aws.put_object(BUCKET, &log_key(name), body).await.unwrap();
    }
    let keys = ["cut", "other", "noise", "absent", "good"].map(log_key);
    let (kind, message) = error_of(&deployment.invoke_for(&keys.each_ref().map(String::as_str)).await.unwrap());
    assert_eq!(kind, "IncompleteInvocation");
    for (name, reason) in [
        ("cut", "cannot be decompressed"),
        ("other", "it has no list `Records`"),
        ("noise", "cannot be decompressed"),
        ("absent", "NoSuchKey"),
    ] {
        let place = format!("s3://{BUCKET}/{} cannot be read", log_key(name));
        assert!(message.contains(&place) && message.contains(reason), "{name}: {message}");
    }
    let shown: Vec<_> = deployment.slack.messages().iter().map(|message| message.body.to_string()).collect();
    assert_eq!(shown.len(), 3, "the good object was read all the same, and two reasons are told: {shown:#?}");
    for part in ["trail-stopped", "a log in logs cannot be read", "NoSuchKey"] {
        assert!(shown.iter().any(|message| message.contains(part)), "{part}: {shown:#?}");
    }
}

#[tokio::test]
async fn a_transfer_that_breaks_off_is_an_error() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.proxy.add(Rule::on("S3.GetObject").times(1).then(Action::CutBody { after: 60 }));
    let records: Vec<_> = (0..3).map(|number| event("StopLogging", &format!("{number:032x}"))).collect();
    let (kind, message) = error_of(&deployment.deliver(&log_key("broken-off"), &records).await.unwrap());
    assert_eq!(kind, "IncompleteInvocation");
    assert!(message.contains("the transfer broke off"), "{message}");
    assert!(deployment.slack.messages().is_empty());
    let summary = summary_of(&deployment.invoke_for(&[&log_key("broken-off")]).await.unwrap());
    assert_eq!((&summary["sent"]["messages"], &summary["sent"]["alerts"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn what_was_whole_of_a_log_that_is_cut_off_goes_out() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let records: Vec<_> = (0..150).map(|number| event("StopLogging", &format!("e{number}"))).collect();
    let text = json!({ "Records": records }).to_string();
    let cut = gzip(&text.as_bytes()[..text.len() - 20]).unwrap();
    deployment.aws.put_object(BUCKET, &log_key("cut"), cut).await.unwrap();
    let (_, message) = error_of(&deployment.invoke_for(&[&log_key("cut")]).await.unwrap());
    assert!(message.contains("the log ends in the middle"), "{message}");
    let shown = || deployment.slack.messages().iter().map(|message| message.body.to_string()).collect::<Vec<_>>();
    assert!(shown().iter().any(|message| message.contains("trail-stopped ×149")), "{:#?}", shown());
    assert!(shown().iter().any(|message| message.contains("cannot be read")), "{:#?}", shown());
    assert_eq!(shown().len(), 2);
    let (_, _) = error_of(&deployment.invoke_for(&[&log_key("cut")]).await.unwrap());
    assert_eq!(shown().len(), 2, "a retry repeats nothing");
}

#[tokio::test]
async fn s3_that_slows_down_is_asked_again() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.proxy.add(Rule::on("S3.GetObject").times(1).then(Action::Answer(Canned::s3_slow_down())));
    let invocation = deployment.deliver(&log_key("slow"), &[event("StopLogging", "e1")]).await.unwrap();
    assert_eq!(summary_of(&invocation)["sent"]["messages"], 1);
}

#[tokio::test]
async fn digests_and_other_objects_are_passed_over_one_by_one() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let log = gzip(json!({"Records": [event("StopLogging", "e1")]}).to_string().as_bytes()).unwrap();
    deployment.aws.put_object(BUCKET, &log_key("good"), log).await.unwrap();
    let digest = log_key("digest").replace("/CloudTrail/", "/CloudTrail-Digest/");
    let config = log_key("config").replace("/CloudTrail/", "/Config/");
    let good = log_key("good");
    let summary = summary_of(&deployment.invoke_for(&[&digest, &config, &good]).await.unwrap());
    assert_eq!(
        (&summary["logs"], &summary["skipped"], &summary["sent"]["messages"]),
        (&json!(1), &json!(2), &json!(1))
    );
}

#[tokio::test]
async fn a_namespace_without_a_route_fails_until_there_is_one() {
    let deployment = require!(Deployment::bare().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    let (kind, message) = error_of(&deployment.deliver(&log_key("one"), &[event("StopLogging", "e1")]).await.unwrap());
    assert_eq!(kind, "ConfigurationError");
    assert!(message.contains(&format!("the namespace {NAMESPACE} has no route")), "{message}");
    deployment.put_route("security", SECRET).await.unwrap();
    assert_eq!(summary_of(&deployment.invoke_for(&[&log_key("one")]).await.unwrap())["sent"]["messages"], 1);
}

#[tokio::test]
async fn a_missing_or_wrong_secret_is_named_and_not_shown() {
    let deployment = require!(Deployment::bare().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.put_route("security", "/trailhook/secrets/absent").await.unwrap();
    let (_, message) = error_of(&deployment.deliver(&log_key("one"), &[event("StopLogging", "e1")]).await.unwrap());
    assert!(
        message.contains(
            "route security: 1 alert(s) not delivered: the secret parameter /trailhook/secrets/absent does not exist"
        ),
        "{message}"
    );

    let elsewhere = "https://evil.example/services/T0/B0/hidden";
    deployment
        .aws
        .put_parameter("/trailhook/secrets/absent", ParameterKind::SecureString, elsewhere, true)
        .await
        .unwrap();
    let (_, message) = error_of(&deployment.invoke_for(&[&log_key("one")]).await.unwrap());
    assert!(message.contains("its URL is not one of Slack"), "{message}");
    assert!(!message.contains("hidden") && !message.contains("evil.example"), "{message}");
}

#[tokio::test]
async fn a_broken_rule_is_off_alone_and_said_so() {
    let deployment = require!(Deployment::start().await);
    deployment.put_rule("trail-stopped", STOPPED).await.unwrap();
    deployment.put_rule("typing-error", "event['eventName'].startwith('Stop')").await.unwrap();
    deployment.put_document("rules", "garbled", "{").await.unwrap();
    deployment.put_document("rules", "newer", r#"{"schema":9,"name":"newer","expression":"True"}"#).await.unwrap();
    let invocation = deployment.deliver(&log_key("one"), &[event("StopLogging", "e1")]).await.unwrap();
    assert_eq!(summary_of(&invocation)["sent"]["messages"], 4, "the alert, and a word about each of the others");
    let log = wait_for_log(&deployment, "invocation done").await;
    for part in ["rules/typing-error is off", "TH0107", "rules/garbled is off", "rules/newer is off", "schema 9"] {
        assert!(log.contains(part), "{part} is missing in {log}");
    }
}

#[tokio::test]
async fn an_invocation_that_is_not_understood_names_what_came() {
    let deployment = require!(Deployment::start().await);
    let invocation = deployment.aws.invoke(FUNCTION, &json!({"detail": {}, "source": "my.app"})).await.unwrap();
    let (kind, message) = error_of(&invocation);
    assert_eq!(kind, "UnknownInvocation");
    assert!(message.contains("the fields `detail`, `source`"), "{message}");
}

#[tokio::test]
async fn a_parameter_store_that_refuses_fails_a_cold_start_with_the_request() {
    let deployment = require!(Deployment::start().await);
    deployment.proxy.add(Rule::on("SSM.GetParametersByPath").then(Action::Answer(Canned::ssm_access_denied())));
    let (kind, message) = error_of(&deployment.deliver(&log_key("one"), &[event("StopLogging", "e1")]).await.unwrap());
    assert_eq!(kind, "ConfigurationError");
    assert!(
        message.contains("GetParametersByPath of /trailhook/test/") && message.contains("AccessDeniedException"),
        "{message}"
    );
}

#[tokio::test]
async fn more_rules_than_fit_a_page_are_all_read() {
    let deployment = require!(Deployment::start().await);
    for number in 0..23 {
        deployment
            .put_rule(&format!("rule-{number:02}"), &format!("event.get('eventName') == 'E{number}'"))
            .await
            .unwrap();
    }
    // Parameter Store may answer with an empty page and more behind it.
    let empty = Canned::http(200, "application/x-amz-json-1.1", r#"{"Parameters":[],"NextToken":"next"}"#);
    let rules = format!("{NAMESPACE}/rules");
    deployment.proxy.add(Rule::on("SSM.GetParametersByPath").mentioning(&rules).times(1).then(Action::Answer(empty)));
    // One of each page.
    let records = [0, 12, 22].map(|number| event(&format!("E{number}"), &format!("id-{number}")));
    let invocation = deployment.deliver(&log_key("many"), &records).await.unwrap();
    assert_eq!(summary_of(&invocation)["sent"]["messages"], 3);
    let pages = deployment.proxy.calls_to("SSM.GetParametersByPath");
    let pages = pages.iter().filter(|call| String::from_utf8_lossy(&call.body).contains(&rules));
    assert_eq!(pages.count(), 1 + 3, "an empty page, and 23 rules in pages of 10");
}

/// Applies the demo's configuration, has the function read logs, and compares what it posted with what a replay of the same
/// files shows.
async fn assert_replay_equals_function(
    deployment: &Deployment,
    terraform: &Terraform,
    folder: &Path,
    keys: &[(String, Bytes)],
) {
    let demo = repository("examples/demo");
    for file in ["main.tf", "rules.tf", "variables.tf"] {
        terraform.write(file, &std::fs::read_to_string(demo.join(file)).unwrap()).unwrap();
    }
    terraform.init().await.unwrap().success().unwrap();
    terraform.apply(&[]).await.unwrap().success().unwrap();

    let rules = demo.to_str().unwrap();
    let (code, stdout, stderr) =
        trailhook(&["replay", "--json", "--rules", rules, folder.to_str().unwrap()], "").await.unwrap();
    assert_eq!(code, 0, "{stderr}");
    let mut lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = lines.pop().unwrap()["summary"].clone();
    let replayed: Vec<_> = lines.iter().map(|line| comparable(&line["message"])).collect();
    assert!(!replayed.is_empty());

    // A log arrives when its last event happens; what is due until then goes out before. How long this test takes does not count.
    let (mut matches, mut last) = (0, 0);
    let (begun, mut moved) = (Instant::now(), 0);
    for (key, body) in keys {
        last = last_event(body).unwrap_or(0).max(last);
        for _ in 0..2 {
            let step = last * 1_000 - moved - i64::try_from(begun.elapsed().as_millis()).unwrap();
            deployment.move_time(step).await.unwrap();
            moved += step;
            flush_all(deployment).await;
        }
        deployment.aws.put_object(BUCKET, key, body.clone()).await.unwrap();
        matches += summary_of(&deployment.invoke_for(&[key]).await.unwrap())["matches"].as_u64().unwrap();
    }
    deployment.let_pass(Duration::from_secs(24 * 60 * 60)).await.unwrap();
    flush_all(deployment).await;
    assert_eq!(summary["matches"], matches);
    let posted: Vec<_> = deployment.slack.messages().iter().map(|message| comparable(&message.body)).collect();
    let sorted = |mut messages: Vec<String>| {
        messages.sort();
        messages
    };
    assert_eq!(sorted(replayed), sorted(posted));
}

/// A message without when it was sent: a summary tells when the first was told.
fn comparable(message: &Value) -> String {
    let text = message.to_string();
    let Some((before, behind)) = text.split_once("; the first was told <!date^") else { return text };
    format!("{before}{}", behind.split_once('>').unwrap().1)
}

/// When the last event of a log happened, in seconds since 1970; `None` if it holds none.
fn last_event(body: &Bytes) -> Option<i64> {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(body.as_ref()), &mut text).unwrap();
    let log: Value = serde_json::from_str(&text).unwrap();
    let times = log["Records"].as_array()?.iter().filter_map(|record| record["eventTime"].as_str());
    times.map(|time| time.parse::<jiff::Timestamp>().unwrap().as_second()).max()
}

/// Flushes until nothing is due.
async fn flush_all(deployment: &Deployment) {
    loop {
        let flushed = summary_of(&deployment.flush().await.unwrap());
        if flushed["flushed"]["messages"] == 0 {
            return;
        }
    }
}

fn demo_terraform(deployment: &Deployment) -> anyhow::Result<Terraform> {
    Ok(support::terraform(deployment.stack.url())?
        .environment("TF_VAR_namespace", NAMESPACE)
        .environment("TF_VAR_webhook_parameter", SECRET)
        .environment("TF_VAR_webhook_host", "127.0.0.1"))
}

#[tokio::test]
async fn replay_shows_what_the_function_posts_for_the_demos_logs() {
    let deployment = require!(Deployment::furnish(State::Table, Duration::from_secs(60)).await);
    let terraform = require!(demo_terraform(&deployment));
    let logs = SampleLogs::checked_in();
    let keys: Vec<_> = logs.objects().unwrap().into_iter().map(|object| (object.key, object.body)).collect();
    assert_replay_equals_function(&deployment, &terraform, logs.folder(), &keys).await;
}

#[tokio::test]
async fn replay_shows_what_the_function_posts_for_real_logs() {
    let deployment = require!(Deployment::furnish(State::Table, Duration::from_secs(60)).await);
    let terraform = require!(demo_terraform(&deployment));
    let folder = require!(real_logs());
    let mut keys = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".json.gz") {
            let key = format!("AWSLogs/218007301253/CloudTrail/us-east-1/2023/07/10/{name}");
            keys.push((key, Bytes::from(std::fs::read(&path).unwrap())));
        }
    }
    keys.sort();
    assert!(!keys.is_empty());
    assert_replay_equals_function(&deployment, &terraform, &folder, &keys).await;
}

fn real_logs() -> anyhow::Result<PathBuf> {
    let folder = repository("../shared/data/cloudtrail");
    if folder.is_dir() {
        return Ok(folder);
    }
    Err(Missing::optional(
        "a folder of real CloudTrail logs",
        "it may lie beside the repository, in shared/data/cloudtrail",
    )
    .into())
}
