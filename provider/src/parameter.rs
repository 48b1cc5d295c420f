//! One document, one parameter: the calls to Parameter Store, and what is said when one fails.

use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::RequestId;
use aws_sdk_ssm::operation::delete_parameter::DeleteParameterError;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_sdk_ssm::operation::put_parameter::PutParameterError;
use aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder;
use aws_sdk_ssm::types::{Parameter, ParameterTier, ParameterType};
use tfplugin::{Cx, Diagnostic};
use trailhook_engine::document::{DocumentKind, Name};

use crate::connection::Connection;

/// A parameter as it stands in Parameter Store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// `None` where it could not be read yet.
    pub(crate) arn: Option<String>,
    pub(crate) version: i64,
    pub(crate) value: String,
}

/// Makes a parameter. One that is there already is never overwritten: it belongs to somebody.
pub(crate) async fn create(
    cx: &Cx<Connection>,
    kind: DocumentKind,
    name: &Name,
    parameter: &str,
    value: &str,
) -> Result<Stored, Diagnostic> {
    let client = cx.require_client()?;
    match write(cx, put(client, parameter, value).overwrite(false)).await? {
        Ok(version) => Ok(stored(cx, client, parameter, version, value).await),
        Err(error) if error.as_service_error().is_some_and(PutParameterError::is_parameter_already_exists) => {
            // An answer may be lost on its way; the try behind it then meets what the first one wrote.
            match get(client, parameter).await {
                Ok(Some(found)) if found.version == 1 && found.value == value => Ok(found),
                _ => Err(name_taken(kind, name, parameter)),
            }
        }
        Err(error) => Err(refused("PutParameter", parameter, &error)),
    }
}

/// Writes a new version of a parameter.
pub(crate) async fn update(cx: &Cx<Connection>, parameter: &str, value: &str) -> Result<Stored, Diagnostic> {
    let client = cx.require_client()?;
    let written = write(cx, put(client, parameter, value).overwrite(true)).await?;
    let version = written.map_err(|error| refused("PutParameter", parameter, &error))?;
    Ok(stored(cx, client, parameter, version, value).await)
}

/// How long a write may take after the run was interrupted. An answer comes within a second; what takes longer is tried
/// again and again by the SDK.
const INTERRUPTED_WRITE: Duration = Duration::from_secs(5);

/// Sends a write and waits for its answer, also for a while when the run was interrupted meanwhile: what was written and is
/// in no state is lost to Terraform. The version that was written.
async fn write(
    cx: &Cx<Connection>,
    request: PutParameterFluentBuilder,
) -> Result<Result<i64, SdkError<PutParameterError>>, Diagnostic> {
    // Only before it begins can it be left out.
    cx.or_interrupted(std::future::ready(())).await?;
    let interrupted = async {
        cx.cancellation().cancelled().await;
        tokio::time::sleep(INTERRUPTED_WRITE).await;
    };
    tokio::select! {
        answer = request.send() => Ok(answer.map(|answer| answer.version)),
        () = interrupted => Err(Diagnostic::error("Interrupted while AWS did not answer")
            .detail("It is not known whether the parameter was written. The next plan tells.")),
    }
}

/// The parameter, or `None` if it is not there.
pub(crate) async fn read(cx: &Cx<Connection>, parameter: &str) -> Result<Option<Stored>, Diagnostic> {
    let client = cx.require_client()?;
    cx.or_interrupted(get(client, parameter)).await?.map_err(|error| *error)
}

/// Removes a parameter. One that is gone already is as wanted.
pub(crate) async fn delete(cx: &Cx<Connection>, parameter: &str) -> Result<(), Diagnostic> {
    let client = cx.require_client()?;
    cx.or_interrupted(std::future::ready(())).await?;
    match client.delete_parameter().name(parameter).send().await {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(DeleteParameterError::is_parameter_not_found) => Ok(()),
        Err(error) => Err(refused("DeleteParameter", parameter, &error)),
    }
}

/// Looks at plan whether the name of a new object is free. Where AWS cannot be asked, that is left to apply.
pub(crate) async fn check_free(
    cx: &Cx<Connection>,
    kind: DocumentKind,
    name: &Name,
    parameter: &str,
) -> Result<(), Diagnostic> {
    let put_off = |why: String| {
        cx.report(
            Diagnostic::warning(format!("AWS could not be asked whether the name \"{name}\" is free"))
                .detail(format!("The plan goes on without; apply needs AWS, and fails if the name is taken. {why}"))
                .at("name"),
        );
    };
    let client = match cx.client() {
        Ok(Some(client)) => client,
        Ok(None) => return Ok(()),
        Err(no_region) => {
            put_off(no_region.detail_text().to_owned());
            return Ok(());
        }
    };
    match cx.or_interrupted(client.get_parameter().name(parameter).send()).await? {
        Ok(_) => Err(name_taken(kind, name, parameter)),
        Err(error) if error.as_service_error().is_some_and(GetParameterError::is_parameter_not_found) => Ok(()),
        Err(error) => {
            put_off(refused("GetParameter", parameter, &error).detail_text().to_owned());
            Ok(())
        }
    }
}

fn put(client: &Client, parameter: &str, value: &str) -> PutParameterFluentBuilder {
    client
        .put_parameter()
        .name(parameter)
        .value(value)
        .r#type(ParameterType::String)
        .tier(ParameterTier::IntelligentTiering)
}

async fn get(client: &Client, parameter: &str) -> Result<Option<Stored>, Box<Diagnostic>> {
    match client.get_parameter().name(parameter).send().await {
        Ok(answer) => Ok(answer.parameter.map(Stored::from)),
        Err(error) if error.as_service_error().is_some_and(GetParameterError::is_parameter_not_found) => Ok(None),
        Err(error) => Err(Box::new(refused("GetParameter", parameter, &error))),
    }
}

/// What was written just now. Parameter Store may need a moment until it can be read; what the write itself did not tell is
/// left for the next refresh if it takes longer.
async fn stored(cx: &Cx<Connection>, client: &Client, parameter: &str, version: i64, value: &str) -> Stored {
    const TRIES: u32 = 5;
    const FIRST_WAIT: Duration = Duration::from_millis(200);
    for attempt in 0..TRIES {
        match get(client, parameter).await {
            Ok(Some(stored)) if stored.version >= version => return stored,
            Ok(_) => {}
            Err(_) => break,
        }
        if cx.or_interrupted(tokio::time::sleep(FIRST_WAIT * 2_u32.pow(attempt))).await.is_err() {
            break;
        }
    }
    Stored { arn: None, version, value: value.to_owned() }
}

impl From<Parameter> for Stored {
    fn from(parameter: Parameter) -> Self {
        Self { arn: parameter.arn, version: parameter.version, value: parameter.value.unwrap_or_default() }
    }
}

fn name_taken(kind: DocumentKind, name: &Name, parameter: &str) -> Diagnostic {
    let noun = kind.noun();
    Diagnostic::error(format!("The {noun} \"{name}\" exists already"))
        .detail(format!(
            "The parameter {parameter} is there, and is not overwritten. Choose another name, or take the {noun} over with\n\n  \
             terraform import {}.LABEL {name}\n\nwhere LABEL is this resource's.",
            kind.resource()
        ))
        .at("name")
}

/// What AWS said, with the operation, the parameter and the request.
fn refused<E, R>(operation: &str, parameter: &str, error: &SdkError<E, R>) -> Diagnostic
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let summary = format!("{operation} of {parameter} failed");
    let detail = match error {
        SdkError::ServiceError(service) => {
            let error = service.err();
            let code = error.code().unwrap_or("unknown error");
            let message = error.message().unwrap_or("AWS gave no reason");
            let request = error.request_id().map(|id| format!(" (request {id})")).unwrap_or_default();
            format!("{code}: {message}{request}")
        }
        other => {
            // Bodies, which may be of any size, are not in the chain of causes.
            let mut text = other.to_string();
            let mut cause = std::error::Error::source(other);
            while let Some(error) = cause {
                text = format!("{text}: {error}");
                cause = error.source();
            }
            let help = if text.contains("credential") {
                "\n\nAWS credentials are taken from the environment, a profile, SSO or the machine's role: check which should be there."
            } else {
                ""
            };
            format!("There was no answer: {text}.{help}")
        }
    };
    Diagnostic::error(summary).detail(detail)
}
