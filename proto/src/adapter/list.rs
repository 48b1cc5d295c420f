//! Lists by value.

use tokio::sync::mpsc;
use tonic::async_trait;

use super::read_config;
use crate::convert::FromValue;
use crate::generated::tfplugin6::ResourceIdentityData;
use crate::generated::tfplugin6::list_resource::Event;
use crate::list::{Found, List, ListResource};
use crate::path::Path;
use crate::schema::{Problem, Schema};
use crate::value::{Type, Value, ValueError};
use crate::{Cx, Diagnostic};

/// A list whose types are forgotten.
#[async_trait]
pub(crate) trait AnyList<C>: Send + Sync {
    /// That of the `config` block.
    fn schema(&self) -> &Schema;

    /// `resource`: the schema of the resource of the same name, if there is one.
    fn check(&self, resource: Option<&Schema>) -> Vec<Problem>;

    async fn validate(&self, cx: &Cx<()>, config: Value);

    /// Ends when all were sent, on an error, which was reported, or when nobody wants more.
    async fn list(&self, cx: &Cx<C>, config: Value, events: &mut Events);
}

pub(crate) struct ListAdapter<L> {
    list: L,
    schema: Schema,
}

impl<L: ListResource> ListAdapter<L> {
    pub(crate) fn new(list: L) -> Self {
        let schema = list.schema();
        Self { list, schema }
    }
}

#[async_trait]
impl<L: ListResource> AnyList<L::Context> for ListAdapter<L> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn check(&self, resource: Option<&Schema>) -> Vec<Problem> {
        let mut problems = self.schema.check();
        problems.extend(self.schema.check_model::<L::Config>());
        match resource {
            Some(resource) if resource.has_identity() => problems.extend(resource.check_model::<L::Model>()),
            Some(_) => problems.push(Problem::new(Path::root(), "its objects are listed, but have no identity")),
            None => problems.push(Problem::new(Path::root(), "its objects are listed, but there is no such resource")),
        }
        problems
    }

    async fn validate(&self, cx: &Cx<()>, config: Value) {
        let Some(config) = read_config(cx, &config) else {
            return;
        };
        if let Err(diagnostics) = self.list.validate(cx, config).await {
            cx.report(diagnostics);
        }
    }

    async fn list(&self, cx: &Cx<L::Context>, config: Value, events: &mut Events) {
        let config = match L::Config::from_value(&config) {
            Ok(config) => config,
            Err(error) => return cx.report(Diagnostic::from(error)),
        };
        let request = List { config, include_resource: events.include_resource, limit: events.left };
        if let Err(diagnostics) = self.list.list(cx, request, &mut Found::new(events)).await {
            cx.report(diagnostics);
        }
    }
}

/// The way to Terraform for the objects of one list.
#[derive(Debug)]
pub(crate) struct Events {
    /// Of the listed resource.
    schema: Schema,
    include_resource: bool,
    /// How many more are wanted; all without a limit.
    left: Option<usize>,
    sender: mpsc::Sender<Event>,
    /// How many of the call's reports went out already.
    reported: usize,
}

impl Events {
    pub(crate) fn new(
        schema: Schema,
        include_resource: bool,
        limit: Option<usize>,
        sender: mpsc::Sender<Event>,
    ) -> Self {
        Self { schema, include_resource, left: limit, sender, reported: 0 }
    }

    pub(crate) async fn push<C>(&mut self, name: String, object: Result<Value, ValueError>, cx: &Cx<C>) -> bool {
        self.send(name, object, self.include_resource, cx).await
    }

    pub(crate) async fn push_identity<C>(
        &mut self,
        name: String,
        object: Result<Value, ValueError>,
        cx: &Cx<C>,
    ) -> bool {
        self.send(name, object, false, cx).await
    }

    async fn send<C>(&mut self, name: String, object: Result<Value, ValueError>, whole: bool, cx: &Cx<C>) -> bool {
        if self.left == Some(0) || self.sender.is_closed() {
            return false;
        }
        let event = match self.event(&name, object, whole) {
            Ok(event) => event,
            Err(what) => {
                cx.report(Diagnostic::bug(format!("\"{name}\" can't be listed: {what}.")));
                return false;
            }
        };
        let event = Event { display_name: name, diagnostic: self.unsent(cx), ..event };
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.sender.send(event).await.is_ok() && self.left != Some(0)
    }

    fn event(&self, name: &str, object: Result<Value, ValueError>, whole: bool) -> Result<Event, String> {
        let to_wire = |value: &Value, ty: &Type| value.to_wire(ty).map_err(|error| error.to_string());
        let mut object = object.and_then(|object| self.schema.conform(object)).map_err(|error| error.to_string())?;
        let identity = self.schema.identity_of(&object).ok_or("its identity is not complete")?;
        let identity_data = Some(to_wire(&identity, &self.schema.identity_type())?);
        let resource_object = if whole {
            self.schema.root().clear_write_only(&mut object);
            let mut unknown = Vec::new();
            object.take_unknown(&Path::root(), &mut unknown);
            if let Some(path) = unknown.first() {
                return Err(format!("`{path}` of {name} is unknown"));
            }
            Some(to_wire(&object, &self.schema.object_type())?)
        } else {
            None
        };
        Ok(Event { identity: Some(ResourceIdentityData { identity_data }), resource_object, ..Event::default() })
    }

    /// What was reported since the last event.
    fn unsent<C>(&mut self, cx: &Cx<C>) -> Vec<crate::generated::tfplugin6::Diagnostic> {
        let reported = cx.reported().to_wire();
        let unsent = reported.get(self.reported..).unwrap_or_default().to_vec();
        self.reported = reported.len();
        unsent
    }

    /// Sends what was reported last, and what the call failed with.
    pub(crate) async fn finish<C>(mut self, cx: &Cx<C>) {
        let diagnostic = self.unsent(cx);
        if !diagnostic.is_empty() {
            // If nobody listens any more, nobody is to be told.
            let _ = self.sender.send(Event { diagnostic, ..Event::default() }).await;
        }
    }
}
