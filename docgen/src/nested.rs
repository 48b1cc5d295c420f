//! What has a schema of its own inside a schema: blocks, and attributes that are objects.

use std::collections::{BTreeMap, VecDeque};

use tfplugin::Type;
use tfplugin::schema::BlockSchema;

use crate::markdown::{item, type_name};
use crate::schema::{Group, Items, items};

/// One of them, with the names that lead to it.
pub(crate) struct Nested<'a> {
    path: Vec<&'a str>,
    content: Content<'a>,
}

enum Content<'a> {
    Block(&'a BlockSchema),
    /// The attributes of an object, which are all set by the same one.
    Object(&'a BTreeMap<String, Type>, Group),
}

impl<'a> Nested<'a> {
    pub(crate) fn block(at: &[&'a str], block: &'a BlockSchema) -> Self {
        Self { path: join(at, block.name()), content: Content::Block(block) }
    }

    /// An object that is given is given whole, hence its attributes are required.
    pub(crate) fn object(at: &[&'a str], name: &'a str, attributes: &'a BTreeMap<String, Type>, group: Group) -> Self {
        let group = if group == Group::Optional { Group::Required } else { group };
        Self { path: join(at, name), content: Content::Object(attributes, group) }
    }

    pub(crate) fn name(&self) -> String {
        self.path.join(".")
    }

    /// The place that [`reference`](Self::reference) leads to.
    pub(crate) fn anchor(&self) -> String {
        format!("<a id=\"{}\"></a>", self.id())
    }

    pub(crate) fn reference(&self) -> String {
        format!("(see [below for nested schema](#{}))", self.id())
    }

    pub(crate) fn items(&self, open: &mut VecDeque<Nested<'a>>) -> Items {
        match self.content {
            Content::Block(block) => items(block.attributes(), block.blocks(), &self.path, open),
            Content::Object(attributes, group) => {
                let mut lines = BTreeMap::new();
                for (name, ty) in attributes {
                    let below = object_of(ty).map(|inner| Self::object(&self.path, name, inner, group));
                    let reference = below.as_ref().map(Self::reference).unwrap_or_default();
                    let line = format!("`{name}` ({}) {reference}", type_name(ty));
                    lines.insert(name.clone(), item("-", line.trim_end()));
                    open.extend(below);
                }
                Items::from([(group, lines)])
            }
        }
    }

    fn id(&self) -> String {
        let kind = match self.content {
            Content::Block(_) => "nestedblock",
            Content::Object(..) => "nestedatt",
        };
        format!("{kind}--{}", self.path.join("--"))
    }
}

/// The attributes of the object that a type is, or is a collection of.
pub(crate) fn object_of(ty: &Type) -> Option<&BTreeMap<String, Type>> {
    match ty {
        Type::Object(attributes) => Some(attributes),
        Type::List(element) | Type::Set(element) | Type::Map(element) => object_of(element),
        Type::String | Type::Number | Type::Bool | Type::Tuple(_) | Type::Dynamic => None,
    }
}

fn join<'a>(at: &[&'a str], name: &'a str) -> Vec<&'a str> {
    at.iter().copied().chain([name]).collect()
}
