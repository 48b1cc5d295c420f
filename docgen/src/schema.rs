//! The section of a schema: attributes and blocks by who sets them, and the nested ones below.

use std::collections::{BTreeMap, VecDeque};

use tfplugin::schema::{AttributeSchema, BlockSchema, Nesting, Schema};

use crate::markdown::{item, type_name};
use crate::nested::{Nested, object_of};
use crate::page::Page;

const WRITE_ONLY: &str =
    "[Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments)";

/// Who sets something. The headings are in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Required,
    Optional,
    ReadOnly,
}

impl Group {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Required => "Required",
            Self::Optional => "Optional",
            Self::ReadOnly => "Read-Only",
        }
    }

    fn of(attribute: &AttributeSchema) -> Self {
        match (attribute.is_required(), attribute.is_optional()) {
            (true, _) => Self::Required,
            (false, true) => Self::Optional,
            (false, false) => Self::ReadOnly,
        }
    }
}

/// Items by group and name.
pub(crate) type Items = BTreeMap<Group, BTreeMap<String, String>>;

/// Adds the section. A block without anything in it has none.
pub(crate) fn add(page: &mut Page, schema: &Schema) {
    let mut open = VecDeque::new();
    let items = items(schema.attributes(), schema.blocks(), &[], &mut open);
    if items.is_empty() {
        return;
    }
    page.add("## Schema");
    for (group, items) in &items {
        page.add(&format!("### {}", group.title()));
        page.add(&lines(items));
    }
    // Each one right before those inside it.
    while let Some(nested) = open.pop_front() {
        let mut inside = VecDeque::new();
        page.add(&format!("{}\n### Nested Schema for `{}`", nested.anchor(), nested.name()));
        for (group, items) in &nested.items(&mut inside) {
            page.add(&format!("{}:", group.title()));
            page.add(&lines(items));
        }
        inside.into_iter().rev().for_each(|nested| open.push_front(nested));
    }
}

fn lines(items: &BTreeMap<String, String>) -> String {
    items.values().map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The items of one level; what has a level below goes to `open`.
pub(crate) fn items<'a>(
    attributes: &'a [AttributeSchema],
    blocks: &'a [BlockSchema],
    at: &[&'a str],
    open: &mut VecDeque<Nested<'a>>,
) -> Items {
    let mut items = Items::new();
    let mut nested = BTreeMap::new();
    for attribute in attributes {
        let group = Group::of(attribute);
        let mut reference = String::new();
        if let Some(object) = object_of(attribute.ty()) {
            let below = Nested::object(at, attribute.name(), object, group);
            reference = below.reference();
            nested.insert(attribute.name(), below);
        }
        items.entry(group).or_default().insert(attribute.name().to_owned(), of_attribute(attribute, &reference));
    }
    for block in blocks {
        let below = Nested::block(at, block);
        let group = if block.items().0 > 0 { Group::Required } else { Group::Optional };
        let line = of_block(block, &below.reference());
        items.entry(group).or_default().insert(block.name().to_owned(), line);
        nested.insert(block.name(), below);
    }
    open.extend(nested.into_values());
    items
}

fn of_attribute(attribute: &AttributeSchema, reference: &str) -> String {
    let mut traits = vec![type_name(attribute.ty())];
    if attribute.is_sensitive() {
        traits.push("Sensitive".to_owned());
    }
    if attribute.is_write_only() {
        traits.push(WRITE_ONLY.to_owned());
    }
    let documentation = attribute.documentation();
    line(attribute.name(), traits, &documentation, attribute.deprecation(), reference)
}

fn of_block(block: &BlockSchema, reference: &str) -> String {
    let (least, most) = block.items();
    let kind = match block.nesting() {
        Nesting::Single => "Block",
        Nesting::List => "Block List",
        Nesting::Set => "Block Set",
    };
    let mut traits = vec![kind.to_owned()];
    if block.nesting() != Nesting::Single {
        traits.extend((least > 0).then(|| format!("Min: {least}")));
        traits.extend(most.map(|most| format!("Max: {most}")));
    }
    line(block.name(), traits, block.description(), block.deprecation(), reference)
}

fn line(name: &str, mut traits: Vec<String>, description: &str, deprecation: Option<&str>, reference: &str) -> String {
    if deprecation.is_some() {
        traits.push("Deprecated".to_owned());
    }
    let deprecation = deprecation.map(|message| format!("**Deprecated:** {message}")).unwrap_or_default();
    let parts = [description, &deprecation, reference];
    let text: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    item("-", format!("`{name}` ({}) {}", traits.join(", "), text.join(" ")).trim_end())
}
