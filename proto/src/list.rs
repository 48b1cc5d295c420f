//! What a list of managed resources is.

use std::future::Future;
use std::marker::PhantomData;

use crate::adapter::Events;
use crate::convert::ToValue;
use crate::schema::Schema;
use crate::{Cx, Diagnostics, Model};

/// Finds objects that exist, whether Terraform manages them or not: `terraform query` of Terraform 1.14 and later shows
/// them, and writes configuration and import blocks for them.
///
/// There is a [`Resource`](crate::Resource) of the same type name, and its objects have an
/// [identity](crate::schema::AttributeSchema::identity).
pub trait ListResource: Send + Sync + 'static {
    /// That of the provider: [`Provider::Context`](crate::Provider::Context).
    type Context: Send + Sync + 'static;
    /// The struct that mirrors [`schema`](Self::schema); `()` if there is nothing to configure.
    type Config: Model;
    /// The model of the resource whose objects are listed.
    type Model: Model;

    /// The type of the resource, e.g. `memory_item`.
    fn type_name(&self) -> String;

    /// The schema of the `config` block in a `list` block: what narrows the list.
    fn schema(&self) -> Schema {
        Schema::new()
    }

    /// Looks at the configuration, which may hold unknown values. The provider is not configured yet: no network, no
    /// credentials.
    fn validate(&self, _cx: &Cx<()>, _config: Self::Config) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Gives one object after the other to [`Found::push`], until there are no more or no more are wanted.
    ///
    /// An error ends the list, and Terraform shows nothing of it; a warning does not. [`Cx::report`] adds warnings,
    /// which go out with the next object.
    fn list(
        &self,
        cx: &Cx<Self::Context>,
        request: List<Self::Config>,
        found: &mut Found<'_, Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// The input of [`ListResource::list`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct List<M> {
    /// The `config` block.
    pub config: M,
    /// Whether whole objects are wanted. Otherwise the attributes of the identity are enough.
    pub include_resource: bool,
    /// How many objects are wanted at most. [`Found`] takes no more; this is for asking the server for no more.
    pub limit: Option<usize>,
}

/// Takes the objects that are found, and hands them on as they come.
#[derive(Debug)]
pub struct Found<'e, M> {
    events: &'e mut Events,
    model: PhantomData<fn(M)>,
}

impl<'e, M: Model> Found<'e, M> {
    pub(crate) fn new(events: &'e mut Events) -> Self {
        Self { events, model: PhantomData }
    }

    /// Hands an object on; waits while Terraform is slower than the list. `name` is what a person knows it by.
    ///
    /// `false` says that no more are wanted: the limit is reached, or the run is over.
    pub async fn push<C>(&mut self, cx: &Cx<C>, name: impl Into<String>, object: &M) -> bool {
        self.events.push(name.into(), object.to_value(), cx).await
    }

    /// The same with an object of which the identity alone could be read, also where whole ones are wanted.
    pub async fn push_identity<C>(&mut self, cx: &Cx<C>, name: impl Into<String>, object: &M) -> bool {
        self.events.push_identity(name.into(), object.to_value(), cx).await
    }
}
