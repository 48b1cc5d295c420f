//! RPCs of identities, and identities in the answers of others.

use super::{Reply, Service, guard};
use crate::generated::tfplugin6::{self as wire, ResourceIdentityData};
use crate::provider::Provider;
use crate::schema::Schema;
use crate::value::Value;
use crate::{Cx, Diagnostic, Diagnostics};

impl<P: Provider> Service<P> {
    pub(super) fn identity_schemas(&self) -> wire::get_resource_identity_schemas::Response {
        let schemas = self.catalog.resources().filter(|(_, schema)| schema.has_identity());
        wire::get_resource_identity_schemas::Response {
            identity_schemas: schemas.map(|(name, schema)| (name.to_owned(), schema.identity_to_wire())).collect(),
            diagnostics: Vec::new(),
        }
    }

    pub(super) async fn upgrade_identity(
        &self,
        request: wire::upgrade_resource_identity::Request,
    ) -> Reply<wire::upgrade_resource_identity::Response> {
        let cx = self.bare_cx();
        let work = async {
            let upgraded_identity = self.upgraded_identity(&cx, request).await?;
            Ok(wire::upgrade_resource_identity::Response { upgraded_identity, ..Default::default() })
        };
        guard::answer("UpgradeResourceIdentity", &cx, Default::default(), work).await
    }

    async fn upgraded_identity(
        &self,
        cx: &Cx<()>,
        request: wire::upgrade_resource_identity::Request,
    ) -> Result<Option<ResourceIdentityData>, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        require_identity(schema, &request.type_name)?;
        let raw = request.raw_identity.unwrap_or_default().json;
        let stored: serde_json::Value = serde_json::from_slice(&raw).map_err(|error| {
            Diagnostic::error("Stored identity can't be read").detail(format!("It is not JSON: {error}."))
        })?;
        if request.version != schema.identity_schema_version() {
            let Some(identity) = resource.upgrade_identity(cx, request.version, stored).await else {
                return Ok(None);
            };
            return write(schema, &identity);
        }
        write(schema, &Value::from_json(&stored, &schema.identity_type())?)
    }
}

/// The identity of `object` in the protocol's form, if the object has a whole one.
pub(super) fn identity_of(schema: &Schema, object: &Value) -> Result<Option<ResourceIdentityData>, Diagnostics> {
    schema.identity_of(object).map_or(Ok(None), |identity| write(schema, &identity))
}

/// The object that an identity is that of, with nothing else in it.
///
/// # Errors
///
/// Among others, that a part of the identity is missing, or known only after apply.
pub(super) fn object_of(
    schema: &Schema,
    type_name: &str,
    identity: &ResourceIdentityData,
) -> Result<Value, Diagnostics> {
    require_identity(schema, type_name)?;
    let identity = Value::from_wire(identity.identity_data.as_ref(), &schema.identity_type())?;
    if schema.identity_of(&identity).is_none() {
        let names: Vec<_> = schema.identity_attributes().map(|one| format!("`{}`", one.name())).collect();
        return Err(Diagnostic::error("The identity is not complete")
            .detail(format!("An object of `{type_name}` is imported by all of: {}.", names.join(", ")))
            .into());
    }
    Ok(schema.object_of_identity(identity)?)
}

fn require_identity(schema: &Schema, type_name: &str) -> Result<(), Diagnostic> {
    if schema.has_identity() {
        return Ok(());
    }
    Err(Diagnostic::error("There is no identity")
        .detail(format!("Objects of `{type_name}` have no identity in this version of the provider. Import by id.")))
}

fn write(schema: &Schema, identity: &Value) -> Result<Option<ResourceIdentityData>, Diagnostics> {
    let identity_data = Some(identity.to_wire(&schema.identity_type())?);
    Ok(Some(ResourceIdentityData { identity_data }))
}
