//! What stands in a parameter, in the words of those who declare it.

use tfplugin::{Diagnostic, Path};
use trailhook_engine::document::{DocumentKind, Name, Namespace};

/// An object of the configuration that is one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Object {
    /// One of many in a namespace.
    Named(DocumentKind, Name),
    /// One for each namespace.
    Settings(Namespace),
}

impl Object {
    /// The name of its parameter.
    pub(crate) fn parameter(&self, namespace: &Namespace) -> String {
        match self {
            Self::Named(kind, name) => namespace.parameter(*kind, name),
            Self::Settings(namespace) => namespace.settings(),
        }
    }

    /// The attribute `id`.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Named(_, name) => name.to_string(),
            Self::Settings(namespace) => namespace.to_string(),
        }
    }

    /// The error for a parameter that is there before the object was made.
    pub(super) fn is_taken(&self, parameter: &str) -> Diagnostic {
        match self {
            Self::Named(kind, name) => {
                let noun = kind.noun();
                Diagnostic::error(format!("The {noun} \"{name}\" exists already"))
                    .detail(format!(
                        "The parameter {parameter} is there, and is not overwritten. Choose another name, or take the {noun} over \
                         with\n\n  terraform import {}.LABEL {name}\n\nwhere LABEL is this resource's. If another resource of this \
                         configuration has the name, one of the two has to get another; and create_before_destroy cannot work, \
                         because the new {noun} needs the name of the old one.",
                        kind.resource()
                    ))
                    .at("name")
            }
            Self::Settings(namespace) => Diagnostic::error(format!("The namespace {namespace} has settings already"))
                .detail(format!(
                    "A namespace has one trailhook_settings. The parameter {parameter} is there, and is not overwritten. Remove this \
                     resource if another one declares the settings, or take them over with\n\n  \
                     terraform import trailhook_settings.LABEL {namespace}\n\nwhere LABEL is this resource's."
                )),
        }
    }

    /// The warning of a plan that could not look whether the parameter is free; it stands for all objects.
    pub(super) fn could_not_be_asked(&self, why: &str) -> Diagnostic {
        let at = match self {
            Self::Named(..) => Path::from("name"),
            Self::Settings(_) => Path::root(),
        };
        Diagnostic::warning("AWS could not be asked which names are free")
            .detail(format!(
                "The plan goes on without; apply needs AWS, and fails if a name is taken. This is said once, and holds for all \
                 new objects of this provider configuration that AWS could not be asked about. {why}"
            ))
            .at(at)
    }
}
