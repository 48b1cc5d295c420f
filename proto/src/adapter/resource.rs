//! Managed resources by value.

use tonic::async_trait;

use super::{Unknown, read_config, read_known, state_of};
use crate::plan::{Draft, Plan, Planned};
use crate::resource::{Create, Delete, Failed, Import, Read, Resource, Update, Upgrade};
use crate::schema::{Problem, Schema};
use crate::value::Value;
use crate::{Cx, Diagnostic, Diagnostics};

/// A resource whose types are forgotten.
#[async_trait]
pub(crate) trait AnyResource<C>: Send + Sync {
    fn schema(&self) -> &Schema;

    fn check(&self) -> Vec<Problem>;

    async fn validate(&self, cx: &Cx<()>, config: Value);

    /// `None` if there is no plan, which was reported.
    async fn plan(&self, cx: &Cx<C>, draft: Draft) -> Option<Planned>;

    async fn plan_delete(&self, cx: &Cx<C>, state: Value);

    /// The new state; null if there is no object.
    async fn apply(&self, cx: &Cx<C>, apply: Apply) -> Value;

    /// The new state; null if there is no object any more.
    async fn read(&self, cx: &Cx<C>, state: Value) -> Value;

    /// `None` if it failed, which was reported.
    async fn import(&self, cx: &Cx<C>, id: String) -> Option<Value>;

    /// `None` if it failed, which was reported. `object` has the attributes of the identity, and nothing else.
    async fn import_by_identity(&self, cx: &Cx<C>, object: Value) -> Option<Value>;

    /// `None` if it failed, which was reported.
    async fn upgrade_identity(&self, cx: &Cx<()>, version: i64, identity: serde_json::Value) -> Option<Value>;

    /// `None` if it failed, which was reported.
    async fn upgrade(&self, cx: &Cx<()>, version: i64, state: serde_json::Value) -> Option<Value>;
}

/// What is to be done: prior null is a new object, planned null is the end of one.
pub(crate) struct Apply {
    pub(crate) prior: Value,
    pub(crate) planned: Value,
    pub(crate) config: Value,
}

pub(crate) struct ResourceAdapter<R> {
    resource: R,
    schema: Schema,
}

impl<R: Resource> ResourceAdapter<R> {
    pub(crate) fn new(resource: R) -> Self {
        let schema = resource.schema();
        Self { resource, schema }
    }

    /// The state after a create or an update; `before` if that is not known.
    fn outcome(
        &self,
        cx: &Cx<R::Context>,
        before: Value,
        planned: &Value,
        result: Result<R::Model, Failed<R::Model>>,
    ) -> Value {
        let (model, unknown) = match result {
            Ok(model) => (Some(model), Unknown::IsBug),
            Err(failed) => {
                cx.report(failed.diagnostics);
                if !cx.has_error() {
                    cx.report(Diagnostic::bug("The operation failed, but did not say why."));
                }
                (failed.state, Unknown::IsFine)
            }
        };
        match model {
            Some(model) => state_of(cx, &self.schema, &model, planned, unknown),
            None => before,
        }
    }

    /// The first state of an object that was imported; `None` on an error, which was reported.
    fn imported(&self, cx: &Cx<R::Context>, imported: Result<R::Model, Diagnostics>) -> Option<Value> {
        match imported {
            Ok(model) => {
                let state = state_of(cx, &self.schema, &model, &Value::Null, Unknown::IsBug);
                (!state.is_null()).then_some(state)
            }
            Err(diagnostics) => {
                cx.report(diagnostics);
                None
            }
        }
    }

    async fn create(&self, cx: &Cx<R::Context>, apply: Apply) -> Value {
        let (Some(planned), Some(config)) = (read_known(cx, &apply.planned), read_known(cx, &apply.config)) else {
            return Value::Null;
        };
        let result = self.resource.create(cx, Create::new(planned, config)).await;
        self.outcome(cx, Value::Null, &apply.planned, result)
    }

    async fn update(&self, cx: &Cx<R::Context>, apply: Apply) -> Value {
        let (Some(prior), Some(planned), Some(config)) =
            (read_known(cx, &apply.prior), read_known(cx, &apply.planned), read_known(cx, &apply.config))
        else {
            return apply.prior;
        };
        let request = Update::new(prior, planned, config);
        let result = self.resource.update(cx, request).await;
        self.outcome(cx, apply.prior, &apply.planned, result)
    }

    async fn delete(&self, cx: &Cx<R::Context>, prior: Value) -> Value {
        let Some(state) = read_known(cx, &prior) else {
            return prior;
        };
        match self.resource.delete(cx, Delete::new(state)).await {
            // A reported error says that the object is still there.
            Ok(()) if !cx.has_error() => Value::Null,
            Ok(()) => prior,
            Err(diagnostics) => {
                cx.report(diagnostics);
                if !cx.has_error() {
                    cx.report(Diagnostic::bug("The object was not deleted, but nothing said why."));
                }
                prior
            }
        }
    }

    /// What the handler sees of a draft; `None` if a place of the model is unknown, or on an error, which was reported.
    fn view(&self, cx: &Cx<R::Context>, draft: &Draft) -> Option<View<R::Model>> {
        let prior = match draft.prior() {
            Value::Null => None,
            prior => Some(read_known(cx, prior)?),
        };
        Some(View { config: read_config(cx, draft.config())?, prior, proposed: read_config(cx, draft.planned())? })
    }
}

/// The models of a draft.
struct View<M> {
    config: M,
    prior: Option<M>,
    proposed: M,
}

#[async_trait]
impl<R: Resource> AnyResource<R::Context> for ResourceAdapter<R> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = self.schema.check();
        problems.extend(self.schema.check_model::<R::Model>());
        problems
    }

    async fn validate(&self, cx: &Cx<()>, config: Value) {
        let Some(config) = read_config(cx, &config) else {
            return;
        };
        if let Err(diagnostics) = self.resource.validate(cx, config).await {
            cx.report(diagnostics);
        }
    }

    async fn plan(&self, cx: &Cx<R::Context>, mut draft: Draft) -> Option<Planned> {
        let draft = if let Some(View { config, prior, proposed }) = self.view(cx, &draft) {
            let mut plan = Plan { config, prior, proposed, draft };
            if let Err(diagnostics) = self.resource.plan(cx, &mut plan).await {
                cx.report(diagnostics);
            }
            plan.draft
        } else {
            draft.leave_open(&self.schema);
            draft
        };
        draft.finish(&self.schema).map_err(|bugs| cx.report(bugs)).ok()
    }

    async fn plan_delete(&self, cx: &Cx<R::Context>, state: Value) {
        let Some(state) = read_known(cx, &state) else {
            return;
        };
        if let Err(diagnostics) = self.resource.plan_delete(cx, state).await {
            cx.report(diagnostics);
        }
    }

    async fn apply(&self, cx: &Cx<R::Context>, apply: Apply) -> Value {
        match (apply.prior.is_null(), apply.planned.is_null()) {
            (true, true) => Value::Null,
            (true, false) => self.create(cx, apply).await,
            (false, true) => self.delete(cx, apply.prior).await,
            (false, false) => self.update(cx, apply).await,
        }
    }

    async fn read(&self, cx: &Cx<R::Context>, state: Value) -> Value {
        let Some(model) = read_known(cx, &state) else {
            return state;
        };
        match self.resource.read(cx, Read::new(model)).await {
            Ok(None) => Value::Null,
            Ok(Some(model)) => state_of(cx, &self.schema, &model, &state, Unknown::IsBug),
            Err(diagnostics) => {
                cx.report(diagnostics);
                state
            }
        }
    }

    async fn import(&self, cx: &Cx<R::Context>, id: String) -> Option<Value> {
        let imported = self.resource.import(cx, Import::new(id)).await;
        self.imported(cx, imported)
    }

    async fn import_by_identity(&self, cx: &Cx<R::Context>, object: Value) -> Option<Value> {
        let identity = read_known(cx, &object)?;
        let imported = self.resource.import_by_identity(cx, identity).await;
        self.imported(cx, imported)
    }

    async fn upgrade_identity(&self, cx: &Cx<()>, version: i64, identity: serde_json::Value) -> Option<Value> {
        let request = Upgrade { version, state: identity };
        let upgraded = self.resource.upgrade_identity(cx, request).await.map_err(|error| cx.report(error)).ok()?;
        let identity = Value::from_json(&upgraded, &self.schema.identity_type());
        identity
            .map_err(|error| {
                let what = format!("The upgraded identity does not fit the schema: {error}.");
                cx.report(Diagnostic::bug(what));
            })
            .ok()
    }

    async fn upgrade(&self, cx: &Cx<()>, version: i64, state: serde_json::Value) -> Option<Value> {
        let request = Upgrade { version, state };
        let upgraded = match self.resource.upgrade(cx, request).await {
            Ok(upgraded) => upgraded,
            Err(diagnostics) => {
                cx.report(diagnostics);
                return None;
            }
        };
        Value::from_json(&upgraded, &self.schema.object_type())
            .and_then(|value| self.schema.conform(value))
            .map_err(|error| {
                let what = format!("The upgraded state does not fit the schema: {error}.");
                cx.report(Diagnostic::bug(what));
            })
            .ok()
    }
}
