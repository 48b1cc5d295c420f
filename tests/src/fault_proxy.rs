//! An HTTP proxy in front of the emulator that injects the faults which no emulator has, and records every call.

mod canned;
mod operation;
mod permission;
mod rule;

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderName, Response, header};
use tokio::sync::watch;

use crate::server::{LocalServer, Received, Reply};

pub use canned::Canned;
pub(crate) use operation::operation_of_target;
pub use permission::Permission;
pub use rule::{Action, Rule};

/// How much of a request's body is kept in its [`Call`].
const KEPT_BODY: usize = 64 * 1024;

/// The status of a proxy that has nowhere to forward to.
const NO_UPSTREAM: u16 = 599;

/// The environment variable that names the file for what the function's role must permit; an absolute path.
const CALLS_FILE: &str = "TRAILHOOK_CALLS";

/// Headers that belong to one connection and not to the message.
const HOP_BY_HOP: [HeaderName; 4] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::CONTENT_LENGTH,
    // hyper has already said "continue" to the client.
    header::EXPECT,
];

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// No answer yet, or the client gave up before there was one.
    Pending,
    /// The emulator's answer was handed on whole.
    Passed,
    /// A rule answered; the emulator never saw the call.
    Answered,
    /// A rule ended the connection; the emulator never saw the call.
    Cut,
    /// The emulator did what was asked; its answer was cut, before or within the body.
    AnswerLost,
    /// There is no upstream, or it could not be reached.
    NoUpstream,
}

/// One call that came.
#[derive(Debug, Clone)]
pub struct Call {
    /// Service and operation, such as `SSM.PutParameter` or `S3.GetObject`.
    pub operation: String,
    /// The HTTP method.
    pub method: http::Method,
    /// Path and query as they came.
    pub path: String,
    /// The first 64 KB of the body.
    pub body: Bytes,
    /// When it came.
    pub at: Instant,
    /// What became of it.
    pub outcome: Outcome,
    /// The status that the client got, if it got one.
    pub status: Option<u16>,
    /// Whether a rule keeps it from the emulator and from an answer.
    pub hangs: bool,
}

/// The proxy. Dropping it ends it and every connection through it.
///
/// It starts with no upstream, because the emulator has to know the proxy's address when it starts:
///
/// ```no_run
/// # async fn test() -> anyhow::Result<()> {
/// use trailhook_tests::{Action, Canned, FaultProxy, MiniStack, Rule};
///
/// let proxy = FaultProxy::start().await?;
/// let stack = MiniStack::builder().endpoint_for_functions(proxy.url()).start().await?;
/// proxy.forward_to(stack.url());
/// proxy.add(Rule::on("SSM.PutParameter").after(2).times(3).then(Action::Answer(Canned::ssm_throttled())));
/// # Ok(())
/// # }
/// ```
///
/// Without an upstream every call that no rule answers gets status 599, so a test can hold that there was none.
#[derive(Debug)]
pub struct FaultProxy {
    server: LocalServer,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    state: Mutex<State>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    upstream: Option<String>,
    rules: Vec<Rule>,
    calls: Vec<Call>,
    permissions: BTreeSet<Permission>,
    /// Whether all that comes is the function's.
    is_of_function: bool,
}

impl FaultProxy {
    /// Starts a proxy that forwards nowhere yet.
    ///
    /// # Errors
    ///
    /// When no loopback port can be had.
    pub async fn start() -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            http: crate::http_client::plain_http_client()?,
            state: Mutex::default(),
            count: watch::Sender::new(0),
        });
        let handler = {
            let shared = Arc::clone(&shared);
            move |received| handle(Arc::clone(&shared), received)
        };
        let server = LocalServer::start(handler).await.context("starting the fault proxy")?;
        Ok(Self { server, shared })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Forwards from now on to this address.
    pub fn forward_to(&self, url: &str) {
        self.shared.state().upstream = Some(url.trim_end_matches('/').to_owned());
    }

    /// Says that all that comes from now on is the function's: what its role must permit is then written to the file that the
    /// environment variable `TRAILHOOK_CALLS` names, if it is set, for who compares it with the role.
    pub fn serve_a_function(&self) {
        self.shared.state().is_of_function = true;
    }

    /// What a role must permit for all calls so far.
    #[must_use]
    pub fn permissions(&self) -> BTreeSet<Permission> {
        self.shared.state().permissions.clone()
    }

    /// Adds a rule behind the others. The first rule that applies to a call decides about it.
    pub fn add(&self, rule: Rule) {
        self.shared.state().rules.push(rule);
    }

    /// Removes all rules, so that every call passes.
    pub fn clear_rules(&self) {
        self.shared.state().rules.clear();
    }

    /// Every call so far, in the order in which they came.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    /// The calls so far whose operation matches; see [`Rule::on`] for the pattern.
    #[must_use]
    pub fn calls_to(&self, operation: &str) -> Vec<Call> {
        let state = self.shared.state();
        let matching = state.calls.iter().filter(|call| rule::matches(operation, &call.operation));
        matching.cloned().collect()
    }

    /// Waits until at least `count` calls whose operation matches have come, and returns all of them.
    ///
    /// # Errors
    ///
    /// After `limit`, with the operations that came.
    pub async fn wait_for_calls(&self, operation: &str, count: usize, limit: Duration) -> anyhow::Result<Vec<Call>> {
        let mut changes = self.shared.count.subscribe();
        let enough = changes.wait_for(|_| self.calls_to(operation).len() >= count);
        if tokio::time::timeout(limit, enough).await.is_err() {
            let came: Vec<String> = self.calls().into_iter().map(|call| call.operation).collect();
            anyhow::bail!("waited {limit:?} in vain for {count} x {operation}; there came {came:?}");
        }
        Ok(self.calls_to(operation))
    }

    /// Waits until no call is on its way to the emulator: each has its answer, or will never get one.
    ///
    /// # Errors
    ///
    /// After `limit`.
    pub async fn wait_until_quiet(&self, limit: Duration) -> anyhow::Result<()> {
        crate::wait_until("calls to be done", limit, async || {
            let state = self.shared.state();
            let is_busy = state.calls.iter().any(|call| call.outcome == Outcome::Pending && !call.hangs);
            Ok((!is_busy).then_some(()))
        })
        .await
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A test that panicked while it held the lock left whole values behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a call and decides about it.
    fn arrive(&self, received: &Received) -> (usize, Action, Option<String>) {
        let call = Call {
            operation: operation::operation(received),
            method: received.method.clone(),
            path: received.uri.to_string(),
            body: received.body.slice(..received.body.len().min(KEPT_BODY)),
            at: Instant::now(),
            outcome: Outcome::Pending,
            status: None,
            hangs: false,
        };
        let permissions = permission::permissions(&call.operation, received);
        let mut state = self.state();
        for permission in permissions {
            if state.is_of_function && !state.permissions.contains(&permission) {
                note(&permission);
            }
            state.permissions.insert(permission);
        }
        let action = state.rules.iter_mut().find_map(|rule| rule.decide(&call)).unwrap_or(Action::Pass);
        let call = Call { hangs: matches!(action, Action::Hang), ..call };
        state.calls.push(call);
        let arrived = (state.calls.len() - 1, action, state.upstream.clone());
        drop(state);
        self.count.send_modify(|count| *count += 1);
        arrived
    }

    fn finish(&self, index: usize, outcome: Outcome, status: Option<u16>) {
        if let Some(call) = self.state().calls.get_mut(index) {
            call.outcome = outcome;
            call.status = status;
        }
    }
}

/// Notes what the function's role must permit, once for each proxy: several programs append to one file.
fn note(permission: &Permission) {
    let Some(path) = std::env::var_os(CALLS_FILE) else { return };
    let line = format!("{} {}\n", permission.action, permission.resource);
    let written =
        OpenOptions::new().append(true).create(true).open(&path).and_then(|mut file| file.write_all(line.as_bytes()));
    if let Err(error) = written {
        // Not by a macro: the test harness keeps what a passing test prints to itself.
        let _ = std::io::stderr().write_all(format!("{CALLS_FILE}: {error}\n").as_bytes());
    }
}

async fn handle(shared: Arc<Shared>, received: Received) -> Reply {
    let (index, action, upstream) = shared.arrive(&received);
    let finish = |outcome, status| shared.finish(index, outcome, status);
    match &action {
        Action::Hang => return Reply::Hang,
        Action::Cut => {
            finish(Outcome::Cut, None);
            return Reply::Cut;
        }
        Action::Answer(canned) => {
            let answer = canned.response();
            finish(Outcome::Answered, Some(answer.status().as_u16()));
            return Reply::Answer(answer);
        }
        Action::Delay(pause) => tokio::time::sleep(*pause).await,
        Action::Pass | Action::LoseAnswer | Action::HangBehind | Action::CutBody { .. } => {}
    }
    let answer = match forward(&shared.http, upstream.as_deref(), received).await {
        Ok(answer) => answer,
        Err(error) => {
            finish(Outcome::NoUpstream, Some(NO_UPSTREAM));
            return Reply::Answer(Canned::http(NO_UPSTREAM, "text/plain", format!("{error:#}")).response());
        }
    };
    let status = Some(answer.status().as_u16());
    match action {
        Action::LoseAnswer => {
            finish(Outcome::AnswerLost, None);
            Reply::Cut
        }
        Action::HangBehind => {
            finish(Outcome::AnswerLost, None);
            Reply::Hang
        }
        Action::CutBody { after } => {
            finish(Outcome::AnswerLost, status);
            Reply::CutWithin { answer, after }
        }
        _ => {
            finish(Outcome::Passed, status);
            Reply::Answer(answer)
        }
    }
}

async fn forward(
    http: &reqwest::Client,
    upstream: Option<&str>,
    received: Received,
) -> anyhow::Result<Response<Bytes>> {
    let upstream = upstream.context("the fault proxy has no upstream")?;
    let mut headers = received.headers;
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
    let is_head = received.method == http::Method::HEAD;
    let sent = http
        .request(received.method, format!("{upstream}{}", received.uri))
        .headers(headers)
        .body(received.body)
        .send()
        .await
        .context("forwarding to the emulator")?;
    let (status, mut headers) = (sent.status(), sent.headers().clone());
    let body = sent.bytes().await.context("reading the emulator's answer")?;
    let length = headers.remove(header::CONTENT_LENGTH);
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
    // The length of an answer to HEAD is that of the body which it does not have.
    if let Some(length) = length.filter(|_| is_head) {
        headers.insert(header::CONTENT_LENGTH, length);
    }
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}
