//! Renderer: what is to be told becomes a message that fits its destination's limits, and mentions nobody by accident.

mod block;
mod compose;
mod console;
mod json;
#[cfg(test)]
mod limits;
mod render;
pub mod terminal;
mod text;

pub use block::{Block, Message, Text};
pub use compose::{Shape, compose};
pub(crate) use json::body;
pub use json::{Letter, letter};
