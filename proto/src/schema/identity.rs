//! The identity of an object: the attributes that are marked so.

use super::{AttributeSchema, Problem, Schema};
use crate::generated::tfplugin6::{ResourceIdentitySchema, resource_identity_schema::IdentityAttribute};
use crate::path::Path;
use crate::value::{Type, Value, ValueError};

impl Schema {
    /// The version of the shape of the identity. Raise it when other attributes than before make it up, and write
    /// [`Resource::upgrade_identity`](crate::Resource::upgrade_identity).
    #[must_use]
    pub fn identity_version(mut self, version: i64) -> Self {
        self.identity_version = version;
        self
    }

    /// The version that [`identity_version`](Self::identity_version) set.
    pub fn identity_schema_version(&self) -> i64 {
        self.identity_version
    }

    /// The attributes that [make up the identity](AttributeSchema::identity); none if objects have no identity.
    pub fn identity_attributes(&self) -> impl Iterator<Item = &AttributeSchema> {
        self.root.attributes.iter().filter(|attribute| attribute.identity)
    }

    pub(crate) fn has_identity(&self) -> bool {
        self.identity_attributes().next().is_some()
    }

    pub(crate) fn identity_type(&self) -> Type {
        Type::object(self.identity_attributes().map(|one| (one.name.as_str(), one.ty.clone())))
    }

    /// The identity of an object; `None` without one, and while a part of it is null or unknown. Terraform takes no
    /// identity that is incomplete, and none at all until there is one.
    pub(crate) fn identity_of(&self, object: &Value) -> Option<Value> {
        let object = object.as_object()?;
        let part = |attribute: &AttributeSchema| {
            let value = object.get(&attribute.name).filter(|value| !value.is_null() && value.is_wholly_known())?;
            Some((attribute.name.clone(), value.clone()))
        };
        let parts: Option<Vec<_>> = self.identity_attributes().map(part).collect();
        parts.filter(|parts| !parts.is_empty()).map(Value::object)
    }

    /// An object of which nothing is known but its identity.
    pub(crate) fn object_of_identity(&self, identity: Value) -> Result<Value, ValueError> {
        self.conform(identity)
    }

    pub(crate) fn identity_to_wire(&self) -> ResourceIdentitySchema {
        let attributes = self.identity_attributes().map(|attribute| IdentityAttribute {
            name: attribute.name.clone(),
            r#type: attribute.ty.to_json().to_string().into(),
            required_for_import: true,
            optional_for_import: false,
            description: attribute.description.clone(),
        });
        ResourceIdentitySchema { version: self.identity_version, identity_attributes: attributes.collect() }
    }

    pub(super) fn check_identity(&self, problems: &mut Vec<Problem>) {
        if self.identity_version < 0 {
            problems.push(Problem::new(Path::root(), "the version of the identity is negative"));
        }
        for attribute in self.identity_attributes() {
            let mut problem = |what| problems.push(Problem::new(Path::from(attribute.name.as_str()), what));
            if attribute.sensitive || attribute.write_only {
                problem("an identity is readable in state: no part of it is sensitive or write-only");
            }
            let is_simple = |ty: &Type| matches!(ty, Type::Bool | Type::Number | Type::String);
            if !(is_simple(&attribute.ty) || matches!(&attribute.ty, Type::List(element) if is_simple(element))) {
                problem("a part of an identity is a string, a number, a bool, or a list of these");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{map, string};
    use super::*;

    fn schema() -> Schema {
        Schema::new()
            .attribute(string("region").optional().computed().identity())
            .attribute(string("name").required().identity())
            .attribute(string("text").optional())
    }

    #[test]
    fn an_identity_is_whole_or_there_is_none() {
        let object = |region: Value| Value::object([("region", region), ("name", "a".into()), ("text", Value::Null)]);
        let whole = Value::object([("region", Value::from("r")), ("name", "a".into())]);
        assert_eq!(schema().identity_of(&object("r".into())), Some(whole));
        assert_eq!(schema().identity_of(&object(Value::Unknown)), None);
        assert_eq!(schema().identity_of(&object(Value::Null)), None);
        assert_eq!(schema().identity_of(&Value::Null), None);
        let without = Schema::new().attribute(string("name").required());
        assert_eq!(without.identity_of(&object("r".into())), None);
        assert!(!without.has_identity());
    }

    #[test]
    fn refuses_what_terraform_can_t_show_or_store() {
        assert_eq!(schema().check(), []);
        let problems = |attribute: AttributeSchema| Schema::new().attribute(attribute.identity()).check().len();
        assert_eq!(problems(string("a").required()), 0);
        assert_eq!(problems(string("a").required().sensitive()), 1);
        assert_eq!(problems(map("a", Type::String).required()), 1);
        assert_eq!(schema().identity_version(-1).check().len(), 1);
    }
}
