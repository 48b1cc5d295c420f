//! What a data source is.

use std::future::Future;

use crate::schema::Schema;
use crate::{Cx, Diagnostics, Model};

/// A data source: reads something, stores nothing.
pub trait DataSource: Send + Sync + 'static {
    /// That of the provider: [`Provider::Context`](crate::Provider::Context).
    type Context: Send + Sync + 'static;
    /// The struct that mirrors the schema.
    type Model: Model;

    /// The type, e.g. `memory_item`: the provider's local name, `_`, and a name.
    fn type_name(&self) -> String;

    /// The schema of the data source's block.
    fn schema(&self) -> Schema;

    /// Looks at the configuration, which may hold unknown values. The provider is not configured yet: no network, no
    /// credentials.
    fn validate(&self, _cx: &Cx<()>, _config: Self::Model) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Reads. The configuration is wholly known; the answer repeats it, with the computed attributes set.
    fn read(
        &self,
        cx: &Cx<Self::Context>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}
