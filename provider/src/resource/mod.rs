//! The resources, one a file.

mod lambda_code;
mod listing;
mod placement;
mod published;
mod reading;
mod route;
mod rule;
mod rule_pack;
mod settings;

pub(crate) use lambda_code::LambdaCodes;
pub(crate) use placement::Placement;
pub(crate) use reading::{Labels, null, whole};
pub(crate) use route::{RouteList, Routes};
pub(crate) use rule::{RuleList, Rules};
pub(crate) use rule_pack::RulePacks;
pub(crate) use settings::SettingsOfNamespace;

use tfplugin::{Attribute, Diagnostic};
use trailhook_engine::document::{DocumentKind, EncodeError, Name, Namespace};

use crate::parameter::Object;

/// An error as a sentence: that of the engine has neither a capital letter nor a full stop, because it may stand inside one.
pub(crate) fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let stop = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}

/// The name of a resource, checked.
fn parse_name(name: &str) -> Result<Name, Diagnostic> {
    Name::parse(name).map_err(|error| Diagnostic::error("The name cannot be used").detail(sentence(&error)).at("name"))
}

/// The object of a kind that has a name; `None` while the name is not known.
fn named(kind: DocumentKind, name: &Attribute<String>) -> Result<Option<Object>, Diagnostic> {
    name.known().map(|name| Ok(Object::Named(kind, parse_name(name)?))).transpose()
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
