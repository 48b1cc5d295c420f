//! The resources, one a file.

mod route;
mod rule;

pub(crate) use route::Routes;
pub(crate) use rule::Rules;

use tfplugin::{Attribute, Diagnostic};
use trailhook_engine::document::{DocumentKind, EncodeError, Name, Namespace};

/// The name of a resource, checked.
fn parse_name(name: &str) -> Result<Name, Diagnostic> {
    Name::parse(name)
        .map_err(|error| Diagnostic::error("The name cannot be used").detail(format!("{error}.")).at("name"))
}

fn too_large(error: &EncodeError) -> Diagnostic {
    Diagnostic::error("The document does not fit a parameter").detail(format!("{error}."))
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
