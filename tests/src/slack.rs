//! Slack's webhook and `chat.postMessage`, answering by script and refusing what Slack would refuse.

mod payload;
mod script;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::server::{LocalServer, Received, Reply};
use script::Script;

pub use script::{Answer, Endpoint};

/// The seconds part of the first message's `ts`.
const FIRST_TS: usize = 1_770_100_000;

/// One request that came.
#[derive(Debug, Clone)]
pub struct SlackRequest {
    /// When it came.
    pub at: Instant,
    /// Which of Slack's two doors it came through; `None` for a path that Slack does not have.
    pub endpoint: Option<Endpoint>,
    /// The path.
    pub path: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The body; `null` when it was no JSON.
    pub body: Value,
    /// The status that it was answered with; `None` for a connection that hung or was closed.
    pub status: Option<u16>,
    /// The message's id, when it was accepted.
    pub ts: Option<String>,
    /// Why it was refused, in Slack's word and with the place: `invalid_blocks: blocks[2].text: ...`.
    pub refusal: Option<String>,
}

impl SlackRequest {
    /// Whether Slack would now show the message.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.ts.is_some()
    }

    /// The message's top-level text, or nothing.
    #[must_use]
    pub fn text(&self) -> &str {
        self.body["text"].as_str().unwrap_or_default()
    }
}

/// A Slack on a free loopback port. Dropping it ends it and every connection to it.
///
/// - `POST /services/...` is a webhook: plain-text answers, the status tells.
/// - `POST /api/chat.postMessage` is the Web API: status 200, `ok` tells. It wants a bearer token, a JSON content type and a
///   channel; a `thread_ts` has to be the `ts` of a message that this double accepted in that channel.
///
/// Each request is answered by the next entry of the script for its path, else for its endpoint, else as Slack would:
/// a message that Slack would refuse (too many blocks, a text too long, ...) is refused.
#[derive(Debug)]
pub struct SlackDouble {
    server: LocalServer,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    script: Script,
    requests: Vec<SlackRequest>,
    accepted: usize,
}

impl SlackDouble {
    /// A path that reads like a real webhook's.
    pub const WEBHOOK_PATH: &'static str = "/services/T000/B000/xxxx";

    /// Starts a Slack with an empty script.
    ///
    /// # Errors
    ///
    /// When no loopback port can be had.
    pub async fn start() -> anyhow::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), count: watch::Sender::new(0) });
        let handler = {
            let shared = Arc::clone(&shared);
            move |received| {
                let reply = shared.answer(&received);
                async move { reply }
            }
        };
        let server = LocalServer::start(handler).await.context("starting the Slack double")?;
        Ok(Self { server, shared })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The address of a webhook. Others differ in what follows `/services/`.
    #[must_use]
    pub fn webhook_url(&self) -> String {
        format!("{}{}", self.url(), Self::WEBHOOK_PATH)
    }

    /// The base address of the Web API, without a slash at its end: `http://127.0.0.1:PORT/api`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/api", self.url())
    }

    /// Appends answers for the next requests to an endpoint.
    pub fn script(&self, endpoint: Endpoint, answers: impl IntoIterator<Item = Answer>) {
        self.shared.state().script.for_endpoint(endpoint, answers);
    }

    /// Appends answers for the next requests to a path, which go before those of its endpoint.
    pub fn script_path(&self, path: impl Into<String>, answers: impl IntoIterator<Item = Answer>) {
        self.shared.state().script.for_path(path.into(), answers);
    }

    /// Every request so far, refused and hanging ones too, in the order in which they came.
    #[must_use]
    pub fn requests(&self) -> Vec<SlackRequest> {
        self.shared.state().requests.clone()
    }

    /// The messages that were accepted so far.
    #[must_use]
    pub fn messages(&self) -> Vec<SlackRequest> {
        let mut requests = self.requests();
        requests.retain(SlackRequest::is_accepted);
        requests
    }

    /// Waits until at least `count` messages were accepted, and returns all of them.
    ///
    /// # Errors
    ///
    /// After `limit`, with what came instead.
    pub async fn wait_for(&self, count: usize, limit: Duration) -> anyhow::Result<Vec<SlackRequest>> {
        let enough = || self.messages().len() >= count;
        self.wait(enough, limit, format!("{count} messages")).await?;
        Ok(self.messages())
    }

    /// Waits until at least `count` requests came, whatever they were answered, and returns all of them.
    ///
    /// # Errors
    ///
    /// After `limit`, with what came instead.
    pub async fn wait_for_requests(&self, count: usize, limit: Duration) -> anyhow::Result<Vec<SlackRequest>> {
        let enough = || self.requests().len() >= count;
        self.wait(enough, limit, format!("{count} requests")).await?;
        Ok(self.requests())
    }

    async fn wait(&self, enough: impl Fn() -> bool, limit: Duration, what: String) -> anyhow::Result<()> {
        let mut changes = self.shared.count.subscribe();
        let waiting = changes.wait_for(|_| enough());
        if tokio::time::timeout(limit, waiting).await.is_err() {
            let came: Vec<String> = self.requests().iter().map(summary).collect();
            anyhow::bail!("Slack waited {limit:?} in vain for {what}; there came {came:#?}");
        }
        Ok(())
    }
}

/// A request in one line, for the error of a wait that was in vain.
fn summary(request: &SlackRequest) -> String {
    let (status, refusal) = (request.status, request.refusal.as_deref().unwrap_or("-"));
    let text: String = request.text().chars().take(80).collect();
    format!("{} -> {status:?} {refusal}: {text}", request.path)
}

/// What a request is answered, before it is put into the endpoint's form.
enum Decision {
    Accept,
    Refuse { word: String, place: String },
    RateLimit { retry_after: u64 },
    Status { code: u16, body: String },
    Hang,
    Close,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, received: &Received) -> Reply {
        let at = Instant::now();
        let path = received.uri.path().to_owned();
        let endpoint = Endpoint::of(&received.method, &path);
        let header = |name| Some(received.headers.get(name)?.to_str().ok()?.to_owned());
        let body = serde_json::from_slice(&received.body).unwrap_or_default();

        let mut state = self.state();
        let decision = state.decide(endpoint, &path, &received.headers, &body);
        let ts = matches!(decision, Decision::Accept).then(|| {
            state.accepted += 1;
            format!("{}.{:06}", FIRST_TS + state.accepted, 100)
        });
        let refusal = match &decision {
            Decision::Refuse { word, place } if place.is_empty() => Some(word.clone()),
            Decision::Refuse { word, place } => Some(format!("{word}: {place}")),
            _ => None,
        };
        let reply = match endpoint {
            Some(Endpoint::Api) => api_form(&decision, &body, ts.as_deref()),
            Some(Endpoint::Webhook) | None => webhook_form(&decision),
        };
        state.requests.push(SlackRequest {
            at,
            endpoint,
            path,
            authorization: header(header::AUTHORIZATION),
            content_type: header(header::CONTENT_TYPE),
            user_agent: header(header::USER_AGENT),
            body,
            status: match &reply {
                Reply::Answer(answer) => Some(answer.status().as_u16()),
                _ => None,
            },
            ts,
            refusal,
        });
        drop(state);
        self.count.send_modify(|count| *count += 1);
        reply
    }
}

impl State {
    fn decide(&mut self, endpoint: Option<Endpoint>, path: &str, headers: &HeaderMap, body: &Value) -> Decision {
        let refuse = |word: &str, place: String| Decision::Refuse { word: word.to_owned(), place };
        let Some(endpoint) = endpoint else {
            return Decision::Status { code: 404, body: "Slack has no such address".to_owned() };
        };
        match self.script.next(endpoint, path) {
            Some(Answer::TooMany { retry_after }) => return Decision::RateLimit { retry_after },
            Some(Answer::Status { code, body }) => return Decision::Status { code, body },
            Some(Answer::Hang) => return Decision::Hang,
            Some(Answer::Close) => return Decision::Close,
            Some(Answer::Error(word)) => return refuse(&word, String::new()),
            Some(Answer::Ok) | None => {}
        }
        if endpoint == Endpoint::Api
            && let Err((word, place)) = self.check_api_call(headers, body)
        {
            return refuse(word, place);
        }
        match payload::check(body) {
            Ok(()) => Decision::Accept,
            Err(fault) => refuse(fault.word(endpoint), fault.to_string()),
        }
    }

    /// What the Web API looks at before it looks at the message.
    fn check_api_call(&self, headers: &HeaderMap, body: &Value) -> Result<(), (&'static str, String)> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let token = header(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if token.is_none_or(str::is_empty) {
            return Err(("not_authed", "Authorization: Bearer TOKEN".to_owned()));
        }
        if !header(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json")) {
            return Err(("invalid_form_data", "Content-Type is not application/json".to_owned()));
        }
        let Some(channel) = body["channel"].as_str().filter(|channel| !channel.is_empty()) else {
            return Err(("channel_not_found", "no channel".to_owned()));
        };
        let Some(thread) = body.get("thread_ts") else {
            return Ok(());
        };
        let is_known = self.requests.iter().any(|request| {
            request.body["channel"] == channel && request.ts.is_some() && request.ts.as_deref() == thread.as_str()
        });
        if is_known { Ok(()) } else { Err(("thread_not_found", format!("thread_ts {thread} in {channel}"))) }
    }
}

/// Status and plain text, as webhooks answer.
fn webhook_form(decision: &Decision) -> Reply {
    match decision {
        Decision::Accept => text(200, "ok"),
        Decision::Refuse { word, .. } => text(script::webhook_status(word), word),
        Decision::RateLimit { retry_after } => with_pause(text(429, "rate_limited"), *retry_after),
        Decision::Status { code, body } => text(*code, body),
        Decision::Hang => Reply::Hang,
        Decision::Close => Reply::Cut,
    }
}

/// Status 200 and JSON, as the Web API answers.
fn api_form(decision: &Decision, body: &Value, ts: Option<&str>) -> Reply {
    match decision {
        Decision::Accept => {
            let (channel, ts) = (&body["channel"], ts.unwrap_or_default());
            let answer = json!({ "ok": true, "channel": channel, "ts": ts, "message": { "ts": ts } });
            respond(200, "application/json; charset=utf-8", answer.to_string())
        }
        Decision::Refuse { word, .. } => {
            let answer = json!({ "ok": false, "error": word });
            respond(200, "application/json; charset=utf-8", answer.to_string())
        }
        Decision::RateLimit { retry_after } => {
            let answer = json!({ "ok": false, "error": "ratelimited" });
            let reply = respond(429, "application/json; charset=utf-8", answer.to_string());
            with_pause(reply, *retry_after)
        }
        Decision::Status { code, body } => text(*code, body),
        Decision::Hang => Reply::Hang,
        Decision::Close => Reply::Cut,
    }
}

fn text(code: u16, body: &str) -> Reply {
    respond(code, "text/html", body.to_owned())
}

fn respond(code: u16, kind: &'static str, body: String) -> Reply {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = header::HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Reply::Answer(response)
}

fn with_pause(mut reply: Reply, seconds: u64) -> Reply {
    if let Reply::Answer(response) = &mut reply {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    reply
}

impl Endpoint {
    fn of(method: &Method, path: &str) -> Option<Self> {
        match path {
            _ if method != Method::POST => None,
            "/api/chat.postMessage" => Some(Self::Api),
            _ if path.starts_with("/services/") => Some(Self::Webhook),
            _ => None,
        }
    }
}
