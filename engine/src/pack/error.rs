//! What is wrong with the choice of a pack or of its parts.

use std::fmt;

use semver::Version;

/// Why a pack or a version is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// No pack of this name.
    #[error("there is no pack \"{name}\"{}", choice(.meant.as_deref(), "the packs", .known))]
    UnknownPack {
        /// The name.
        name: String,
        /// The pack that was meant.
        meant: Option<String>,
        /// The packs that there are.
        known: Vec<String>,
    },
    /// A text that is no version.
    #[error("\"{0}\" is not a version; write one such as \"1.0.0\", or leave it out to have the newest")]
    VersionForm(String),
    /// A version that this build does not carry.
    #[error("the pack \"{pack}\" has no version {version} in this build; it has {}", list(.known))]
    UnknownVersion {
        /// The pack.
        pack: String,
        /// The version.
        version: Version,
        /// The versions that there are, the newest first.
        known: Vec<Version>,
    },
}

/// A part of a [`PackDocument`](crate::document::PackDocument) that the version of the pack cannot follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackFault {
    /// A rule that is switched off, and that the version does not have.
    #[error("the pack has no rule \"{name}\"{}", choice(.meant.as_deref(), "its rules", .known))]
    DisabledRule {
        /// The name.
        name: String,
        /// The rule that was meant.
        meant: Option<String>,
        /// The rules of the version.
        known: Vec<String>,
    },
    /// A severity of a rule that the version does not have.
    #[error("the pack has no rule \"{name}\"{}", choice(.meant.as_deref(), "its rules", .known))]
    SeverityOverride {
        /// The name.
        name: String,
        /// The rule that was meant.
        meant: Option<String>,
        /// The rules of the version.
        known: Vec<String>,
    },
    /// A parameter that the version does not have.
    #[error("the pack has no parameter \"{name}\"{}", choice(.meant.as_deref(), "its parameters", .known))]
    Parameter {
        /// The name.
        name: String,
        /// The parameter that was meant.
        meant: Option<String>,
        /// The parameters of the version.
        known: Vec<String>,
    },
    /// A value that is neither `true` nor `false`.
    #[error("the parameter \"{name}\" is true or false, not \"{value}\"")]
    NotABool {
        /// The parameter.
        name: String,
        /// Its value.
        value: String,
    },
    /// A text that has nothing in it.
    #[error("the parameter \"{name}\" is empty; leave it out to have its default")]
    EmptyText {
        /// The parameter.
        name: String,
    },
}

impl PackFault {
    /// The attribute of the configuration in which the fault is, and the element of it.
    #[must_use]
    pub fn place(&self) -> (&'static str, &str) {
        match self {
            Self::DisabledRule { name, .. } => ("disabled_rules", name),
            Self::SeverityOverride { name, .. } => ("severity_overrides", name),
            Self::Parameter { name, .. } | Self::NotABool { name, .. } | Self::EmptyText { name } => {
                ("parameters", name)
            }
        }
    }
}

/// What else could have been meant: the nearest, or all.
fn choice(meant: Option<&str>, all: &str, known: &[String]) -> String {
    match meant {
        Some(meant) => format!("; did you mean \"{meant}\"?"),
        None => format!("; {all} are {}", list(known)),
    }
}

fn list(items: &[impl fmt::Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
