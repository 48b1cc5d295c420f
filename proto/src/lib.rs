//! Terraform providers in Rust: a server of Terraform's plugin protocol 6.
//!
//! A complete provider, with one resource that it keeps in memory:
//!
//! ```no_run
//! use std::collections::BTreeMap;
//! use std::sync::{Arc, Mutex};
//!
//! use tfplugin::schema::{self, Schema};
//! use tfplugin::{
//!     Attribute, Catalog, Configure, Create, Cx, Delete, Diagnostics, Failed, Provider, Read, Resource, Server, Update,
//!     model,
//! };
//!
//! type Store = Arc<Mutex<BTreeMap<String, String>>>;
//!
//! struct Memory(Store);
//!
//! impl Provider for Memory {
//!     type Context = Store;
//!     type Config = ();
//!
//!     fn schema(&self) -> Schema {
//!         Schema::new()
//!     }
//!
//!     fn catalog(&self, catalog: &mut Catalog<Store>) {
//!         catalog.resource(Items);
//!     }
//!
//!     async fn configure(&self, _: &Cx<()>, _: Configure<()>) -> Result<Store, Diagnostics> {
//!         Ok(Arc::clone(&self.0))
//!     }
//! }
//!
//! struct Item {
//!     name: Attribute<String>,
//!     text: Attribute<String>,
//! }
//! model!(Item { name, text });
//!
//! struct Items;
//!
//! impl Resource for Items {
//!     type Context = Store;
//!     type Model = Item;
//!
//!     fn type_name(&self) -> String {
//!         "memory_item".to_owned()
//!     }
//!
//!     fn schema(&self) -> Schema {
//!         Schema::new()
//!             .attribute(schema::string("name").required().requires_replace())
//!             .attribute(schema::string("text").optional().default("nothing"))
//!     }
//!
//!     async fn create(&self, cx: &Cx<Store>, request: Create<Item>) -> Result<Item, Failed<Item>> {
//!         let name = request.planned.name.require("name")?.clone();
//!         let text = request.planned.text.require("text")?.clone();
//!         cx.lock().unwrap().insert(name, text);
//!         Ok(request.planned)
//!     }
//!
//!     async fn read(&self, cx: &Cx<Store>, request: Read<Item>) -> Result<Option<Item>, Diagnostics> {
//!         let name = request.state.name.require("name")?;
//!         let text = cx.lock().unwrap().get(name).cloned();
//!         Ok(text.map(|text| Item { text: text.into(), ..request.state }))
//!     }
//!
//!     async fn update(&self, cx: &Cx<Store>, request: Update<Item>) -> Result<Item, Failed<Item>> {
//!         self.create(cx, Create::new(request.planned, request.config)).await
//!     }
//!
//!     async fn delete(&self, cx: &Cx<Store>, request: Delete<Item>) -> Result<(), Diagnostics> {
//!         cx.lock().unwrap().remove(request.state.name.require("name")?);
//!         Ok(())
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> std::process::ExitCode {
//!     Server::new("registry.terraform.io/example/memory", "0.1.0").serve(Memory(Store::default())).await
//! }
//! ```
//!
//! Terraform starts several processes in a run, so this one remembers only under `--debug`; `examples/memory.rs` has
//! more.
//!
//! # The parts
//!
//! - A [`Provider`] makes a context of its configuration, and names its [`Resource`]s, [`DataSource`]s, [`Function`]s and
//!   [`ListResource`]s in a [`Catalog`].
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
pub use plan::Plan;
pub use provider::{Configure, Provider};
pub use resource::{Create, Delete, Failed, Import, Read, Resource, Update, Upgrade};
pub use serve::Server;
pub use value::{NotANumber, Number, Type, Value, ValueError, ValueErrorKind};
