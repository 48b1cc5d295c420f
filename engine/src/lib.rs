//! Trailhook's engine: what the plan, the function and the local tool must agree on.
//!
//! A rule is one Python expression over one flattened CloudTrail event, with the verdict that CPython gives. It is
//! parsed and checked once, and then evaluated over as many events as there are:
//!
//! ```
//! use trailhook_engine::document::{Document, RuleDocument};
//! use trailhook_engine::event::Event;
//! use trailhook_engine::language::{Expression, Outcome};
//! use trailhook_engine::{Rule, RuleSet};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let event = Event::parse(br#"{"userIdentity": {"type": "Root"}, "eventName": "DeleteTrail"}"#)?;
//!
//! // An expression sees the event flat.
//! let source = r#"
//!     event.get("userIdentity.type") == "Root"
//!     and not event["eventName"].startswith(("Get", "List", "Describe", "Head"))
//! "#;
//! let expression = Expression::parse(source).expect("it has no mistake");
//! assert_eq!(expression.evaluate(&event), Outcome::Match);
//!
//! // A mistake is found before the rule runs, and says where it is and what was meant.
//! let mistakes = Expression::parse("event['eventName'].startwith('Get')").expect_err("a slip");
//! assert_eq!(mistakes[0].code.as_str(), "TH0107");
//! assert_eq!(mistakes[0].suggestion.as_deref(), Some("startswith"));
//!
//! // What is published is a document: the expression with its name and what is to happen.
//! let published = serde_json::json!({"schema": 1, "name": "root", "severity": "critical", "expression": source});
//! let rule = Rule::compile(RuleDocument::decode(&published.to_string())?)?;
//!
//! // All rules together decide about an event. The time is for one that has no `eventTime`.
//! let rules = RuleSet::new([rule]);
//! let verdict = rules.decide(&event, jiff::Timestamp::now());
//! assert_eq!(verdict.alerts[0].name(), "root");
//! assert!(verdict.ignored_by.is_none() && verdict.errors.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! The way of an event through the crate:
//!
//! | module | |
//! |---|---|
//! | [`event`] | a CloudTrail record: JSON as Python reads it, and its flat view |
//! | [`language`] | the rule language: parse, check, evaluate, explain, and what is said about mistakes |
//! | [`log`] | log files: from bytes to records |
//! | [`document`] | what is published to Parameter Store: names, rules, routes |
//! | [`pack`] | rules that travel inside the binary |
//! | [`RuleSet`] | all rules of a namespace: from an event to a [`Verdict`] |
//! | [`Alert`], [`Route`] | what people are to be told, and which routes take it |
//! | [`mask_secrets`] | what a log line must not hold |
//! | [`Rule::test`] | a rule's own tests: an event, and what the rule should say of it |
//!
//! Each module opens with an example. The language itself is described for those who write rules in
//! `docs/guides/rule-language.md`, whose examples are tests of this crate.
//!
//! The crate does no input or output, knows nothing of AWS's interfaces, and keeps no state. Nothing that an event holds
//! makes it panic or run without bound.

mod alert;
mod catalogue;
pub mod document;
pub mod event;
pub mod language;
pub mod log;
mod mask;
pub mod pack;
mod route;
mod rule;
mod rule_set;
mod rule_test;
mod similar;

pub use alert::{Alert, primary_first};
pub use mask::mask_secrets;
pub use route::{BrokenRoute, Route};
pub use rule::{BrokenPart, BrokenRule, Decision, Judgement, Part, Rule};
pub use rule_set::{Failure, RuleSet, Verdict};
pub use rule_test::{Expectation, FailedTest, TestEventError, read_test_event};
