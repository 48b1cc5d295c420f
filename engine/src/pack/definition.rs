//! A version of a pack as it travels in the binary: the files of `packs/{name}/{version}`, without the tests.

use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::document::Severity;

/// One version of one pack. Its JSON is the canonical form that the digest is made of, so a field that is added later is
/// left out where it is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) version: Version,
    pub(super) title: String,
    pub(super) description: String,
    #[serde(default, rename = "parameter", skip_serializing_if = "Vec::is_empty")]
    pub(super) parameters: Vec<Parameter>,
    pub(super) rules: Vec<RuleDefinition>,
}

/// A value that the expressions of a pack name as `${name}`, and that its users may set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it may hold.
    #[serde(rename = "type")]
    pub kind: ParameterKind,
    /// The value where the user sets none.
    pub default: String,
    /// What it is for.
    pub description: String,
}

/// What a [`Parameter`] may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// A text that is not empty.
    String,
    /// `true` or `false`.
    Bool,
}

impl ParameterKind {
    /// `string` or `bool`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Bool => "bool",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleDefinition {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) severity: Severity,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, String>,
    /// What to do about a match, in a sentence or two.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) runbook: String,
    pub(super) expression: String,
    #[serde(default, rename = "exception", skip_serializing_if = "Vec::is_empty")]
    pub(super) exceptions: Vec<ExceptionDefinition>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExceptionDefinition {
    pub(super) expression: String,
    /// A parameter of type bool: where that is true, there is no such exception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unless: Option<String>,
}
