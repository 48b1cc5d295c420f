//! Trailhook's engine: what the plan, the function and the local tool must agree on.
//!
//! A rule is one Python expression over one flattened CloudTrail event, with the verdict that CPython gives. It is
//! parsed and checked once, and then evaluated over as many events as there are:
//!
//! ```
//! use trailhook_engine::event::Event;
//! use trailhook_engine::language::{Expression, Outcome};
//!
//! let rule = Expression::parse(r#"
//!     event.get("userIdentity.type") == "Root"
//!     and not event["eventName"].startswith(("Get", "List", "Describe", "Head"))
//! "#).unwrap();
//!
//! let event = Event::parse(br#"{"userIdentity": {"type": "Root"}, "eventName": "DeleteTrail"}"#).unwrap();
//! assert_eq!(rule.evaluate(&event), Outcome::Match);
//!
//! // A mistake is found before the rule runs, and says where it is and what was meant.
//! let mistakes = Expression::parse("event['eventName'].startwith('Get')").unwrap_err();
//! assert_eq!(mistakes[0].code.as_str(), "TH0107");
//! assert_eq!(mistakes[0].suggestion.as_deref(), Some("startswith"));
//! ```
//!
//! | module | |
//! |---|---|
//! | [`event`] | a CloudTrail record: JSON as Python reads it, and its flat view |
//! | [`language`] | the rule language: parse, check, evaluate, explain, and what is said about mistakes |
//! | [`document`] | what is published to Parameter Store: names, rules, routes |
//! | [`pack`] | rules that travel inside the binary |
//! | [`RuleSet`] | all rules of a namespace: from an event to a [`Verdict`] |
//!
//! The crate does no input or output, knows nothing of AWS's interfaces, and keeps no state. Nothing that an event holds
//! makes it panic or run without bound.

mod catalogue;
pub mod document;
pub mod event;
pub mod language;
pub mod pack;
mod rule;
mod rule_set;
mod similar;

pub use rule::{BrokenPart, BrokenRule, Decision, Judgement, Part, Rule};
pub use rule_set::{Failure, RuleSet, Verdict};
