//! What is published to Parameter Store: the same types write it at apply and read it at run time.
//!
//! ```
//! use trailhook_engine::document::{Document, DocumentKind, Name, Namespace, RuleDocument};
//!
//! // Each document is one parameter, named after its kind and its name.
//! let namespace = Namespace::parse("/trailhook/prod").unwrap();
//! let name = Name::parse("trail-stopped").unwrap();
//! assert_eq!(namespace.parameter(DocumentKind::Rule, &name), "/trailhook/prod/rules/trail-stopped");
//!
//! // What is left out has its default, so that an older document stays readable.
//! let text = r#"{"schema": 1, "name": "trail-stopped", "expression": "event[\"eventName\"] == \"StopLogging\""}"#;
//! let rule = RuleDocument::decode(text).unwrap();
//! assert_eq!((rule.severity.as_str(), rule.action.as_str(), rule.enabled), ("medium", "alert", true));
//!
//! // Equal documents are written as equal bytes, and come back as they were.
//! assert_eq!(RuleDocument::decode(&rule.encode().unwrap()), Ok(rule));
//!
//! // A document of a newer version is refused rather than half understood.
//! let newer = RuleDocument::decode(r#"{"schema": 99, "name": "x"}"#).unwrap_err();
//! assert!(newer.to_string().contains("has schema 99"));
//! ```

mod codec;
mod destination;
mod event_name;
mod finding;
mod name;
mod pack;
mod route;
mod rule;
mod secret;
mod settings;
mod time;
mod word;

pub use codec::{Document, DocumentError, EncodeError, MAX_DOCUMENT_BYTES, SCHEMA};
pub use destination::{Destination, DestinationFault, DestinationText, SlackApp, SlackWebhook, Sns};
pub use event_name::{EventName, EventNameError};
pub use finding::Finding;
pub use name::{DocumentKind, Name, NameError, Namespace, NamespaceError};
pub use pack::PackDocument;
pub use route::{Detail, MatchFault, Mention, MentionError, RouteDocument, RouteMatch};
pub use rule::{Condition, Grouping, RuleDocument, RuleFault, Threshold};
pub use secret::{SecretParameterError, check_secret_parameter};
pub use settings::{SettingsDocument, SettingsFault};
pub use time::{Instant, InstantError, Window, WindowError};
pub(crate) use word::word;
pub use word::{Action, Severity, UnknownWord};
