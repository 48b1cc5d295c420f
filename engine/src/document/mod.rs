//! What is published to Parameter Store: the same types write it at apply and read it at run time.

mod codec;
mod name;
mod route;
mod rule;

pub use codec::{DocumentError, EncodeError, MAX_DOCUMENT_BYTES, SCHEMA};
pub use name::{DocumentKind, Name, NameError, Namespace, NamespaceError};
pub use route::{Destination, RouteDocument, SecretParameterError, check_secret_parameter};
pub use rule::{Action, RuleDocument, Severity, UnknownWord};
