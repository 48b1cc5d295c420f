//! What a managed resource is.

use std::future::Future;

use crate::plan::Plan;
use crate::schema::Schema;
use crate::{Cx, Diagnostic, Diagnostics, Model};

/// A managed resource type.
///
/// # What the layer does
///
/// *Plan.* The planned object is the configuration, with the schema's defaults and with the prior values of computed
/// attributes. In the plan of a new object computed attributes are unknown; an update keeps them, except those that the
/// schema says are [recomputed](crate::schema::AttributeSchema::recomputed). Attributes that [require a
/// replacement](crate::schema::AttributeSchema::requires_replace) are compared. [`plan`](Self::plan) can change all
/// this.
///
/// *Apply.* What a handler returns is made to fit the schema: everything that is absent is null, write-only values are
/// removed, and a value that is still unknown is reported as a bug, while the rest is stored. On an error without
/// state, state stays as it was before.
///
/// *Identity.* It is taken from the state, so it costs nothing but the mark
/// [`identity`](crate::schema::AttributeSchema::identity) at the attributes that make it up. State of a time before the
/// mark gets it at the next read.
///
/// *Panics* are reported as errors, and state stays as it was.
///
/// # Errors of handlers
///
/// Handlers return `Err` with one [`Diagnostic`] or with several; [`Cx::report`] adds warnings.
pub trait Resource: Send + Sync + 'static {
    /// That of the provider: [`Provider::Context`](crate::Provider::Context).
    type Context: Send + Sync + 'static;
    /// The struct that mirrors the schema.
    type Model: Model;

    /// The type, e.g. `memory_item`: the provider's local name, `_`, and a name.
    fn type_name(&self) -> String;

    /// The schema of the resource's block.
    fn schema(&self) -> Schema;

    /// Looks at the configuration, which may hold unknown values. The provider is not configured yet: no network, no
    /// credentials.
    ///
    /// It is not called while a place of the model that has no [`Attribute`](crate::Attribute) is unknown.
    fn validate(&self, _cx: &Cx<()>, _config: Self::Model) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Changes the plan of a new object or of an update, after the schema's rules. Called twice in a run (for the plan,
    /// and again before apply with more values known): the second answer may differ only where the first said unknown.
    fn plan(
        &self,
        _cx: &Cx<Self::Context>,
        _plan: &mut Plan<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Looks at the plan to delete an object: to warn, or to refuse.
    fn plan_delete(
        &self,
        _cx: &Cx<Self::Context>,
        _state: Self::Model,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Makes the object. Answers it in full: as planned, with everything that was unknown.
    ///
    /// If it fails half-way, answer [`Failed::with_state`], so that the object is not lost.
    fn create(
        &self,
        cx: &Cx<Self::Context>,
        request: Create<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model, Failed<Self::Model>>> + Send;

    /// Reads the object as it is now. `None`: it is gone.
    fn read(
        &self,
        cx: &Cx<Self::Context>,
        request: Read<Self::Model>,
    ) -> impl Future<Output = Result<Option<Self::Model>, Diagnostics>> + Send;

    /// Changes the object. Answers it in full: as planned, with everything that was unknown.
    ///
    /// If it fails, state stays as it was; [`Failed::with_state`] stores what is true instead.
    fn update(
        &self,
        cx: &Cx<Self::Context>,
        request: Update<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model, Failed<Self::Model>>> + Send;

    /// Deletes the object. `Ok` if it is gone, also if it was gone before; on an error it stays in state.
    fn delete(
        &self,
        cx: &Cx<Self::Context>,
        request: Delete<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Makes a first state from the id that the user gives. [`read`](Self::read) is called with it at once, so what
    /// `read` needs is enough.
    ///
    /// Without this method the resource can't be imported.
    fn import(
        &self,
        _cx: &Cx<Self::Context>,
        _request: Import,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send {
        let type_name = self.type_name();
        async move {
            Err(Diagnostic::error("Import is not supported")
                .detail(format!("Objects of type `{type_name}` can't be imported."))
                .into())
        }
    }

    /// Makes a first state from the object's identity, for Terraform 1.12 and later: in `identity` the attributes that
    /// [make it up](crate::schema::AttributeSchema::identity) are set, and the others are null.
    /// [`read`](Self::read) is called with it at once; where that needs no more, `identity` itself will do, which is
    /// what this answers if it is not overridden.
    fn import_by_identity(
        &self,
        _cx: &Cx<Self::Context>,
        identity: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send {
        async { Ok(identity) }
    }

    /// Brings a stored identity of an older version into the shape of the current one, as JSON. Not called if the
    /// version is the current one.
    ///
    /// Raise [`Schema::identity_version`] and write this method together.
    fn upgrade_identity(
        &self,
        _cx: &Cx<()>,
        request: Upgrade,
    ) -> impl Future<Output = Result<serde_json::Value, Diagnostics>> + Send {
        let type_name = self.type_name();
        async move {
            Err(Diagnostic::bug(format!(
                "An identity of `{type_name}` has version {}, and the provider can't upgrade it.",
                request.version
            ))
            .into())
        }
    }

    /// Brings stored state of an older schema version into the shape of the current one, as JSON. Not called if the
    /// version is the current one.
    ///
    /// Raise [`Schema::version`] and write this method together.
    fn upgrade(
        &self,
        _cx: &Cx<()>,
        request: Upgrade,
    ) -> impl Future<Output = Result<serde_json::Value, Diagnostics>> + Send {
        let type_name = self.type_name();
        async move {
            Err(Diagnostic::bug(format!(
                "State of `{type_name}` has schema version {}, and the provider can't upgrade it.",
                request.version
            ))
            .into())
        }
    }
}

/// The input of [`Resource::create`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Create<M> {
    /// The object as planned; computed attributes may be unknown.
    pub planned: M,
    /// The configuration: all known, and the only place of write-only values.
    pub config: M,
}

/// The input of [`Resource::read`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Read<M> {
    /// The object as stored.
    pub state: M,
}

/// The input of [`Resource::update`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Update<M> {
    /// The object as stored.
    pub prior: M,
    /// The object as planned; computed attributes may be unknown.
    pub planned: M,
    /// The configuration: all known, and the only place of write-only values.
    pub config: M,
}

/// The input of [`Resource::delete`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Delete<M> {
    /// The object as stored.
    pub state: M,
}

/// The input of [`Resource::import`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Import {
    /// What the user gave.
    pub id: String,
}

/// The input of [`Resource::upgrade`] and of [`Resource::upgrade_identity`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Upgrade {
    /// The version of what is stored.
    pub version: i64,
    /// What is stored.
    pub state: serde_json::Value,
}

impl<M> Create<M> {
    /// For a test of a handler.
    pub fn new(planned: M, config: M) -> Self {
        Self { planned, config }
    }
}

impl<M> Read<M> {
    /// For a test of a handler.
    pub fn new(state: M) -> Self {
        Self { state }
    }
}

impl<M> Update<M> {
    /// For a test of a handler.
    pub fn new(prior: M, planned: M, config: M) -> Self {
        Self { prior, planned, config }
    }
}

impl<M> Delete<M> {
    /// For a test of a handler.
    pub fn new(state: M) -> Self {
        Self { state }
    }
}

impl Import {
    /// For a test of a handler.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

/// A create or update that failed, and what is true now.
///
/// `?` makes one from a [`Diagnostic`] or from [`Diagnostics`].
#[derive(Debug, Clone)]
pub struct Failed<M> {
    pub(crate) diagnostics: Diagnostics,
    pub(crate) state: Option<M>,
}

impl<M> Failed<M> {
    /// Nothing changed: a new object does not exist, an old one is as it was.
    pub fn new(diagnostics: impl Into<Diagnostics>) -> Self {
        Self { diagnostics: diagnostics.into(), state: None }
    }

    /// The object is now as in `state`. Terraform stores that; a new object is replaced in the next run. What is
    /// unknown in it is stored as null.
    pub fn with_state(state: M, diagnostics: impl Into<Diagnostics>) -> Self {
        Self { diagnostics: diagnostics.into(), state: Some(state) }
    }

    /// Why it failed.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// What is true now, if that is not what was before.
    pub fn state(&self) -> Option<&M> {
        self.state.as_ref()
    }
}

impl<M> From<Diagnostic> for Failed<M> {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::new(diagnostic)
    }
}

impl<M> From<Diagnostics> for Failed<M> {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::new(diagnostics)
    }
}
