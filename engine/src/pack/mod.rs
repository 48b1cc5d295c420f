//! Rule packs: rules that travel inside the binary, so that a namespace holds only the choice of them.
//!
//! Every build carries every released version of every pack. A version is a folder of the sources, `packs/{name}/{version}`:
//! `pack.toml` with its title and parameters, and a file for each rule, with test events that stay behind in the sources.
//! A version that was released never changes; `packs/released.txt` holds its digest.
//!
//! | file | |
//! |---|---|
//! | `definition` | a version as it travels |
//! | `select` | a version and a [`PackDocument`](crate::document::PackDocument) -> rules |
//! | `published` | what a function makes of a document that another build may have written |
//! | `template` | parameters in expressions |
//! | `error` | what is wrong with a choice |

mod definition;
mod error;
mod published;
mod select;
mod template;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::ZlibDecoder;
use semver::Version;
use sha2::{Digest as _, Sha256};

use crate::similar::nearest;
use definition::Definition;

pub use definition::{Parameter, ParameterKind};
pub use error::{PackError, PackFault};
pub use published::{Deviation, Published};
pub use select::{PackRule, Selection};

/// Every version of every pack as a JSON list, compressed by the build script.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/packs.zlib"));

/// Unpacked when a pack is first asked for: most functions evaluate rules of their users alone.
static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| {
    let mut text = String::new();
    // What the build script packed can be unpacked, and a test reads it; without it there are no packs.
    let definitions: Vec<Definition> = match ZlibDecoder::new(PACKED).read_to_string(&mut text) {
        Ok(_) => serde_json::from_str(&text).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let mut packs: BTreeMap<String, Vec<PackVersion>> = BTreeMap::new();
    for definition in definitions {
        packs.entry(definition.name.clone()).or_default().push(PackVersion::new(definition));
    }
    packs.into_values().filter_map(Pack::new).collect()
});

/// A pack, with all its versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    newest: PackVersion,
    /// The newer ones first.
    older: Vec<PackVersion>,
}

/// One version of a pack.
#[derive(Debug, Clone, PartialEq)]
pub struct PackVersion {
    definition: Definition,
    digest: String,
}

impl Pack {
    /// All packs, by name.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        PACKS.iter()
    }

    /// The pack of this name.
    ///
    /// # Errors
    ///
    /// [`PackError::UnknownPack`], with the one that was meant.
    pub fn find(name: &str) -> Result<&'static Self, PackError> {
        Self::all().find(|pack| pack.name() == name).ok_or_else(|| PackError::UnknownPack {
            name: name.to_owned(),
            meant: nearest(name, Self::all().map(Self::name)).map(str::to_owned),
            known: Self::all().map(|pack| pack.name().to_owned()).collect(),
        })
    }

    fn new(mut versions: Vec<PackVersion>) -> Option<Self> {
        versions.sort_by(|left, right| left.version().cmp(right.version()));
        let newest = versions.pop()?;
        versions.reverse();
        Some(Self { newest, older: versions })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.newest.name()
    }

    /// Its newest version.
    #[must_use]
    pub fn newest(&self) -> &PackVersion {
        &self.newest
    }

    /// All versions, the newest first.
    pub fn versions(&self) -> impl Iterator<Item = &PackVersion> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// The version of this number; the newest one for none, or for `latest`.
    ///
    /// # Errors
    ///
    /// [`PackError`] for a text that is no version, and for one that there is not.
    pub fn resolve(&self, version: Option<&str>) -> Result<&PackVersion, PackError> {
        match version {
            None | Some("latest") => Ok(&self.newest),
            Some(text) => self.exactly(&parse(text)?),
        }
    }

    fn exactly(&self, version: &Version) -> Result<&PackVersion, PackError> {
        self.versions().find(|known| known.version() == version).ok_or_else(|| PackError::UnknownVersion {
            pack: self.name().to_owned(),
            version: version.clone(),
            known: self.versions().map(|known| known.version().clone()).collect(),
        })
    }
}

impl PackVersion {
    fn new(definition: Definition) -> Self {
        // What was read from JSON can be written as JSON.
        let canonical = serde_json::to_string(&definition).unwrap_or_default();
        let digest = Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { definition, digest }
    }

    /// The pack's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.definition.version
    }

    /// Whether a text is a newer version than this one.
    #[must_use]
    pub fn is_older_than(&self, version: &str) -> bool {
        Version::parse(version).is_ok_and(|other| *self.version() < other)
    }

    /// A few words for a heading.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.definition.title
    }

    /// What the pack is about.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.definition.description
    }

    /// The values that its users may set.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.definition.parameters
    }

    /// The SHA-256 of the version's canonical form, in hexadecimal digits: two builds that have the same digest have the
    /// same rules.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

fn parse(text: &str) -> Result<Version, PackError> {
    Version::parse(text).map_err(|_| PackError::VersionForm(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{RuleDocument, Severity};

    /// Three versions of a pack of two rules, of which the second came with 1.1.0.
    pub(super) fn sample() -> Pack {
        let text = r#"{"name": "sample", "version": "1.0.0", "title": "Sample", "description": "…",
            "parameter": [
                {"name": "who", "type": "string", "default": "root", "description": "…"},
                {"name": "wide", "type": "bool", "default": "false", "description": "…"}],
            "rules": [
                {"name": "first", "description": "…", "severity": "low", "expression": "event['a'] == ${who}",
                 "exception": [{"expression": "event['b'] == 'c'", "unless": "wide"}]}]}"#;
        let mut definition: Definition = serde_json::from_str(text).unwrap();
        let mut versions = vec![PackVersion::new(definition.clone())];
        definition.version = "1.1.0".parse().unwrap();
        let second = definition::RuleDefinition { name: "second".to_owned(), ..definition.rules[0].clone() };
        definition.rules.push(second);
        versions.insert(0, PackVersion::new(definition.clone()));
        definition.version = "2.0.0".parse().unwrap();
        versions.push(PackVersion::new(definition));
        Pack::new(versions).unwrap()
    }

    #[test]
    fn versions_resolve() {
        let pack = sample();
        let resolve = |version| pack.resolve(version).map(|found| found.version().to_string());
        assert_eq!(resolve(None).unwrap(), "2.0.0");
        assert_eq!(resolve(Some("latest")).unwrap(), "2.0.0");
        assert_eq!(resolve(Some("1.0.0")).unwrap(), "1.0.0");
        let oldest = pack.resolve(Some("1.0.0")).unwrap();
        assert!(oldest.is_older_than("1.0.1") && !oldest.is_older_than("1.0.0") && !oldest.is_older_than("newest"));
        assert_eq!(
            resolve(Some("1.2.0")).unwrap_err().to_string(),
            "the pack \"sample\" has no version 1.2.0 in this build; it has 2.0.0, 1.1.0, 1.0.0"
        );
        assert_eq!(
            resolve(Some("~> 1.0")).unwrap_err().to_string(),
            "\"~> 1.0\" is not a version; write one such as \"1.0.0\", or leave it out to have the newest"
        );
    }

    #[test]
    fn packs_are_found_by_name() {
        assert_eq!(Pack::find("baseline").unwrap().name(), "baseline");
        let text = |name| Pack::find(name).unwrap_err().to_string();
        assert_eq!(text("base-line"), "there is no pack \"base-line\"; did you mean \"baseline\"?");
        assert_eq!(text("other"), "there is no pack \"other\"; the packs are baseline");
    }

    #[test]
    fn every_version_of_the_sources_is_there() {
        let mut folders = Vec::new();
        for pack in std::fs::read_dir("packs").unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
        {
            for version in std::fs::read_dir(&pack).unwrap() {
                let name = pack.file_name().unwrap().to_str().unwrap();
                folders.push(format!("{name} {}", version.unwrap().file_name().to_str().unwrap()));
            }
        }
        let carried = Pack::all().flat_map(Pack::versions);
        let mut carried: Vec<_> = carried.map(|version| format!("{} {}", version.name(), version.version())).collect();
        folders.sort();
        carried.sort();
        assert_eq!(carried, folders);
        assert!(!carried.is_empty() && PACKED.len() < 100_000);
    }

    #[test]
    fn every_place_of_a_parameter_is_sound() {
        for version in Pack::all().flat_map(Pack::versions) {
            let parameters: Vec<_> = version.parameters().iter().map(|parameter| parameter.name.as_str()).collect();
            for rule in &version.definition.rules {
                for exception in &rule.exceptions {
                    let unless = exception.unless.iter();
                    let of_kind = |name: &&String| {
                        let mut all = version.parameters().iter();
                        !all.any(|parameter| parameter.name == **name && parameter.kind == ParameterKind::Bool)
                    };
                    assert_eq!(unless.filter(of_kind).collect::<Vec<_>>(), Vec::<&String>::new(), "{}", rule.name);
                }
                let exceptions = rule.exceptions.iter().map(|exception| &exception.expression);
                for text in std::iter::once(&rule.expression).chain(exceptions) {
                    assert_eq!(template::faults(text, &parameters), Vec::<String>::new(), "{}", rule.name);
                }
            }
        }
    }

    #[test]
    fn the_digest_is_of_everything_that_decides() {
        let pack = sample();
        let digest = |change: &dyn Fn(&mut Definition)| {
            let mut definition = pack.newest().definition.clone();
            change(&mut definition);
            PackVersion::new(definition).digest
        };
        let same = digest(&|_| {});
        assert_eq!(same, pack.newest().digest());
        assert_eq!(same.len(), 64);
        assert_ne!(same, digest(&|definition| definition.rules[0].expression.push(' ')));
        assert_ne!(same, digest(&|definition| definition.rules[0].severity = Severity::High));
        assert_ne!(same, digest(&|definition| definition.parameters[0].default.push('x')));
        // Its form is part of every digest that was released.
        let definition = serde_json::to_string(&pack.older[1].definition).unwrap();
        assert_eq!(
            definition,
            concat!(
                r#"{"name":"sample","version":"1.0.0","title":"Sample","description":"…","#,
                r#""parameter":[{"name":"who","type":"string","default":"root","description":"…"},"#,
                r#"{"name":"wide","type":"bool","default":"false","description":"…"}],"#,
                r#""rules":[{"name":"first","description":"…","severity":"low","expression":"event['a'] == ${who}","#,
                r#""exception":[{"expression":"event['b'] == 'c'","unless":"wide"}]}]}"#
            )
        );
    }

    #[test]
    fn names_of_rules_stay_apart_from_those_of_users() {
        for version in Pack::all().flat_map(Pack::versions) {
            for rule in version.select(&version.document()).rules {
                let (pack, name) = rule.document.name.split_once('/').unwrap();
                assert_eq!(pack, version.name());
                crate::document::Name::parse(name).unwrap();
                assert_eq!(rule.document.faults(), []);
                assert_ne!(rule.document, RuleDocument::new("", ""));
            }
        }
    }
}
