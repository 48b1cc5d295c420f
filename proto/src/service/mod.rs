//! The `Provider` service: one method for each RPC, thin over the [adapters](crate::adapter).

mod data_sources;
mod functions;
mod guard;
mod identities;
mod lists;
mod resources;
mod stop;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, async_trait};

pub(crate) use guard::{Mask, install_panic_hook};
pub(crate) use stop::Stop;

use crate::adapter::read_config;
use crate::catalog::Catalog;
use crate::generated::tfplugin6::{self as wire, provider_server};
use crate::provider::{Configure, Provider};
use crate::schema::Schema;
use crate::value::Value;
use crate::{Cx, Diagnostic, Diagnostics};

type Reply<T> = Result<Response<T>, Status>;

/// A provider as the protocol sees it.
pub(crate) struct Service<P: Provider> {
    provider: P,
    schema: Schema,
    /// Shared with the lists that are under way.
    catalog: Arc<Catalog<P::Context>>,
    /// Empty until Terraform configures the provider.
    context: RwLock<Option<Arc<P::Context>>>,
    stop: Stop,
}

impl<P: Provider> Service<P> {
    pub(crate) fn new(provider: P, stop: Stop) -> Self {
        Self {
            schema: provider.schema(),
            catalog: Arc::new(Catalog::of(&provider)),
            provider,
            context: RwLock::default(),
            stop,
        }
    }

    /// Interrupts the calls that run.
    pub(crate) fn interrupt(&self) {
        self.stop.stop();
    }

    /// A call that needs no configuration.
    fn bare_cx(&self) -> Cx<()> {
        Cx::new(Arc::new(()), self.stop.token(), Bytes::new())
    }

    /// A call that needs the provider configured.
    fn cx(&self, private: Bytes) -> Result<Cx<P::Context>, Diagnostics> {
        let context = self.context.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(|| {
            Diagnostic::error("The provider is not configured")
                .detail("Terraform asked for an operation before it configured the provider.")
        })?;
        Ok(Cx::new(context, self.stop.token(), private))
    }

    fn capabilities() -> wire::ServerCapabilities {
        wire::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            ..wire::ServerCapabilities::default()
        }
    }

    fn wire_functions(&self) -> BTreeMap<String, wire::Function> {
        let functions = self.catalog.functions.iter();
        functions.map(|(name, function)| (name.clone(), function.signature().to_wire())).collect()
    }
}

/// A value of the protocol in the shape of `schema`.
fn read_value(schema: &Schema, value: Option<&wire::DynamicValue>) -> Result<Value, Diagnostics> {
    let value = Value::from_wire(value, &schema.object_type())?;
    Ok(schema.conform(value)?)
}

/// `value` in the protocol's form.
fn write_value(schema: &Schema, value: &Value) -> Result<Option<wire::DynamicValue>, Diagnostics> {
    Ok(Some(value.to_wire(&schema.object_type())?))
}

fn unknown_type(kind: &str, name: &str) -> Diagnostics {
    Diagnostic::error("Unknown type").detail(format!("This version of the provider has no {kind} `{name}`.")).into()
}

/// The RPCs that are not here answer that they are not implemented, which Terraform takes for "none".
#[async_trait]
impl<P: Provider> provider_server::Provider for Service<P> {
    async fn get_metadata(
        &self,
        _request: Request<wire::get_metadata::Request>,
    ) -> Reply<wire::get_metadata::Response> {
        use wire::get_metadata::{DataSourceMetadata, FunctionMetadata, ListResourceMetadata, ResourceMetadata};
        let resources = self.catalog.resources.keys().cloned();
        let data_sources = self.catalog.data_sources.keys().cloned();
        let functions = self.catalog.functions.keys().cloned();
        let lists = self.catalog.lists.keys().cloned();
        Ok(Response::new(wire::get_metadata::Response {
            server_capabilities: Some(Self::capabilities()),
            resources: resources.map(|type_name| ResourceMetadata { type_name }).collect(),
            data_sources: data_sources.map(|type_name| DataSourceMetadata { type_name }).collect(),
            functions: functions.map(|name| FunctionMetadata { name }).collect(),
            list_resources: lists.map(|type_name| ListResourceMetadata { type_name }).collect(),
            ..wire::get_metadata::Response::default()
        }))
    }

    async fn get_provider_schema(
        &self,
        _request: Request<wire::get_provider_schema::Request>,
    ) -> Reply<wire::get_provider_schema::Response> {
        let resources = self.catalog.resources.iter();
        let data_sources = self.catalog.data_sources.iter();
        let lists = self.catalog.lists.iter();
        Ok(Response::new(wire::get_provider_schema::Response {
            // Terraform wants it even if it is empty.
            provider: Some(self.schema.to_wire()),
            resource_schemas: resources.map(|(name, resource)| (name.clone(), resource.schema().to_wire())).collect(),
            data_source_schemas: data_sources
                .map(|(name, data_source)| (name.clone(), data_source.schema().to_wire()))
                .collect(),
            functions: self.wire_functions(),
            list_resource_schemas: lists.map(|(name, list)| (name.clone(), list.schema().to_wire())).collect(),
            server_capabilities: Some(Self::capabilities()),
            ..wire::get_provider_schema::Response::default()
        }))
    }

    async fn validate_provider_config(
        &self,
        request: Request<wire::validate_provider_config::Request>,
    ) -> Reply<wire::validate_provider_config::Response> {
        let request = request.into_inner();
        let cx = self.bare_cx();
        let work = async {
            let config = read_value(&self.schema, request.config.as_ref())?;
            if let Some(config) = read_config(&cx, &config) {
                self.provider.validate(&cx, config).await?;
            }
            Ok(wire::validate_provider_config::Response::default())
        };
        guard::answer("ValidateProviderConfig", &cx, Default::default(), work).await
    }

    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Reply<wire::configure_provider::Response> {
        let request = request.into_inner();
        let cx = self.bare_cx();
        let work = async {
            let config = read_value(&self.schema, request.config.as_ref())?;
            let config = crate::convert::FromValue::from_value(&config)?;
            let request = Configure { config, terraform_version: request.terraform_version };
            let context = self.provider.configure(&cx, request).await?;
            *self.context.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(context));
            Ok(wire::configure_provider::Response::default())
        };
        guard::answer("ConfigureProvider", &cx, Default::default(), work).await
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Reply<wire::validate_resource_config::Response> {
        self.validate_resource(request.into_inner()).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Reply<wire::upgrade_resource_state::Response> {
        self.upgrade_state(request.into_inner()).await
    }

    async fn get_resource_identity_schemas(
        &self,
        _request: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Reply<wire::get_resource_identity_schemas::Response> {
        Ok(Response::new(self.identity_schemas()))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Reply<wire::upgrade_resource_identity::Response> {
        self.upgrade_identity(request.into_inner()).await
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Reply<wire::read_resource::Response> {
        self.read_state(request.into_inner()).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Reply<wire::plan_resource_change::Response> {
        self.plan_change(request.into_inner()).await
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Reply<wire::apply_resource_change::Response> {
        self.apply_change(request.into_inner()).await
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Reply<wire::import_resource_state::Response> {
        self.import_state(request.into_inner()).await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Reply<wire::validate_data_resource_config::Response> {
        self.validate_data(request.into_inner()).await
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Reply<wire::read_data_source::Response> {
        self.read_data(request.into_inner()).await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<wire::validate_list_resource_config::Request>,
    ) -> Reply<wire::validate_list_resource_config::Response> {
        self.validate_list(request.into_inner()).await
    }

    async fn list_resource(
        &self,
        request: Request<wire::list_resource::Request>,
    ) -> Reply<BoxStream<wire::list_resource::Event>> {
        Ok(self.list(request.into_inner()))
    }

    async fn get_functions(
        &self,
        _request: Request<wire::get_functions::Request>,
    ) -> Reply<wire::get_functions::Response> {
        Ok(Response::new(wire::get_functions::Response { functions: self.wire_functions(), diagnostics: Vec::new() }))
    }

    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Reply<wire::call_function::Response> {
        Ok(Response::new(self.call(&request.into_inner())))
    }

    async fn stop_provider(
        &self,
        _request: Request<wire::stop_provider::Request>,
    ) -> Reply<wire::stop_provider::Response> {
        tracing::info!("interrupted");
        self.stop.stop();
        Ok(Response::new(wire::stop_provider::Response::default()))
    }
}
