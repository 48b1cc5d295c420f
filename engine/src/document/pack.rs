//! The published form of a pack that is switched on. Its rules ship inside the function; only the choice is here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::codec::Document;
use super::word::Severity;

/// One pack as it stands in `{namespace}/packs/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackDocument {
    /// The pack's name, which is also the last segment of the parameter.
    pub name: String,
    /// The version whose rules take part.
    pub version: String,
    /// What the plan knew of the version, so that a function that knows it otherwise says so.
    pub digest: String,
    /// Rules that take no part.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub disabled_rules: BTreeSet<String>,
    /// Severities in place of the pack's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub severity_overrides: BTreeMap<String, Severity>,
    /// Values that the pack's expressions name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

impl Document for PackDocument {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_comes_back_as_it_was() {
        let pack = PackDocument {
            name: "baseline".to_owned(),
            version: "1.0.0".to_owned(),
            digest: "abc".to_owned(),
            disabled_rules: BTreeSet::from(["root-activity".to_owned()]),
            severity_overrides: BTreeMap::from([("access-denied".to_owned(), Severity::Low)]),
            parameters: BTreeMap::from([("function_name".to_owned(), "{{x}}".to_owned())]),
        };
        assert_eq!(PackDocument::decode(&pack.encode().unwrap()).unwrap(), pack);
    }
}
