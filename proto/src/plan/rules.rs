//! What a schema says about plans.

use std::collections::BTreeSet;

use super::correlate::{Trio, attribute, blocks, sort_sets};
use crate::path::Path;
use crate::schema::{AttributeSchema, Block, BlockSchema, Nesting, Recompute};
use crate::value::Value;
use crate::{Diagnostic, Diagnostics};

/// Sets defaults where the configuration sets nothing, and removes write-only values.
pub(super) fn set_defaults(block: &Block, config: &Value, planned: &mut Value) {
    if let Value::Object(attributes) = planned {
        for one in &block.attributes {
            let unset = attribute(config, &one.name).is_some_and(Value::is_null);
            if one.write_only {
                attributes.insert(one.name.clone(), Value::Null);
            } else if let (true, Some(default)) = (unset, &one.default) {
                // A default that does not conform is reported by `Schema::check`.
                let default = default.clone().conform(&one.ty).unwrap_or(Value::Null);
                attributes.insert(one.name.clone(), default);
            }
        }
    }
    for nested in &block.blocks {
        for trio in blocks(nested, config, None, planned) {
            if let Some(config) = trio.config {
                set_defaults(&nested.block, config, trio.planned);
            }
        }
    }
    sort_sets(block, planned);
}

/// Makes computed values unknown where a change to the object may change them.
pub(super) struct Recomputing<'a> {
    /// What the resource planned itself.
    pub(super) touched: &'a [Path],
    /// Every computed value, not only those that the schema names.
    pub(super) everything: bool,
}

impl Recomputing<'_> {
    /// `prior` is `None` for a new object or block.
    pub(super) fn apply(&self, block: &Block, at: &Path, config: &Value, prior: Option<&Value>, planned: &mut Value) {
        // One unknown value may be the reason for the next.
        while self.pass(block, at, config, prior, planned) {}
        for nested in &block.blocks {
            for (index, trio) in blocks(nested, config, prior, planned).into_iter().enumerate() {
                let Trio { config: Some(config), prior, planned } = trio else {
                    continue;
                };
                self.apply(&nested.block, &inside(at, nested, index), config, prior, planned);
            }
        }
        sort_sets(block, planned);
    }

    /// `true` if something was made unknown.
    fn pass(&self, block: &Block, at: &Path, config: &Value, prior: Option<&Value>, planned: &mut Value) -> bool {
        let mut any = false;
        for one in block.attributes.iter().filter(|one| one.computed) {
            let unset = attribute(config, &one.name).is_some_and(Value::is_null);
            let path = at.attribute(&one.name);
            let touched = self.touched.iter().any(|touched| touched.is_within(&path));
            if !unset || one.default.is_some() || touched {
                continue;
            }
            let open = match prior {
                None => true,
                Some(prior) => self.everything || is_recomputed(one, prior, planned),
            };
            let Value::Object(attributes) = &mut *planned else {
                continue;
            };
            let slot = attributes.entry(one.name.clone()).or_insert(Value::Null);
            if open {
                any |= !slot.is_unknown();
                *slot = Value::Unknown;
            } else if let (true, Some(kept)) = (slot.is_null(), prior.and_then(|prior| attribute(prior, &one.name))) {
                // Terraform takes a block of a set for another one than `blocks` does, and then proposes no value.
                *slot = kept.clone();
            }
        }
        any
    }
}

fn is_recomputed(one: &AttributeSchema, prior: &Value, planned: &Value) -> bool {
    match &one.recompute {
        Recompute::Never => false,
        Recompute::OnChange => true,
        Recompute::OnChangeOf(names) => names.iter().any(|name| attribute(prior, name) != attribute(planned, name)),
    }
}

/// The path of the block at `index`; that of all of them if they have no order.
fn inside(at: &Path, nested: &BlockSchema, index: usize) -> Path {
    let blocks = at.attribute(&nested.name);
    match nested.nesting {
        Nesting::List => blocks.index(index),
        Nesting::Single | Nesting::Set => blocks,
    }
}

/// Reports what Terraform would refuse.
pub(super) fn check(
    block: &Block,
    at: &Path,
    config: &Value,
    prior: Option<&Value>,
    planned: &Value,
    bugs: &mut Diagnostics,
) {
    let get = |object, name: &str| attribute(object, name).unwrap_or(&Value::Null);
    for one in block.attributes.iter().filter(|one| !one.write_only) {
        let path = at.attribute(&one.name);
        let (wanted, got) = (get(config, &one.name), get(planned, &one.name));
        let is_prior = prior.is_some_and(|prior| get(prior, &one.name) == got);
        if wanted.is_null() {
            if !one.computed && !got.is_null() {
                let what = format!("`{path}` is neither configured nor computed, but the plan has a value for it.");
                bugs.push(Diagnostic::bug(what).at(path));
            }
        } else if got != wanted && !is_prior {
            let what = format!("The plan of `{path}` is neither what is configured nor what is stored.");
            bugs.push(Diagnostic::bug(what).at(path));
        }
    }
    for nested in &block.blocks {
        let path = at.attribute(&nested.name);
        let (wanted, got) = (get(config, &nested.name), get(planned, &nested.name));
        if wanted.is_unknown() {
            continue;
        }
        let count = |value: &Value| value.as_sequence().map(<[Value]>::len);
        if count(wanted) != count(got) || wanted.is_null() != got.is_null() {
            let what = format!("The plan has another number of `{path}` blocks than the configuration.");
            bugs.push(Diagnostic::bug(what).at(path));
            continue;
        }
        let mut planned = planned.clone();
        for (index, trio) in blocks(nested, config, prior, &mut planned).into_iter().enumerate() {
            let at = inside(at, nested, index);
            match trio.config {
                Some(config) => check(&nested.block, &at, config, trio.prior, trio.planned, bugs),
                None if nested.nesting == Nesting::Set => {
                    let what = format!("The plan has a `{at}` block that is none of the configured ones.");
                    bugs.push(Diagnostic::bug(what).at(at));
                }
                None => {}
            }
        }
    }
}

/// Finds the attributes whose change makes a new object.
pub(super) fn find_replacements(block: &Block, at: &Path, prior: &Value, planned: &Value, found: &mut BTreeSet<Path>) {
    for one in block.attributes.iter().filter(|one| one.requires_replace) {
        if attribute(prior, &one.name) != attribute(planned, &one.name) {
            found.insert(at.attribute(&one.name));
        }
    }
    for nested in block.blocks.iter().filter(|nested| may_replace(&nested.block)) {
        let path = at.attribute(&nested.name);
        let old = attribute(prior, &nested.name).unwrap_or(&Value::Null);
        let new = attribute(planned, &nested.name).unwrap_or(&Value::Null);
        match (nested.nesting, old, new) {
            (_, old, new) if old == new => {}
            (Nesting::Single, Value::Object(_), Value::Object(_)) => {
                find_replacements(&nested.block, &path, old, new, found);
            }
            (Nesting::List, Value::List(old), Value::List(new)) if old.len() == new.len() => {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    find_replacements(&nested.block, &path.index(index), old, new, found);
                }
            }
            // Blocks came or went, or have no path of their own.
            _ => {
                found.insert(path);
            }
        }
    }
}

fn may_replace(block: &Block) -> bool {
    block.attributes.iter().any(|one| one.requires_replace)
        || block.blocks.iter().any(|nested| may_replace(&nested.block))
}
