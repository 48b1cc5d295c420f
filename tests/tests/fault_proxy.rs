//! The fault proxy forwards, records, and breaks what its rules say. A second proxy stands for the emulator here: its
//! canned answers are an upstream's.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use http::Method;
use trailhook_tests::{Action, Aws, AwsError, Canned, FaultProxy, Outcome, Rule, plain_http_client};

const LIMIT: Duration = Duration::from_secs(20);

/// An upstream that answers every call with this body, and the proxy in front of it.
async fn in_front_of(body: Vec<u8>) -> (FaultProxy, FaultProxy) {
    let upstream = FaultProxy::start().await.unwrap();
    let answer = Canned::http(200, "application/octet-stream", body).with_header("etag", "\"e\"");
    upstream.add(Rule::on("*").then(Action::Answer(answer)));
    let proxy = FaultProxy::start().await.unwrap();
    proxy.forward_to(&upstream.url());
    (upstream, proxy)
}

#[tokio::test]
async fn calls_pass_whole_and_are_recorded() {
    // Beyond any buffer in between.
    let body: Vec<u8> = (0..20_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let (upstream, proxy) = in_front_of(body.clone()).await;
    let aws = Aws::at(proxy.url());

    let read = aws.get_object("logs", "a b/ü.json.gz").await.unwrap();
    assert!(read.unwrap() == body, "the body came whole");
    aws.put_object("logs", "k", body.clone()).await.unwrap();

    let calls = proxy.calls();
    let named: Vec<_> = calls.iter().map(|call| (call.operation.as_str(), call.outcome, call.status)).collect();
    assert_eq!(named, [("S3.GetObject", Outcome::Passed, Some(200)), ("S3.PutObject", Outcome::Passed, Some(200)),]);
    assert_eq!(calls[0].path, "/logs/a%20b/%C3%BC.json.gz");
    assert_eq!(upstream.calls()[1].body.len(), 64 * 1024, "the start is kept");
    assert_eq!(upstream.calls()[0].path, calls[0].path);
}

#[tokio::test]
async fn a_head_keeps_the_length_of_the_body_that_it_does_not_have() {
    let (_upstream, proxy) = in_front_of(b"12345".to_vec()).await;
    let http = plain_http_client().unwrap();
    let url = format!("{}/logs/key", proxy.url());
    let head = http.request(Method::HEAD, url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], "5");
    assert_eq!(head.headers()["etag"], "\"e\"");
    assert_eq!(head.bytes().await.unwrap().len(), 0);
}

#[tokio::test]
async fn canned_errors_reach_the_client_and_the_upstream_sees_nothing() {
    let (upstream, proxy) = in_front_of(b"{\"Version\":1}".to_vec()).await;
    let aws = Aws::at(proxy.url());
    let throttled = Action::Answer(Canned::ssm_throttled());
    proxy.add(Rule::on("SSM.GetParameter").times(1).then(throttled));
    proxy.add(Rule::on("S3.*").then(Action::Answer(Canned::s3_slow_down())));

    let code = |error: anyhow::Error| {
        let error = error.downcast::<AwsError>().unwrap();
        (error.status, error.code)
    };
    let ssm = aws.get_parameter("/t/p").await.unwrap_err();
    assert_eq!(code(ssm), (400, "ThrottlingException".to_owned()));
    let s3 = aws.get_object("logs", "k").await.unwrap_err();
    assert_eq!(code(s3), (503, "SlowDown".to_owned()));
    assert!(upstream.calls().is_empty());
    assert_eq!(proxy.calls()[0].outcome, Outcome::Answered);

    proxy.clear_rules();
    aws.get_object("logs", "k").await.unwrap();
    assert_eq!(upstream.calls().len(), 1);
}

#[tokio::test]
async fn cuts_before_and_after_the_work_differ_for_the_upstream_alone() {
    let (upstream, proxy) = in_front_of(Vec::new()).await;
    let aws = Aws::at(proxy.url());
    proxy.add(Rule::on("S3.PutObject").times(1).then(Action::Cut));
    proxy.add(Rule::on("S3.PutObject").times(1).then(Action::LoseAnswer));

    let cut = aws.put_object("logs", "k", "x").await.unwrap_err();
    assert!(cut.downcast_ref::<AwsError>().is_none(), "{cut:?}");
    assert_eq!(upstream.calls().len(), 0);
    aws.put_object("logs", "k", "x").await.unwrap_err();
    assert_eq!(upstream.calls().len(), 1);
    let outcomes: Vec<_> = proxy.calls().iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes, [Outcome::Cut, Outcome::AnswerLost]);
    assert_eq!(proxy.calls()[1].status, None);
}

#[tokio::test]
async fn a_cut_body_promises_all_and_gives_the_start() {
    let (_upstream, proxy) = in_front_of(vec![7; 1_000_000]).await;
    proxy.add(Rule::on("S3.GetObject").then(Action::CutBody { after: 100_000 }));
    let http = plain_http_client().unwrap();
    let url = format!("{}/logs/k", proxy.url());
    let mut answer = http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-length"], "1000000");
    let mut came = 0;
    let end = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => came += chunk.len(),
            end => break end,
        }
    };
    assert!(end.is_err(), "the connection ends early: {end:?}");
    assert_eq!(came, 100_000);
}

#[tokio::test]
async fn delays_and_hangs_keep_the_client_waiting() {
    let (_upstream, proxy) = in_front_of(b"ok".to_vec()).await;
    let pause = Duration::from_millis(50);
    proxy.add(Rule::on("S3.GetObject").times(1).then(Action::Delay(pause)));
    proxy.add(Rule::on("S3.GetObject").then(Action::Hang));
    let aws = Aws::at(proxy.url());
    let begin = std::time::Instant::now();
    aws.get_object("logs", "k").await.unwrap();
    assert!(begin.elapsed() >= pause);

    let hanging = tokio::spawn(async move { aws.get_object("logs", "k").await });
    let calls = proxy.wait_for_calls("S3.GetObject", 2, LIMIT).await.unwrap();
    assert_eq!(calls[1].outcome, Outcome::Pending);
    assert!(!hanging.is_finished());
    drop(proxy);
    hanging.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn without_an_upstream_a_call_fails_and_shows() {
    let proxy = FaultProxy::start().await.unwrap();
    let error = Aws::at(proxy.url()).get_parameter("/t").await.unwrap_err();
    assert_eq!(error.downcast::<AwsError>().unwrap().status, 599);
    assert_eq!(proxy.calls_to("SSM.*").len(), 1);
    assert_eq!(proxy.calls()[0].outcome, Outcome::NoUpstream);

    let wait = proxy.wait_for_calls("S3.*", 1, Duration::ZERO).await;
    let error = wait.unwrap_err().to_string();
    assert!(error.contains("SSM.GetParameter"), "{error}");
}
