//! The Slack double answers as Slack does, or as its script says.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use trailhook_tests::{Answer, Endpoint, SlackDouble, plain_http_client};

const LIMIT: Duration = Duration::from_secs(20);

async fn webhook(slack: &SlackDouble, message: &Value) -> (u16, String) {
    let http = plain_http_client().unwrap();
    let sent = http.post(slack.webhook_url()).json(message).send();
    let answer = sent.await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn api(slack: &SlackDouble, message: &Value) -> (u16, Value) {
    let http = plain_http_client().unwrap();
    let sent = http.post(format!("{}/chat.postMessage", slack.api_url())).bearer_auth("xoxb-test").json(message).send();
    let answer = sent.await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_webhook_accepts_and_records() {
    let slack = SlackDouble::start().await.unwrap();
    let answer = webhook(&slack, &json!({ "text": "one" })).await;
    assert_eq!(answer, (200, "ok".to_owned()));

    let messages = slack.wait_for(1, LIMIT).await.unwrap();
    let [message] = messages.as_slice() else { panic!("one message: {messages:?}") };
    assert_eq!(message.text(), "one");
    assert_eq!(message.endpoint, Some(Endpoint::Webhook));
    assert_eq!(message.path, SlackDouble::WEBHOOK_PATH);
    assert_eq!(message.content_type.as_deref(), Some("application/json"));
}

#[tokio::test]
async fn a_bad_message_is_refused_with_slacks_word() {
    let slack = SlackDouble::start().await.unwrap();
    let divider = json!({ "type": "divider" });
    let blocks = json!({ "text": "t", "blocks": vec![divider; 51] });
    assert_eq!(webhook(&slack, &blocks).await, (400, "invalid_blocks".to_owned()));
    let (status, answer) = api(&slack, &json!({ "channel": "C1" })).await;
    assert_eq!((status, &answer["error"]), (200, &json!("no_text")));

    assert_eq!(slack.messages().len(), 0);
    let refusals: Vec<_> = slack.requests().into_iter().map(|one| one.refusal).collect();
    assert_eq!(refusals[0].as_deref(), Some("invalid_blocks: blocks: 51 blocks, at most 50"));
    let error = slack.wait_for(1, Duration::ZERO).await.unwrap_err();
    assert!(error.to_string().contains("51 blocks, at most 50"), "{error}");
}

#[tokio::test]
async fn the_script_is_followed_and_then_the_default() {
    let slack = SlackDouble::start().await.unwrap();
    slack.script(
        Endpoint::Webhook,
        [Answer::TooMany { retry_after: 7 }, Answer::status(502), Answer::error("channel_is_archived")],
    );
    let message = json!({ "text": "t" });
    let http = plain_http_client().unwrap();
    let limited = http.post(slack.webhook_url()).json(&message).send();
    let limited = limited.await.unwrap();
    assert_eq!(limited.status(), 429);
    assert_eq!(limited.headers()["retry-after"], "7");
    assert_eq!(webhook(&slack, &message).await.0, 502);
    assert_eq!(webhook(&slack, &message).await, (410, "channel_is_archived".to_owned()));
    assert_eq!(webhook(&slack, &message).await.0, 200);
    assert_eq!((slack.requests().len(), slack.messages().len()), (4, 1));
}

#[tokio::test]
async fn a_paths_script_goes_before_the_endpoints() {
    let slack = SlackDouble::start().await.unwrap();
    slack.script(Endpoint::Webhook, [Answer::status(500)]);
    slack.script_path(SlackDouble::WEBHOOK_PATH, [Answer::status(404)]);
    let message = json!({ "text": "t" });
    assert_eq!(webhook(&slack, &message).await.0, 404);
    assert_eq!(webhook(&slack, &message).await.0, 500);
    assert_eq!(webhook(&slack, &message).await.0, 200);
}

#[tokio::test]
async fn the_api_issues_increasing_ts_and_knows_its_threads() {
    let slack = SlackDouble::start().await.unwrap();
    let (_, first) = api(&slack, &json!({ "channel": "C1", "text": "parent" })).await;
    let (_, second) = api(&slack, &json!({ "channel": "C1", "text": "other" })).await;
    let ts = |answer: &Value| answer["ts"].as_str().unwrap().to_owned();
    assert!(ts(&first) < ts(&second));
    assert_eq!(first["channel"], "C1");

    let reply = |channel: &str| json!({ "channel": channel, "text": "r", "thread_ts": ts(&first) });
    assert_eq!(api(&slack, &reply("C1")).await.1["ok"], true);
    let (_, elsewhere) = api(&slack, &reply("C2")).await;
    assert_eq!(elsewhere["error"], "thread_not_found");
}

#[tokio::test]
async fn the_api_answers_errors_with_status_200() {
    let slack = SlackDouble::start().await.unwrap();
    slack.script(Endpoint::Api, [Answer::error("invalid_auth"), Answer::TooMany { retry_after: 1 }]);
    let message = json!({ "channel": "C1", "text": "t" });
    let refused = json!({ "ok": false, "error": "invalid_auth" });
    assert_eq!(api(&slack, &message).await, (200, refused));
    assert_eq!(api(&slack, &message).await.0, 429);

    let http = plain_http_client().unwrap();
    let url = format!("{}/chat.postMessage", slack.api_url());
    let without_token = http.post(&url).json(&message).send().await.unwrap();
    let answer: Value = without_token.json().await.unwrap();
    assert_eq!(answer["error"], "not_authed");
    let as_text =
        http.post(&url).header(AUTHORIZATION, "Bearer x").header(CONTENT_TYPE, "text/plain").body(message.to_string());
    let answer: Value = as_text.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["error"], "invalid_form_data");
}

#[tokio::test]
async fn hanging_and_closing_leave_the_client_without_an_answer() {
    let slack = SlackDouble::start().await.unwrap();
    slack.script(Endpoint::Webhook, [Answer::Close, Answer::Hang]);
    let http = plain_http_client().unwrap();
    let post = || http.post(slack.webhook_url()).json(&json!({ "text": "t" }));
    let closed = post().send().await.unwrap_err();
    assert!(closed.is_request() && !closed.is_timeout(), "{closed:?}");

    let hanging = tokio::spawn(post().send());
    slack.wait_for_requests(2, LIMIT).await.unwrap();
    assert!(!hanging.is_finished());
    drop(slack);
    assert!(hanging.await.unwrap().is_err(), "the end of the double ends it");
}

#[tokio::test]
async fn other_addresses_are_not_slacks() {
    let slack = SlackDouble::start().await.unwrap();
    let http = plain_http_client().unwrap();
    let url = format!("{}/triggers/T000/B000", slack.url());
    assert_eq!(http.post(url).send().await.unwrap().status(), 404);
    assert_eq!(http.get(slack.webhook_url()).send().await.unwrap().status(), 404);
    assert_eq!(slack.requests().len(), 2);
}
