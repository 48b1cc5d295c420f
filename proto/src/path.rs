//! Where in a configuration something is.

use std::fmt;

use crate::generated::tfplugin6::{AttributePath, attribute_path};

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute of an object, or a block type.
    Attribute(String),
    /// The position in a list, a tuple, or among the blocks of a type, counted from 0.
    Index(usize),
    /// The key in a map.
    Key(String),
}

/// A path from the root of a resource, data source or provider block to an attribute or an element.
///
/// ```
/// use tfplugin::Path;
///
/// let path = Path::root().attribute("record").index(0).attribute("targets");
/// assert_eq!(path.to_string(), "record[0].targets");
/// ```
///
/// Terraform shows the exact source line for an attribute at the root, for an element of a literal list or map there,
/// and for an attribute inside a block. For deeper paths and for a block itself it shows the header of the resource.
/// The elements of a set have no path: it ends at the set.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The object itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The attribute or block type `name` of what this path points at.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.with(Step::Attribute(name.into()))
    }

    /// The element at `index`, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// The element of a map at `key`.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// `true` for the object itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// `true` if `self` is `other` or something in it.
    pub fn is_within(&self, other: &Path) -> bool {
        self.0.starts_with(&other.0)
    }

    /// `inner`, seen from the root of `self`.
    #[must_use]
    pub fn join(&self, inner: &Path) -> Self {
        let mut steps = self.0.clone();
        steps.extend_from_slice(&inner.0);
        Self(steps)
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// The place that a diagnostic is shown at: the whole map instead of its element at a number. Terraform (seen in 1.11)
    /// looks for the key among those of the configuration, and crashes over one that is written as a number (`{ 1 = "a" }`).
    pub(crate) fn shown(&self) -> Self {
        let is_number = |step: &Step| matches!(step, Step::Key(key) if key.parse::<f64>().is_ok());
        Self(self.0.iter().take_while(|step| !is_number(step)).cloned().collect())
    }

    pub(crate) fn to_wire(&self) -> AttributePath {
        use attribute_path::step::Selector;
        let steps = self.0.iter().map(|step| attribute_path::Step {
            selector: Some(match step {
                Step::Attribute(name) => Selector::AttributeName(name.clone()),
                Step::Key(key) => Selector::ElementKeyString(key.clone()),
                Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
            }),
        });
        AttributePath { steps: steps.collect() }
    }
}

/// A single attribute at the root.
impl From<&str> for Path {
    fn from(attribute: &str) -> Self {
        Self::root().attribute(attribute)
    }
}

impl From<&Path> for Path {
    fn from(path: &Path) -> Self {
        path.clone()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_like_terraform_writes_it() {
        let path = Path::root().attribute("record").index(2).attribute("tags");
        assert_eq!(path.key("a \"b\"").to_string(), r#"record[2].tags["a \"b\""]"#);
        assert_eq!(Path::root().to_string(), "");
    }

    #[test]
    fn within_is_by_whole_steps() {
        let record = Path::from("record");
        assert!(record.index(1).is_within(&record));
        assert!(record.is_within(&record));
        assert!(!Path::from("records").is_within(&record));
    }
}
