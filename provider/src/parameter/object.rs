//! What stands in a parameter, in the words of those who declare it.

use tfplugin::Diagnostic;
use trailhook_engine::document::{DocumentKind, Name, Namespace};

/// An object of the configuration that is one parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Object<'a> {
    /// One of many in a namespace.
    Named(DocumentKind, &'a Name),
    /// One for each namespace.
    Settings(&'a Namespace),
}

impl Object<'_> {
    /// The error for a parameter that is there before the object was made.
    pub(super) fn is_taken(&self, parameter: &str) -> Diagnostic {
        match self {
            Self::Named(kind, name) => {
                let noun = kind.noun();
                Diagnostic::error(format!("The {noun} \"{name}\" exists already"))
                    .detail(format!(
                        "The parameter {parameter} is there, and is not overwritten. Choose another name, or take the {noun} over \
                         with\n\n  terraform import trailhook_{noun}.LABEL {name}\n\nwhere LABEL is this resource's."
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

    /// The warning of a plan that could not look whether the parameter is free.
    pub(super) fn could_not_be_asked(&self, why: &str) -> Diagnostic {
        match self {
            Self::Named(_, name) => {
                Diagnostic::warning(format!("AWS could not be asked whether the name \"{name}\" is free"))
                    .detail(format!("The plan goes on without; apply needs AWS, and fails if the name is taken. {why}"))
                    .at("name")
            }
            Self::Settings(namespace) => {
                Diagnostic::warning(format!("AWS could not be asked whether the namespace {namespace} has settings"))
                    .detail(format!(
                        "The plan goes on without; apply needs AWS, and fails if there are settings. {why}"
                    ))
            }
        }
    }
}
