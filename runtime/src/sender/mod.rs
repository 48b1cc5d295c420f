//! Sender: a message goes out, and every answer is understood.

mod answer;
mod url;
mod webhook;

pub use answer::{Answer, classify};
pub use url::UrlError;
pub use webhook::{SendError, WebhookSender};
