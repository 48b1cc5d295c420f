//! RPCs of lists.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;
use tonic::codegen::BoxStream;
use tonic::codegen::tokio_stream::Stream;
use tonic::{Response, Status};

use super::{Reply, Service, guard, read_value, unknown_type};
use crate::adapter::{AnyList, Events};
use crate::catalog::Catalog;
use crate::generated::tfplugin6::list_resource::{Event, Request};
use crate::generated::tfplugin6::{self as wire, DynamicValue};
use crate::provider::Provider;
use crate::schema::Schema;
use crate::value::Value;
use crate::{Cx, Diagnostics};

/// How many objects may wait for Terraform to take them.
const WAITING: usize = 16;

impl<P: Provider> Service<P> {
    pub(super) async fn validate_list(
        &self,
        request: wire::validate_list_resource_config::Request,
    ) -> Reply<wire::validate_list_resource_config::Response> {
        let cx = self.bare_cx();
        let work = async {
            let list = find_list(&self.catalog, &request.type_name)?;
            list.validate(&cx, read_config_block(list.schema(), request.config.as_ref())?).await;
            Ok(Default::default())
        };
        guard::answer("ValidateListResourceConfig", &cx, Default::default(), work).await
    }

    /// Lists in a task of its own, which ends when Terraform does not listen any more.
    pub(super) fn list(&self, request: Request) -> Response<BoxStream<Event>> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let cx = self.cx(Bytes::new());
        let catalog = Arc::clone(&self.catalog);
        tokio::spawn(async move {
            let closed = sender.clone();
            tokio::select! {
                () = run(&catalog, cx, &request, sender) => {}
                () = closed.closed() => {}
            }
        });
        Response::new(Box::pin(Received(receiver)))
    }
}

async fn run<C: Send + Sync + 'static>(
    catalog: &Catalog<C>,
    cx: Result<Cx<C>, Diagnostics>,
    request: &Request,
    sender: mpsc::Sender<Event>,
) {
    let cx = match cx {
        Ok(cx) => cx,
        Err(diagnostics) => {
            // If nobody listens any more, nobody is to be told.
            let _ = sender.send(Event { diagnostic: diagnostics.to_wire(), ..Event::default() }).await;
            return;
        }
    };
    // Terraform asks for 100 where the user says nothing.
    let limit = usize::try_from(request.limit).ok().filter(|&limit| limit > 0);
    let schema = catalog.resources.get(&request.type_name).map(|resource| resource.schema().clone());
    let mut events = Events::new(schema.unwrap_or_default(), request.include_resource_object, limit, sender);
    let work = async {
        let list = find_list(catalog, &request.type_name)?;
        let config = read_config_block(list.schema(), request.config.as_ref())?;
        list.list(&cx, config, &mut events).await;
        Ok(())
    };
    if let Err(failure) = guard::attempt("ListResource", work).await {
        cx.report(failure);
    }
    events.finish(&cx).await;
}

fn find_list<'c, C: Send + Sync + 'static>(
    catalog: &'c Catalog<C>,
    name: &str,
) -> Result<&'c dyn AnyList<C>, Diagnostics> {
    catalog.lists.get(name).map(|list| &**list).ok_or_else(|| unknown_type("list of", name))
}

/// A `list` block need not have a `config` block.
fn read_config_block(schema: &Schema, config: Option<&DynamicValue>) -> Result<Value, Diagnostics> {
    match read_value(schema, config)? {
        Value::Null => Ok(schema.conform(Value::Object(Default::default()))?),
        config => Ok(config),
    }
}

/// What a channel gives, as a stream.
struct Received(mpsc::Receiver<Event>);

impl Stream for Received {
    type Item = Result<Event, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}
