//! RPCs of data sources.

use bytes::Bytes;

use super::{Reply, Service, guard, read_value, unknown_type, write_value};
use crate::adapter::AnyDataSource;
use crate::generated::tfplugin6::{self as wire, DynamicValue};
use crate::provider::Provider;
use crate::{Cx, Diagnostics};

impl<P: Provider> Service<P> {
    fn data_source(&self, name: &str) -> Result<&dyn AnyDataSource<P::Context>, Diagnostics> {
        self.catalog
            .data_sources
            .get(name)
            .map(|data_source| &**data_source)
            .ok_or_else(|| unknown_type("data source", name))
    }

    pub(super) async fn validate_data(
        &self,
        request: wire::validate_data_resource_config::Request,
    ) -> Reply<wire::validate_data_resource_config::Response> {
        let cx = self.bare_cx();
        let work = async {
            let data_source = self.data_source(&request.type_name)?;
            let config = read_value(data_source.schema(), request.config.as_ref())?;
            data_source.validate(&cx, config).await;
            Ok(Default::default())
        };
        guard::answer("ValidateDataResourceConfig", &cx, Default::default(), work).await
    }

    pub(super) async fn read_data(
        &self,
        request: wire::read_data_source::Request,
    ) -> Reply<wire::read_data_source::Response> {
        let nothing = wire::read_data_source::Response::default();
        match self.cx(Bytes::new()) {
            Ok(cx) => {
                let work = async {
                    Ok(wire::read_data_source::Response {
                        state: self.read_data_state(&cx, &request).await?,
                        ..Default::default()
                    })
                };
                guard::answer("ReadDataSource", &cx, nothing, work).await
            }
            Err(diagnostics) => guard::refuse(nothing, &diagnostics),
        }
    }

    async fn read_data_state(
        &self,
        cx: &Cx<P::Context>,
        request: &wire::read_data_source::Request,
    ) -> Result<Option<DynamicValue>, Diagnostics> {
        let data_source = self.data_source(&request.type_name)?;
        let schema = data_source.schema();
        let config = read_value(schema, request.config.as_ref())?;
        match data_source.read(cx, config).await {
            Some(state) => write_value(schema, &state),
            None => Ok(None),
        }
    }
}
