//! What a provider is.

use std::future::Future;

use crate::catalog::Catalog;
use crate::schema::Schema;
use crate::{Cx, Diagnostics, Model};

/// A Terraform provider: its configuration, and the catalog of what it offers. [`Server`](crate::Server) serves it.
pub trait Provider: Send + Sync + Sized + 'static {
    /// What [`configure`](Self::configure) makes of the configuration, e.g. a client; every handler gets it through
    /// [`Cx`].
    type Context: Send + Sync + 'static;
    /// The `provider` block.
    type Config: Model;

    /// The schema of the `provider` block; without this method it has no attributes.
    fn schema(&self) -> Schema {
        Schema::new()
    }

    /// Names what the provider offers.
    fn catalog(&self, catalog: &mut Catalog<Self::Context>);

    /// Looks at the configuration, which may hold unknown values. Without network or credentials.
    fn validate(&self, _cx: &Cx<()>, _config: Self::Config) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Makes what the handlers work with.
    ///
    /// At plan the configuration may hold unknown values; they are known at apply. What can't be made without them
    /// should be put off to the handlers that need it. Start-up must be cheap: Terraform starts several processes in a
    /// run.
    fn configure(
        &self,
        cx: &Cx<()>,
        request: Configure<Self::Config>,
    ) -> impl Future<Output = Result<Self::Context, Diagnostics>> + Send;
}

/// The input of [`Provider::configure`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Configure<M> {
    /// The `provider` block.
    pub config: M,
    /// The version of Terraform, e.g. `1.11.4`; empty if it did not say.
    pub terraform_version: String,
}

impl<M> Configure<M> {
    /// For a test of a handler.
    pub fn new(config: M) -> Self {
        Self { config, terraform_version: String::new() }
    }
}
