//! Renderer: an alert becomes a message that fits Slack's limits, and mentions nobody by accident.

mod block;
mod facts;
mod render;
pub mod terminal;
mod text;

pub use block::{Block, Message, Text};
pub use render::{Subject, render};
