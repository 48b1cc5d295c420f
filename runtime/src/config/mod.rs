//! Configuration: the rules, routes and secrets that are read from Parameter Store at run time.

mod configuration;
mod secret;
mod store;

pub use configuration::{BrokenDocument, Configuration, Extent, Parameter, Parameters};
pub use secret::{Secret, SecretError, SecretStore};
pub use store::{ConfigError, ConfigStore, Kept};
