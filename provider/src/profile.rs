//! The profile that the configuration names, and the files in which profiles stand.

use std::borrow::Cow;
use std::path::PathBuf;

use aws_config::SdkConfig;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileSet, load};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_ssm::config::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};
use tfplugin::{Attribute, Diagnostic};

use crate::config::Config;
use crate::failure::chain;

/// The usual files, and the variables of the environment that name others.
const USUAL_CONFIG: (&str, &str) = ("AWS_CONFIG_FILE", "~/.aws/config");
const USUAL_CREDENTIALS: (&str, &str) = ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");

/// The profiles that a message lists.
const LISTED: usize = 10;

/// The files of profiles; `None` for the usual ones. The files of one kind replace the usual one of that kind alone.
pub(crate) fn files(config: &Config) -> Option<EnvConfigFiles> {
    let (configs, credentials) = (config.shared_config_files.elements(), config.shared_credentials_files.elements());
    if configs.is_empty() && credentials.is_empty() {
        return None;
    }
    let mut files = EnvConfigFiles::builder()
        .include_default_config_file(configs.is_empty())
        .include_default_credentials_file(credentials.is_empty());
    for file in configs {
        files = files.with_file(EnvConfigFileKind::Config, home(file));
    }
    for file in credentials {
        files = files.with_file(EnvConfigFileKind::Credentials, home(file));
    }
    Some(files.build())
}

/// A leading `~/` is the home folder.
fn home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Looks whether the files have the profile. Otherwise its region would be missed first, or its credentials at the first call, in
/// words that name no profile.
///
/// # Errors
///
/// If it is in none of the files, or if a file cannot be read.
pub(crate) async fn check(name: &str, files: Option<EnvConfigFiles>, config: &Config) -> Result<(), Diagnostic> {
    let found = load(&Fs::real(), &Env::real(), &files.unwrap_or_default(), Some(Cow::Owned(name.to_owned()))).await;
    match found {
        Ok(found) if found.get_profile(name).is_some() => Ok(()),
        Ok(found) => Err(missing(name, &found, config)),
        Err(error) => Err(Diagnostic::error(format!("The profile \"{name}\" cannot be looked up"))
            .detail(format!(
                "{}\n\nA file that `shared_config_files` or `shared_credentials_files` names must be there, in the form that the AWS \
                 command-line tool writes. Files read: {}.",
                crate::resource::sentence(&chain(&error)),
                read(config).join(", ")
            ))
            .at("profile")),
    }
}

fn missing(name: &str, found: &ProfileSet, config: &Config) -> Diagnostic {
    let mut names: Vec<_> = found.profiles().collect();
    names.sort_unstable();
    let more = if names.len() > LISTED { ", …" } else { "" };
    names.truncate(LISTED);
    let there = if names.is_empty() {
        "which have no profiles".to_owned()
    } else {
        format!("which have \"{}\"{more}", names.join("\", \""))
    };
    Diagnostic::error(format!("There is no profile \"{name}\""))
        .detail(format!(
            "Files read: {}, {there}. Set `profile` to one of theirs, add this one (as [profile {name}] to a configuration file, or as \
             [{name}] to a credentials file), or leave `profile` out to take credentials from the environment. To read other files, set \
             {} and {}, or `shared_config_files` and `shared_credentials_files`.",
            read(config).join(", "),
            USUAL_CONFIG.0,
            USUAL_CREDENTIALS.0,
        ))
        .at("profile")
}

/// The files that are read, as people named them.
fn read(config: &Config) -> Vec<String> {
    let of = |given: &Attribute<Vec<String>>, (variable, usual): (&str, &str)| match given.elements() {
        [] => vec![std::env::var(variable).unwrap_or_else(|_| usual.to_owned())],
        given => given.to_vec(),
    };
    let configs = of(&config.shared_config_files, USUAL_CONFIG);
    configs.into_iter().chain(of(&config.shared_credentials_files, USUAL_CREDENTIALS)).collect()
}

/// Credentials of a profile that the configuration names. The usual chain would take those of the environment first, and write to
/// an account that nobody meant.
pub(crate) fn credentials(
    shared: &SdkConfig,
    http: SharedHttpClient,
    name: &str,
    files: Option<EnvConfigFiles>,
) -> SharedCredentialsProvider {
    let context = ProviderConfig::default().with_http_client(http).with_region(shared.region().cloned());
    let mut provider = ProfileFileCredentialsProvider::builder().configure(&context).profile_name(name);
    if let Some(files) = files {
        provider = provider.profile_files(files);
    }
    SharedCredentialsProvider::new(OfProfile { name: name.to_owned(), provider: provider.build() })
}

/// The credentials of a profile, which is named where it has none.
#[derive(Debug)]
struct OfProfile {
    name: String,
    provider: ProfileFileCredentialsProvider,
}

impl ProvideCredentials for OfProfile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}

impl OfProfile {
    async fn load(&self) -> provider::Result {
        self.provider.provide_credentials().await.map_err(|error| match error {
            // It says of itself that the "provider was not enabled", and no more.
            CredentialsError::CredentialsNotLoaded(_) if std::error::Error::source(&error).is_none() => {
                CredentialsError::not_loaded(format!("the profile \"{}\" has no credentials", self.name))
            }
            error => error,
        })
    }
}
