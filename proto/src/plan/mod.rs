//! What will change: the plan of one object.

mod correlate;
mod draft;
mod rules;
#[cfg(test)]
mod tests;

pub(crate) use draft::{Draft, Planned};

use crate::convert::ToValue;
use crate::path::Path;
use crate::value::Value;

/// The plan of a new object or of an update. [`Resource::plan`](crate::Resource::plan) may change it.
///
/// Terraform's rules: an attribute that the configuration sets keeps that value, or the prior one if both mean the
/// same; one that it does not set may be planned only if it is computed; what apply will change must be unknown now. A
/// breach is reported as the provider's bug, with the attribute's name.
#[derive(Debug)]
#[non_exhaustive]
pub struct Plan<M> {
    /// The configuration. Values may be unknown.
    pub config: M,
    /// The object as stored; `None` if it is to be made.
    pub prior: Option<M>,
    /// The plan as the schema's rules make it, before this handler changes it.
    pub proposed: M,
    pub(crate) draft: Draft,
}

impl<M> Plan<M> {
    /// `true` if the object is to be made.
    pub fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// `true` if what `path` points at is planned to be different from what is stored; for a new object always.
    pub fn changes(&self, path: impl Into<Path>) -> bool {
        self.draft.changes(&path.into())
    }

    /// `true` if anything is planned to be different from what is stored.
    pub fn changes_anything(&self) -> bool {
        self.draft.changes(&Path::root())
    }

    /// Plans a value.
    #[allow(clippy::needless_pass_by_value, reason = "the value is mostly a literal")]
    pub fn set(&mut self, path: impl Into<Path>, value: impl ToValue) {
        self.draft.set(path.into(), value.to_value());
    }

    /// Plans that the value is known only after apply.
    pub fn set_unknown(&mut self, path: impl Into<Path>) {
        self.draft.set(path.into(), Ok(Value::Unknown));
    }

    /// Plans the stored value; does nothing for a new object. For a configured attribute this says: it means the same.
    pub fn keep_prior(&mut self, path: impl Into<Path>) {
        self.draft.keep_prior(path.into());
    }

    /// Plans a new object instead of an update if what `path` points at changes.
    pub fn requires_replace(&mut self, path: impl Into<Path>) {
        self.draft.requires_replace(path.into());
    }
}
