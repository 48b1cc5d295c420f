//! The `provider` block.

mod assume_role;
mod check;

use std::collections::BTreeMap;

use tfplugin::schema::{self, Schema};
use tfplugin::{Attribute, Diagnostic, Diagnostics, Path, Type, model};
use trailhook_engine::document::Namespace;

pub(crate) use assume_role::{AssumeRole, DEFAULT_SESSION_NAME};

use crate::resource::{Labels, sentence, whole};
use crate::tags;

/// How often a call is tried again where the configuration does not say: with the waits between, a quarter of a minute until a
/// plan without a network ends.
pub(crate) const DEFAULT_MAX_RETRIES: u32 = 8;

#[derive(Default)]
pub(crate) struct Config {
    pub(crate) namespace: Attribute<String>,
    pub(crate) region: Attribute<String>,
    pub(crate) profile: Attribute<String>,
    pub(crate) shared_config_files: Attribute<Vec<String>>,
    pub(crate) shared_credentials_files: Attribute<Vec<String>>,
    pub(crate) max_retries: Attribute<i64>,
    pub(crate) assume_role: Attribute<AssumeRole>,
    pub(crate) default_tags: Attribute<DefaultTags>,
    pub(crate) endpoints: Attribute<Endpoints>,
}
model!(Config {
    namespace,
    region,
    profile,
    shared_config_files,
    shared_credentials_files,
    max_retries,
    assume_role,
    default_tags,
    endpoints
});

#[derive(Default)]
pub(crate) struct DefaultTags {
    pub(crate) tags: Labels,
}
model!(DefaultTags { tags });

#[derive(Default)]
pub(crate) struct Endpoints {
    pub(crate) ssm: Attribute<String>,
    pub(crate) s3: Attribute<String>,
    pub(crate) sts: Attribute<String>,
}
model!(Endpoints { ssm, s3, sts });

pub(crate) fn schema() -> Schema {
    Schema::new()
        .describe(
            "Declares CloudTrail alert rules and the routes of their alerts, and publishes them to AWS Systems Manager Parameter \
             Store, from where the Trailhook function on AWS Lambda reads them.",
        )
        .attribute(schema::string("namespace").required().describe(
            "The path in Parameter Store that one deployment of the function reads, such as `/trailhook/prod`: up to eight segments of \
             letters, digits, `_`, `.` and `-`, with a slash in front and none at the end. Under another namespace each object is made there before it is removed here.",
        ))
        .attribute(schema::string("region").optional().describe(
            "The AWS region of the parameters, such as `eu-central-1`. Taken from the environment (`AWS_REGION`) or the profile if it \
             is not given.",
        ))
        .attribute(
            schema::string("profile")
                .optional()
                .describe("The profile of the shared AWS configuration and credentials files to use."),
        )
        .attribute(schema::list("shared_config_files", Type::String).optional().describe(
            "Paths of shared AWS configuration files, instead of `~/.aws/config`. Where two set the same, the later one holds.",
        ))
        .attribute(schema::list("shared_credentials_files", Type::String).optional().describe(
            "Paths of shared AWS credentials files, instead of `~/.aws/credentials`. Where two set the same, the later one holds.",
        ))
        .attribute(schema::int64("max_retries").optional().describe(format!(
            "How often a call is tried again when AWS cannot be reached or fails itself; {DEFAULT_MAX_RETRIES} if it is not given. \
             Calls that AWS throttles are not counted: they are slowed down, and wait for their turn."
        )))
        .block(assume_role::schema())
        .block(
            schema::single_block("default_tags")
                .describe("Tags that all parameters have. Where a resource's `tags` have the same key, theirs holds.")
                .attribute(schema::map("tags", Type::String).optional().describe("The tags, by their keys.")),
        )
        .block(
            schema::single_block("endpoints")
                .describe(
                    "URLs of AWS services other than the usual ones, for private endpoints and for tests. They hold in place of \
                     `AWS_ENDPOINT_URL` and its like in the environment.",
                )
                .attribute(schema::string("ssm").optional().describe("The address of Systems Manager, which has Parameter Store."))
                .attribute(schema::string("s3").optional().describe("The address of S3, for `trailhook_lambda_code` and `trailhook_backtest`."))
                .attribute(schema::string("sts").optional().describe(
                    "The address of the Security Token Service, for `assume_role`. (Roles that a profile or a web identity names are \
                     asked for at `AWS_ENDPOINT_URL_STS`.)",
                )),
        )
}

impl Config {
    /// What is wrong with the values that are known.
    pub(crate) fn faults(&self) -> Diagnostics {
        let mut faults = Diagnostics::new();
        if let Err(fault) = self.namespace() {
            faults.push(fault);
        }
        faults.extend(check::not_empty(&self.region, "region"));
        faults.extend(check::not_empty(&self.profile, "profile"));
        faults.extend(check::paths(&self.shared_config_files, "shared_config_files"));
        faults.extend(check::paths(&self.shared_credentials_files, "shared_credentials_files"));
        if let Some(retries) = self.max_retries.known().filter(|&&retries| retries < 0) {
            faults.push(
                Diagnostic::error("The number of retries is negative")
                    .detail(format!("{retries} tries cannot be made. Give 0 to try each call once, or leave it out."))
                    .at("max_retries"),
            );
        }
        if let Some(role) = self.assume_role.known() {
            faults.append(role.faults());
        }
        if let Some(default) = self.default_tags.known() {
            faults.append(tags::faults(&default.tags, Path::from("default_tags").attribute("tags")));
        }
        if let Some(endpoints) = self.endpoints.known() {
            let all = [("ssm", &endpoints.ssm), ("s3", &endpoints.s3), ("sts", &endpoints.sts)];
            for (service, url) in all {
                faults.extend(check::url(url, Path::from("endpoints").attribute(service)));
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

    /// Whether everything is known that a call to AWS depends on.
    pub(crate) fn is_connectable(&self) -> bool {
        let files = [&self.shared_config_files, &self.shared_credentials_files];
        let endpoints = match &self.endpoints {
            Attribute::Known(endpoints) => !(endpoints.ssm.is_unknown() || endpoints.sts.is_unknown()),
            Attribute::Null => true,
            Attribute::Unknown => false,
        };
        let role = match &self.assume_role {
            Attribute::Known(role) => role.is_known(),
            Attribute::Null => true,
            Attribute::Unknown => false,
        };
        let words = [&self.region, &self.profile];
        endpoints
            && role
            && !self.max_retries.is_unknown()
            && !words.into_iter().any(Attribute::is_unknown)
            && !files.into_iter().any(Attribute::is_unknown)
    }

    /// The tags of all parameters.
    pub(crate) fn default_tags(&self) -> Attribute<BTreeMap<String, String>> {
        match &self.default_tags {
            Attribute::Known(default) if default.tags.is_null() => Attribute::Known(BTreeMap::new()),
            Attribute::Known(default) => whole(&default.tags),
            Attribute::Null => Attribute::Known(BTreeMap::new()),
            Attribute::Unknown => Attribute::Unknown,
        }
    }

    /// The addresses that are given, if any.
    pub(crate) fn endpoint(&self, service: impl FnOnce(&Endpoints) -> &Attribute<String>) -> Option<&str> {
        self.endpoints.known().and_then(|endpoints| service(endpoints).as_str())
    }
}
