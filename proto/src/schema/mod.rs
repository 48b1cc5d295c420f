//! What a provider, a resource or a data source looks like in configuration.
//!
//! ```
//! use tfplugin::Type;
//! use tfplugin::schema::{self, Schema};
//!
//! let schema = Schema::new()
//!     .describe("A DNS zone.")
//!     .attribute(schema::string("name").required().requires_replace().describe("The domain, e.g. `example.com`."))
//!     .attribute(schema::string("class").optional().default("internet"))
//!     .attribute(schema::set("name_servers", Type::String).optional())
//!     .attribute(schema::string("id").computed())
//!     .attribute(schema::int64("serial").computed().recomputed())
//!     .block(
//!         schema::list_block("record")
//!             .describe("What is in the zone.")
//!             .attribute(schema::list("targets", Type::String).optional())
//!             .max_items(10),
//!     );
//! assert_eq!(schema.check(), []);
//! ```

mod attribute;
mod block;
mod check;
mod identity;
mod model_check;
mod wire;

pub(crate) use attribute::Recompute;
pub use attribute::{AttributeSchema, bool, dynamic, int64, list, map, number, object, set, string};
pub(crate) use block::Block;
pub use block::{BlockSchema, Nesting, list_block, set_block, single_block};
pub use check::Problem;
pub(crate) use check::is_name;

use serde_json::value::RawValue;

use crate::value::{Type, Value, ValueError};

/// The schema of a provider's configuration, a resource, or a data source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    version: i64,
    identity_version: i64,
    root: Block,
}

impl Schema {
    /// Without attributes, of version 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The version of the shape of stored state. Raise it with a change that older state does not fit, and write
    /// [`Resource::upgrade`](crate::Resource::upgrade).
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.root.description = markdown.into();
        self
    }

    /// Warns everyone who uses it; `message` says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.root.deprecated = Some(message.into());
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: AttributeSchema) -> Self {
        self.root.attributes.push(attribute);
        self
    }

    /// Adds a nested block type.
    #[must_use]
    pub fn block(mut self, block: BlockSchema) -> Self {
        self.root.blocks.push(block);
        self
    }

    /// The version that [`version`](Self::version) set.
    pub fn schema_version(&self) -> i64 {
        self.version
    }

    /// The attributes at the root, in the order in which they were added.
    pub fn attributes(&self) -> &[AttributeSchema] {
        &self.root.attributes
    }

    /// The block types at the root, in the order in which they were added.
    pub fn blocks(&self) -> &[BlockSchema] {
        &self.root.blocks
    }

    /// What it is, in Markdown.
    pub fn description(&self) -> &str {
        &self.root.description
    }

    /// What its users are warned with.
    pub fn deprecation(&self) -> Option<&str> {
        self.root.deprecated.as_deref()
    }

    /// The type of the whole object: attributes and blocks.
    pub fn object_type(&self) -> Type {
        self.root.object_type()
    }

    /// `value` in exactly the shape of the schema: every attribute and block is there, absent lists of blocks are
    /// empty.
    ///
    /// # Errors
    ///
    /// [`ValueError`] if it has another type, or something that the schema has not.
    pub fn conform(&self, value: Value) -> Result<Value, ValueError> {
        let mut value = value.conform(&self.object_type())?;
        self.root.fill_blocks(&mut value);
        Ok(value)
    }

    /// Adds the blocks that stored state of the same version lacks; `None` if there are none.
    pub(crate) fn fill_json(&self, state: &RawValue) -> Option<Box<RawValue>> {
        self.root.fill_json(state)
    }

    pub(crate) fn root(&self) -> &Block {
        &self.root
    }
}
