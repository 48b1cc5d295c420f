//! What is published to Parameter Store: the same types write it at apply and read it at run time.

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

pub use codec::{DocumentError, EncodeError, MAX_DOCUMENT_BYTES, SCHEMA};
pub use destination::{Destination, DestinationFault, SlackApp, SlackWebhook, Sns};
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
