//! Attributes.

use crate::convert::ToValue;
use crate::value::{Type, Value};

/// One attribute. Made by [`string`], [`bool()`] and the other functions of this module.
///
/// It is at least one of required, optional and computed:
///
/// | | who sets it |
/// |---|---|
/// | [`required`](Self::required) | the user, always |
/// | [`optional`](Self::optional) | the user, or nobody: then it is null |
/// | [`computed`](Self::computed) | the provider |
/// | optional and computed | the user, else the provider |
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeSchema {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) description: String,
    pub(crate) deprecated: Option<String>,
    pub(crate) required: bool,
    pub(crate) optional: bool,
    pub(crate) computed: bool,
    pub(crate) sensitive: bool,
    pub(crate) write_only: bool,
    pub(crate) requires_replace: bool,
    pub(crate) identity: bool,
    pub(crate) recompute: Recompute,
    pub(crate) default: Option<Value>,
}

/// When an update makes a computed value unknown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Recompute {
    Never,
    OnChange,
    OnChangeOf(Vec<String>),
}

/// Text.
pub fn string(name: impl Into<String>) -> AttributeSchema {
    AttributeSchema::new(name, Type::String)
}

/// `true` or `false`.
pub fn bool(name: impl Into<String>) -> AttributeSchema {
    AttributeSchema::new(name, Type::Bool)
}

/// A whole number. Terraform knows only "number"; that it is whole is checked when a model reads it as an integer.
pub fn int64(name: impl Into<String>) -> AttributeSchema {
    AttributeSchema::new(name, Type::Number)
}

/// A number.
pub fn number(name: impl Into<String>) -> AttributeSchema {
    AttributeSchema::new(name, Type::Number)
}

/// A list of `element`.
pub fn list(name: impl Into<String>, element: Type) -> AttributeSchema {
    AttributeSchema::new(name, Type::list(element))
}

/// A set of `element`.
pub fn set(name: impl Into<String>, element: Type) -> AttributeSchema {
    AttributeSchema::new(name, Type::set(element))
}

/// A map of `element` under string keys.
pub fn map(name: impl Into<String>, element: Type) -> AttributeSchema {
    AttributeSchema::new(name, Type::map(element))
}

/// An object. All its attributes must be given where it is set; a [block](super::single_block) has optional ones, and
/// shows the line of an error inside.
pub fn object<N: Into<String>>(
    name: impl Into<String>,
    attributes: impl IntoIterator<Item = (N, Type)>,
) -> AttributeSchema {
    AttributeSchema::new(name, Type::object(attributes))
}

/// A value of any type.
pub fn dynamic(name: impl Into<String>) -> AttributeSchema {
    AttributeSchema::new(name, Type::Dynamic)
}

impl AttributeSchema {
    /// An attribute of any type.
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            description: String::new(),
            deprecated: None,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            requires_replace: false,
            identity: false,
            recompute: Recompute::Never,
            default: None,
        }
    }

    /// The user must set it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The user may set it.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The provider sets it, or may set it if it is also optional.
    ///
    /// It is unknown in the plan of a new object. An update keeps the value, unless [`recomputed`](Self::recomputed),
    /// [`recomputed_when`](Self::recomputed_when) or the resource's own plan say otherwise.
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    /// The value where the user sets none. Makes it computed too, as Terraform wants it. Goes with
    /// [`optional`](Self::optional).
    #[allow(clippy::needless_pass_by_value, reason = "the value is mostly a literal")]
    #[must_use]
    pub fn default(mut self, value: impl ToValue) -> Self {
        self.computed = true;
        // A value that can't be one is no default; `Schema::check` says so.
        self.default = Some(value.to_value().unwrap_or(Value::Unknown));
        self
    }

    /// Not shown in plans. It is in state all the same.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Neither in plans nor in state (Terraform 1.11 and later). Handlers see it in `config` only.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// A change makes a new object instead of an update.
    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.requires_replace = true;
        self
    }

    /// A part of the object's identity: the attributes that are marked so tell it from all others of its type, and a
    /// read never changes them. Terraform 1.12 and later stores them beside the state, and imports by them; see
    /// [`Resource::import_by_identity`](crate::Resource::import_by_identity). At the root of a resource's schema only.
    #[must_use]
    pub fn identity(mut self) -> Self {
        self.identity = true;
        self
    }

    /// Every update changes this computed value: it is unknown in the plan of an update.
    #[must_use]
    pub fn recomputed(mut self) -> Self {
        self.recompute = Recompute::OnChange;
        self
    }

    /// An update that changes one of the attributes or blocks `names`, beside this one, changes this computed value
    /// too.
    #[must_use]
    pub fn recomputed_when<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.recompute = Recompute::OnChangeOf(names.into_iter().map(Into::into).collect());
        self
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Warns everyone who uses it; `message` says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecated = Some(message.into());
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// What it is, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// `true` if the user must set it.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// `true` if the user may set it.
    pub fn is_optional(&self) -> bool {
        self.optional
    }

    /// `true` if the provider sets it, or may.
    pub fn is_computed(&self) -> bool {
        self.computed
    }

    /// `true` if plans hide it.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// `true` if the value is neither in plans nor in state.
    pub fn is_write_only(&self) -> bool {
        self.write_only
    }

    /// `true` if a change makes a new object.
    pub fn is_requires_replace(&self) -> bool {
        self.requires_replace
    }

    /// `true` if it is a part of the object's identity.
    pub fn is_identity(&self) -> bool {
        self.identity
    }

    /// The value where the user sets none.
    pub fn default_value(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// What its users are warned with.
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecated.as_deref()
    }

    /// The description with what the protocol has no place for: the default, and that a change makes a new object. This is
    /// what Terraform gets, and so every editor, too. A list, map or object is not spelt out: its description is to tell
    /// what holds where it is not given.
    ///
    /// ```
    /// # use tfplugin::schema;
    /// let class = schema::string("class").optional().default("internet").describe("Which network it is of.");
    /// assert_eq!(class.documentation(), "Which network it is of. Default: `internet`.");
    /// ```
    pub fn documentation(&self) -> String {
        let default = match &self.default {
            Some(Value::Bool(value)) => Some(value.to_string()),
            Some(Value::Number(value)) => Some(value.to_string()),
            Some(Value::String(value)) if value.is_empty() => Some("\"\"".to_owned()),
            Some(Value::String(value)) => Some(value.clone()),
            _ => None,
        };
        let default = default.map(|value| format!("Default: `{value}`."));
        let replaces = self.requires_replace.then(|| "Changing it replaces the resource.".to_owned());
        let own = Some(self.description.clone()).filter(|own| !own.is_empty());
        [own, default, replaces].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
