//! Trailhook at run time: the Lambda function and the local tool.
//!
//! The way of one event through the function, each arrow a plain type:
//!
//! | step | module | |
//! |---|---|---|
//! | invocation | [`lambda`] | Lambda's event, deadline and answer |
//! | source | [`source`] | what arrived -> [`source::Work`]: parts, with the objects to read and the records |
//! | pipeline | [`pipeline`] | the steps below, in order |
//! | configuration | [`config`] | rules, routes and secrets from Parameter Store |
//! | reader | [`trailhook_engine::log`] | object -> gunzip -> records, one at a time |
//! | matcher | [`matcher`] | record -> event -> [`matcher::Match`] |
//! | delivery | [`delivery`] | matches -> the steps below |
//! | router | [`router`] | alert -> routes |
//! | sample | [`alert`] | alert -> what is kept of it until people were told |
//! | outbox | [`outbox`] | alerts -> groups, claimed once, in the state table |
//! | renderer | [`message`] | group -> [`message::Message`] within Slack's limits, or JSON for SNS |
//! | sender | [`sender`] | message -> Slack or SNS, every answer classified |
//! | metrics | [`metrics`] | what was done -> a line of the log that CloudWatch takes for metrics |
//!
//! Time and chance come from a [`clock::Clock`], so that tests decide them.
//!
//! [`local`] is the command-line tool, over the same reader, matcher and renderer.

pub mod alert;
pub mod aws;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod lambda;
pub mod local;
pub mod matcher;
pub mod message;
pub mod metrics;
pub mod outbox;
pub mod pipeline;
pub mod router;
pub mod sender;
pub mod source;
