//! What a function makes of a document that another build may have written.

use std::fmt;

use semver::Version;

use super::error::{PackError, PackFault};
use super::{Pack, PackRule, PackVersion, Selection, parse};
use crate::document::PackDocument;

/// The rules of a published pack, as far as this build has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Published<'p> {
    /// The version whose rules these are.
    pub version: &'p PackVersion,
    /// All rules of the version; those that are switched off are disabled.
    pub rules: Vec<PackRule>,
    /// In what they are not as they were published.
    pub deviations: Vec<Deviation>,
}

/// In what the rules of a pack are not as they were published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deviation {
    /// This build lacks the version, and takes the newest of the same major version that it has.
    OtherVersion {
        /// The version of the document.
        wanted: Version,
        /// The one that is used.
        used: Version,
    },
    /// This build knows the version by another digest: one of the two is no release.
    OtherDigest {
        /// The version.
        version: Version,
    },
    /// A part of the document that the version cannot follow.
    Fault(PackFault),
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherVersion { wanted, used } => write!(
                f,
                "version {wanted} was published, and this build of the function has {used} at most; update the function"
            ),
            Self::OtherDigest { version } => write!(
                f,
                "the rules of version {version} are not those that were published; the provider or the function is no release"
            ),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl Pack {
    /// The rules that a document chooses.
    ///
    /// # Errors
    ///
    /// [`PackError`] if this build has nothing of the pack that could stand for the version.
    pub fn published(document: &PackDocument) -> Result<Published<'static>, PackError> {
        Self::find(&document.name)?.follow(document)
    }

    fn follow(&self, document: &PackDocument) -> Result<Published<'_>, PackError> {
        let wanted = parse(&document.version)?;
        let mut deviations = Vec::new();
        let version = match self.exactly(&wanted) {
            Ok(version) => {
                if version.digest() != document.digest {
                    deviations.push(Deviation::OtherDigest { version: wanted });
                }
                version
            }
            Err(error) => {
                let mut same_major = self.versions().filter(|known| known.version().major == wanted.major);
                let version = same_major.next().ok_or(error)?;
                deviations.push(Deviation::OtherVersion { wanted, used: version.version().clone() });
                version
            }
        };
        let Selection { rules, faults } = version.select(document);
        deviations.extend(faults.into_iter().map(Deviation::Fault));
        Ok(Published { version, rules, deviations })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    #[test]
    fn the_published_version_is_taken() {
        let pack = sample();
        let document = pack.resolve(Some("1.0.0")).unwrap().document();
        let published = pack.follow(&document).unwrap();
        assert_eq!((published.rules.len(), published.deviations.as_slice()), (1, [].as_slice()));
    }

    #[test]
    fn the_newest_of_the_same_major_stands_for_one_that_lacks() {
        let pack = sample();
        let mut document = pack.newest().document();
        document.version = "1.7.0".to_owned();
        document.disabled_rules.insert("third".to_owned());
        let published = pack.follow(&document).unwrap();
        assert_eq!(published.version.version().to_string(), "1.1.0");
        let told: Vec<_> = published.deviations.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "version 1.7.0 was published, and this build of the function has 1.1.0 at most; update the function",
                "the pack has no rule \"third\"; its rules are first, second"
            ]
        );
        document.version = "3.0.0".to_owned();
        assert!(matches!(pack.follow(&document), Err(PackError::UnknownVersion { .. })));
        document.version = "newest".to_owned();
        assert!(matches!(pack.follow(&document), Err(PackError::VersionForm(_))));
    }

    #[test]
    fn other_rules_under_the_same_version_are_told() {
        let pack = sample();
        let document = PackDocument { digest: "0".repeat(64), ..pack.newest().document() };
        let published = pack.follow(&document).unwrap();
        assert_eq!(published.deviations, [Deviation::OtherDigest { version: "2.0.0".parse().unwrap() }]);
        assert_eq!(published.rules.len(), 2);
    }
}
