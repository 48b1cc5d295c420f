//! Posting over HTTP.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use url::Url;

use super::answer::{Answer, Raw};
use crate::aws::chain;

/// Bytes of an answer that are read. Slack's are a few words, or a message that it shows again.
const MAX_ANSWER: usize = 64 * 1024;

/// Posts JSON, over connections that stay open.
pub(super) struct Http(reqwest::Client);

impl Http {
    pub(super) fn new() -> Result<Self, String> {
        let client = reqwest::Client::builder()
            // An address is a secret: it is not handed on to wherever an answer points.
            .redirect(Policy::none())
            .build()
            .map_err(|error| chain(&error))?;
        Ok(Self(client))
    }

    /// Posts a body. Without an answer it is to be posted again; the address is in no reason.
    pub(super) async fn post(
        &self,
        url: &Url,
        token: Option<HeaderValue>,
        body: Vec<u8>,
        limit: Duration,
    ) -> Result<Raw, Answer> {
        let retry = |error: reqwest::Error| Answer::Retry { reason: chain(&error.without_url()), after: None };
        let request = self.0.post(url.clone()).timeout(limit);
        let mut request = request.header(CONTENT_TYPE, "application/json; charset=utf-8").body(body);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, token);
        }
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Err(retry(error)),
        };
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut text = Vec::new();
        while text.len() < MAX_ANSWER {
            match response.chunk().await {
                Ok(Some(chunk)) => text.extend_from_slice(&chunk),
                Ok(None) => break,
                // Whether the message is there is not known; sending it twice is better than not at all.
                Err(error) => return Err(retry(error)),
            }
        }
        Ok(Raw { status, retry_after, body: String::from_utf8_lossy(&text).into_owned() })
    }
}
