//! The parts that Trailhook's end-to-end tests and its demo are made of.
//!
//! Nothing here knows the product's crates: the tests drive the programs that people run (`bootstrap`, `trailhook`,
//! `terraform-provider-trailhook`) from the outside, over HTTP, files and the command line. So does the demo, which borrows
//! from the runtime how a message looks in a terminal, and one test takes its state table to the emulator.
//!
//! | part | what it is |
//! |---|---|
//! | [`MiniStack`] | the AWS emulator, installed once into `/.local` and started on a free port |
//! | [`Aws`] | a small client for what a test sets up and looks at |
//! | [`FaultProxy`] | a proxy in front of the emulator that delays, cuts, answers, and records |
//! | [`SlackDouble`] | Slack's webhook and `chat.postMessage`, answering by script |
//! | [`Terraform`] | the real Terraform in a fresh folder, with the built provider in its mirror |
//! | [`Artifacts`] | the built programs, and the Lambda's package |
//! | [`Release`], [`SigningKey`] | what `scripts/package.py` makes of them, and a throw-away key that signs it |
//! | [`Registry`] | Terraform's registry protocols over HTTPS, with releases in it |
//! | [`SampleLogs`] | the CloudTrail logs of `examples/demo/logs` |
//! | [`require!`], [`Missing`] | the rule for a tool that is not there: skip aloud, and fail on CI |
//!
//! A test against the emulator reads like this:
//!
//! ```no_run
//! # async fn test() {
//! use trailhook_tests::{Aws, MiniStack, require};
//!
//! let stack = require!(MiniStack::start().await);
//! let aws = Aws::at(stack.url());
//! aws.create_bucket("logs").await.unwrap();
//! # }
//! ```

mod artifacts;
mod aws;
mod command;
mod fault_proxy;
mod http_client;
mod ministack;
mod needs;
mod registry;
mod release;
mod samples;
mod server;
mod signing_key;
mod slack;
mod terraform;
mod wait;

pub use artifacts::Artifacts;
pub use aws::{Aws, AwsError, FunctionSpec, Invocation, LogEvent, ObjectInfo, Parameter, ParameterKind, QueueMessage};
pub use fault_proxy::{Action, Call, Canned, FaultProxy, Outcome, Permission, Rule};
pub use http_client::plain_http_client;
pub use ministack::{MiniStack, MiniStackBuilder};
pub use needs::{Missing, SkippedTest, enclosing_function, or_skip};
pub use registry::Registry;
pub use release::Release;
pub use samples::{SampleLogs, SampleObject};
pub use signing_key::SigningKey;
pub use slack::{Answer, Endpoint, SlackDouble, SlackRequest};
pub use terraform::{Reach, Source, Terraform, TerraformRun};
pub use wait::wait_until;
