//! The answers that a test wants to see given.

use std::collections::{HashMap, VecDeque};

/// One of Slack's two doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST /services/...`
    Webhook,
    /// `POST /api/chat.postMessage`
    Api,
}

/// How one request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// As Slack would: accepted, if the message is a good one.
    Ok,
    /// Status 429 with `Retry-After`.
    TooMany {
        /// The seconds to wait.
        retry_after: u64,
    },
    /// A status and a body that may have nothing to do with Slack, such as a gateway's 502.
    Status {
        /// The HTTP status.
        code: u16,
        /// The body.
        body: String,
    },
    /// One of Slack's error words, such as `channel_is_archived`: from a webhook with its status and as plain text, from the
    /// Web API with status 200 and `ok: false`.
    Error(String),
    /// No answer until the client gives up.
    Hang,
    /// The end of the connection, with no answer.
    Close,
}

impl Answer {
    /// An [`Answer::Error`] out of a literal.
    #[must_use]
    pub fn error(word: &str) -> Self {
        Self::Error(word.to_owned())
    }

    /// An [`Answer::Status`] with an empty body.
    #[must_use]
    pub fn status(code: u16) -> Self {
        Self::Status { code, body: String::new() }
    }
}

/// Queues of answers.
#[derive(Debug, Default)]
pub(super) struct Script {
    endpoints: HashMap<Endpoint, VecDeque<Answer>>,
    paths: HashMap<String, VecDeque<Answer>>,
}

impl Script {
    pub(super) fn for_endpoint(&mut self, endpoint: Endpoint, answers: impl IntoIterator<Item = Answer>) {
        self.endpoints.entry(endpoint).or_default().extend(answers);
    }

    pub(super) fn for_path(&mut self, path: String, answers: impl IntoIterator<Item = Answer>) {
        self.paths.entry(path).or_default().extend(answers);
    }

    /// Takes the next answer for a request.
    pub(super) fn next(&mut self, endpoint: Endpoint, path: &str) -> Option<Answer> {
        let for_path = self.paths.get_mut(path).and_then(VecDeque::pop_front);
        for_path.or_else(|| self.endpoints.get_mut(&endpoint)?.pop_front())
    }
}

/// The status that a webhook gives one of its error words.
pub(super) fn webhook_status(word: &str) -> u16 {
    match word {
        "action_prohibited" | "invalid_token" => 403,
        "channel_not_found" | "no_service" | "no_team" => 404,
        "channel_is_archived" => 410,
        "rollup_error" => 500,
        _ => 400,
    }
}
