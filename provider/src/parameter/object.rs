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

    /// What it is called in a message, and the type of its resource.
    fn noun(&self) -> (String, &'static str) {
        match self {
            Self::Named(kind, name) => (format!("The {} \"{name}\"", kind.noun()), kind.resource()),
            Self::Settings(namespace) => (format!("The settings of {namespace}"), "trailhook_settings"),
        }
    }

    /// The attribute that a message about the name stands at.
    fn at(&self) -> Path {
        match self {
            Self::Named(..) => Path::from("name"),
            Self::Settings(_) => Path::root(),
        }
    }

    /// How an object keeps its parameter under another label.
    fn moved(&self) -> String {
        let (_, resource) = self.noun();
        format!("  moved {{\n    from = {resource}.OLD\n    to   = {resource}.NEW\n  }}")
    }

    /// The error for a parameter that is there before the object was made.
    pub(super) fn is_taken(&self, parameter: &str) -> Diagnostic {
        let ((noun, resource), moved, id) = (self.noun(), self.moved(), self.id());
        let (exists, other) = match self {
            Self::Named(..) => (
                "exists already",
                "Otherwise choose another name. (create_before_destroy cannot work: the new object needs the name of the old one. Where it left a deposed object, take it out, delete this parameter by hand, and apply.)",
            ),
            Self::Settings(_) => ("exist already", "A namespace has one trailhook_settings."),
        };
        Diagnostic::error(format!("{noun} {exists}"))
            .detail(format!(
                "The parameter {parameter} is there, and is not overwritten. If this configuration had it under another label or \
                 key, keep it with\n\n{moved}\n\n(or, if it is gone by now, apply again). If it was made elsewhere, take it over with\n\n  terraform import \
                 {resource}.LABEL {id}\n\nwhere LABEL is this resource's. {other}"
            ))
            .at(self.at())
    }

    /// The warning for a name that an object of the state has, which is removed in the same run.
    pub(super) fn is_made_again(&self, parameter: &str) -> Diagnostic {
        let ((noun, _), moved) = (self.noun(), self.moved());
        let verb = self.verb();
        Diagnostic::warning(format!("{noun} {verb} removed and made again"))
            .detail(format!(
                "An object of this state has the parameter {parameter}: this one, if it is tainted, or another. It is removed before \
                 the new one is made, and in between nothing stands there. If it is the same under another label or key, keep \
                 it with\n\n{moved}"
            ))
            .at(self.at())
    }

    /// The warning for a name that is taken, while it is not known by whom.
    pub(super) fn may_be_taken(&self, parameter: &str) -> Diagnostic {
        let ((noun, _), moved) = (self.noun(), self.moved());
        let exist = if matches!(self, Self::Named(..)) { "exists" } else { "exist" };
        Diagnostic::warning(format!("{noun} {exist} already"))
            .detail(format!(
                "The parameter {parameter} is there. Apply fails unless another object of this state has it and is removed before. If it \
                 is the same under another label or key, keep it with\n\n{moved}"
            ))
            .at(self.at())
    }

    fn verb(&self) -> &'static str {
        if matches!(self, Self::Named(..)) { "is" } else { "are" }
    }

    /// The error for a second object of a configuration that wants the same parameter.
    pub(crate) fn is_declared_twice(&self, namespace: &Namespace) -> Diagnostic {
        let (_, resource) = self.noun();
        let fault = match self {
            Self::Named(kind, name) => Diagnostic::error(format!("Two {}s are named \"{name}\"", kind.noun())).detail(format!(
                "Another {resource} of this configuration has this name, and in the namespace {namespace} there is one of a name. Give \
                 one of the two another name."
            )),
            Self::Settings(namespace) => Diagnostic::error(format!("{namespace} has settings twice")).detail(format!(
                "Another {resource} of this configuration is for the same namespace, which has one. Make one out of the two."
            )),
        };
        fault.at(self.at())
    }

    /// The warning of a plan that could not look whether the parameter is free; it stands for all objects.
    pub(super) fn could_not_be_asked(&self, why: &str) -> Diagnostic {
        Diagnostic::warning("AWS could not be asked which names are free")
            .detail(format!(
                "The plan goes on without; apply needs AWS, and fails if a name is taken. This is said once, and holds for all \
                 new objects of this provider configuration that AWS could not be asked about. {why}"
            ))
            .at(self.at())
    }
}
