//! One document, one parameter: the calls to Parameter Store, and what is said when one fails.

mod call;
mod doubt;
mod failure;
mod folder;
mod object;
mod tags;
mod tier;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::SdkError;
use aws_sdk_ssm::operation::delete_parameter::DeleteParameterError;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder;
use aws_sdk_ssm::operation::put_parameter::{PutParameterError, PutParameterOutput};
use aws_sdk_ssm::types::{Parameter, ParameterType};
use tfplugin::{Cx, Diagnostic, Diagnostics};

pub(crate) use failure::ThrottlingIsPaced;
pub(crate) use folder::page;
pub(crate) use object::Object;
pub(crate) use tags::{retag, tags};
pub(crate) use tier::{Tier, tier};

use self::call::call;
use self::doubt::Doubt;
use self::failure::refused;
use crate::connection::Connection;
use crate::names::Holder;
use crate::pace::Operation;

/// How long the name of a parameter that was removed is waited for. AWS asks to wait for 30 seconds until a name is used again
/// (DeleteParameter in the reference of its interface).
const REUSE: Duration = Duration::from_secs(60);

/// The wait between two tries to take it.
const REUSE_WAIT: Duration = Duration::from_secs(2);

/// A parameter as it stands in Parameter Store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// `None` where it could not be read yet.
    pub(crate) arn: Option<String>,
    pub(crate) version: i64,
    pub(crate) value: String,
    /// Whether it is a `String`, as the provider makes it, and not a list or a secret.
    pub(crate) is_string: bool,
}

/// What a parameter has beside its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) tier: Tier,
    /// All of them, those of the provider's `default_tags` included.
    pub(crate) tags: BTreeMap<String, String>,
}

/// A parameter that was not made.
#[derive(Debug)]
pub(crate) struct NotMade {
    pub(crate) why: Diagnostics,
    /// Whether it may be there nonetheless: AWS gave no answer.
    pub(crate) is_in_doubt: bool,
}

impl<D: Into<Diagnostics>> From<D> for NotMade {
    fn from(why: D) -> Self {
        Self { why: why.into(), is_in_doubt: false }
    }
}

/// Makes a parameter. One that is there already is never overwritten: it belongs to somebody.
pub(crate) async fn create(
    cx: &Cx<Connection>,
    object: &Object,
    parameter: &str,
    value: &str,
    placed: &Placed,
) -> Result<Stored, NotMade> {
    let client = cx.require_client()?;
    let tags = tags::to_sdk(&placed.tags)?;
    let request = put(client, parameter, value, placed.tier).overwrite(false);
    // Without tags, no right to set any is needed.
    let request = request.set_tags((!tags.is_empty()).then_some(tags));
    let doubt = Doubt::default();
    let why = match put_new(cx, parameter, || request.clone().customize().interceptor(doubt.clone()).send()).await {
        Ok(Ok(answer)) => return Ok(stored(cx, parameter, answer.version, value).await),
        Ok(Err(error)) if is_taken(&error) => object.is_taken(parameter),
        Ok(Err(error)) => refused(Operation::PutParameter, parameter, &error),
        Err(interrupted) => interrupted,
    };
    if !doubt.is_there() {
        return Err(why.into());
    }
    // The answer to a write may be lost on its way; a try behind it then meets what the first one wrote.
    match get(cx, client, parameter).await {
        Ok(Some(found)) if found.version == 1 && found.value == value => Ok(found),
        Ok(_) => Err(why.into()),
        Err(_) => {
            let detail =
                format!("{}\n\nIt is not known whether {parameter} was made. The next plan tells.", why.detail_text());
            Err(NotMade { why: why.detail(detail).into(), is_in_doubt: true })
        }
    }
}

/// Makes the calls of [`create`].
async fn put_new<F>(
    cx: &Cx<Connection>,
    parameter: &str,
    send: impl Fn() -> F,
) -> Result<Result<PutParameterOutput, SdkError<PutParameterError>>, Diagnostic>
where
    F: Future<Output = Result<PutParameterOutput, SdkError<PutParameterError>>>,
{
    let mut answer = call(cx, Operation::PutParameter, &send).await?;
    // A name that is freed in this run, as in a replacement, may need its time until it can be taken again.
    if answer.as_ref().is_err_and(is_taken) && cx.names().is_freed(cx, parameter).await? {
        let freed = Instant::now();
        answer = call(cx, Operation::PutParameter, &send).await?;
        while answer.as_ref().is_err_and(is_taken) && freed.elapsed() < REUSE {
            cx.or_interrupted(tokio::time::sleep(REUSE_WAIT)).await?;
            answer = call(cx, Operation::PutParameter, &send).await?;
        }
    }
    Ok(answer)
}

fn is_taken(error: &SdkError<PutParameterError>) -> bool {
    error.as_service_error().is_some_and(PutParameterError::is_parameter_already_exists)
}

/// Writes a new version of a parameter. Its tags stay as they are: see [`retag`].
pub(crate) async fn update(
    cx: &Cx<Connection>,
    parameter: &str,
    value: &str,
    tier: Tier,
) -> Result<Stored, Diagnostic> {
    let request = put(cx.require_client()?, parameter, value, tier).overwrite(true);
    let written = call(cx, Operation::PutParameter, || request.clone().send()).await?;
    let written = written.map_err(|error| refused(Operation::PutParameter, parameter, &error))?;
    Ok(stored(cx, parameter, written.version, value).await)
}

/// The parameter, or `None` if it is not there.
pub(crate) async fn read(cx: &Cx<Connection>, parameter: &str) -> Result<Option<Stored>, Diagnostic> {
    get(cx, cx.require_client()?, parameter).await
}

/// Removes a parameter. One that is gone already is as wanted.
pub(crate) async fn delete(cx: &Cx<Connection>, parameter: &str) -> Result<(), Diagnostic> {
    // One that is to take its name may wait for it already.
    cx.names().remember(parameter);
    let removed = remove(cx, parameter).await;
    match &removed {
        Ok(()) => cx.names().set_freed(parameter),
        Err(_) => cx.names().set_kept(parameter),
    }
    removed
}

async fn remove(cx: &Cx<Connection>, parameter: &str) -> Result<(), Diagnostic> {
    let request = cx.require_client()?.delete_parameter().name(parameter);
    match call(cx, Operation::DeleteParameter, || request.clone().send()).await? {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(DeleteParameterError::is_parameter_not_found) => Ok(()),
        Err(error) => Err(refused(Operation::DeleteParameter, parameter, &error)),
    }
}

/// Looks at plan whether the parameter of a new object is free, or gets free in the same run. Where AWS cannot be asked, that is
/// left to apply, and told once for all objects.
pub(crate) async fn check_free(cx: &Cx<Connection>, object: &Object, parameter: &str) -> Result<(), Diagnostic> {
    let put_off = |why: &str| {
        if cx.is_first_warning() {
            cx.report(object.could_not_be_asked(why));
        }
    };
    let client = match cx.client() {
        Ok(Some(client)) => client,
        Ok(None) => return Ok(()),
        Err(no_region) => {
            put_off(no_region.detail_text());
            return Ok(());
        }
    };
    if cx.is_out_of_reach() {
        return Ok(());
    }
    let request = client.get_parameter().name(parameter);
    match call(cx, Operation::GetParameter, || request.clone().send()).await? {
        Ok(_) => match cx.names().holder(cx, parameter).await? {
            Holder::Own => {
                cx.report(object.is_made_again(parameter));
                Ok(())
            }
            Holder::Unknown => {
                cx.report(object.may_be_taken(parameter));
                Ok(())
            }
            Holder::Stranger => Err(object.is_taken(parameter)),
        },
        Err(error) if error.as_service_error().is_some_and(GetParameterError::is_parameter_not_found) => Ok(()),
        Err(error) => {
            // A refusal may be about one parameter.
            if error.as_service_error().is_none() {
                cx.set_out_of_reach();
            }
            put_off(refused(Operation::GetParameter, parameter, &error).detail_text());
            Ok(())
        }
    }
}

fn put(client: &Client, parameter: &str, value: &str, tier: Tier) -> PutParameterFluentBuilder {
    client.put_parameter().name(parameter).value(value).r#type(ParameterType::String).tier(tier.to_sdk())
}

async fn get(cx: &Cx<Connection>, client: &Client, parameter: &str) -> Result<Option<Stored>, Diagnostic> {
    let request = client.get_parameter().name(parameter);
    match call(cx, Operation::GetParameter, || request.clone().send()).await? {
        Ok(answer) => Ok(answer.parameter.map(Stored::from)),
        Err(error) if error.as_service_error().is_some_and(GetParameterError::is_parameter_not_found) => Ok(None),
        Err(error) => Err(refused(Operation::GetParameter, parameter, &error)),
    }
}

/// What was written just now. Parameter Store may need a moment until it can be read; what the write itself did not tell is
/// left for the next refresh if it takes longer.
async fn stored(cx: &Cx<Connection>, parameter: &str, version: i64, value: &str) -> Stored {
    const TRIES: u32 = 5;
    const FIRST_WAIT: Duration = Duration::from_millis(200);
    for attempt in 0..TRIES {
        match read(cx, parameter).await {
            Ok(Some(stored)) if stored.version >= version => return stored,
            Ok(_) => {}
            Err(_) => break,
        }
        if cx.or_interrupted(tokio::time::sleep(FIRST_WAIT * 2_u32.pow(attempt))).await.is_err() {
            break;
        }
    }
    Stored { arn: None, version, value: value.to_owned(), is_string: true }
}

impl From<Parameter> for Stored {
    fn from(parameter: Parameter) -> Self {
        Self {
            is_string: parameter.r#type == Some(ParameterType::String),
            arn: parameter.arn,
            version: parameter.version,
            value: parameter.value.unwrap_or_default(),
        }
    }
}
