//! Configured values on their way into a document: what is known, what is wrong, and whether something is not known yet.

use std::collections::BTreeMap;
use std::fmt::Display;

use tfplugin::{Attribute, Diagnostic, Diagnostics, Path};

use super::sentence;

/// A list or a set of strings, of which each may be unknown by itself.
pub(crate) type Texts = Attribute<Vec<Attribute<String>>>;

/// A map of strings, of which each may be unknown by itself.
pub(crate) type Labels = Attribute<BTreeMap<String, Attribute<String>>>;

/// Takes configured values. One that is unknown reads as if it was left out, and leaves the whole open.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    faults: Diagnostics,
    is_open: bool,
}

impl Reading {
    /// Whether nothing was unknown and nothing wrong, so that what was read is what is configured.
    pub(crate) fn is_whole(&self) -> bool {
        !self.is_open && !self.faults.has_error()
    }

    /// What was found.
    pub(crate) fn into_faults(self) -> Diagnostics {
        self.faults
    }

    pub(crate) fn fault(&mut self, fault: impl Into<Diagnostics>) {
        self.faults.append(fault);
    }

    /// Something is not known yet.
    pub(crate) fn leave_open(&mut self) {
        self.is_open = true;
    }

    pub(crate) fn value<'v, T>(&mut self, value: &'v Attribute<T>) -> Option<&'v T> {
        self.is_open |= value.is_unknown();
        value.known()
    }

    pub(crate) fn text(&mut self, value: &Attribute<String>) -> Option<String> {
        self.value(value).cloned()
    }

    /// A text that has to be of a form.
    pub(crate) fn parsed<T, E: Display>(
        &mut self,
        value: &Attribute<String>,
        at: impl Into<Path>,
        summary: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.value(value)?;
        parse(text).map_err(|error| self.fault(Diagnostic::error(summary).detail(sentence(&error)).at(at))).ok()
    }

    /// The texts that are known, with the path of each. `is_set`: the elements of a set have none of their own.
    pub(crate) fn texts(&mut self, values: &Texts, at: &Path, is_set: bool) -> Option<Vec<(Path, String)>> {
        let values = self.value(values)?;
        let mut texts = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let path = if is_set { at.clone() } else { at.index(index) };
            match value {
                Attribute::Known(text) => texts.push((path, text.clone())),
                Attribute::Unknown => self.is_open = true,
                Attribute::Null => self.fault(null(&path)),
            }
        }
        Some(texts)
    }

    pub(crate) fn labels(&mut self, labels: &Labels, at: &Path) -> BTreeMap<String, String> {
        let mut known = BTreeMap::new();
        for (key, label) in self.value(labels).into_iter().flatten() {
            match label {
                Attribute::Known(label) => {
                    known.insert(key.clone(), label.clone());
                }
                Attribute::Unknown => self.is_open = true,
                Attribute::Null => self.fault(null(&at.key(key))),
            }
        }
        known
    }
}

/// The fault of an element that is null.
pub(crate) fn null(at: &Path) -> Diagnostic {
    Diagnostic::error("A value is null").detail("Leave it out, or give it a text.").at(at)
}

/// The labels as a whole: unknown while one of them is. One that is null is a fault of its own, and left out.
pub(crate) fn whole(labels: &Labels) -> Attribute<BTreeMap<String, String>> {
    let all = match labels {
        Attribute::Known(all) => all,
        Attribute::Null => return Attribute::Null,
        Attribute::Unknown => return Attribute::Unknown,
    };
    if all.values().any(Attribute::is_unknown) {
        return Attribute::Unknown;
    }
    let known = all.iter().filter_map(|(key, label)| Some((key.clone(), label.known()?.clone())));
    Attribute::Known(known.collect())
}

/// Texts that were read, as Terraform holds them.
pub(crate) fn texts<T: Into<String>>(read: impl IntoIterator<Item = T>) -> Vec<Attribute<String>> {
    read.into_iter().map(|text| Attribute::Known(text.into())).collect()
}

/// Labels that were read, as Terraform holds them.
pub(crate) fn labels(read: BTreeMap<String, String>) -> BTreeMap<String, Attribute<String>> {
    read.into_iter().map(|(key, label)| (key, Attribute::Known(label))).collect()
}
