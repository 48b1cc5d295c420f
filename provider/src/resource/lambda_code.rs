//! `trailhook_lambda_code`: the function's package as an object in S3.

use tfplugin::schema::{self, Schema};
use tfplugin::{
    Attribute, Create, Cx, Delete, Diagnostic, Diagnostics, Failed, Import, Plan, Read, Resource, Update, model,
};

use super::sentence;
use crate::connection::Connection;
use crate::package::{Architecture, Package};
use crate::s3::{self, Address, Object, Overwrite, Put, check_bucket, check_key};

pub(crate) struct LambdaCodes;

#[derive(Debug, Clone, Default)]
pub(crate) struct LambdaCode {
    bucket: Attribute<String>,
    key: Attribute<String>,
    architecture: Attribute<String>,
    id: Attribute<String>,
    source_code_hash: Attribute<String>,
    version_id: Attribute<String>,
}
model!(LambdaCode { bucket, key, architecture, id, source_code_hash, version_id });

impl Resource for LambdaCodes {
    type Context = Connection;
    type Model = LambdaCode;

    fn type_name(&self) -> String {
        "trailhook_lambda_code".to_owned()
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .describe(
                "Uploads the package of the Trailhook function, which the provider carries, to S3 at apply, so that plan and \
                 apply may run on different machines. A new version of the provider with another package shows in the plan as \
                 a change of `source_code_hash`; so does an object that was replaced by hand.\n\n\
                 An object that is there already is neither overwritten nor taken over by the creation of this resource, even \
                 if it is the same package: import it. Destroying the resource removes the object; in a bucket with versions \
                 that leaves a delete marker, and older versions stay until a lifecycle rule of the bucket removes them. So \
                 `create_before_destroy` needs another key for the new object.",
            )
            .attribute(
                schema::string("bucket")
                    .required()
                    .requires_replace()
                    .describe("The name of the bucket, which Lambda wants in the region of the function."),
            )
            .attribute(
                schema::string("key")
                    .required()
                    .requires_replace()
                    .describe("The key of the object, such as `trailhook/bootstrap.zip`."),
            )
            .attribute(
                schema::string("architecture")
                    .optional()
                    .default(Architecture::default().as_str())
                    .describe(Architecture::DESCRIPTION),
            )
            .attribute(schema::string("id").computed().describe("`BUCKET/KEY`, by which the object is imported."))
            .attribute(schema::string("source_code_hash").computed().describe(
                "The SHA-256 of the package in base64, for `source_code_hash` of the `aws_lambda_function`. Known at plan.",
            ))
            .attribute(schema::string("version_id").computed().recomputed().describe(
                "The version of the object, for `s3_object_version` of the `aws_lambda_function`; null in a bucket without \
                 versions.",
            ))
    }

    async fn validate(&self, cx: &Cx<()>, config: LambdaCode) -> Result<(), Diagnostics> {
        if let Err(fault) = Architecture::of(&config.architecture) {
            cx.report(fault);
        }
        if let Some(bucket) = config.bucket.as_str() {
            let _sound = sound_bucket(bucket).map_err(|fault| cx.report(fault));
        }
        if let Some(key) = config.key.as_str() {
            let _sound = sound_key(key).map_err(|fault| cx.report(fault));
        }
        Ok(())
    }

    async fn plan(&self, _: &Cx<Connection>, plan: &mut Plan<LambdaCode>) -> Result<(), Diagnostics> {
        if let (Some(bucket), Some(key)) = (plan.proposed.bucket.as_str(), plan.proposed.key.as_str()) {
            let id = id(bucket, key);
            plan.set("id", id);
        }
        match Architecture::of(&plan.proposed.architecture)? {
            Some(architecture) => {
                let package = Package::find(architecture).map_err(Diagnostic::from)?;
                plan.set("source_code_hash", package.hash().to_owned());
            }
            None => plan.set_unknown("source_code_hash"),
        }
        Ok(())
    }

    async fn create(&self, cx: &Cx<Connection>, request: Create<LambdaCode>) -> Result<LambdaCode, Failed<LambdaCode>> {
        Ok(request.planned.upload(cx, Overwrite::No).await?)
    }

    async fn read(&self, cx: &Cx<Connection>, request: Read<LambdaCode>) -> Result<Option<LambdaCode>, Diagnostics> {
        let state = request.state;
        let address = state.address()?;
        // What the provider needs is made in this very run: what is there is looked at in the next one.
        let is_import = state.source_code_hash.is_null();
        if !is_import && cx.s3()?.is_none() {
            return Ok(Some(state));
        }
        let Some(object) = s3::head(cx, cx.require_s3()?, &address).await? else { return Ok(None) };
        // An import knows neither.
        let architecture = match &state.architecture {
            Attribute::Null => architecture_of(&object).map(|architecture| architecture.as_str().to_owned()).into(),
            told => told.clone(),
        };
        Ok(Some(LambdaCode { architecture, ..state }.placed(&address, object)))
    }

    async fn update(&self, cx: &Cx<Connection>, request: Update<LambdaCode>) -> Result<LambdaCode, Failed<LambdaCode>> {
        Ok(request.planned.upload(cx, Overwrite::Yes).await?)
    }

    async fn delete(&self, cx: &Cx<Connection>, request: Delete<LambdaCode>) -> Result<(), Diagnostics> {
        Ok(s3::delete(cx, cx.require_s3()?, &request.state.address()?).await?)
    }

    async fn import(&self, _: &Cx<Connection>, request: Import) -> Result<LambdaCode, Diagnostics> {
        let (bucket, key) = imported(&request.id)?;
        Ok(LambdaCode { bucket: bucket.into(), key: key.into(), ..LambdaCode::default() })
    }
}

impl LambdaCode {
    fn address(&self) -> Result<Address, Diagnostic> {
        let (bucket, key) = (self.bucket.require("bucket")?, self.key.require("key")?);
        // What was unknown at validate is checked here.
        sound_bucket(bucket)?;
        sound_key(key)?;
        Ok(Address::new(bucket, key))
    }

    /// Uploads the package that was planned.
    async fn upload(self, cx: &Cx<Connection>, overwrite: Overwrite) -> Result<Self, Diagnostic> {
        let address = self.address()?;
        let package = Package::find(Architecture::of(&self.architecture)?.unwrap_or_default())?;
        self.check_planned(&package)?;
        match s3::put(cx, cx.require_s3()?, &address, &package, overwrite).await? {
            Put::Written(object) => Ok(self.placed(&address, object)),
            Put::Taken => Err(taken(&address)),
        }
    }

    /// Whether a package is the one that the plan showed: apply may run on another machine, with another build of the
    /// provider.
    fn check_planned(&self, package: &Package) -> Result<(), Diagnostic> {
        match self.source_code_hash.as_str() {
            Some(planned) if planned != package.hash() => Err(Diagnostic::error("The package is not the planned one")
                .detail(format!(
                    "The plan was made by a build of the provider whose package has the SHA-256 {planned}, and this one's has \
                     {}. Use the same release of the provider for plan and apply, or plan again.",
                    package.hash()
                ))
                .at("source_code_hash")),
            _ => Ok(()),
        }
    }

    fn placed(self, address: &Address, object: Object) -> Self {
        Self {
            id: id(&address.bucket, &address.key).into(),
            source_code_hash: object.hash.into(),
            version_id: object.version_id.into(),
            ..self
        }
    }
}

fn id(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}")
}

/// The architecture for which the object is this build's package.
fn architecture_of(object: &Object) -> Option<Architecture> {
    [Architecture::X86, Architecture::Arm].into_iter().find(|architecture| {
        Package::find(*architecture).is_ok_and(|package| object.hash.as_deref() == Some(package.hash()))
    })
}

fn sound_bucket(bucket: &str) -> Result<(), Diagnostic> {
    check_bucket(bucket)
        .map_err(|fault| Diagnostic::error("The bucket cannot be used").detail(sentence(&fault)).at("bucket"))
}

fn sound_key(key: &str) -> Result<(), Diagnostic> {
    check_key(key).map_err(|fault| Diagnostic::error("The key cannot be used").detail(sentence(&fault)).at("key"))
}

fn taken(address: &Address) -> Diagnostic {
    let id = id(&address.bucket, &address.key);
    Diagnostic::error(format!("{address} exists already"))
        .detail(format!(
            "What is there is not overwritten, even if it is the same package: destroying whatever it belongs to would remove \
             it. Choose another key, or take the object over with\n\n  terraform import trailhook_lambda_code.LABEL \
             {id}\n\nwhere LABEL is this resource's. If this is a replacement with `create_before_destroy`, remove that, or \
             change the key with it."
        ))
        .at("key")
}

/// Bucket and key of `BUCKET/KEY`, which may be written as an address.
fn imported(id: &str) -> Result<(&str, &str), Diagnostic> {
    let plain = id.strip_prefix("s3://").unwrap_or(id);
    let fault = match plain.split_once('/') {
        Some((bucket, key)) => match (check_bucket(bucket), check_key(key)) {
            (Ok(()), Ok(())) => return Ok((bucket, key)),
            (Err(fault), _) => sentence(&fault),
            (_, Err(fault)) => sentence(&fault),
        },
        None => "It has no slash.".to_owned(),
    };
    Err(Diagnostic::error(format!("\"{id}\" is not an object of a bucket"))
        .detail(format!("Import by the bucket and the key, as BUCKET/KEY. {fault}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_imported_by_bucket_and_key() {
        assert_eq!(imported("code/trailhook/a.zip"), Ok(("code", "trailhook/a.zip")));
        assert_eq!(imported("s3://code/a.zip"), Ok(("code", "a.zip")));
        let detail = |id| imported(id).unwrap_err().detail_text().to_owned();
        assert_eq!(detail("code"), "Import by the bucket and the key, as BUCKET/KEY. It has no slash.");
        assert!(detail("Code/a.zip").contains("\"Code\" is not the name of a bucket"));
        assert!(detail("code/").contains("The key is empty"));
    }

    #[test]
    fn another_package_than_the_planned_one_is_not_uploaded() {
        let package = Package::new(bytes::Bytes::from_static(b"abc"));
        let planned = |hash: &str| LambdaCode { source_code_hash: hash.into(), ..LambdaCode::default() };
        assert_eq!(planned(package.hash()).check_planned(&package), Ok(()));
        assert_eq!(LambdaCode::default().check_planned(&package), Ok(()));
        let error = planned("other").check_planned(&package).unwrap_err();
        assert_eq!(error.summary(), "The package is not the planned one");
        assert_eq!(
            error.detail_text(),
            format!(
                "The plan was made by a build of the provider whose package has the SHA-256 other, and this one's has {}. Use the \
                 same release of the provider for plan and apply, or plan again.",
                package.hash()
            )
        );
    }
}
