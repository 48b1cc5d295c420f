//! The rules that a schema must keep: Terraform refuses the whole provider for one breach.

use std::collections::BTreeSet;
use std::fmt;

use super::{AttributeSchema, Block, BlockSchema, Nesting, Recompute, Schema};
use crate::path::Path;

/// Names with a meaning of their own at the root of a resource or data source.
const RESERVED: [&str; 7] = ["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

/// A rule that a schema breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    path: Path,
    what: String,
}

impl Problem {
    pub(crate) fn new(path: Path, what: impl Into<String>) -> Self {
        Self { path, what: what.into() }
    }

    /// The attribute or block that breaks it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The rule.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The same problem of the thing called `owner`.
    pub(crate) fn of(self, owner: &str) -> Self {
        Self { path: Path::from(owner).join(&self.path), what: self.what }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() { f.write_str(&self.what) } else { write!(f, "`{}`: {}", self.path, self.what) }
    }
}

impl Schema {
    /// The rules of Terraform and of this crate that the schema breaks. A provider's tests should find none; see also
    /// [`check_provider`](crate::check_provider), which looks at everything that a provider has.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.version < 0 {
            problems.push(Problem::new(Path::root(), "the version is negative"));
        }
        self.check_reserved(&RESERVED, &mut problems);
        self.check_identity(&mut problems);
        check_block(&self.root, &Path::root(), false, &mut problems);
        problems
    }

    pub(crate) fn check_reserved(&self, reserved: &[&str], problems: &mut Vec<Problem>) {
        let attributes = self.root.attributes.iter().map(|one| &one.name);
        let blocks = self.root.blocks.iter().map(|one| &one.name);
        for name in attributes.chain(blocks) {
            if reserved.contains(&name.as_str()) {
                problems
                    .push(Problem::new(Path::from(name.as_str()), "the name has a meaning of its own in Terraform"));
            }
        }
    }
}

/// Lower-case letters, digits and `_`, and no digit first.
pub(crate) fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

fn check_block(block: &Block, at: &Path, in_set: bool, problems: &mut Vec<Problem>) {
    let mut names = BTreeSet::new();
    let attributes = block.attributes.iter().map(|one| &one.name);
    let nested = block.blocks.iter().map(|one| &one.name);
    for name in attributes.chain(nested) {
        let path = at.attribute(name);
        if !is_name(name) {
            problems.push(Problem::new(
                path.clone(),
                "a name has only lower-case letters, digits and `_`, and does not start with a digit",
            ));
        }
        if !names.insert(name) {
            problems.push(Problem::new(path, "the name is used twice"));
        }
    }
    for attribute in &block.attributes {
        let path = at.attribute(&attribute.name);
        check_attribute(attribute, block, in_set, &mut |what| {
            problems.push(Problem::new(path.clone(), what));
        });
    }
    for nested in &block.blocks {
        let path = at.attribute(&nested.name);
        for attribute in nested.block.attributes.iter().filter(|attribute| attribute.identity) {
            problems.push(Problem::new(path.attribute(&attribute.name), "an identity has no part inside a block"));
        }
        check_nesting(nested, &mut |what| {
            problems.push(Problem::new(path.clone(), what));
        });
        let in_set = in_set || nested.nesting == Nesting::Set;
        check_block(&nested.block, &path, in_set, problems);
    }
}

fn check_attribute(attribute: &AttributeSchema, block: &Block, in_set: bool, problem: &mut impl FnMut(&str)) {
    let AttributeSchema { required, optional, computed, .. } = *attribute;
    if !required && !optional && !computed {
        problem("it must be required, optional or computed");
    }
    if required && (optional || computed) {
        problem("a required attribute is neither optional nor computed");
    }
    if attribute.write_only && computed {
        problem("a write-only attribute is required or optional, not computed");
    }
    if in_set && attribute.write_only {
        problem("no write-only attribute inside a set block");
    }
    if in_set && attribute.ty.has_dynamic() || attribute.ty.has_dynamic_in_set() {
        problem("no dynamic type inside a set");
    }
    if let Some(default) = &attribute.default {
        if !optional {
            problem("a default goes with an optional attribute");
        }
        let conforms = default.clone().conform(&attribute.ty).is_ok();
        if !conforms || default.is_null() || !default.is_wholly_known() {
            problem("the default is no value of the attribute's type");
        }
    }
    match &attribute.recompute {
        Recompute::Never => {}
        Recompute::OnChange | Recompute::OnChangeOf(_) if !computed => {
            problem("only a computed attribute is recomputed");
        }
        Recompute::OnChange => {}
        Recompute::OnChangeOf(names) => {
            for name in names {
                let exists = block.attributes.iter().any(|one| one.name == *name)
                    || block.blocks.iter().any(|one| one.name == *name);
                if !exists || *name == attribute.name {
                    problem(&format!("recomputed when `{name}` changes, but there is no such attribute beside it"));
                }
            }
        }
    }
}

fn check_nesting(nested: &BlockSchema, problem: &mut impl FnMut(&str)) {
    let (min, max) = (nested.min_items, nested.max_items);
    match nested.nesting {
        Nesting::Single if (min, max) != (0, 0) && (min, max) != (1, 1) => {
            problem("a single block is optional or required; it has no other number of items");
        }
        Nesting::List | Nesting::Set if min < 0 || max < 0 || (max > 0 && min > max) => {
            problem("the least number of items is larger than the largest");
        }
        Nesting::Single | Nesting::List | Nesting::Set => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{dynamic, int64, list, list_block, set, set_block, single_block, string};
    use super::*;
    use crate::Type;

    fn problems(schema: &Schema) -> Vec<String> {
        schema.check().iter().map(Problem::to_string).collect()
    }

    #[allow(clippy::needless_pass_by_value, reason = "every caller makes one")]
    fn only(schema: Schema, expected: &str) {
        let found = problems(&schema);
        assert!(
            found.len() == 1 && found[0].contains(expected),
            "expected one problem with {expected:?}, found {found:?}"
        );
    }

    #[test]
    fn accepts_what_terraform_accepts() {
        let schema = Schema::new()
            .version(3)
            .attribute(string("name").required().requires_replace())
            .attribute(string("secret").optional().write_only())
            .attribute(string("mode").optional().default("plain"))
            .attribute(dynamic("any").optional())
            .attribute(int64("version").computed().recomputed_when(["name", "one"]))
            .block(single_block("one").required())
            .block(list_block("many").min_items(1).max_items(3).attribute(dynamic("any").optional()))
            .block(set_block("any_order").attribute(string("name").required()));
        assert_eq!(problems(&schema), Vec::<String>::new());
    }

    #[test]
    fn refuses_what_terraform_refuses() {
        let with = |attribute| Schema::new().attribute(attribute);
        only(with(string("a")), "`a`: it must be required");
        only(with(string("a").required().optional()), "neither optional");
        only(with(string("a").required().computed()), "neither optional");
        only(with(string("A").optional()), "lower-case");
        only(with(string("1a").optional()), "digit");
        only(with(string("count").optional()), "meaning of its own");
        only(with(string("a").optional()).attribute(string("a").optional()), "used twice");
        only(with(string("a").optional()).block(list_block("a")), "used twice");
        only(with(set("a", Type::Dynamic).optional()), "dynamic");
        only(Schema::new().block(set_block("s").attribute(dynamic("a").optional())), "`s.a`: no dynamic");
        only(
            Schema::new().block(set_block("s").block(list_block("l").attribute(string("a").optional().write_only()))),
            "`s.l.a`: no write-only",
        );
        only(Schema::new().block(single_block("s").max_items(2)), "single block");
        only(Schema::new().block(list_block("l").min_items(3).max_items(2)), "least number");
        only(Schema::new().version(-1), "negative");
    }

    #[test]
    fn refuses_plan_rules_that_make_no_sense() {
        let with = |attribute| Schema::new().attribute(attribute);
        only(with(string("a").default("x")), "goes with an optional");
        only(with(int64("a").optional().default("x")), "no value of");
        only(with(list("a", Type::Number).optional().default(f64::NAN)), "no value of");
        only(with(string("a").optional().recomputed()), "only a computed");
        only(with(string("a").computed().recomputed_when(["b"])), "no such attribute");
        only(with(string("a").optional().computed().write_only()), "write-only");
    }
}
