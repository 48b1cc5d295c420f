//! RPCs of managed resources.

use bytes::Bytes;
use serde_json::value::RawValue;

use super::identities::{identity_of, object_of};
use super::{Reply, Service, guard, read_value, unknown_type, write_value};
use crate::adapter::{AnyResource, Apply};
use crate::generated::tfplugin6::{self as wire, DynamicValue};
use crate::path::Path;
use crate::plan::Draft;
use crate::provider::Provider;
use crate::value::Value;
use crate::{Cx, Diagnostic, Diagnostics};

impl<P: Provider> Service<P> {
    pub(super) fn resource(&self, name: &str) -> Result<&dyn AnyResource<P::Context>, Diagnostics> {
        self.catalog.resources.get(name).map(|resource| &**resource).ok_or_else(|| unknown_type("resource", name))
    }

    pub(super) async fn validate_resource(
        &self,
        request: wire::validate_resource_config::Request,
    ) -> Reply<wire::validate_resource_config::Response> {
        let cx = self.bare_cx();
        let work = async {
            let resource = self.resource(&request.type_name)?;
            let config = read_value(resource.schema(), request.config.as_ref())?;
            if !request.client_capabilities.is_some_and(|client| client.write_only_attributes_allowed) {
                let given = resource.schema().root().write_only_values(&Path::root(), &config);
                given.into_iter().for_each(|path| cx.report(too_old_for(path)));
            }
            resource.validate(&cx, config).await;
            Ok(Default::default())
        };
        guard::answer("ValidateResourceConfig", &cx, Default::default(), work).await
    }

    pub(super) async fn upgrade_state(
        &self,
        request: wire::upgrade_resource_state::Request,
    ) -> Reply<wire::upgrade_resource_state::Response> {
        let cx = self.bare_cx();
        let work = async {
            Ok(wire::upgrade_resource_state::Response {
                upgraded_state: self.upgraded(&cx, &request).await?,
                ..Default::default()
            })
        };
        guard::answer("UpgradeResourceState", &cx, Default::default(), work).await
    }

    async fn upgraded(
        &self,
        cx: &Cx<()>,
        request: &wire::upgrade_resource_state::Request,
    ) -> Result<Option<DynamicValue>, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let raw = request.raw_state.clone().unwrap_or_default().json;
        if raw.is_empty() {
            return Err(Diagnostic::error("State is too old")
                .detail(
                    "The stored state is in the format of Terraform 0.11 or earlier, which this provider can't read.",
                )
                .into());
        }
        let unreadable = |error: serde_json::Error| {
            Diagnostic::error("Stored state can't be read").detail(format!("It is not JSON: {error}."))
        };
        if request.version == schema.schema_version() {
            // As it is: reading numbers and writing them again could change them. Only blocks that are newer than the
            // stored object have to be added, since an absent list of blocks is empty, not null.
            let state: &RawValue = serde_json::from_slice(&raw).map_err(unreadable)?;
            let filled = schema.fill_json(state).map(|filled| Bytes::from(String::from(Box::<str>::from(filled))));
            let json = filled.unwrap_or(raw);
            return Ok(Some(DynamicValue { json, ..DynamicValue::default() }));
        }
        let state = serde_json::from_slice(&raw).map_err(unreadable)?;
        match resource.upgrade(cx, request.version, state).await {
            Some(state) => write_value(schema, &state),
            None => Ok(None),
        }
    }

    pub(super) async fn read_state(
        &self,
        request: wire::read_resource::Request,
    ) -> Reply<wire::read_resource::Response> {
        let unchanged = wire::read_resource::Response {
            new_state: request.current_state.clone(),
            private: request.private.clone(),
            new_identity: request.current_identity.clone(),
            ..Default::default()
        };
        let cx = match self.cx(request.private.clone()) {
            Ok(cx) => cx,
            Err(diagnostics) => return guard::refuse(unchanged, &diagnostics),
        };
        let work = async {
            let resource = self.resource(&request.type_name)?;
            let state = read_value(resource.schema(), request.current_state.as_ref())?;
            let state = resource.read(&cx, state).await;
            Ok(wire::read_resource::Response {
                new_state: write_value(resource.schema(), &state)?,
                new_identity: identity_of(resource.schema(), &state)?,
                private: cx.private_bytes(),
                ..Default::default()
            })
        };
        guard::answer("ReadResource", &cx, unchanged, work).await
    }

    pub(super) async fn plan_change(
        &self,
        request: wire::plan_resource_change::Request,
    ) -> Reply<wire::plan_resource_change::Response> {
        let unchanged = wire::plan_resource_change::Response {
            planned_state: request.prior_state.clone(),
            planned_private: request.prior_private.clone(),
            planned_identity: request.prior_identity.clone(),
            ..Default::default()
        };
        let cx = match self.cx(request.prior_private.clone()) {
            Ok(cx) => cx,
            Err(diagnostics) => return guard::refuse(unchanged, &diagnostics),
        };
        let work = async {
            let resource = self.resource(&request.type_name)?;
            let schema = resource.schema();
            let prior = read_value(schema, request.prior_state.as_ref())?;
            let proposed = read_value(schema, request.proposed_new_state.as_ref())?;
            let config = read_value(schema, request.config.as_ref())?;
            if proposed.is_null() {
                resource.plan_delete(&cx, prior).await;
                return Ok(wire::plan_resource_change::Response {
                    planned_state: write_value(schema, &Value::Null)?,
                    planned_private: cx.private_bytes(),
                    planned_identity: request.prior_identity.clone(),
                    ..Default::default()
                });
            }
            let draft = Draft::new(schema, prior, proposed, config);
            let Some(planned) = resource.plan(&cx, draft).await else {
                return Err(Diagnostics::new());
            };
            Ok(wire::plan_resource_change::Response {
                planned_state: write_value(schema, &planned.state)?,
                requires_replace: planned.requires_replace.iter().map(Path::to_wire).collect(),
                planned_private: cx.private_bytes(),
                planned_identity: identity_of(schema, &planned.state)?,
                ..Default::default()
            })
        };
        guard::answer("PlanResourceChange", &cx, unchanged, work).await
    }

    pub(super) async fn apply_change(
        &self,
        request: wire::apply_resource_change::Request,
    ) -> Reply<wire::apply_resource_change::Response> {
        let unchanged = wire::apply_resource_change::Response {
            new_state: request.prior_state.clone(),
            private: request.planned_private.clone(),
            new_identity: self.prior_identity(&request),
            ..Default::default()
        };
        let cx = match self.cx(request.planned_private.clone()) {
            Ok(cx) => cx,
            Err(diagnostics) => return guard::refuse(unchanged, &diagnostics),
        };
        let work = async {
            let resource = self.resource(&request.type_name)?;
            let schema = resource.schema();
            let apply = Apply {
                prior: read_value(schema, request.prior_state.as_ref())?,
                planned: read_value(schema, request.planned_state.as_ref())?,
                config: read_value(schema, request.config.as_ref())?,
            };
            let state = resource.apply(&cx, apply).await;
            Ok(wire::apply_resource_change::Response {
                new_state: write_value(schema, &state)?,
                new_identity: identity_of(schema, &state)?,
                private: cx.private_bytes(),
                ..Default::default()
            })
        };
        guard::answer("ApplyResourceChange", &cx, unchanged, work).await
    }

    /// The identity of what is there before an apply. The planned one may be another.
    fn prior_identity(&self, request: &wire::apply_resource_change::Request) -> Option<wire::ResourceIdentityData> {
        let schema =
            self.resource(&request.type_name).ok().map(AnyResource::schema).filter(|schema| schema.has_identity())?;
        let prior = read_value(schema, request.prior_state.as_ref()).ok()?;
        identity_of(schema, &prior).ok()?
    }

    pub(super) async fn import_state(
        &self,
        request: wire::import_resource_state::Request,
    ) -> Reply<wire::import_resource_state::Response> {
        use wire::import_resource_state::{ImportedResource, Response};
        let cx = match self.cx(Bytes::new()) {
            Ok(cx) => cx,
            Err(diagnostics) => return guard::refuse(Response::default(), &diagnostics),
        };
        let work = async {
            let resource = self.resource(&request.type_name)?;
            let schema = resource.schema();
            let imported = match &request.identity {
                Some(identity) if request.id.is_empty() => {
                    let object = object_of(schema, &request.type_name, identity)?;
                    resource.import_by_identity(&cx, object).await
                }
                _ if request.id.is_empty() => {
                    return Err(Diagnostic::error("Import needs an id or an identity").into());
                }
                _ => resource.import(&cx, request.id.clone()).await,
            };
            let Some(state) = imported else {
                return Err(Diagnostics::new());
            };
            // What is read next completes the state, and the identity with it.
            let identity = identity_of(schema, &state)?.or_else(|| request.identity.clone());
            Ok(Response {
                imported_resources: vec![ImportedResource {
                    type_name: request.type_name.clone(),
                    state: write_value(schema, &state)?,
                    private: cx.private_bytes(),
                    identity,
                }],
                ..Default::default()
            })
        };
        guard::answer("ImportResourceState", &cx, Response::default(), work).await
    }
}

/// The error for a value that an older Terraform would store.
fn too_old_for(write_only: Path) -> Diagnostic {
    Diagnostic::error("This Terraform cannot keep the value out of its state")
        .detail(format!(
            "`{write_only}` is write-only, which needs Terraform 1.11 or later. Use a newer one, or leave it out."
        ))
        .at(write_only)
}
