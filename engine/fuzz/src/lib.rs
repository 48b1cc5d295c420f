//! What the fuzz targets of the engine share: the bound on memory, and rules and events made of bytes.
//!
//! | target | input | what must hold |
//! |---|---|---|
//! | `parse` | the text of a rule | it is an expression that reads back as itself, or there are faults |
//! | `check` | the text of a rule | each finding is placed in the text, can be shown, and is short |
//! | `evaluate` | a rule and an event | the same verdict each time, within the budget |
//! | `event` | the JSON of an event | what is written reads back as it was |
//!
//! None may panic, take longer than libFuzzer's `-timeout`, or more memory than [`within`] grants.

mod bounds;
mod case;
mod event;
mod grammar;

pub use bounds::{MIB, within};
pub use case::Case;
