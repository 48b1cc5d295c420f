//! What is kept of an alert until people were told: small, whole in itself, and without secrets.

mod cut;
mod facts;
mod sample;

pub(crate) use cut::truncate;
pub use facts::{Facts, Time};
pub use sample::{AlertSample, Head, Keep, MAX_SAMPLE, MAX_WHOLE_SAMPLE, NamedRule, Notice, Sample};
