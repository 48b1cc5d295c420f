//! Nested blocks.

use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};

use super::AttributeSchema;
use crate::path::Path;
use crate::value::{Type, Value};

/// Attributes and blocks, at the root or in a nested block.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Block {
    pub(crate) attributes: Vec<AttributeSchema>,
    pub(crate) blocks: Vec<BlockSchema>,
    pub(crate) description: String,
    pub(crate) deprecated: Option<String>,
}

/// How often a block may occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// At most once.
    Single,
    /// Several times, in order.
    List,
    /// Several times, in no order.
    Set,
}

/// One type of nested block. Made by [`single_block`], [`list_block`] and [`set_block`].
#[derive(Debug, Clone, PartialEq)]
pub struct BlockSchema {
    pub(crate) name: String,
    pub(crate) nesting: Nesting,
    pub(crate) block: Block,
    pub(crate) min_items: i64,
    /// 0 is no limit.
    pub(crate) max_items: i64,
}

/// A block that occurs at most once: an object, or null.
pub fn single_block(name: impl Into<String>) -> BlockSchema {
    BlockSchema::new(name, Nesting::Single)
}

/// A block that may occur several times, in order: a list of objects, empty if there is none.
pub fn list_block(name: impl Into<String>) -> BlockSchema {
    BlockSchema::new(name, Nesting::List)
}

/// A block that may occur several times, in no order: a set of objects, empty if there is none. Errors inside it can't
/// be shown at their line.
pub fn set_block(name: impl Into<String>) -> BlockSchema {
    BlockSchema::new(name, Nesting::Set)
}

impl BlockSchema {
    fn new(name: impl Into<String>, nesting: Nesting) -> Self {
        Self { name: name.into(), nesting, block: Block::default(), min_items: 0, max_items: 0 }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: AttributeSchema) -> Self {
        self.block.attributes.push(attribute);
        self
    }

    /// Adds a block type inside this one.
    #[must_use]
    pub fn block(mut self, block: BlockSchema) -> Self {
        self.block.blocks.push(block);
        self
    }

    /// The block must occur: once if it is a single one, else at least once.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.min_items = self.min_items.max(1);
        if self.nesting == Nesting::Single {
            self.max_items = 1;
        }
        self
    }

    /// The least number of blocks, for a list or a set.
    #[must_use]
    pub fn min_items(mut self, items: i64) -> Self {
        self.min_items = items;
        self
    }

    /// The largest number of blocks, for a list or a set.
    #[must_use]
    pub fn max_items(mut self, items: i64) -> Self {
        self.max_items = items;
        self
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.block.description = markdown.into();
        self
    }

    /// Warns everyone who uses it; `message` says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.block.deprecated = Some(message.into());
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The attributes inside.
    pub fn attributes(&self) -> &[AttributeSchema] {
        &self.block.attributes
    }

    /// The block types inside.
    pub fn blocks(&self) -> &[BlockSchema] {
        &self.block.blocks
    }

    /// What it is, in Markdown.
    pub fn description(&self) -> &str {
        &self.block.description
    }

    /// How often it may occur.
    pub fn nesting(&self) -> Nesting {
        self.nesting
    }

    /// What its users are warned with.
    pub fn deprecation(&self) -> Option<&str> {
        self.block.deprecated.as_deref()
    }

    /// The least and the largest number of blocks; the latter is `None` without a limit.
    pub fn items(&self) -> (i64, Option<i64>) {
        match self.nesting {
            Nesting::Single => (self.min_items, Some(1)),
            Nesting::List | Nesting::Set => (self.min_items, (self.max_items > 0).then_some(self.max_items)),
        }
    }
}

impl Block {
    pub(crate) fn object_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty.clone()));
        let blocks = self.blocks.iter().map(|nested| {
            let object = nested.block.object_type();
            let ty = match nested.nesting {
                Nesting::Single => object,
                Nesting::List => Type::list(object),
                Nesting::Set => Type::set(object),
            };
            (nested.name.clone(), ty)
        });
        Type::object(attributes.chain(blocks))
    }

    /// Calls `visit` with every object of this block's shape in `value` (itself; nothing if it is null or unknown),
    /// those inside last.
    pub(crate) fn visit_mut(&self, value: &mut Value, visit: &mut impl FnMut(&Block, &mut Value)) {
        if !matches!(value, Value::Object(_)) {
            return;
        }
        visit(self, value);
        let Value::Object(attributes) = value else {
            return;
        };
        for nested in &self.blocks {
            match attributes.get_mut(&nested.name) {
                Some(Value::List(objects)) => {
                    for object in objects {
                        nested.block.visit_mut(object, visit);
                    }
                }
                Some(Value::Set(objects)) => {
                    for object in objects.iter_mut() {
                        nested.block.visit_mut(object, visit);
                    }
                    objects.sort();
                }
                Some(object) => nested.block.visit_mut(object, visit),
                None => {}
            }
        }
    }

    /// A list or set of blocks is empty, never null.
    pub(crate) fn fill_blocks(&self, value: &mut Value) {
        self.visit_mut(value, &mut |block, object| {
            let Value::Object(attributes) = object else {
                return;
            };
            for nested in &block.blocks {
                let slot = attributes.entry(nested.name.clone()).or_insert(Value::Null);
                match nested.nesting {
                    Nesting::List if slot.is_null() => *slot = Value::List(Vec::new()),
                    Nesting::Set if slot.is_null() => *slot = Value::Set(Vec::new()),
                    Nesting::Single | Nesting::List | Nesting::Set => {}
                }
            }
        });
    }

    /// The write-only attributes that have a value, in an object of this block at `at`.
    pub(crate) fn write_only_values(&self, at: &Path, value: &Value) -> Vec<Path> {
        let Value::Object(attributes) = value else { return Vec::new() };
        let is_given = |one: &&AttributeSchema| attributes.get(&one.name).is_some_and(|value| !value.is_null());
        let own = self.attributes.iter().filter(|one| one.write_only).filter(is_given);
        let mut found: Vec<_> = own.map(|one| at.attribute(&one.name)).collect();
        for nested in &self.blocks {
            let at = at.attribute(&nested.name);
            match attributes.get(&nested.name) {
                // Those in sets cannot be write-only.
                Some(Value::List(objects)) => {
                    let objects = objects.iter().enumerate();
                    found
                        .extend(objects.flat_map(|(index, one)| nested.block.write_only_values(&at.index(index), one)));
                }
                Some(object) => found.extend(nested.block.write_only_values(&at, object)),
                None => {}
            }
        }
        found
    }

    /// Write-only values are in configuration alone.
    pub(crate) fn clear_write_only(&self, value: &mut Value) {
        self.visit_mut(value, &mut |block, object| {
            let Value::Object(attributes) = object else {
                return;
            };
            for attribute in block.attributes.iter().filter(|one| one.write_only) {
                attributes.insert(attribute.name.clone(), Value::Null);
            }
        });
    }

    /// [`Block::fill_blocks`] for the JSON form, whose values stay letter by letter what they are. `None` if nothing lacks.
    pub(crate) fn fill_json(&self, json: &RawValue) -> Option<Box<RawValue>> {
        let mut attributes: BTreeMap<String, Box<RawValue>> = serde_json::from_str(json.get()).ok()?;
        let mut is_filled = false;
        for nested in &self.blocks {
            let filled = match attributes.get(&nested.name) {
                Some(stored) if stored.get() != "null" => nested.fill_json(stored),
                _ if nested.nesting == Nesting::Single => None,
                _ => to_raw_value::<[(); 0]>(&[]).ok(),
            };
            if let Some(filled) = filled {
                attributes.insert(nested.name.clone(), filled);
                is_filled = true;
            }
        }
        is_filled.then(|| to_raw_value(&attributes).ok()).flatten()
    }
}

impl BlockSchema {
    fn fill_json(&self, json: &RawValue) -> Option<Box<RawValue>> {
        if self.nesting == Nesting::Single {
            return self.block.fill_json(json);
        }
        let mut objects: Vec<Box<RawValue>> = serde_json::from_str(json.get()).ok()?;
        let mut is_filled = false;
        for object in &mut objects {
            if let Some(filled) = self.block.fill_json(object) {
                *object = filled;
                is_filled = true;
            }
        }
        is_filled.then(|| to_raw_value(&objects).ok()).flatten()
    }
}
