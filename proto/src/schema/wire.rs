//! Schemas in the protocol's form.

use super::{AttributeSchema, Block, BlockSchema, Nesting, Schema};
use crate::generated::tfplugin6::{self, StringKind, schema};

impl Schema {
    pub(crate) fn to_wire(&self) -> tfplugin6::Schema {
        tfplugin6::Schema { version: self.version, block: Some(self.root.to_wire()) }
    }
}

impl Block {
    fn to_wire(&self) -> schema::Block {
        schema::Block {
            attributes: self.attributes.iter().map(AttributeSchema::to_wire).collect(),
            block_types: self.blocks.iter().map(BlockSchema::to_wire).collect(),
            description: self.description.clone(),
            description_kind: StringKind::Markdown.into(),
            deprecated: self.deprecated.is_some(),
            deprecation_message: self.deprecated.clone().unwrap_or_default(),
            ..schema::Block::default()
        }
    }
}

impl AttributeSchema {
    fn to_wire(&self) -> schema::Attribute {
        schema::Attribute {
            name: self.name.clone(),
            r#type: self.ty.to_json().to_string().into(),
            // Either this or `type`: Terraform refuses both.
            nested_type: None,
            description: self.documentation(),
            description_kind: StringKind::Markdown.into(),
            required: self.required,
            optional: self.optional,
            computed: self.computed,
            sensitive: self.sensitive,
            write_only: self.write_only,
            deprecated: self.deprecated.is_some(),
            deprecation_message: self.deprecated.clone().unwrap_or_default(),
        }
    }
}

impl BlockSchema {
    fn to_wire(&self) -> schema::NestedBlock {
        use schema::nested_block::NestingMode;
        let nesting = match self.nesting {
            Nesting::Single => NestingMode::Single,
            Nesting::List => NestingMode::List,
            Nesting::Set => NestingMode::Set,
        };
        schema::NestedBlock {
            type_name: self.name.clone(),
            block: Some(self.block.to_wire()),
            nesting: nesting.into(),
            min_items: self.min_items,
            max_items: self.max_items,
        }
    }
}
