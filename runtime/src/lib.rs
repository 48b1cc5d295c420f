//! Trailhook at run time: the Lambda function and the local tool.
//!
//! The way of one event through the function, each arrow a plain type:
//!
//! | step | module | |
//! |---|---|---|
//! | invocation | [`lambda`] | Lambda's event, deadline and answer |
//! | source | [`source`] | what arrived -> [`source::Work`]: the objects to read |
//! | pipeline | [`pipeline`] | the steps below, in order |
//! | configuration | [`config`] | rules, routes and secrets from Parameter Store |
//! | reader | [`trailhook_engine::log`] | object -> gunzip -> records, one at a time |
//! | matcher | [`matcher`] | record -> event -> [`matcher::Match`] |
//! | delivery | [`delivery`] | match -> the four steps below, each route by itself |
//! | router | [`router`] | match -> routes |
//! | outbox | [`outbox`] | what was sent already |
//! | renderer | [`message`] | match -> [`message::Message`] within Slack's limits |
//! | sender | [`sender`] | message -> Slack, every answer classified |
//!
//! [`local`] is the command-line tool, over the same reader, matcher and renderer.

pub mod aws;
pub mod config;
pub mod delivery;
pub mod lambda;
pub mod local;
pub mod matcher;
pub mod message;
pub mod outbox;
pub mod pipeline;
pub mod router;
pub mod sender;
pub mod source;
