//! Renderer: what is to be told becomes a message that fits its destination's limits, and mentions nobody by accident.

mod block;
mod compose;
mod console;
mod json;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod limits;
mod removal;
mod render;
pub mod terminal;
mod text;
mod view;

pub use block::{Block, Button, Message, Text};
pub use compose::{Shape, compose};
pub(crate) use json::body;
pub use json::{Letter, letter};
pub use view::View;
