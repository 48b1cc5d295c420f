//! What is kept of an alert until people were told: small, whole in itself, and without secrets.

mod actor;
mod cut;
mod display;
mod facts;
mod masked;
mod parameters;
mod removal;
mod sample;

pub use actor::Actor;
pub(crate) use cut::truncate;
pub use display::Display;
pub(crate) use display::HIDDEN;
pub use facts::{Facts, Time};
pub use parameters::Parameters;
pub use removal::RemovedLog;
pub use sample::{AlertSample, Head, Keep, MAX_SAMPLE, MAX_WHOLE_SAMPLE, NamedRule, Notice, Sample};
