//! The `provider` block.

use tfplugin::schema::{self, Schema};
use tfplugin::{Attribute, Diagnostic, Diagnostics, Path, model};
use trailhook_engine::document::Namespace;

use crate::resource::sentence;

pub(crate) struct Config {
    pub(crate) namespace: Attribute<String>,
    pub(crate) region: Attribute<String>,
    pub(crate) profile: Attribute<String>,
    pub(crate) endpoints: Attribute<Endpoints>,
}
model!(Config { namespace, region, profile, endpoints });

pub(crate) struct Endpoints {
    pub(crate) ssm: Attribute<String>,
}
model!(Endpoints { ssm });

pub(crate) fn schema() -> Schema {
    Schema::new()
        .describe(
            "Declares CloudTrail alert rules and the routes of their alerts, and publishes them to AWS Systems Manager Parameter \
             Store, from where a running Trailhook function reads them.",
        )
        .attribute(schema::string("namespace").required().describe(
            "The absolute parameter path that one deployment of the function reads, such as `/trailhook/prod`.",
        ))
        .attribute(schema::string("region").optional().describe(
            "The AWS region of the parameters. Taken from the environment or the profile if it is not given.",
        ))
        .attribute(
            schema::string("profile")
                .optional()
                .describe("The profile of the shared AWS configuration and credentials files to use."),
        )
        .block(
            schema::single_block("endpoints")
                .describe("Addresses of AWS services other than the usual ones, for private endpoints and for tests.")
                .attribute(schema::string("ssm").optional().describe("The address of Systems Manager.")),
        )
}

impl Config {
    /// Attributes that are given and empty, which AWS would complain of in words that name none of them.
    pub(crate) fn empty_values(&self) -> Diagnostics {
        let ssm = self.endpoints.known().map(|endpoints| &endpoints.ssm);
        let given = [
            (Some(&self.region), Path::from("region")),
            (Some(&self.profile), Path::from("profile")),
            (ssm, Path::from("endpoints").attribute("ssm")),
        ];
        let mut faults = Diagnostics::new();
        for (value, path) in given {
            if value.and_then(Attribute::as_str) == Some("") {
                let fault = Diagnostic::error("The value is empty");
                faults.push(fault.detail("Leave it out, or use null, to take it from the environment.").at(path));
            }
        }
        faults
    }

    /// The namespace; unknown while its value is.
    pub(crate) fn namespace(&self) -> Result<Attribute<Namespace>, Diagnostic> {
        match self.namespace.known() {
            None => Ok(Attribute::Unknown),
            Some(text) => Namespace::parse(text).map(Attribute::Known).map_err(|error| {
                Diagnostic::error("The namespace is not a parameter path").detail(sentence(&error)).at("namespace")
            }),
        }
    }
}
