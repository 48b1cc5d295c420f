//! Terraform providers in Rust: a server of Terraform's plugin protocol 6.
//!
//! A complete provider in 40 lines of code, with one resource that it keeps in memory: a resource is its schema, a struct
//! that mirrors it, and four functions.
//!
//! ```no_run
#![doc = include_str!("../examples/notes.rs")]
//! ```
//!
//! This is `examples/notes.rs`, which the tests run under Terraform with `--debug`: Terraform starts several processes in a
//! run, and each would have a memory of its own. `examples/memory.rs` has everything else that there is.
//!
//! # The parts
//!
//! - A [`Provider`] makes a context of its configuration, and names its [`Resource`]s, [`DataSource`]s, [`Function`]s and
//!   [`ListResource`]s in a [`Catalog`]. Without configuration it is a [`Plain`] one.
//! - A [`schema`] says what configuration looks like, and how plans are made.
//! - A [`Model`] is a struct that mirrors a schema; its fields are [`Attribute`]s: null, unknown or known.
//! - A handler gets a [`Cx`] and a request, and answers a model or [`Diagnostics`], which point at a [`Path`].
//! - A [`Server`] does what the process is for: handshake, mutual TLS, logs, signals, the end.
//! - [`check_provider`] belongs in every provider's tests.
//!
//! # What is served
//!
//! Managed resources (validation, plan, apply, read, import, state upgrades, write-only values, identity), data sources,
//! functions and list resources, for Terraform 1.8 and later. Moves between types, ephemeral resources, generated
//! configuration, actions and state stores are answered as not implemented, which Terraform takes for "none". Unix only:
//! the socket is a Unix socket.
//!
//! # Panics
//!
//! A handler that panics fails with a diagnostic, and state stays as it was. The program must unwind on panic
//! (`panic = "abort"` would lose the object that is being made).

#[cfg(not(unix))]
compile_error!("tfplugin serves on a Unix socket and needs a Unix system");

mod adapter;
mod attribute;
mod catalog;
mod check;
mod convert;
mod cx;
mod data_source;
mod diagnostics;
mod function;
mod generated;
mod list;
mod model;
mod path;
mod plain;
mod plan;
pub mod protocol;
mod provider;
mod resource;
pub mod schema;
mod serve;
mod service;
mod value;

pub use attribute::Attribute;
pub use catalog::Catalog;
pub use check::check_provider;
pub use convert::{FromValue, ToValue};
pub use cx::Cx;
pub use data_source::DataSource;
pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use function::{Arguments, Function, FunctionError, Parameter, Signature, result};
pub use list::{Found, List, ListResource};
pub use model::{Model, ObjectReader, ObjectWriter};
pub use path::{Path, Step};
pub use plain::Plain;
pub use plan::Plan;
pub use provider::{Configure, Provider};
pub use resource::{Create, Delete, Failed, Import, Read, Resource, Update, Upgrade};
pub use schema::Schema;
pub use serve::Server;
pub use value::{NotANumber, Number, Type, Value, ValueError, ValueErrorKind};
