//! The resources, one a file.

mod lambda_code;
mod placement;
mod reading;
mod route;
mod rule;
mod rule_pack;
mod settings;

pub(crate) use lambda_code::LambdaCodes;
pub(crate) use placement::Placement;
pub(crate) use route::Routes;
pub(crate) use rule::Rules;
pub(crate) use rule_pack::RulePacks;
pub(crate) use settings::SettingsOfNamespace;

use tfplugin::{Attribute, Cx, Diagnostic, Diagnostics, Plan};
use trailhook_engine::document::{DocumentError, DocumentKind, EncodeError, Name, Namespace};

use crate::connection::Connection;
use crate::parameter::{self, Object};

/// Plans what follows from the name: the id, and the parameter. An object whose parameter would be another one is replaced,
/// and the name of a new one must be free.
async fn plan_place<M>(
    cx: &Cx<Connection>,
    kind: DocumentKind,
    plan: &mut Plan<M>,
    name: &Attribute<String>,
    prior_parameter: Option<&Attribute<String>>,
) -> Result<(), Diagnostics> {
    let Some(name) = name.known() else { return Ok(()) };
    let name = parse_name(name)?;
    plan.set("id", name.as_str().to_owned());
    let Some(namespace) = cx.namespace() else {
        prior_parameter.and_then(Attribute::as_str).into_iter().for_each(|prior| cx.remember(prior));
        return Ok(());
    };
    plan_parameter(cx, &Object::Named(kind, &name), plan, namespace.parameter(kind, &name), prior_parameter).await
}

/// Plans the parameter of an object: one whose parameter would be another is replaced, and that of a new one must be free.
async fn plan_parameter<M>(
    cx: &Cx<Connection>,
    object: &Object<'_>,
    plan: &mut Plan<M>,
    parameter: String,
    prior: Option<&Attribute<String>>,
) -> Result<(), Diagnostics> {
    if let Some(prior) = prior.and_then(Attribute::as_str) {
        cx.remember(prior);
    }
    match prior {
        // The second half of a replacement: the name is freed before it is taken.
        None if cx.is_own(&parameter) => {}
        None => parameter::check_free(cx, object, &parameter).await?,
        Some(prior) if prior.as_str() != Some(&parameter) => plan.requires_replace("parameter_name"),
        Some(_) => {}
    }
    plan.set("parameter_name", parameter);
    Ok(())
}

/// The parameter of a stored object. An import knows the name alone.
fn parameter_of(
    cx: &Cx<Connection>,
    kind: DocumentKind,
    name: &str,
    stored: &Attribute<String>,
) -> Result<String, Diagnostic> {
    match stored.as_str() {
        Some(parameter) => {
            cx.remember(parameter);
            Ok(parameter.to_owned())
        }
        None => Ok(cx.require_namespace()?.parameter(kind, &parse_name(name)?)),
    }
}

/// The document, if the parameter holds one of this name; `None` if somebody wrote something else there by hand.
fn readable<D>(
    kind: DocumentKind,
    parameter: &str,
    document: Result<D, DocumentError>,
    has_name: impl FnOnce(&D) -> bool,
) -> Result<Option<D>, Diagnostic> {
    match document {
        Ok(document) => Ok(Some(document).filter(has_name)),
        Err(DocumentError::Unreadable(_) | DocumentError::Invalid(_)) => Ok(None),
        Err(error @ DocumentError::NewerSchema { .. }) => {
            Err(Diagnostic::error(format!("The {} in {parameter} cannot be read", kind.noun()))
                .detail(sentence(&error)))
        }
    }
}

/// An error of the engine as a sentence: it has neither a capital letter nor a full stop, because it may stand inside one.
pub(crate) fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

/// The name of a resource, checked.
fn parse_name(name: &str) -> Result<Name, Diagnostic> {
    Name::parse(name).map_err(|error| Diagnostic::error("The name cannot be used").detail(sentence(&error)).at("name"))
}

fn too_large(error: &EncodeError) -> Diagnostic {
    let detail = format!("{} Leave something out, or write it shorter.", sentence(error));
    Diagnostic::error("The document does not fit a parameter").detail(detail)
}

/// The same of something that may be several objects instead of one.
fn too_large_for_one(error: &EncodeError) -> Diagnostic {
    too_large(error).detail(format!("{} Shorten it, or make several out of it.", sentence(error)))
}

/// The name that an import asks for: the name alone, or the whole name of the parameter.
fn imported_name(id: &str, kind: DocumentKind, namespace: &Namespace) -> Result<Name, Diagnostic> {
    let folder = format!("{}/", namespace.folder(kind));
    Name::parse(id.strip_prefix(&folder).unwrap_or(id)).map_err(|error| {
        Diagnostic::error(format!("\"{id}\" is not the name of a {}", kind.noun()))
            .detail(format!("Import by the name that stands behind {folder} in Parameter Store: {error}."))
    })
}

/// A value that is left out of the document when it is empty: what is configured as empty stays configured as empty.
fn keep_empty<T: Default + PartialEq>(read: T, state: &Attribute<T>) -> Attribute<T> {
    if read == T::default() && state.known() != Some(&read) { Attribute::Null } else { Attribute::Known(read) }
}
