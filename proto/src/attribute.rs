//! A value that may be null or not known yet.

use crate::{Diagnostic, Path};

/// The value of an attribute or block.
///
/// *Null* is not set. *Unknown* is known only after apply, e.g. because it refers to something that does not exist yet;
/// it occurs in validation, in plans and in provider configuration, never in state. `Known` holds a value in which
/// nothing is unknown, unless `T` itself has places for that (`Vec<Attribute<String>>`, or the fields of a
/// [`Model`](crate::Model)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute<T> {
    /// Not set.
    #[default]
    Null,
    /// Known only after apply.
    Unknown,
    /// Set, and known.
    Known(T),
}

impl<T> Attribute<T> {
    /// `true` if not set.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// `true` if known only after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The value, if it is known and not null.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value, if it is known and not null.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value of a required attribute, at a time when everything is known.
    ///
    /// # Errors
    ///
    /// A diagnostic at `path` if the value is null or unknown.
    pub fn require(&self, path: impl Into<Path>) -> Result<&T, Diagnostic> {
        let missing = match self {
            Self::Known(value) => return Ok(value),
            Self::Null => "must be set, but it is null",
            Self::Unknown => "must be known by now, but it is known only after apply",
        };
        let path = path.into();
        Err(Diagnostic::error("Missing value").detail(format!("`{path}` {missing}.")).at(path))
    }

    /// The same with a reference to the value.
    pub fn as_ref(&self) -> Attribute<&T> {
        match self {
            Self::Null => Attribute::Null,
            Self::Unknown => Attribute::Unknown,
            Self::Known(value) => Attribute::Known(value),
        }
    }

    /// The same with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attribute<U> {
        match self {
            Self::Null => Attribute::Null,
            Self::Unknown => Attribute::Unknown,
            Self::Known(value) => Attribute::Known(change(value)),
        }
    }

    /// The value; `default` if it is null or unknown.
    pub fn unwrap_or(self, default: T) -> T {
        self.into_known().unwrap_or(default)
    }

    /// The value; that of `T::default()` if it is null or unknown.
    pub fn unwrap_or_default(self) -> T
    where
        T: Default,
    {
        self.into_known().unwrap_or_default()
    }
}

impl Attribute<String> {
    /// The text, if it is known and not null.
    pub fn as_str(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T> Attribute<Vec<T>> {
    /// The elements; none if null or unknown. For blocks: an unknown number of blocks looks like none, so ask
    /// [`is_unknown`](Self::is_unknown) where that matters.
    pub fn elements(&self) -> &[T] {
        self.known().map_or(&[], Vec::as_slice)
    }
}

impl<T> From<T> for Attribute<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Attribute<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

/// `None` is null.
impl<T> From<Option<T>> for Attribute<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}
